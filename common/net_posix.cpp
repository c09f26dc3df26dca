#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <memory>

#include "common/net.h"
#include "common/system.h"

namespace plotmeter {
namespace {

std::uint32_t Number(const sockaddr* address) {
  return ntohl(reinterpret_cast<const sockaddr_in*>(address)->sin_addr.s_addr);
}

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

// 0, or the system's number for what went wrong.
int ConnectTo(const addrinfo& to, std::chrono::milliseconds within) {
  const int plug = socket(to.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (plug < 0) return errno;
  int why = connect(plug, to.ai_addr, to.ai_addrlen) == 0 ? 0 : errno;
  if (why == EINPROGRESS) {
    pollfd wait{.fd = plug, .events = POLLOUT, .revents = 0};
    socklen_t size = sizeof(why);
    if (poll(&wait, 1, static_cast<int>(within.count())) <= 0) {
      why = ETIMEDOUT;
    } else {
      getsockopt(plug, SOL_SOCKET, SO_ERROR, &why, &size);
    }
  }
  close(plug);
  return why;
}

}  // namespace

void StartNetwork() {}

std::optional<IpAddress> ParseIp(const std::string& text) {
  IpAddress address;
  if (inet_pton(AF_INET, text.c_str(), address.octets.data()) == 1) return address;
  if (inet_pton(AF_INET6, text.c_str(), address.octets.data()) != 1) return {};
  address.is_v6 = true;
  return address;
}

std::optional<IpAddress> IpOf(const void* socket_address, std::size_t size) {
  sockaddr_in6 whole{};
  std::memcpy(&whole, socket_address, std::min(size, sizeof whole));
  IpAddress address;
  address.is_v6 = whole.sin6_family == AF_INET6;
  if (address.is_v6 && size >= sizeof whole) {
    std::memcpy(address.octets.data(), &whole.sin6_addr, 16);
    return address;
  }
  sockaddr_in v4{};
  if (whole.sin6_family != AF_INET || size < sizeof v4) return std::nullopt;
  std::memcpy(&v4, &whole, sizeof v4);
  std::memcpy(address.octets.data(), &v4.sin_addr, 4);
  return address;
}

std::uint32_t InterfaceIndex(const std::string& name) { return if_nametoindex(name.c_str()); }

Ipv4Answer LookUpIpv4(const std::string& name) {
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* first = nullptr;
  const int error = getaddrinfo(name.c_str(), nullptr, &hints, &first);
  if (error != 0) return {.trouble = gai_strerror(error)};
  const Addresses all(first, freeaddrinfo);
  Ipv4Answer answer;
  for (const addrinfo* i = first; i != nullptr; i = i->ai_next) {
    const std::uint32_t number = Number(i->ai_addr);
    if (std::ranges::find(answer.numbers, number) == answer.numbers.end())
      answer.numbers.push_back(number);
  }
  return answer;
}

std::vector<LocalNetwork> LocalIpv4Networks() {
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> interfaces(first, freeifaddrs);
  std::vector<LocalNetwork> networks;
  for (const ifaddrs* i = first; i != nullptr; i = i->ifa_next) {
    if (i->ifa_addr == nullptr || i->ifa_addr->sa_family != AF_INET || i->ifa_netmask == nullptr ||
        (i->ifa_flags & IFF_LOOPBACK) != 0) {
      continue;
    }
    networks.push_back(
        {.address = Number(i->ifa_addr), .prefix = std::popcount(Number(i->ifa_netmask))});
  }
  return networks;
}

ConnectAnswer TryToConnect(const std::string& host, const std::string& port,
                           std::chrono::milliseconds within) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* first = nullptr;
  int why = EHOSTUNREACH;
  if (getaddrinfo(host.c_str(), port.c_str(), &wanted, &first) == 0) {
    const Addresses all(first, freeaddrinfo);
    for (const addrinfo* at = first; at != nullptr; at = at->ai_next) {
      why = ConnectTo(*at, within);
      if (why == 0) return {.seen = Reached::kYes};
    }
  }
  return {.seen = MeaningOf(why).value_or(Reached::kNoWay), .words = ErrorText(why)};
}

std::optional<Reached> MeaningOf(int system_error) {
  switch (system_error) {
    case ECONNREFUSED:
      return Reached::kRefused;
    case ETIMEDOUT:
      return Reached::kTimedOut;
    case ENETUNREACH:
    case EHOSTUNREACH:
      return Reached::kNoWay;
    default:
      return {};
  }
}

}  // namespace plotmeter
