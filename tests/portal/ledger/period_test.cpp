#include "portal/ledger/period.h"

#include <gtest/gtest.h>

namespace plotmeter {
namespace {

std::string In(std::string_view edge, const std::string& zone) {
  const auto parsed = PeriodEdge::Parse(edge);
  return parsed ? FormatInstant(parsed->In(zone)) : "unreadable";
}

TEST(PeriodTest, StartsADayWhereTheSiteIs) {
  EXPECT_EQ(In("2026-11-01", "Europe/Berlin"), "2026-10-31T23:00:00Z");
  EXPECT_EQ(In("2026-07-01", "Europe/Berlin"), "2026-06-30T22:00:00Z");
  EXPECT_EQ(In("2026-11-01", "America/New_York"), "2026-11-01T04:00:00Z");
  EXPECT_EQ(In("2026-11-01", "Asia/Kolkata"), "2026-10-31T18:30:00Z");
}

TEST(PeriodTest, StartsADayWhoseMidnightIsMissing) {
  // Chile put its clocks forward at midnight on 8 September 2024.
  EXPECT_EQ(In("2024-09-08", "America/Santiago"), "2024-09-08T04:00:00Z");
}

TEST(PeriodTest, StartsADayWhoseMidnightComesTwiceWithTheFirst) {
  // Cuba puts its clocks back from one to midnight.
  EXPECT_EQ(In("2024-11-03", "America/Havana"), "2024-11-03T04:00:00Z");
}

TEST(PeriodTest, TakesAnInstantAsItIs) {
  EXPECT_EQ(In("2026-11-01T09:00:00Z", "Asia/Kolkata"), "2026-11-01T09:00:00Z");
  EXPECT_EQ(In("2026-11-01T09:00:00+01:00", "Asia/Kolkata"), "2026-11-01T08:00:00Z");
}

TEST(PeriodTest, RefusesWhatIsNeither) {
  for (const char* text : {"", "2026-13-01", "2026-11", "yesterday", "2026-11-01T25:00:00Z"}) {
    EXPECT_EQ(In(text, "UTC"), "unreadable") << text;
  }
}

TEST(PeriodTest, KnowsTheZonesOfTheSystem) {
  EXPECT_TRUE(IsTimeZone("Europe/Berlin"));
  EXPECT_FALSE(IsTimeZone("Europe/Atlantis"));
  EXPECT_FALSE(IsTimeZone(""));
}

}  // namespace
}  // namespace plotmeter
