// A stretch of time as people ask for it: from a date or an instant to a date or an instant.
//
//    PeriodEdge::Parse("2026-11-01")->In("Europe/Berlin")           2026-10-31T23:00:00Z
//    PeriodEdge::Parse("2026-11-01T09:00:00Z")->In("Europe/Berlin") 2026-11-01T09:00:00Z
//
// A date is the first instant of that day where the site is, so that one month is cut at another
// instant in each time zone. The door to Howard Hinnant's date library and the system's zones.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "common/time.h"

namespace plotmeter {

class PeriodEdge {
 public:
  static constexpr std::string_view kExample =
      "a date such as 2026-11-01, or an instant such as 2026-11-01T00:00:00Z";
  static std::optional<PeriodEdge> Parse(std::string_view text);

  // Throws std::runtime_error for a zone the system does not have.
  Instant In(const std::string& time_zone) const;

 private:
  explicit PeriodEdge(Instant at, bool is_date) : at_(at), is_date_(is_date) {}

  Instant at_;  // of a date: its first instant in UTC
  bool is_date_;
};

struct Period {
  PeriodEdge from;
  PeriodEdge to;
};

// What clocks show there at that instant, as if it were UTC. Throws std::runtime_error for a zone
// the system does not have.
Instant LocalTime(Instant at, const std::string& time_zone);

// And back: when clocks show that there; the first time, where they are put back.
Instant FromLocalTime(Instant local, const std::string& time_zone);

// A month of a site, 202611. An instant that is the first of a month belongs to the month before:
// periods hold their end, and not their beginning, as usage does (usage.h).
std::int64_t MonthOf(Instant instant, const std::string& time_zone);
Instant MonthStart(std::int64_t month, const std::string& time_zone);
// "2026-11"; empty for anything else.
std::optional<std::int64_t> ParseMonth(std::string_view text);
std::string FormatMonth(std::int64_t month);

// The first instant after `after` at which it is so late in the day where the zone is: 07:30 as
// minutes(450). Where clocks skip that time, the instant of the skip; where it comes twice, the
// first. Throws std::runtime_error for a zone the system does not have.
Instant NextTimeOfDay(Instant after, std::chrono::minutes time, const std::string& time_zone);

// Whether the system knows the zone, "Europe/Berlin".
bool IsTimeZone(const std::string& name);

}  // namespace plotmeter
