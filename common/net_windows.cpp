#include <winsock2.h>
// after it
#include <iphlpapi.h>
#include <netioapi.h>
#include <ws2tcpip.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "common/net.h"
#include "common/system.h"
#include "common/windows_text.h"

namespace plotmeter {
namespace {

std::uint32_t Number(const sockaddr* address) {
  return ntohl(reinterpret_cast<const sockaddr_in*>(address)->sin_addr.s_addr);
}

using Addresses = std::unique_ptr<ADDRINFOW, decltype(&FreeAddrInfoW)>;

// 0, or the system's number for what went wrong.
int ConnectTo(const ADDRINFOW& to, std::chrono::milliseconds within) {
  const SOCKET plug = socket(to.ai_family, SOCK_STREAM, 0);
  if (plug == INVALID_SOCKET) return WSAGetLastError();
  u_long on = 1;
  ioctlsocket(plug, static_cast<long>(FIONBIO), &on);
  int why = connect(plug, to.ai_addr, static_cast<int>(to.ai_addrlen)) == 0 ? 0 : WSAGetLastError();
  if (why == WSAEWOULDBLOCK) {
    // select and not WSAPoll, which before Windows 10 2004 never tells that a connection failed.
    fd_set taken;
    fd_set failed;
    FD_ZERO(&taken);
    FD_ZERO(&failed);
    FD_SET(plug, &taken);
    FD_SET(plug, &failed);
    timeval most{.tv_sec = static_cast<long>(within.count() / 1000),
                 .tv_usec = static_cast<long>(within.count() % 1000 * 1000)};
    int size = sizeof why;
    if (select(0, nullptr, &taken, &failed, &most) <= 0) {
      why = WSAETIMEDOUT;
    } else {
      getsockopt(plug, SOL_SOCKET, SO_ERROR, reinterpret_cast<char*>(&why), &size);
    }
  }
  closesocket(plug);
  return why;
}

// Adapters that are up, without loopback and tunnels to nowhere; empty when the system does not
// say.
std::vector<std::byte> Adapters() {
  constexpr ULONG kFlags =
      GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST | GAA_FLAG_SKIP_DNS_SERVER;
  ULONG size = 16 << 10;
  for (int tries = 0; tries < 3; ++tries) {  // one may be plugged in between
    std::vector<std::byte> room(size);
    const ULONG error = GetAdaptersAddresses(
        AF_INET, kFlags, nullptr, reinterpret_cast<IP_ADAPTER_ADDRESSES*>(room.data()), &size);
    if (error == NO_ERROR) return room;
    if (error != ERROR_BUFFER_OVERFLOW) break;
  }
  return {};
}

}  // namespace

void StartNetwork() {
  static const int started = [] {
    WSADATA about{};
    return WSAStartup(MAKEWORD(2, 2), &about);
  }();
  static_cast<void>(started);  // what fails next says it
}

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

std::uint32_t InterfaceIndex(const std::string& name) {
  NET_LUID luid{};
  NET_IFINDEX index = 0;
  if (ConvertInterfaceAliasToLuid(Wide(name).c_str(), &luid) != NO_ERROR ||
      ConvertInterfaceLuidToIndex(&luid, &index) != NO_ERROR) {
    return 0;
  }
  return index;
}

Ipv4Answer LookUpIpv4(const std::string& name) {
  StartNetwork();
  ADDRINFOW hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_DGRAM;
  ADDRINFOW* first = nullptr;
  const int error = GetAddrInfoW(Wide(name).c_str(), nullptr, &hints, &first);
  if (error != 0) return {.trouble = ErrorText(error)};
  const Addresses all(first, FreeAddrInfoW);
  Ipv4Answer answer;
  for (const ADDRINFOW* i = first; i != nullptr; i = i->ai_next) {
    const std::uint32_t number = Number(i->ai_addr);
    if (std::ranges::find(answer.numbers, number) == answer.numbers.end())
      answer.numbers.push_back(number);
  }
  return answer;
}

std::vector<LocalNetwork> LocalIpv4Networks() {
  const std::vector<std::byte> room = Adapters();
  std::vector<LocalNetwork> networks;
  const auto* adapter =
      room.empty() ? nullptr : reinterpret_cast<const IP_ADAPTER_ADDRESSES*>(room.data());
  for (; adapter != nullptr; adapter = adapter->Next) {
    if (adapter->IfType == IF_TYPE_SOFTWARE_LOOPBACK || adapter->OperStatus != IfOperStatusUp)
      continue;
    for (const auto* at = adapter->FirstUnicastAddress; at != nullptr; at = at->Next) {
      networks.push_back({.address = Number(at->Address.lpSockaddr),
                          .prefix = static_cast<int>(at->OnLinkPrefixLength)});
    }
  }
  return networks;
}

ConnectAnswer TryToConnect(const std::string& host, const std::string& port,
                           std::chrono::milliseconds within) {
  StartNetwork();
  ADDRINFOW wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  ADDRINFOW* first = nullptr;
  int why = WSAEHOSTUNREACH;
  if (GetAddrInfoW(Wide(host).c_str(), Wide(port).c_str(), &wanted, &first) == 0) {
    const Addresses all(first, FreeAddrInfoW);
    for (const ADDRINFOW* at = first; at != nullptr; at = at->ai_next) {
      why = ConnectTo(*at, within);
      if (why == 0) return {.seen = Reached::kYes};
    }
  }
  return {.seen = MeaningOf(why).value_or(Reached::kNoWay), .words = ErrorText(why)};
}

std::optional<Reached> MeaningOf(int system_error) {
  switch (system_error) {
    case WSAECONNREFUSED:
      return Reached::kRefused;
    case WSAETIMEDOUT:
      return Reached::kTimedOut;
    case WSAENETUNREACH:
    case WSAEHOSTUNREACH:
      return Reached::kNoWay;
    default:
      return {};
  }
}

}  // namespace plotmeter
