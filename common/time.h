// Instants in UTC, to the millisecond, and their one text form: RFC 3339 with a Z.
//
//    FormatInstant(t)                         "2026-11-22T09:00:03Z", "…:03.250Z" with milliseconds
//    ParseInstant("2026-11-22T09:00:03Z")     that instant; offsets such as +01:00 are understood
//    ParseInstant("1970-01-01T00:00:00Z")     the epoch; that printers mean "unknown" by it is the
//                                             caller's to know

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace plotmeter {

using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

// RFC 3339 in UTC. Milliseconds are written only when they are not 0. The second appends it, for
// who writes millions.
std::string FormatInstant(Instant instant);
void AppendInstant(std::string& out, Instant instant);

// Reads RFC 3339 (years 1970 to 9999, fractions are cut to milliseconds); empty when it is anything
// else.
std::optional<Instant> ParseInstant(std::string_view text);

// Reads a calendar date such as 2026-11-22 as its first instant in UTC; empty when it is anything
// else.
std::optional<Instant> ParseDate(std::string_view text);

// Milliseconds since 1970, the form in which instants are stored, and back.
std::int64_t ToMillis(Instant instant);
Instant FromMillis(std::int64_t millis);

}  // namespace plotmeter
