#include "collector/snmp/udp_port.h"

#include <charconv>

#include "common/net.h"

namespace plotmeter {

std::optional<Endpoint> Endpoint::Parse(const std::string& address, std::uint16_t port) {
  const std::size_t percent = address.find('%');
  const std::optional<IpAddress> ip = ParseIp(address.substr(0, percent));
  if (!ip || (!ip->is_v6 && percent != std::string::npos)) return std::nullopt;
  Endpoint endpoint{.is_v6 = ip->is_v6, .ip = ip->octets, .port = port};
  if (percent != std::string::npos) {
    const std::string zone = address.substr(percent + 1);
    const char* const end = zone.data() + zone.size();
    const auto [stop, error] = std::from_chars(zone.data(), end, endpoint.scope);
    if (error != std::errc() || stop != end) endpoint.scope = InterfaceIndex(zone);
    if (endpoint.scope == 0) return std::nullopt;
  }
  return endpoint;
}

}  // namespace plotmeter
