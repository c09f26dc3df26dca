#include "portal/ledger/quantity.h"

#include <algorithm>
#include <iterator>

namespace plotmeter {
namespace {

enum class Dimension { kNone, kVolume, kArea, kLength, kCount };

struct Unit {
  std::string_view name;
  Dimension dimension;
  std::int64_t numerator;  // base units in one of it: numerator / denominator
  std::int64_t denominator = 1;
};

// Confirmed units. Those of RFC 3805 (PrtMarkerCounterUnitTC, PrtMarkerSuppliesSupplyUnitTC) bear
// the names the SNMP channel gives them; the others are what PIWS and LEDM write.
constexpr Unit kUnits[] = {
    {"cc", Dimension::kVolume, 1'000'000},
    {"ml", Dimension::kVolume, 1'000'000},
    {"1/10 ml", Dimension::kVolume, 100'000},
    {"1/1000 ml", Dimension::kVolume, 1'000},
    {"m2", Dimension::kArea, 100'000'000},
    {"cm2", Dimension::kArea, 10'000},
    {"mm2", Dimension::kArea, 100},
    {"ft2", Dimension::kArea, 144 * 64'516},
    {"in2", Dimension::kArea, 64'516},
    {"metres", Dimension::kLength, 1'000'000},
    {"m", Dimension::kLength, 1'000'000},
    {"mm", Dimension::kLength, 1'000},
    {"micrometre", Dimension::kLength, 1},
    {"feet", Dimension::kLength, 304'800},
    {"in", Dimension::kLength, 25'400},
    {"1/10000 in", Dimension::kLength, 127, 50},
    {"impressions", Dimension::kCount, 1},
    {"sheets", Dimension::kCount, 1},
    {"prints", Dimension::kCount, 1},
    {"scans", Dimension::kCount, 1},
    {"copies", Dimension::kCount, 1},
    {"items", Dimension::kCount, 1},
    {"pages", Dimension::kCount, 1},
    {"count", Dimension::kCount, 1},
    {"1", Dimension::kCount, 1},
};

struct Meter {
  std::string_view name;
  Dimension dimension;
};

constexpr Meter kMeters[] = {
    {"ink.used", Dimension::kVolume},       {"media.area", Dimension::kArea},
    {"media.length", Dimension::kLength},   {"impressions", Dimension::kCount},
    {"sheets", Dimension::kCount},          {"prints", Dimension::kCount},
    {"scans", Dimension::kCount},           {"copies", Dimension::kCount},
    {"cartridges.used", Dimension::kCount},
};

constexpr std::string_view Name(Dimension dimension) {
  switch (dimension) {
    case Dimension::kVolume:
      return "nL";
    case Dimension::kArea:
      return "mm2/100";
    case Dimension::kLength:
      return "um";
    case Dimension::kCount:
      return "1";
    case Dimension::kNone:
      break;
  }
  return "";
}

// A unit that the meter can have, or null. A meter whose meaning is not settled has none.
const Unit* Confirmed(std::string_view meter, std::string_view unit) {
  const auto kind = std::ranges::find(kMeters, meter, &Meter::name);
  const auto found = std::ranges::find(kUnits, unit, &Unit::name);
  if (kind == std::end(kMeters) || found == std::end(kUnits)) return nullptr;
  return found->dimension == kind->dimension ? found : nullptr;
}

bool TimesTen(Int128& digits, int times) {
  for (; times > 0; --times) {
    if (__builtin_mul_overflow(digits, Int128{10}, &digits)) return false;
  }
  return true;
}

}  // namespace

Exact Exact::Of(const Decimal& decimal) { return {decimal.digits(), decimal.decimals()}; }

std::optional<Exact> Exact::Plus(const Exact& other) const {
  Int128 mine = digits_;
  Int128 theirs = other.digits_;
  const int decimals = std::max(decimals_, other.decimals_);
  Int128 sum = 0;
  if (!TimesTen(mine, decimals - decimals_) || !TimesTen(theirs, decimals - other.decimals_) ||
      __builtin_add_overflow(mine, theirs, &sum)) {
    return std::nullopt;
  }
  return Exact(sum, decimals);
}

std::optional<Exact> Exact::Minus(const Exact& other) const {
  return Plus(Exact(-other.digits_, other.decimals_));
}

std::string Exact::Text() const {
  // From the lowest digit up. Two's complement: the magnitude of any Int128 fits its unsigned twin.
  __extension__ using Unsigned = unsigned __int128;
  Unsigned rest =
      digits_ < 0 ? ~static_cast<Unsigned>(digits_) + 1 : static_cast<Unsigned>(digits_);
  std::string text;
  for (int position = 0; rest != 0 || position <= decimals_; ++position) {
    if (position == decimals_ && position > 0) text += '.';
    text += static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  }
  if (digits_ < 0) text += '-';
  std::ranges::reverse(text);
  return text;
}

std::optional<std::int64_t> Exact::Scaled(std::int64_t numerator, std::int64_t denominator) const {
  Int128 top = 0;
  Int128 bottom = denominator;
  if (__builtin_mul_overflow(digits_, Int128{numerator}, &top) || !TimesTen(bottom, decimals_)) {
    return std::nullopt;
  }
  Int128 whole = top / bottom;
  const Int128 rest = top % bottom;  // has the sign of top
  const Int128 size = rest < 0 ? -rest : rest;
  const Int128 other = bottom - size;  // compared with size instead of doubling it
  if (size > other || (size == other && whole % 2 != 0)) whole += top < 0 ? -1 : 1;
  if (whole > INT64_MAX || whole < INT64_MIN) return std::nullopt;
  return static_cast<std::int64_t>(whole);
}

std::optional<std::string_view> BaseUnit(std::string_view meter, std::string_view unit) {
  const Unit* confirmed = Confirmed(meter, unit);
  return confirmed != nullptr ? std::optional(Name(confirmed->dimension)) : std::nullopt;
}

std::optional<std::string_view> BaseUnitOf(std::string_view meter) {
  const auto kind = std::ranges::find(kMeters, meter, &Meter::name);
  return kind != std::end(kMeters) ? std::optional(Name(kind->dimension)) : std::nullopt;
}

std::vector<std::string_view> MeterNames() {
  std::vector<std::string_view> names;
  for (const Meter& meter : kMeters) names.push_back(meter.name);
  return names;
}

std::vector<std::string_view> UnitsOf(std::string_view meter) {
  std::vector<std::string_view> units;
  for (const Unit& unit : kUnits) {
    if (Confirmed(meter, unit.name) != nullptr) units.push_back(unit.name);
  }
  return units;
}

std::optional<BaseQuantity> ToBase(std::string_view meter, std::string_view unit,
                                   const Exact& amount) {
  const Unit* confirmed = Confirmed(meter, unit);
  if (confirmed == nullptr) return std::nullopt;
  const auto scaled = amount.Scaled(confirmed->numerator, confirmed->denominator);
  if (!scaled) return std::nullopt;
  return BaseQuantity{*scaled, Name(confirmed->dimension)};
}

}  // namespace plotmeter
