// A calendar month: "2026-11". A plain value; months before 1970 and after 9998 are none.
//
//    Month::Parse("2026-11")->Next().text()           "2026-12"
//    Month::Parse("2026-11")->first_day()             2026-11-01T00:00:00Z, or as local time
//    Month::Of(At("2026-11-30T23:30:00Z"))            2026-11

#pragma once

#include <chrono>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "common/time.h"

namespace plotmeter {

class Month {
 public:
  static constexpr std::string_view kExample = "a month such as 2026-11";

  static std::optional<Month> Parse(std::string_view text) {
    if (text.size() != 7) return std::nullopt;
    const auto first = ParseDate(std::string(text) + "-01");
    if (!first || *first >= *ParseDate("9999-01-01")) return std::nullopt;
    return Of(*first);
  }
  static Month Of(Instant at) {
    const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(at)};
    return Month(day.year() / day.month());
  }

  Month Next() const { return Month(month_ + std::chrono::months(1)); }
  Instant first_day() const { return std::chrono::sys_days(month_ / 1); }
  std::string text() const { return FormatInstant(first_day()).substr(0, 7); }

  auto operator<=>(const Month&) const = default;

 private:
  explicit Month(std::chrono::year_month month) : month_(month) {}

  std::chrono::year_month month_;
};

}  // namespace plotmeter
