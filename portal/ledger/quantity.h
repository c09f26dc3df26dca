// Exact arithmetic on what printers wrote, and the one place where their units become ours.
//
//    Exact::Of(*Decimal::Parse("433.5")).Minus(Exact::Of(*Decimal::Parse("1.25")))->Text() "432.25"
//    ToBase("ink.used", "cc", Exact::Of(*Decimal::Parse("0.21")))     {210000, "nL"}
//    ToBase("media.area", "?", …)                                     empty: not confirmed, it
//                                                                     stays raw
//
// No floating point. Base units (product.md section 3): ink nL, area 1/100 mm², length µm, counts
// in ones. The conversion is an exact rational, rounded half to even once, at the end.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/decimal.h"

namespace plotmeter {

__extension__ using Int128 = __int128;

// digits / 10^decimals. Results that do not fit are empty, never wrapped.
class Exact {
 public:
  Exact() = default;
  static Exact Of(const Decimal& decimal);

  std::optional<Exact> Plus(const Exact& other) const;
  std::optional<Exact> Minus(const Exact& other) const;
  bool IsNegative() const { return digits_ < 0; }

  // "-0.50" with as many decimals as the longer of the operands had.
  std::string Text() const;

  // This times numerator / denominator (both above 0), rounded half to even.
  std::optional<std::int64_t> Scaled(std::int64_t numerator, std::int64_t denominator) const;

 private:
  Exact(Int128 digits, int decimals) : digits_(digits), decimals_(decimals) {}

  Int128 digits_ = 0;
  int decimals_ = 0;
};

struct BaseQuantity {
  std::int64_t amount = 0;
  std::string_view unit = {};  // "nL", "mm2/100", "um", or "1"

  bool operator==(const BaseQuantity&) const = default;
};

// The base unit of a meter in a unit we are sure of; empty when the unit is not confirmed ("?"), or
// is no unit of that meter.
std::optional<std::string_view> BaseUnit(std::string_view meter, std::string_view unit);

// That of a meter in whatever unit; empty where its meaning is not settled.
std::optional<std::string_view> BaseUnitOf(std::string_view meter);

// All meters of which that is settled, and all units in which one of them may be counted.
std::vector<std::string_view> MeterNames();
std::vector<std::string_view> UnitsOf(std::string_view meter);

// Empty also when the amount does not fit.
std::optional<BaseQuantity> ToBase(std::string_view meter, std::string_view unit,
                                   const Exact& amount);

}  // namespace plotmeter
