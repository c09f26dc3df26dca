// What the numbers of RFC 3805 and RFC 2790 mean, in words.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/reading.h"

namespace plotmeter {

// The unit of a supply, an input or a marker's count: "1/10 ml" for 15, "metres" for 17; "?" for
// other, unknown, absent and every code no table has. One table: the three textual conventions
// (PrtMarkerSuppliesSupplyUnitTC, PrtCapacityUnitTC, PrtMarkerCounterUnitTC) agree where they meet.
std::string_view UnitWords(std::optional<std::int64_t> code);

// True for the units that measure along the media: 1/10000 in, micrometre, feet, metres.
bool IsLengthUnit(std::optional<std::int64_t> code);

// prtMarkerSuppliesType: "ink-cartridge" for 6; empty for other, unknown and codes not in the
// table.
std::string_view SupplyKindWords(std::optional<std::int64_t> code);

// prtInputType: "roll" for continuousRoll, "manual-sheet" for sheetFeedManual; empty for other,
// unknown and codes not in the table.
std::string_view InputKindWords(std::optional<std::int64_t> code);

// The type in HP's table of trays (hp_objects.h), in words of the same kind: "manual-roll" for 2.
std::string_view TrayKindWords(std::optional<std::int64_t> code);

// hrDeviceStatus and hrPrinterStatus together (RFC 2790, hrPrinterStatus): idle, printing,
// warming-up, stopped, asleep (standby), testing; empty when they say nothing.
std::string_view StateWords(std::optional<std::int64_t> device,
                            std::optional<std::int64_t> printer);

// prtInputStatus, prtMarkerStatus, prtOutputStatus: a sum of how available the subunit is and what
// hinders it (PrtSubUnitStatusTC). "idle" for 0, "unknown, critical-alert" for 21; empty when it is
// no such sum.
std::string SubunitStatusWords(std::int64_t sum);

// prtAlertGroup and prtAlertGroupIndex: "input 2", "cover"; -1 and 0 name no row. Empty for other,
// unknown and groups not in the table.
std::string AlertPartWords(std::optional<std::int64_t> group, std::optional<std::int64_t> index);

// One condition of hrPrinterDetectedErrorState (RFC 2790) that is there.
struct ErrorBit {
  std::string_view word;  // "no-paper"
  // Critical: nothing can be printed until somebody has come. Information: to be shown, no more.
  Severity severity = Severity::kUnknown;
};

// Those whose bits are set, bit 0 being the highest of the first octet and missing octets 0.
std::vector<ErrorBit> ErrorBits(std::string_view octets);

// "no-paper, door-open"; empty when no bit is set.
std::string ErrorBitWords(std::string_view octets);

}  // namespace plotmeter
