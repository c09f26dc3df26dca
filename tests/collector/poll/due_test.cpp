#include "collector/poll/due.h"

#include <gtest/gtest.h>

#include <set>

namespace plotmeter {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

const Instant kNoon = *ParseInstant("2026-11-22T12:00:00Z");

TEST(DueTest, IsDueAtOnceWhatWasNeverDone) {
  EXPECT_TRUE(IsDue(kNoon, {}, hours(3), minutes(7)));
  EXPECT_TRUE(IsDue(FromMillis(0), {}, hours(3), minutes(7)));
}

TEST(DueTest, KeepsABeatWhateverTheDelay) {
  // Beats of three hours, seven minutes past: 12:07, 15:07, 18:07.
  EXPECT_EQ(FormatInstant(NextDue(kNoon, hours(3), minutes(7))), "2026-11-22T12:07:00Z");
  EXPECT_EQ(FormatInstant(NextDue(kNoon + minutes(7), hours(3), minutes(7))),
            "2026-11-22T15:07:00Z");
  EXPECT_EQ(FormatInstant(NextDue(kNoon + minutes(29), hours(3), minutes(7))),
            "2026-11-22T15:07:00Z");
}

TEST(DueTest, TurnsTrueAtTheBeatAndNotBefore) {
  const Instant last = kNoon + minutes(7);
  EXPECT_FALSE(IsDue(last, last, hours(3), minutes(7)));
  EXPECT_FALSE(IsDue(last + hours(3) - milliseconds(1), last, hours(3), minutes(7)));
  EXPECT_TRUE(IsDue(last + hours(3), last, hours(3), minutes(7)));
}

TEST(DueTest, ReadsOnceMoreWhenTheClockWasSetBack) {
  EXPECT_TRUE(IsDue(kNoon - hours(48), kNoon, hours(3), minutes(7)));
}

TEST(DueTest, SpreadsNamesOverTheInterval) {
  std::set<std::int64_t> places;
  for (int i = 0; i < 1000; ++i) {
    const milliseconds jitter = JitterOf("CN95" + std::to_string(i), hours(3));
    ASSERT_GE(jitter.count(), 0);
    ASSERT_LT(jitter, hours(3));
    places.insert(jitter / minutes(3));
  }
  EXPECT_EQ(places.size(), 60U);  // every three minutes of the three hours have somebody
  EXPECT_EQ(JitterOf("CN95", hours(3)), JitterOf("CN95", hours(3)));
}

TEST(DueTest, SurvivesAnIntervalOfNothing) {
  EXPECT_EQ(JitterOf("x", milliseconds(0)), milliseconds(0));
  EXPECT_TRUE(IsDue(kNoon, kNoon, milliseconds(0), milliseconds(0)));
}

}  // namespace
}  // namespace plotmeter
