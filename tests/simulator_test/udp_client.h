// Asks an agent as a manager would: one datagram, and whoever answers.

#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace plotmeter::simulator {

class UdpClient {
 public:
  UdpClient() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {}
  ~UdpClient() { ::close(socket_); }
  UdpClient(const UdpClient&) = delete;
  UdpClient& operator=(const UdpClient&) = delete;

  using Answer = std::optional<std::pair<std::string, std::uint32_t>>;

  // The answer and who gave it (host order); empty after `patience` milliseconds without one.
  Answer Ask(std::uint32_t address, std::uint16_t port, const std::string& datagram,
             int patience = 5000) const {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(address);
    to.sin_port = htons(port);
    ::sendto(socket_, datagram.data(), datagram.size(), 0, reinterpret_cast<sockaddr*>(&to),
             sizeof to);
    return Wait(patience);
  }

  Answer Wait(int patience) const {
    pollfd waiting{socket_, POLLIN, 0};
    if (::poll(&waiting, 1, patience) != 1) return std::nullopt;
    std::array<char, 65536> buffer{};
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const ssize_t got = ::recvfrom(socket_, buffer.data(), buffer.size(), 0,
                                   reinterpret_cast<sockaddr*>(&from), &size);
    return std::pair(std::string(buffer.data(), static_cast<std::size_t>(got)),
                     static_cast<std::uint32_t>(ntohl(from.sin_addr.s_addr)));
  }

 private:
  int socket_;
};

}  // namespace plotmeter::simulator
