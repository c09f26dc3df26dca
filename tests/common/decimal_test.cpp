#include "common/decimal.h"

#include <gtest/gtest.h>

namespace plotmeter {
namespace {

TEST(DecimalTest, KeepsTheTextAndKnowsTheValue) {
  const auto area = Decimal::Parse("191.352000");
  ASSERT_TRUE(area);
  EXPECT_EQ(area->text(), "191.352000");
  EXPECT_EQ(area->digits(), 191352000);
  EXPECT_EQ(area->decimals(), 6);
  EXPECT_EQ(Decimal::Parse("-0.5")->digits(), -5);
  EXPECT_EQ(Decimal::Parse("007")->digits(), 7);
  EXPECT_EQ(Decimal::FromInteger(-26).text(), "-26");
  EXPECT_TRUE(Decimal::Parse("0.000000")->is_zero());
}

TEST(DecimalTest, HoldsEighteenDigitsAndNoMore) {
  EXPECT_EQ(Decimal::Parse("999999999999999999")->digits(), 999999999999999999);
  EXPECT_EQ(Decimal::Parse("000000999999999999999999")->digits(), 999999999999999999);
  EXPECT_FALSE(Decimal::Parse("1000000000000000000"));
  EXPECT_FALSE(Decimal::Parse("0.1234567890123456789"));
}

TEST(DecimalTest, RefusesWhatIsNoPlainNumber) {
  for (const char* text : {"", "-", ".", "1.", ".5", "1e5", "+1", " 1", "1 ", "1,5", "--1", "1.2.3",
                           "0x10", "NaN", "00000000000000000000000000000000000000001"}) {
    EXPECT_FALSE(Decimal::Parse(text)) << text;
  }
}

}  // namespace
}  // namespace plotmeter
