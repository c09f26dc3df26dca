// The time of day as SNMP writes it: DateAndTime of RFC 2579. Pure.
//
//    DateAndTime("\x07\xEA\x0B\x16\x0A\x1E\x05\x00+\x01\x00")     2026-11-22T09:30:05Z

#pragma once

#include <optional>
#include <string_view>

#include "common/time.h"

namespace plotmeter {

// To the tenth of a second. Empty where no time zone is named (8 octets instead of 11), which is no
// instant, for what is no date, and for 1970 and before.
std::optional<Instant> DateAndTime(std::string_view octets);

}  // namespace plotmeter
