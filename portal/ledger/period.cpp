#include "portal/ledger/period.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#include <date/tz.h>
#pragma GCC diagnostic pop

namespace plotmeter {

std::optional<PeriodEdge> PeriodEdge::Parse(std::string_view text) {
  if (const auto date = ParseDate(text)) return PeriodEdge(*date, true);
  if (const auto instant = ParseInstant(text)) return PeriodEdge(*instant, false);
  return std::nullopt;
}

Instant PeriodEdge::In(const std::string& time_zone) const {
  if (!is_date_) return at_;
  const date::local_time<std::chrono::milliseconds> midnight(at_.time_since_epoch());
  // Where clocks are put back at midnight the day begins with the first of the two; where midnight
  // is skipped it begins at the skip.
  return date::locate_zone(time_zone)->to_sys(midnight, date::choose::earliest);
}

Instant NextTimeOfDay(Instant after, std::chrono::minutes time, const std::string& time_zone) {
  const date::time_zone* zone = date::locate_zone(time_zone);
  auto day = date::floor<date::days>(zone->to_local(after));
  for (;; day += date::days(1)) {
    const date::local_time<std::chrono::milliseconds> local(day + time);
    const Instant at = zone->to_sys(local, date::choose::earliest);
    if (at > after) return at;
  }
}

bool IsTimeZone(const std::string& name) {
  try {
    return date::locate_zone(name) != nullptr;
  } catch (const std::runtime_error&) {
    return false;
  }
}

}  // namespace plotmeter
