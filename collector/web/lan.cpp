#include "collector/web/lan.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "common/net.h"

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
  const std::optional<IpAddress> ip = ParseIp(host);
  if (!ip) return false;
  const auto& octets = ip->octets;
  if (!ip->is_v6) {
    const std::uint32_t number = std::uint32_t{octets[0]} << 24 | std::uint32_t{octets[1]} << 16 |
                                 std::uint32_t{octets[2]} << 8 | octets[3];
    return std::ranges::any_of(kNetworks, [&](const Network& network) {
      return (number ^ network.address) >> (32 - network.prefix) == 0;
    });
  }
  constexpr std::array<std::uint8_t, 16> kLoopback = {0, 0, 0, 0, 0, 0, 0, 0,
                                                      0, 0, 0, 0, 0, 0, 0, 1};
  const bool unique_local = (octets[0] & 0xFE) == 0xFC;
  const bool link_local = octets[0] == 0xFE && (octets[1] & 0xC0) == 0x80;
  return unique_local || link_local || octets == kLoopback;
}

}  // namespace plotmeter
