#include "common/http/public_address.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace plotmeter {
namespace {

struct Block {
  std::uint32_t address = 0;
  int prefix = 0;  // bits
};

// Of IPv4: everything that is no unicast address of the open internet.
constexpr std::array kNotPublic = {
    Block{0x00000000, 8},   // this network
    Block{0x0A000000, 8},   // private
    Block{0x64400000, 10},  // shared with a carrier (RFC 6598)
    Block{0x7F000000, 8},   // this machine
    Block{0xA9FE0000, 16},  // link local, and clouds' metadata
    Block{0xAC100000, 12},  // private
    Block{0xC0000000, 24},  // protocol assignments
    Block{0xC0000200, 24},  // documentation
    Block{0xC0586300, 24},  // 6to4 relays, which are no more
    Block{0xC0A80000, 16},  // private
    Block{0xC6120000, 15},  // benchmarks
    Block{0xC6336400, 24},  // documentation
    Block{0xCB007100, 24},  // documentation
    Block{0xE0000000, 3},   // multicast, reserved, broadcast
};

bool IsPublicV4(std::uint32_t address) {
  return std::ranges::none_of(kNotPublic, [&](const Block& block) {
    return ((address ^ block.address) >> (32 - block.prefix)) == 0;
  });
}

std::uint32_t Word(const IpAddress& address, std::size_t first) {
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < 4; ++i) word = word << 8 | address.octets[first + i];
  return word;
}

}  // namespace

bool IsPublic(const IpAddress& address) {
  const std::uint32_t first = Word(address, 0);
  if (!address.is_v6) return IsPublicV4(first);
  if (first == 0x0064FF9B && Word(address, 4) == 0 && Word(address, 8) == 0) {
    return IsPublicV4(Word(address, 12));  // NAT64: what IPv4 would be reached by it
  }
  if (first >> 29 != 1) return false;               // outside 2000::/3
  if (first >> 9 == 0x20010000 >> 9) return false;  // 2001::/23: Teredo and protocol assignments
  if (first == 0x20010DB8) return false;            // documentation
  if (first >> 16 == 0x2002) return false;          // 6to4
  return first >> 12 != 0x3FFF0;                    // documentation (RFC 9637)
}

}  // namespace plotmeter
