#include "portal/alerts/forecast.h"

#include <gtest/gtest.h>

namespace plotmeter {
namespace {

using std::chrono::days;

const Instant kNow = *ParseInstant("2026-11-30T00:00:00Z");

LevelPoint Level(int days_ago, const char* level, const char* unit = "%") {
  return {kNow - days(days_ago), {*Decimal::Parse(level), unit}};
}

TEST(ForecastTest, GoesOnAsItWent) {
  // 30 used in 10 days, so 3 a day, and 20 are left.
  EXPECT_EQ(DaysLeft({Level(10, "50"), Level(5, "35"), Level(0, "20")}, kNow), 6);
  EXPECT_EQ(DaysLeft({Level(10, "500.5", "cc"), Level(0, "400.5", "cc")}, kNow), 40);
  EXPECT_EQ(DaysLeft({Level(10, "5"), Level(0, "0")}, kNow), 0);
}

TEST(ForecastTest, TakesARiseForANewCartridge) {
  // 10 + 20 used in 10 days.
  EXPECT_EQ(DaysLeft({Level(10, "12"), Level(8, "2"), Level(7, "100"), Level(0, "80")}, kNow), 26);
}

TEST(ForecastTest, LooksAtThirtyDays) {
  // The level of before counts as that of the beginning of the window: 10 used in 30 days.
  EXPECT_EQ(DaysLeft({Level(300, "100"), Level(200, "60"), Level(10, "50")}, kNow), 100);
  EXPECT_EQ(DaysLeft({Level(300, "100"), Level(31, "60"), Level(0, "60")}, kNow), std::nullopt);
}

TEST(ForecastTest, SaysNothingThatNobodyCanTell) {
  EXPECT_EQ(DaysLeft({}, kNow), std::nullopt);
  EXPECT_EQ(DaysLeft({Level(0, "50")}, kNow), std::nullopt);
  EXPECT_EQ(DaysLeft({Level(2, "60"), Level(0, "50")}, kNow), std::nullopt) << "too short";
  EXPECT_EQ(DaysLeft({Level(10, "50"), Level(0, "50")}, kNow), std::nullopt) << "not used";
  EXPECT_EQ(DaysLeft({Level(10, "50"), Level(0, "60")}, kNow), std::nullopt) << "only filled";
  EXPECT_EQ(DaysLeft({Level(10, "500", "cc"), Level(0, "50")}, kNow), std::nullopt) << "two units";
  EXPECT_EQ(DaysLeft({Level(10, "50"), Level(0, "49.999999")}, kNow), std::nullopt)
      << "more than ten years";
  EXPECT_EQ(DaysLeft({Level(10, "5"), Level(0, "0.0000001")}, kNow), std::nullopt)
      << "more decimals than any printer has";
}

TEST(ForecastTest, BeginsAnewWhereTheUnitChanges) {
  EXPECT_EQ(DaysLeft({Level(20, "500", "cc"), Level(10, "50"), Level(0, "40")}, kNow), 40);
}

}  // namespace
}  // namespace plotmeter
