#include "collector/discovery/hosts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>

#include "collector/discovery/address_range.h"
#include "collector/discovery/csv.h"
#include "collector/discovery/shown.h"
#include "common/path.h"
#include "common/settings.h"

namespace plotmeter {
namespace {

constexpr std::string_view kExpectedHost =
    "an IPv4 address such as 10.0.0.7 or a host name such as plotter.example.com, and perhaps a "
    "port after a colon";

bool IsLabel(std::string_view label) {
  constexpr std::size_t kLongest = 63;
  return !label.empty() && label.size() <= kLongest && label.front() != '-' &&
         label.back() != '-' && std::ranges::all_of(label, [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-';
         });
}

bool IsName(std::string_view name) {
  constexpr std::size_t kLongest = 253;
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.size() > kLongest || !LooksLikeName(name)) return false;
  for (;;) {
    const std::size_t dot = name.find('.');
    if (!IsLabel(name.substr(0, dot))) return false;
    if (dot == name.npos) return true;
    name.remove_prefix(dot + 1);
  }
}

std::string Trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

std::string Lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

constexpr std::array<std::string_view, 5> kColumns = {"address", "profile", "community", "label",
                                                      "note"};
constexpr std::string_view kExpectedColumns =
    "a header row of address, profile, community, label and note, in any order; only address "
    "must be there";

[[noreturn]] void Refuse(std::string_view file, std::size_t line, std::string_view what,
                         std::string_view expected) {
  throw UsageError(fmt::format("{}, line {}: {}; expected {}", file, line, what, expected));
}

// Where each column is; what is not there is not in the map.
std::map<std::string_view, std::size_t> ReadHeader(std::string_view file, const CsvRow& header) {
  std::map<std::string_view, std::size_t> columns;
  for (std::size_t i = 0; i < header.fields.size(); ++i) {
    const std::string name = Lower(Trimmed(header.fields[i]));
    const auto* known = std::ranges::find(kColumns, name);
    if (known == kColumns.end()) {
      Refuse(file, header.line, fmt::format("there is a column '{}'", Shown(name)),
             kExpectedColumns);
    }
    if (!columns.emplace(*known, i).second) {
      Refuse(file, header.line, fmt::format("the column '{}' is there twice", name),
             "each column once");
    }
  }
  if (!columns.contains("address")) {
    Refuse(file, header.line, "no column is called 'address'", kExpectedColumns);
  }
  return columns;
}

}  // namespace

bool LooksLikeName(std::string_view text) {
  return text.find('/') == text.npos && std::ranges::any_of(text, [](char c) {
           return std::isalpha(static_cast<unsigned char>(c)) != 0;
         });
}

bool HostName::is_name() const { return LooksLikeName(host); }

HostName HostName::Parse(std::string_view field, std::string_view text) {
  const auto wrong = [&](std::string_view expected) {
    return UsageError(fmt::format("'{}' is '{}'; expected {}", field, Shown(text), expected));
  };
  const std::size_t colon = text.find(':');
  HostName name{.host = Lower(std::string(text.substr(0, colon)))};
  const std::optional<Ipv4> address = Ipv4::Parse(name.host);
  if (!address && !IsName(name.host)) throw wrong(kExpectedHost);
  if (address && !address->is_unicast()) throw wrong(kExpectedUnicast);
  if (colon == text.npos) return name;
  if (text.find(':', colon + 1) != text.npos) throw wrong(kExpectedHost);  // IPv6
  const std::string_view port = text.substr(colon + 1);
  std::uint16_t number = 0;
  const auto [stop, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc{} || stop != port.data() + port.size() || number == 0) {
    throw wrong("a port from 1 to 65535 after the colon");
  }
  name.port = number;
  return name;
}

std::vector<HostRow> ParseHosts(std::string_view file, std::string_view text) {
  const std::vector<CsvRow> rows = ParseCsv(file, text);
  if (rows.empty()) Refuse(file, 1, "there is no row", kExpectedColumns);
  const auto columns = ReadHeader(file, rows.front());
  std::vector<HostRow> hosts;
  std::map<std::string, std::size_t> lines;  // of each address
  for (auto row = rows.begin() + 1; row != rows.end(); ++row) {
    if (row->fields.size() != rows.front().fields.size()) {
      Refuse(file, row->line, fmt::format("the row has {} fields", row->fields.size()),
             fmt::format("{} as in the header", rows.front().fields.size()));
    }
    const auto field = [&](std::string_view column) {
      const auto at = columns.find(column);
      return at == columns.end() ? std::string() : Trimmed(row->fields[at->second]);
    };
    if (std::ranges::all_of(row->fields, [](const auto& f) { return Trimmed(f).empty(); })) {
      continue;  // what a spreadsheet leaves below its last row
    }
    HostRow host{.file = std::string(file),
                 .line = row->line,
                 .profile = field("profile"),
                 .community = field("community"),
                 .label = field("label"),
                 .note = field("note")};
    host.at =
        HostName::Parse(fmt::format("{}, line {}: address", file, row->line), field("address"));
    // With another port too: an address is looked at once.
    const auto [first, is_new] = lines.emplace(host.at.host, row->line);
    if (!is_new) {
      Refuse(file, row->line,
             fmt::format("the address '{}' was in line {} already", Shown(field("address")),
                         first->second),
             "each address once");
    }
    if (hosts.size() == kMaxHosts) {
      Refuse(file, row->line, "there are too many rows", fmt::format("at most {}", kMaxHosts));
    }
    hosts.push_back(std::move(host));
  }
  return hosts;
}

std::vector<HostRow> ReadHosts(const std::string& path) {
  std::ifstream in(PathOf(path), std::ios::binary);
  if (!in) {
    throw UsageError(
        fmt::format("'hosts' is '{}', which cannot be read: {}", path, std::strerror(errno)));
  }
  std::string text;
  for (char part[65536]; in.read(part, sizeof part), in.gcount() > 0;) {
    text.append(part, static_cast<std::size_t>(in.gcount()));
    if (text.size() > kMaxCsvOctets) break;  // ParseCsv says so
  }
  return ParseHosts(path, text);
}

}  // namespace plotmeter
