// Sockets for the tests' own peers, on either system.

#pragma once

#ifdef _WIN32
#include <winsock2.h>
#include <ws2tcpip.h>
#else
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>
#endif

namespace plotmeter {

#ifdef _WIN32
using Socket = SOCKET;
inline bool IsOpen(Socket socket) { return socket != INVALID_SOCKET; }
inline void CloseSocket(Socket socket) { closesocket(socket); }
#else
using Socket = int;
inline bool IsOpen(Socket socket) { return socket >= 0; }
inline void CloseSocket(Socket socket) { close(socket); }
#endif

}  // namespace plotmeter
