#include "portal/ledger/period.h"

#include <fmt/format.h>

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
  return is_date_ ? FromLocalTime(at_, time_zone) : at_;
}

// Where clocks are put back at midnight the day begins with the first of the two; where midnight is
// skipped it begins at the skip.
Instant FromLocalTime(Instant local, const std::string& time_zone) {
  const date::local_time<std::chrono::milliseconds> shown(local.time_since_epoch());
  return date::locate_zone(time_zone)->to_sys(shown, date::choose::earliest);
}

Instant LocalTime(Instant at, const std::string& time_zone) {
  return Instant(date::locate_zone(time_zone)->to_local(at).time_since_epoch());
}

std::int64_t MonthOf(Instant instant, const std::string& time_zone) {
  const auto local = date::locate_zone(time_zone)->to_local(instant - std::chrono::milliseconds(1));
  const date::year_month_day day(date::floor<date::days>(local));
  return static_cast<std::int64_t>(static_cast<int>(day.year())) * 100 +
         static_cast<unsigned>(day.month());
}

std::string FormatMonth(std::int64_t month) {
  return fmt::format("{:04}-{:02}", month / 100, month % 100);
}

std::optional<std::int64_t> ParseMonth(std::string_view text) {
  if (text.size() != 7 || !ParseDate(std::string(text) + "-01")) return std::nullopt;
  return std::stoll(std::string(text.substr(0, 4))) * 100 + std::stoll(std::string(text.substr(5)));
}

Instant MonthStart(std::int64_t month, const std::string& time_zone) {
  const std::chrono::year_month_day first{std::chrono::year(static_cast<int>(month / 100)),
                                          std::chrono::month(static_cast<unsigned>(month % 100)),
                                          std::chrono::day(1)};
  return FromLocalTime(Instant{std::chrono::sys_days{first}}, time_zone);
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
