// IPv4 addresses of this machine as numbers in host order.
//
//    ParseAddress("127.0.0.1")        0x7F000001
//    ParseEndpoint("127.0.0.1:8161")  that address and 8161
//    ParseNetwork("127.60.0.0/16")    base 127.60.0.0, prefix 16

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plotmeter::simulator {

// Empty when it is not a dotted quad.
std::optional<std::uint32_t> ParseAddress(std::string_view text);
std::string AddressText(std::uint32_t address);

struct Endpoint {
  std::uint32_t address = 0;
  std::uint16_t port = 0;  // 0: a free one
};

// "ADDR:PORT" in 127.0.0.0/8; empty when it is anything else.
std::optional<Endpoint> ParseEndpoint(std::string_view text);

// Part of 127.0.0.0/8: nothing here ever listens anywhere else.
struct Network {
  std::uint32_t base = 0;  // host order
  int prefix = 32;

  std::uint64_t room() const { return (std::uint64_t{1} << (32 - prefix)); }
};

// "127.60.0.0/16" or one address "127.0.0.1"; empty when it is anything else or not loopback.
std::optional<Network> ParseNetwork(std::string_view text);

}  // namespace plotmeter::simulator
