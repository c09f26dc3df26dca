#include <winsock2.h>
// after it
#include <mswsock.h>
#include <ws2tcpip.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#include "collector/snmp/udp_port.h"
#include "common/net.h"
#include "common/system.h"

namespace plotmeter {
namespace {

union SocketAddress {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

int Fill(const Endpoint& endpoint, SocketAddress& address) {
  std::memset(&address, 0, sizeof address);
  if (endpoint.is_v6) {
    address.v6.sin6_family = AF_INET6;
    address.v6.sin6_port = htons(endpoint.port);
    address.v6.sin6_scope_id = endpoint.scope;
    std::memcpy(&address.v6.sin6_addr, endpoint.ip.data(), 16);
    return sizeof address.v6;
  }
  address.v4.sin_family = AF_INET;
  address.v4.sin_port = htons(endpoint.port);
  std::memcpy(&address.v4.sin_addr, endpoint.ip.data(), 4);
  return sizeof address.v4;
}

Endpoint ToEndpoint(const SocketAddress& address) {
  Endpoint endpoint;
  if (address.any.sa_family == AF_INET6) {
    endpoint.is_v6 = true;
    endpoint.port = ntohs(address.v6.sin6_port);
    endpoint.scope = address.v6.sin6_scope_id;
    std::memcpy(endpoint.ip.data(), &address.v6.sin6_addr, 16);
  } else {
    endpoint.port = ntohs(address.v4.sin_port);
    std::memcpy(endpoint.ip.data(), &address.v4.sin_addr, 4);
  }
  return endpoint;
}

// A socket whose event is set when something has come.
struct Plug {
  Plug(int family, const UdpPort::Options& options)
      : socket(::socket(family, SOCK_DGRAM, IPPROTO_UDP)), event(WSACreateEvent()) {
    if (socket == INVALID_SOCKET) return;
    SetHandleInformation(reinterpret_cast<HANDLE>(socket), HANDLE_FLAG_INHERIT, 0);
    setsockopt(socket, SOL_SOCKET, SO_RCVBUF,
               reinterpret_cast<const char*>(&options.receive_buffer),
               sizeof options.receive_buffer);
    // A socket that was never bound refuses to receive before its first send.
    SocketAddress any;
    std::memset(&any, 0, sizeof any);
    any.any.sa_family = static_cast<ADDRESS_FAMILY>(family);
    bind(socket, &any.any, family == AF_INET6 ? sizeof any.v6 : sizeof any.v4);
    WSAEventSelect(socket, event, FD_READ);  // and it no longer blocks
  }
  ~Plug() {
    if (socket != INVALID_SOCKET) closesocket(socket);
    WSACloseEvent(event);
  }
  Plug(const Plug&) = delete;
  Plug& operator=(const Plug&) = delete;

  SOCKET socket;
  WSAEVENT event;
};

// What ICMP said of an earlier packet comes in place of a datagram.
bool IsOfEarlierPacket(int error) {
  return error == WSAECONNRESET || error == WSAENETRESET || error == WSAENETUNREACH ||
         error == WSAEHOSTUNREACH;
}

}  // namespace

struct UdpPort::Sockets {
  struct Error {
    Endpoint to = {};
    int error = 0;
  };

  explicit Sockets(const Options& options)
      : v4(AF_INET, options), v6(AF_INET6, options), buffer(new char[kMaxDatagram]) {}
  ~Sockets() { WSACloseEvent(wake); }

  SOCKET For(const Endpoint& to) const { return to.is_v6 ? v6.socket : v4.socket; }
  void ReceiveOn(SOCKET socket, const OnDatagram& on_datagram);

  Plug v4;
  Plug v6;  // INVALID_SOCKET on a machine without IPv6
  WSAEVENT wake = WSACreateEvent();
  bool has_more = false;           // of the last Receive: the flood goes on
  std::vector<Error> errors = {};  // found while receiving
  std::unique_ptr<char[]> buffer;
};

UdpPort::UdpPort(const Options& options) {
  StartNetwork();
  sockets_ = std::make_unique<Sockets>(options);
  if (sockets_->v4.socket == INVALID_SOCKET) {
    throw std::system_error(WSAGetLastError(), std::system_category(), "no UDP socket for SNMP");
  }
}

UdpPort::~UdpPort() = default;

UdpPort::Sent UdpPort::Send(const Endpoint& to, std::string_view datagram, const OnError&,
                            int& error) {
  SocketAddress address;
  const int length = Fill(to, address);
  if (sendto(sockets_->For(to), datagram.data(), static_cast<int>(datagram.size()), 0, &address.any,
             length) >= 0) {
    return Sent::kSent;
  }
  error = WSAGetLastError();
  return error == WSAEWOULDBLOCK || error == WSAENOBUFS ? Sent::kLater : Sent::kFailed;
}

void UdpPort::Receive(const OnDatagram& on_datagram) {
  sockets_->has_more = false;
  sockets_->ReceiveOn(sockets_->v4.socket, on_datagram);
  if (sockets_->v6.socket != INVALID_SOCKET) sockets_->ReceiveOn(sockets_->v6.socket, on_datagram);
}

void UdpPort::Sockets::ReceiveOn(SOCKET socket, const OnDatagram& on_datagram) {
  for (std::size_t taken = 0; taken < kMostAtOnce; ++taken) {
    SocketAddress from;
    std::memset(&from, 0, sizeof from);
    int size = sizeof from;
    const int length =
        recvfrom(socket, buffer.get(), static_cast<int>(kMaxDatagram), 0, &from.any, &size);
    if (length >= 0) {
      on_datagram(ToEndpoint(from), {buffer.get(), static_cast<std::size_t>(length)});
      continue;
    }
    const int error = WSAGetLastError();
    if (!IsOfEarlierPacket(error)) return;  // nothing more
    // Where the system does not say whose it is, that peer is given up when its time is over.
    if (from.any.sa_family != AF_UNSPEC) {
      errors.push_back({ToEndpoint(from), error == WSAECONNRESET ? WSAECONNREFUSED : error});
    }
  }
  has_more = true;
}

void UdpPort::TakeErrors(const OnError& on_error) {
  for (const Sockets::Error& error : std::exchange(sockets_->errors, {}))
    on_error(error.to, error.error);
}

void UdpPort::Wait(std::chrono::nanoseconds most) {
  using std::chrono::milliseconds;
  const bool at_once = sockets_->has_more || !sockets_->errors.empty();
  const auto span = at_once ? milliseconds(0) : std::chrono::ceil<milliseconds>(most);
  const WSAEVENT events[] = {sockets_->wake, sockets_->v4.event, sockets_->v6.event};
  const auto limit = static_cast<DWORD>(std::clamp<std::int64_t>(span.count(), 0, 3'600'000));
  WSAWaitForMultipleEvents(3, events, FALSE, limit, FALSE);
  // Cleared before anything is received: what comes from now on sets them again.
  for (const WSAEVENT event : events) WSAResetEvent(event);
}

void UdpPort::Wake() { WSASetEvent(sockets_->wake); }

}  // namespace plotmeter
