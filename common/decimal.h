// A number exactly as a printer wrote it: decimal text, never a binary fraction.
//
//    Decimal::Parse("191.352000")->text()       "191.352000"
//    Decimal::Parse("191.352000")->digits()     191352000   (the integer without its point)
//    Decimal::Parse("191.352000")->decimals()   6           (so the value is digits / 10^decimals)
//    Decimal::Parse("1e5"), ("-"), ("1.")       empty: no exponent, no sign alone, no lone point
//
// At most 18 significant digits, so that digits() always fits; longer text is not a Decimal.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plotmeter {

class Decimal {
 public:
  // `-?[0-9]+(\.[0-9]+)?`, at most 40 characters and 18 digits after leading zeros; else empty.
  static std::optional<Decimal> Parse(std::string_view text);

  static Decimal FromInteger(std::int64_t value);

  const std::string& text() const { return text_; }
  std::int64_t digits() const { return digits_; }
  int decimals() const { return decimals_; }
  bool is_zero() const { return digits_ == 0; }

  // Same text. "1.0" and "1" are two texts of one value, and the printer's text is what is kept.
  bool operator==(const Decimal& other) const { return text_ == other.text_; }

 private:
  Decimal(std::string text, std::int64_t digits, int decimals)
      : text_(std::move(text)), digits_(digits), decimals_(decimals) {}

  std::string text_;
  std::int64_t digits_ = 0;
  int decimals_ = 0;
};

// A value and the unit the printer gave it; "?" where it named none.
struct Quantity {
  Decimal value = Decimal::FromInteger(0);
  std::string unit = "?";

  bool operator==(const Quantity&) const = default;
};

}  // namespace plotmeter
