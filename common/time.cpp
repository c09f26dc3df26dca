#include "common/time.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <charconv>
#include <iterator>

namespace plotmeter {
namespace {

using std::chrono::day;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::month;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

// Takes digits and literals off the front of a text; false once something did not fit.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  // Exactly `width` digits with a value from `low` to `high`.
  bool Digits(std::size_t width, unsigned low, unsigned high, unsigned& out) {
    if (rest_.size() < width) return false;
    const char* end = rest_.data() + width;
    const auto [stop, error] = std::from_chars(rest_.data(), end, out);
    if (error != std::errc{} || stop != end || out < low || out > high) return false;
    rest_.remove_prefix(width);
    return true;
  }

  bool Literal(char expected) {
    if (rest_.empty() || rest_.front() != expected) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // ".25" as 250 ms; digits beyond the third are cut.
  bool Fraction(unsigned& millis) {
    millis = 0;
    if (!Literal('.')) return true;
    unsigned scale = 100;
    std::size_t count = 0;
    for (; count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9'; ++count) {
      millis += static_cast<unsigned>(rest_[count] - '0') * scale;
      scale /= 10;
    }
    rest_.remove_prefix(count);
    return count > 0;
  }

  bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

bool ReadDate(Reader& in, sys_days& out) {
  unsigned y = 0;
  unsigned m = 0;
  unsigned d = 0;
  if (!in.Digits(4, 1970, 9999, y) || !in.Literal('-') || !in.Digits(2, 1, 12, m) ||
      !in.Literal('-') || !in.Digits(2, 1, 31, d)) {
    return false;
  }
  const year_month_day date{year{static_cast<int>(y)}, month{m}, day{d}};
  out = sys_days{date};
  return date.ok();
}

}  // namespace

void AppendInstant(std::string& out, Instant instant) {
  const auto date_part = std::chrono::floor<days>(instant);
  const year_month_day date{date_part};
  const std::chrono::hh_mm_ss time{instant - date_part};
  auto to = std::back_inserter(out);
  fmt::format_to(to, FMT_COMPILE("{:04}-"), static_cast<int>(date.year()));
  const auto two = [&out](auto number, char after) {
    const auto digits = static_cast<unsigned>(number);
    const char text[] = {static_cast<char>('0' + digits / 10), static_cast<char>('0' + digits % 10),
                         after};
    out.append(text, sizeof text);
  };
  two(static_cast<unsigned>(date.month()), '-');
  two(static_cast<unsigned>(date.day()), 'T');
  two(time.hours().count(), ':');
  two(time.minutes().count(), ':');
  two(time.seconds().count(), time.subseconds().count() == 0 ? 'Z' : '.');
  if (time.subseconds().count() != 0) {
    fmt::format_to(to, FMT_COMPILE("{:03}Z"), time.subseconds().count());
  }
}

std::string FormatInstant(Instant instant) {
  std::string text;
  AppendInstant(text, instant);
  return text;
}

std::optional<Instant> ParseInstant(std::string_view text) {
  Reader in(text);
  sys_days date;
  unsigned h = 0;
  unsigned m = 0;
  unsigned s = 0;
  unsigned millis = 0;
  if (!ReadDate(in, date) || !(in.Literal('T') || in.Literal('t')) || !in.Digits(2, 0, 23, h) ||
      !in.Literal(':') || !in.Digits(2, 0, 59, m) || !in.Literal(':') || !in.Digits(2, 0, 60, s) ||
      !in.Fraction(millis)) {  // 60: a leap second (RFC 3339 5.6)
    return std::nullopt;
  }
  minutes offset{0};
  if (!in.Literal('Z') && !in.Literal('z')) {
    const bool east = in.Literal('+');
    unsigned offset_hours = 0;
    unsigned offset_minutes = 0;
    if ((!east && !in.Literal('-')) || !in.Digits(2, 0, 23, offset_hours) || !in.Literal(':') ||
        !in.Digits(2, 0, 59, offset_minutes)) {
      return std::nullopt;
    }
    offset = hours{offset_hours} + minutes{offset_minutes};
    if (!east) offset = -offset;
  }
  if (!in.done()) return std::nullopt;
  return Instant{date} + hours{h} + minutes{m} + seconds{s} + milliseconds{millis} - offset;
}

std::optional<Instant> ParseDate(std::string_view text) {
  Reader in(text);
  sys_days date;
  if (!ReadDate(in, date) || !in.done()) return std::nullopt;
  return Instant{date};
}

std::int64_t ToMillis(Instant instant) { return instant.time_since_epoch().count(); }

Instant FromMillis(std::int64_t millis) { return Instant{milliseconds{millis}}; }

}  // namespace plotmeter
