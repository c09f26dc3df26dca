#include "collector/snmp/udp_port.h"

#include <arpa/inet.h>
#include <linux/errqueue.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <system_error>

namespace plotmeter {
namespace {

constexpr std::size_t kBatch = 8;  // datagrams taken by one system call

int OpenSocket(int family, const UdpPort::Options& options) {
  const int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  const int on = 1;
  const bool v6 = family == AF_INET6;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &options.receive_buffer, sizeof options.receive_buffer);
  setsockopt(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_RECVERR : IP_RECVERR, &on, sizeof on);
  if (v6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  return fd;
}

union SocketAddress {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

socklen_t Fill(const Endpoint& endpoint, SocketAddress& address) {
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

// The number that an ICMP message or the system itself gave, for the packet that went wrong.
int ErrorIn(msghdr& message) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
    const bool v4 = part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_RECVERR;
    const bool v6 = part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_RECVERR;
    if (!v4 && !v6) continue;
    sock_extended_err error;
    std::memcpy(&error, CMSG_DATA(part), sizeof error);
    return static_cast<int>(error.ee_errno);
  }
  return 0;
}

}  // namespace

std::optional<Endpoint> Endpoint::Parse(const std::string& address, std::uint16_t port) {
  Endpoint endpoint{.port = port};
  if (inet_pton(AF_INET, address.c_str(), endpoint.ip.data()) == 1) return endpoint;
  const std::size_t percent = address.find('%');
  if (inet_pton(AF_INET6, address.substr(0, percent).c_str(), endpoint.ip.data()) != 1) {
    return std::nullopt;
  }
  endpoint.is_v6 = true;
  if (percent != std::string::npos) {
    const std::string zone = address.substr(percent + 1);
    const char* const end = zone.data() + zone.size();
    const auto [stop, error] = std::from_chars(zone.data(), end, endpoint.scope);
    if (error != std::errc() || stop != end) endpoint.scope = if_nametoindex(zone.c_str());
    if (endpoint.scope == 0) return std::nullopt;
  }
  return endpoint;
}

UdpPort::Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

UdpPort::UdpPort(const Options& options)
    : v4_(OpenSocket(AF_INET, options)),
      v6_(OpenSocket(AF_INET6, options)),
      wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      buffers_(new char[kBatch * kMaxDatagram]) {
  if (!v4_.is_open() || !wake_.is_open()) {
    throw std::system_error(errno, std::generic_category(), "no UDP socket for SNMP");
  }
}

UdpPort::~UdpPort() = default;

UdpPort::Sent UdpPort::Send(const Endpoint& to, std::string_view datagram, const OnError& on_error,
                            int& error) {
  SocketAddress address;
  const socklen_t length = Fill(to, address);
  const int fd = SocketFor(to);
  for (;;) {
    if (sendto(fd, datagram.data(), datagram.size(), MSG_NOSIGNAL, &address.any, length) >= 0) {
      return Sent::kSent;
    }
    error = errno;
    if (error == EINTR) continue;
    if (error == EAGAIN || error == ENOBUFS) return Sent::kLater;
    // Perhaps the error of an earlier packet: then there was one to take off, and this one may go.
    if (TakeErrorsOf(fd, on_error) == 0) return Sent::kFailed;
  }
}

void UdpPort::Receive(const OnDatagram& on_datagram) {
  if ((v4_ready_ & POLLIN) != 0) ReceiveOn(v4_.get(), on_datagram);
  if ((v6_ready_ & POLLIN) != 0) ReceiveOn(v6_.get(), on_datagram);
}

void UdpPort::ReceiveOn(int fd, const OnDatagram& on_datagram) {
  SocketAddress from[kBatch];
  iovec parts[kBatch];
  mmsghdr messages[kBatch];
  for (std::size_t taken = 0; taken < kMostAtOnce; taken += kBatch) {
    std::memset(messages, 0, sizeof messages);
    for (std::size_t i = 0; i < kBatch; ++i) {
      parts[i] = {&buffers_[i * kMaxDatagram], kMaxDatagram};
      messages[i].msg_hdr.msg_name = &from[i];
      messages[i].msg_hdr.msg_namelen = sizeof from[i];
      messages[i].msg_hdr.msg_iov = &parts[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    const int count = recvmmsg(fd, messages, kBatch, MSG_DONTWAIT, nullptr);
    if (count <= 0) return;  // nothing more, or an error that TakeErrors is told
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      on_datagram(ToEndpoint(from[i]), {&buffers_[i * kMaxDatagram], messages[i].msg_len});
    }
    if (static_cast<std::size_t>(count) < kBatch) return;
  }
}

void UdpPort::TakeErrors(const OnError& on_error) {
  if ((v4_ready_ & POLLERR) != 0) TakeErrorsOf(v4_.get(), on_error);
  if ((v6_ready_ & POLLERR) != 0) TakeErrorsOf(v6_.get(), on_error);
}

int UdpPort::TakeErrorsOf(int fd, const OnError& on_error) {
  int taken = 0;
  for (;;) {
    SocketAddress to;
    alignas(cmsghdr) char control[512];
    msghdr message = {};
    message.msg_name = &to;
    message.msg_namelen = sizeof to;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    if (recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return taken;
    ++taken;
    if (const int error = ErrorIn(message); error != 0) on_error(ToEndpoint(to), error);
  }
}

void UdpPort::Wait(std::chrono::nanoseconds most) {
  // A descriptor of -1 is passed over.
  pollfd fds[] = {{wake_.get(), POLLIN, 0}, {v4_.get(), POLLIN, 0}, {v6_.get(), POLLIN, 0}};
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(most);
  const timespec time = {.tv_sec = seconds.count(), .tv_nsec = (most - seconds).count()};
  if (ppoll(fds, 3, &time, nullptr) <= 0) fds[0].revents = fds[1].revents = fds[2].revents = 0;
  v4_ready_ = fds[1].revents;
  v6_ready_ = fds[2].revents;
  if (fds[0].revents == 0) return;
  std::uint64_t calls = 0;
  while (read(wake_.get(), &calls, sizeof calls) < 0 && errno == EINTR) {
  }
  is_woken_ = false;  // after the read: a call between the two is lost only to the next Wait
}

void UdpPort::Wake() {
  if (is_woken_.exchange(true)) return;
  const std::uint64_t one = 1;
  while (write(wake_.get(), &one, sizeof one) < 0 && errno == EINTR) {
  }
}

}  // namespace plotmeter
