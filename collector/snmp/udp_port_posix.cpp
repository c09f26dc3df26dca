#include <arpa/inet.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "collector/snmp/udp_port.h"

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

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

 private:
  int fd_;
};

}  // namespace

struct UdpPort::Sockets {
  explicit Sockets(const Options& options)
      : v4(OpenSocket(AF_INET, options)),
        v6(OpenSocket(AF_INET6, options)),
        wake(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
        buffers(new char[kBatch * kMaxDatagram]) {}

  int For(const Endpoint& to) const { return to.is_v6 ? v6.get() : v4.get(); }
  int TakeErrorsOf(int fd, const OnError& on_error);
  void ReceiveOn(int fd, const OnDatagram& on_datagram);

  Descriptor v4;
  Descriptor v6;  // closed on a machine without IPv6
  Descriptor wake;
  short v4_ready = 0;  // what the last Wait saw, as poll(2) says it
  short v6_ready = 0;
  std::atomic<bool> is_woken{false};
  std::unique_ptr<char[]> buffers;
};

UdpPort::UdpPort(const Options& options) : sockets_(std::make_unique<Sockets>(options)) {
  if (!sockets_->v4.is_open() || !sockets_->wake.is_open()) {
    throw std::system_error(errno, std::generic_category(), "no UDP socket for SNMP");
  }
}

UdpPort::~UdpPort() = default;

UdpPort::Sent UdpPort::Send(const Endpoint& to, std::string_view datagram, const OnError& on_error,
                            int& error) {
  SocketAddress address;
  const socklen_t length = Fill(to, address);
  const int fd = sockets_->For(to);
  for (;;) {
    if (sendto(fd, datagram.data(), datagram.size(), MSG_NOSIGNAL, &address.any, length) >= 0) {
      return Sent::kSent;
    }
    error = errno;
    if (error == EINTR) continue;
    if (error == EAGAIN || error == ENOBUFS) return Sent::kLater;
    // Perhaps the error of an earlier packet: then there was one to take off, and this one may go.
    if (sockets_->TakeErrorsOf(fd, on_error) == 0) return Sent::kFailed;
  }
}

void UdpPort::Receive(const OnDatagram& on_datagram) {
  if ((sockets_->v4_ready & POLLIN) != 0) sockets_->ReceiveOn(sockets_->v4.get(), on_datagram);
  if ((sockets_->v6_ready & POLLIN) != 0) sockets_->ReceiveOn(sockets_->v6.get(), on_datagram);
}

void UdpPort::Sockets::ReceiveOn(int fd, const OnDatagram& on_datagram) {
  SocketAddress from[kBatch];
  iovec parts[kBatch];
  mmsghdr messages[kBatch];
  for (std::size_t taken = 0; taken < kMostAtOnce; taken += kBatch) {
    std::memset(messages, 0, sizeof messages);
    for (std::size_t i = 0; i < kBatch; ++i) {
      parts[i] = {&buffers[i * kMaxDatagram], kMaxDatagram};
      messages[i].msg_hdr.msg_name = &from[i];
      messages[i].msg_hdr.msg_namelen = sizeof from[i];
      messages[i].msg_hdr.msg_iov = &parts[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    const int count = recvmmsg(fd, messages, kBatch, MSG_DONTWAIT, nullptr);
    if (count <= 0) return;  // nothing more, or an error that TakeErrors is told
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      on_datagram(ToEndpoint(from[i]), {&buffers[i * kMaxDatagram], messages[i].msg_len});
    }
    if (static_cast<std::size_t>(count) < kBatch) return;
  }
}

void UdpPort::TakeErrors(const OnError& on_error) {
  if ((sockets_->v4_ready & POLLERR) != 0) sockets_->TakeErrorsOf(sockets_->v4.get(), on_error);
  if ((sockets_->v6_ready & POLLERR) != 0) sockets_->TakeErrorsOf(sockets_->v6.get(), on_error);
}

int UdpPort::Sockets::TakeErrorsOf(int fd, const OnError& on_error) {
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
  Sockets& s = *sockets_;
  pollfd fds[] = {{s.wake.get(), POLLIN, 0}, {s.v4.get(), POLLIN, 0}, {s.v6.get(), POLLIN, 0}};
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(most);
  const timespec time = {.tv_sec = seconds.count(), .tv_nsec = (most - seconds).count()};
  if (ppoll(fds, 3, &time, nullptr) <= 0) fds[0].revents = fds[1].revents = fds[2].revents = 0;
  s.v4_ready = fds[1].revents;
  s.v6_ready = fds[2].revents;
  if (fds[0].revents == 0) return;
  std::uint64_t calls = 0;
  while (read(s.wake.get(), &calls, sizeof calls) < 0 && errno == EINTR) {
  }
  s.is_woken = false;  // after the read: a call between the two is lost only to the next Wait
}

void UdpPort::Wake() {
  if (sockets_->is_woken.exchange(true)) return;
  const std::uint64_t one = 1;
  while (write(sockets_->wake.get(), &one, sizeof one) < 0 && errno == EINTR) {
  }
}

}  // namespace plotmeter
