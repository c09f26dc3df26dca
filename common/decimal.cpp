#include "common/decimal.h"

#include <algorithm>

namespace plotmeter {
namespace {

constexpr std::size_t kMaxLength = 40;
constexpr std::size_t kMaxDigits = 18;  // 10^18 - 1 fits in 63 bits

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<Decimal> Decimal::Parse(std::string_view text) {
  if (text.empty() || text.size() > kMaxLength) return std::nullopt;
  const bool negative = text.front() == '-';
  const std::string_view number = text.substr(negative ? 1 : 0);
  const auto point = number.find('.');
  const std::string_view whole = number.substr(0, point);
  const std::string_view fraction =
      point == std::string_view::npos ? std::string_view() : number.substr(point + 1);
  if (whole.empty() || !std::ranges::all_of(whole, IsDigit)) return std::nullopt;
  if (point != std::string_view::npos && fraction.empty()) return std::nullopt;
  if (!std::ranges::all_of(fraction, IsDigit)) return std::nullopt;

  std::int64_t digits = 0;
  std::size_t significant = 0;
  for (const std::string_view part : {whole, fraction}) {
    for (const char c : part) {
      if (digits != 0 || c != '0') ++significant;
      if (significant > kMaxDigits) return std::nullopt;
      digits = digits * 10 + (c - '0');
    }
  }
  return Decimal(std::string(text), negative ? -digits : digits, static_cast<int>(fraction.size()));
}

Decimal Decimal::FromInteger(std::int64_t value) {
  return Decimal(std::to_string(value), value, 0);
}

}  // namespace plotmeter
