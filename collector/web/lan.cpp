#include "collector/web/lan.h"

#include <arpa/inet.h>

#include <array>
#include <cstdint>

namespace plotmeter {

bool IsLanAddress(const std::string& host) {
  struct Network {
    std::uint32_t address;
    int prefix;
  };
  constexpr std::array<Network, 6> kNetworks = {{{0x0A000000, 8},    // 10.0.0.0
                                                 {0xAC100000, 12},   // 172.16.0.0
                                                 {0xC0A80000, 16},   // 192.168.0.0
                                                 {0xA9FE0000, 16},   // 169.254.0.0
                                                 {0x64400000, 10},   // 100.64.0.0
                                                 {0x7F000000, 8}}};  // 127.0.0.0
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) {
    const std::uint32_t number = ntohl(v4.s_addr);
    for (const auto& [address, prefix] : kNetworks) {
      if ((number ^ address) >> (32 - prefix) == 0) return true;
    }
    return false;
  }
  in6_addr v6{};
  if (inet_pton(AF_INET6, host.c_str(), &v6) != 1) return false;
  const bool unique_local = (v6.s6_addr[0] & 0xFE) == 0xFC;
  const bool link_local = v6.s6_addr[0] == 0xFE && (v6.s6_addr[1] & 0xC0) == 0x80;
  return unique_local || link_local || IN6_IS_ADDR_LOOPBACK(&v6);
}

}  // namespace plotmeter
