// What points at people and places in one printer, as it lies in a batch: its network addresses,
// the name somebody gave it, and where it stands. Each is there only if the site lets it leave, and
// is then the text itself or its hash (collector/spool/masking.h). Nothing is known by them: a
// printer is its serial.
//
//    Whereabouts{.ip = "10.0.0.7", .macs = {"00:1b:78:aa:bb:cc"}, .name = "plotter-2",
//                .location = "copy room"}

#pragma once

#include <optional>
#include <string>
#include <vector>

namespace plotmeter {

struct Whereabouts {
  std::optional<std::string> ip = {};        // where the collector reads it
  std::vector<std::string> macs = {};        // RFC 2863 ifPhysAddress
  std::optional<std::string> name = {};      // RFC 3418 sysName, PIWS PrinterName
  std::optional<std::string> location = {};  // RFC 3418 sysLocation

  bool empty() const { return !ip && macs.empty() && !name && !location; }
  bool operator==(const Whereabouts&) const = default;
};

}  // namespace plotmeter
