#include "portal/ledger/quantity.h"

#include <gtest/gtest.h>

#include <ostream>

namespace plotmeter {
namespace {

Exact E(std::string_view text) { return Exact::Of(*Decimal::Parse(text)); }

std::string Minus(std::string_view a, std::string_view b) {
  const auto difference = E(a).Minus(E(b));
  return difference ? difference->Text() : "does not fit";
}

TEST(QuantityTest, SubtractsDecimalTextExactly) {
  EXPECT_EQ(Minus("433", "433"), "0");
  EXPECT_EQ(Minus("433.5", "1.25"), "432.25");
  EXPECT_EQ(Minus("191.352000", "0.000001"), "191.351999");
  EXPECT_EQ(Minus("0.1", "0.3"), "-0.2");
  EXPECT_EQ(Minus("1.00", "0.95"), "0.05");
  EXPECT_EQ(Minus("-5", "-7.5"), "2.5");
  EXPECT_EQ(Minus("999999999999999999", "0.5"), "999999999999999998.5");
}

TEST(QuantityTest, SaysNothingWhereAResultDoesNotFit) {
  EXPECT_EQ(Minus("999999999999999999", "0.00000000000000000000000000000001"), "does not fit");
  EXPECT_EQ(ToBase("media.area", "m2", E("999999999999999999")), std::nullopt);
}

struct Conversion {
  const char* meter;
  const char* unit;
  const char* amount;
  std::int64_t base;
  const char* base_unit;
};

// The test's name in the list.
void PrintTo(const Conversion& c, std::ostream* out) {
  *out << c.meter << " " << c.amount << " " << c.unit;
}

class ConversionTest : public testing::TestWithParam<Conversion> {};

TEST_P(ConversionTest, IsExact) {
  const Conversion& c = GetParam();
  EXPECT_EQ(ToBase(c.meter, c.unit, E(c.amount)), (BaseQuantity{c.base, c.base_unit}))
      << c.amount << " " << c.unit;
}

INSTANTIATE_TEST_SUITE_P(
    Units, ConversionTest,
    testing::Values(Conversion{"ink.used", "cc", "433", 433'000'000, "nL"},
                    Conversion{"ink.used", "cc", "0.21", 210'000, "nL"},
                    Conversion{"ink.used", "1/1000 ml", "12345", 12'345'000, "nL"},
                    Conversion{"ink.used", "1/10 ml", "3", 300'000, "nL"},
                    Conversion{"media.length", "metres", "1.5", 1'500'000, "um"},
                    Conversion{"media.length", "feet", "10", 3'048'000, "um"},
                    Conversion{"media.length", "micrometre", "7", 7, "um"},
                    Conversion{"media.length", "1/10000 in", "50", 127, "um"},
                    Conversion{"media.area", "in2", "2", 129'032, "mm2/100"},
                    Conversion{"media.area", "ft2", "1", 9'290'304, "mm2/100"},
                    Conversion{"media.area", "m2", "1", 100'000'000, "mm2/100"},
                    Conversion{"impressions", "impressions", "12", 12, "1"},
                    Conversion{"sheets", "sheets", "3", 3, "1"}));

TEST(QuantityTest, RoundsHalfToEvenOnce) {
  EXPECT_EQ(E("0.5").Scaled(1, 1), 0);
  EXPECT_EQ(E("1.5").Scaled(1, 1), 2);
  EXPECT_EQ(E("2.5").Scaled(1, 1), 2);
  EXPECT_EQ(E("2.500001").Scaled(1, 1), 3);
  EXPECT_EQ(E("-0.5").Scaled(1, 1), 0);
  EXPECT_EQ(E("-1.5").Scaled(1, 1), -2);
  EXPECT_EQ(E("-2.6").Scaled(1, 1), -3);
  EXPECT_EQ(E("25").Scaled(127, 50), 64);  // 63.5 µm; the even neighbour is 64
}

TEST(QuantityTest, LeavesWhatIsNotConfirmedRaw) {
  EXPECT_EQ(BaseUnit("media.area", "?"), std::nullopt);
  EXPECT_EQ(BaseUnit("ink.used", "feet"), std::nullopt) << "no unit of ink";
  EXPECT_EQ(BaseUnit("x-unsettled", "cc"), std::nullopt);
  EXPECT_EQ(ToBase("media.area", "?", E("191.352000")), std::nullopt);
}

}  // namespace
}  // namespace plotmeter
