// The list of printers that an administrator already has: a CSV file with a header row, its columns
// in any order.
//
//    address,profile,label,note
//    10.0.0.7,plant,"Bridge & Partners, 2nd floor",
//    plotter.example.com:1161,,Archive,key at the desk
//
// Columns: address (an IPv4 address or a host name, with a port if the agent has another one),
// profile (the discovery profile whose credentials are used; empty: that which names this file),
// community (an SNMP community of this one, tried before those of the profile; after SNMPv3, where
// that may be downgraded), label (of the
// site) and note. Only address must be there.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plotmeter {

// An IPv4 address or a host name, and a port.
struct HostName {
  std::string host = {};
  std::optional<std::uint16_t> port = {};

  // Whether host is a name, which somebody has to resolve.
  bool is_name() const;

  // "10.0.0.7", "plotter.example.com:1161". Throws UsageError naming `field`, what came and what
  // was expected. Names are those of RFC 1123: letters, digits and '-', labels of at most 63, and
  // not only numbers; addresses are unicast.
  static HostName Parse(std::string_view field, std::string_view text);
};

// What text looks like a host name rather than a range: it holds a letter, and no slash.
bool LooksLikeName(std::string_view text);

struct HostRow {
  std::string file = {};  // empty: it is of no list
  std::size_t line = 0;
  HostName at = {};
  std::string profile = {};
  std::string community = {};
  std::string label = {};
  std::string note = {};
};

inline constexpr std::size_t kMaxHosts = 100'000;

// Throws UsageError "FILE, line N: …" at the first thing that is wrong.
std::vector<HostRow> ParseHosts(std::string_view file, std::string_view text);

// The same of a file on disk; UsageError when it cannot be read.
std::vector<HostRow> ReadHosts(const std::string& path);

}  // namespace plotmeter
