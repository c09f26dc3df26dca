// Something that happened once to a printer: an entry of its own error log, or a change that the
// collector noticed. Unlike an alert it is never "active".
//
//    PrinterEvent{.kind = "error-log", .key = "1437049356/610010", .code = "610010", …}
//    PrinterEvent{.kind = "firmware-changed", .key = "TR8-AC_16.0.0.1", .was = "TR8-AC_15.0.0.1",
//                 .is = "TR8-AC_16.0.0.1"}
//
// An event counts once by (printer, channel, kind, key): a log that is read again adds nothing.
// Addresses, MACs and host names are in none of its texts, since events leave the site.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/reading.h"
#include "common/time.h"

namespace plotmeter {

struct PrinterEvent {
  // error-log, restarted, firmware-changed, product-changed, moved (same serial, other address),
  // replaced (other serial at its address), board-swapped (other serial, same MAC), card-changed,
  // second-address, certificate-changed,
  // foreign-ink, cartridge-installed; an open set of lower-case words.
  std::string kind = {};
  std::string key = {};  // tells it from others of its kind on this printer and channel
  ChannelKind channel = ChannelKind::kNone;  // kNone: the collector noticed it by itself
  Instant at = {};                           // the collector's clock when it was seen first
  std::optional<std::string> code = {};      // raw
  std::optional<std::string> text = {};
  std::optional<Instant> printer_time = {};          // by the printer's clock
  std::optional<std::int64_t> clock_offset_ms = {};  // collector minus printer, at this answer
  std::optional<std::int64_t> printer_pages = {};    // logs that count pages instead of time
  std::optional<std::string> was = {};
  std::optional<std::string> is = {};

  bool operator==(const PrinterEvent&) const = default;
};

}  // namespace plotmeter
