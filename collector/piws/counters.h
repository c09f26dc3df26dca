// Counters whose meaning nobody has written down, and the printer's clock, from HP's Printer
// Information Web Services. Pure; documents.h tells the rules they all follow.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "collector/channel/channel.h"
#include "collector/xml/document.h"

namespace plotmeter {

// Discovery.SystemTimeInfo: how long the printer has been up ("P0Y0M0DT2H39M31.5S" reads as 9571
// "s", for it is compared in whole seconds; a time with years or months, whose length nobody knows,
// reads as absent), and its clock, as collector minus printer. Empty when the document is another
// one.
struct Discovery {
  std::optional<Quantity> uptime = {};
  std::optional<std::int64_t> clock_offset_ms = {};

  bool operator==(const Discovery&) const = default;
};
std::optional<Discovery> ReadDiscovery(const Node& document, Instant seen_at);

// DeviceCounters, Usage, Counters: names are known, the payload is not. So every number in the
// document becomes a meter x-<path> with the unit given, at most kMaxCounters of them, for people
// to look at; nothing of it is billed.
//
//    {"DeviceCounters": {"Print": {"TotalArea": {"Value": 12.5, "Unit": "m2"}}}}
//    x-device-counters-print-total-area   12.5 "m2"   from "DeviceCounters/Print/TotalArea"
//
// Of elements of one name each is told by its Type, Color or PaperId, else by its place. A name or
// Type that is not all words of the trade (trade_words.h) may be somebody's: "[2]", its place, is
// told instead. Left out are negative numbers, ids, versions and stamps, and all below an element
// that is about people. False, and nothing changed, when there is no number in it.
inline constexpr std::size_t kMaxCounters = 100;
bool ReadCounters(const Node& document, Answers& into);

}  // namespace plotmeter
