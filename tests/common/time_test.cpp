#include "common/time.h"

#include <gtest/gtest.h>

namespace plotmeter {
namespace {

TEST(TimeTest, WritesWhatItReads) {
  for (const char* text : {"2026-11-22T09:00:03Z", "1970-01-01T00:00:00Z", "2024-02-29T23:59:59Z",
                           "2026-11-22T09:00:03.250Z", "9999-12-31T23:59:59.999Z"}) {
    const auto instant = ParseInstant(text);
    ASSERT_TRUE(instant) << text;
    EXPECT_EQ(FormatInstant(*instant), text);
  }
}

TEST(TimeTest, UnderstandsOffsetsAndFractions) {
  EXPECT_EQ(FormatInstant(*ParseInstant("2026-11-22T10:00:03+01:00")), "2026-11-22T09:00:03Z");
  EXPECT_EQ(FormatInstant(*ParseInstant("2026-11-21T23:30:00-09:30")), "2026-11-22T09:00:00Z");
  EXPECT_EQ(FormatInstant(*ParseInstant("2026-11-22T09:00:03.1239Z")), "2026-11-22T09:00:03.123Z");
}

TEST(TimeTest, RefusesWhatIsNoInstant) {
  for (const char* text :
       {"", "2026-11-22", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-11-22T24:00:00Z",
        "2026-11-22T09:00:03", "2026-11-22T09:00:03.Z", "2026-11-22T09:00:03Z ",
        "-026-11-22T09:00:03Z", "2026-11-22 09:00:03Z"}) {
    EXPECT_FALSE(ParseInstant(text)) << text;
  }
}

TEST(TimeTest, ReadsADateAsItsFirstInstant) {
  EXPECT_EQ(FormatInstant(*ParseDate("2026-11-22")), "2026-11-22T00:00:00Z");
  EXPECT_FALSE(ParseDate("2026-11-31"));
  EXPECT_FALSE(ParseDate("2026-11-22T00"));
}

TEST(TimeTest, SurvivesTheStore) {
  const Instant instant = *ParseInstant("2026-11-22T09:00:03.250Z");
  EXPECT_EQ(ToMillis(instant), 1795338003250);
  EXPECT_EQ(FromMillis(ToMillis(instant)), instant);
}

}  // namespace
}  // namespace plotmeter
