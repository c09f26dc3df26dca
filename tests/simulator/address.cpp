#include "tests/simulator/address.h"

#include <arpa/inet.h>

#include <array>
#include <charconv>

namespace plotmeter::simulator {

namespace {

template <typename Number>
bool ReadWhole(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

bool IsLoopback(std::uint32_t address) { return address >> 24 == 127; }

}  // namespace

std::optional<std::uint32_t> ParseAddress(std::string_view text) {
  in_addr address{};
  if (::inet_pton(AF_INET, std::string(text).c_str(), &address) != 1) return std::nullopt;
  return ntohl(address.s_addr);
}

std::string AddressText(std::uint32_t address) {
  in_addr network{};
  network.s_addr = htonl(address);
  std::array<char, INET_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET, &network, text.data(), text.size());
  return text.data();
}

std::optional<Endpoint> ParseEndpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto address = ParseAddress(text.substr(0, colon));
  Endpoint endpoint;
  if (!address || !IsLoopback(*address) || !ReadWhole(text.substr(colon + 1), endpoint.port)) {
    return std::nullopt;
  }
  endpoint.address = *address;
  return endpoint;
}

std::optional<Network> ParseNetwork(std::string_view text) {
  const auto slash = text.find('/');
  const auto base = ParseAddress(text.substr(0, slash));
  Network network;
  if (slash != std::string_view::npos && !ReadWhole(text.substr(slash + 1), network.prefix)) {
    return std::nullopt;
  }
  if (!base || network.prefix < 8 || network.prefix > 32 || !IsLoopback(*base)) return std::nullopt;
  network.base = *base & ~static_cast<std::uint32_t>(network.room() - 1);
  return network;
}

}  // namespace plotmeter::simulator
