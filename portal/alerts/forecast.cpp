#include "portal/alerts/forecast.h"

#include <algorithm>
#include <cstdlib>

#include "portal/ledger/quantity.h"

namespace plotmeter {
namespace {

// Six decimals are more than any printer has, and a product of level and time stays within 128
// bits.
constexpr int kDecimals = 6;
constexpr std::int64_t kLargest = 1'000'000'000'000;
constexpr int kLongest = 3650;  // days

std::optional<Int128> Millionths(const Decimal& level) {
  if (level.decimals() > kDecimals || std::abs(level.digits()) > kLargest) return std::nullopt;
  Int128 value = level.digits();
  for (int i = level.decimals(); i < kDecimals; ++i) value *= 10;
  return value;
}

}  // namespace

std::optional<int> DaysLeft(const std::vector<LevelPoint>& levels, Instant now) {
  if (levels.empty()) return std::nullopt;
  const Instant begin = now - kForecastWindow;
  const std::string& unit = levels.back().level.unit;
  Int128 last = 0;
  bool is_known = false;  // that is
  Instant first = {};
  Int128 used = 0;
  for (const LevelPoint& point : levels) {
    const auto level = Millionths(point.level.value);
    if (!level || point.level.unit != unit) {
      is_known = false;  // what came before cannot be compared
      used = 0;
      continue;
    }
    if (!is_known || point.at <= begin) {
      first = std::max(point.at, begin);
      used = 0;
    } else if (*level < last) {
      used += last - *level;
    }
    last = *level;
    is_known = true;
  }
  const auto span = levels.back().at - first;
  if (!is_known || last < 0 || used <= 0 || span < kForecastNeeds) return std::nullopt;
  constexpr std::int64_t kDay = std::chrono::milliseconds(std::chrono::days(1)).count();
  const Int128 days = last * span.count() / used / kDay;
  if (days > kLongest) return std::nullopt;
  return static_cast<int>(days);
}

}  // namespace plotmeter
