#include "collector/poll/due.h"

#include <gtest/gtest.h>

#include <set>

namespace plotmeter {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const Instant kNoon = *ParseInstant("2026-11-22T12:00:00Z");

// Beats of three hours, seven minutes past: 12:07, 15:07, 18:07.
constexpr Beat kBeat{.interval = hours(3), .jitter = minutes(7)};

TEST(DueTest, IsDueAtOnceWhatWasNeverDone) {
  EXPECT_TRUE(kBeat.IsDue({.wall = kNoon, .steady = seconds(5)}, {}));
  EXPECT_TRUE(kBeat.IsDue({.wall = FromMillis(0)}, {}));
}

TEST(DueTest, KeepsABeatWhateverTheDelay) {
  EXPECT_EQ(FormatInstant(NextDue(kNoon, hours(3), minutes(7))), "2026-11-22T12:07:00Z");
  EXPECT_EQ(FormatInstant(NextDue(kNoon + minutes(7), hours(3), minutes(7))),
            "2026-11-22T15:07:00Z");
  EXPECT_EQ(FormatInstant(NextDue(kNoon + minutes(29), hours(3), minutes(7))),
            "2026-11-22T15:07:00Z");
}

TEST(DueTest, ComesBackIntoItsPlaceInTwoSteps) {
  EXPECT_EQ(kBeat.After(kNoon + minutes(7)), hours(3));
  EXPECT_EQ(kBeat.After(kNoon + minutes(29)), hours(3) - minutes(22));
  EXPECT_EQ(kBeat.After(kNoon), minutes(90)) << "7 minutes would be too soon after a start";
  EXPECT_EQ(kBeat.After(kNoon + minutes(90)), minutes(97));
}

// What a clock did after a reading at 12:07, steady clock 1000 s, and what is left until the next.
struct Jump {
  const char* what;
  hours passed;           // by the steady clock
  milliseconds set;       // the wall clock beside that
  milliseconds expected;  // left; 0: due
};

TEST(DueTest, NeitherFloodsNorSkipsWhateverTheClocksDo) {
  const Moment last{.wall = kNoon + minutes(7), .steady = seconds(1000)};
  const hours year(365 * 24);
  const Jump jumps[] = {
      {"nothing", hours(1), hours(0), hours(2)},
      {"nothing, and it is time", hours(3), hours(0), hours(0)},
      {"DST by hand, back", hours(1), hours(-1), hours(2)},
      {"DST by hand, back, and it is time", hours(3), hours(-1), hours(0)},
      {"DST by hand, forward", hours(1), hours(1), hours(1)},
      {"NTP, back by hours", hours(2), hours(-7), hours(1)},
      {"NTP, back by a year", hours(2), -year, hours(1)},
      {"NTP, back by a year, and it is time", hours(3), -year, hours(0)},
      {"NTP, forward by hours", hours(1), hours(7), hours(0)},
      {"NTP, forward by a year", hours(0), year, hours(0)},
      {"a second back", hours(0), seconds(-1), hours(3)},
      {"it slept a day, both clocks counted", hours(24), hours(0), hours(0)},
      {"it stood still for a day, and was put right", hours(0), hours(24), hours(0)},
      {"it stood still, and was not put right", hours(0), hours(0), hours(3)},
  };
  for (const Jump& jump : jumps) {
    const Moment now{.wall = last.wall + jump.passed + jump.set,
                     .steady = *last.steady + jump.passed};
    EXPECT_EQ(kBeat.Left(now, last), jump.expected) << jump.what;
    EXPECT_EQ(kBeat.IsDue(now, last), jump.expected.count() == 0) << jump.what;
  }
}

// Each step a clock that is set to and fro: as many readings as the time allows, at the right
// distance.
TEST(DueTest, KeepsItsNumberThroughAYearOfJumps) {
  Moment now{.wall = kNoon, .steady = seconds(0)};
  std::optional<Moment> last;
  std::optional<milliseconds> last_steady;
  int done = 0;
  for (int step = 0; step < 365 * 24 * 60; ++step) {
    now.wall += minutes(1);
    *now.steady += minutes(1);
    if (step % 97 == 0) now.wall -= hours(1 + step % 5);  // only ever back: forward may add one
    if (!kBeat.IsDue(now, last)) continue;
    if (last_steady) {
      EXPECT_GE(*now.steady - *last_steady, kBeat.interval / 2);
      EXPECT_LE(*now.steady - *last_steady, kBeat.interval);
    }
    last = now;
    last_steady = now.steady;
    ++done;
  }
  EXPECT_GE(done, 365 * 8);
  EXPECT_LE(done, 365 * 16);
}

TEST(DueTest, AddsOneForEachStepForwardAndNoMore) {
  Moment now{.wall = kNoon + minutes(7), .steady = seconds(0)};
  std::optional<Moment> last = now;
  int done = 0;
  for (int i = 0; i < 10; ++i) {
    now.wall += hours(24);
    if (!kBeat.IsDue(now, last)) continue;
    last = now;
    ++done;
    EXPECT_FALSE(kBeat.IsDue(now, last));
  }
  EXPECT_EQ(done, 10);
}

TEST(DueTest, KnowsOnlyTheWallClockAfterAStart) {
  const Moment before{.wall = kNoon + minutes(7)};
  const auto left = [&](milliseconds later) {
    return kBeat.Left({.wall = before.wall + later, .steady = seconds(3)}, before);
  };
  EXPECT_EQ(left(hours(1)), hours(2));
  EXPECT_EQ(left(hours(4)), hours(0));
  EXPECT_EQ(left(hours(-1)), hours(0)) << "better once more than not for long";
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
  EXPECT_EQ(Beat::Of("CN95", hours(3)), Beat::Of("CN95", hours(3)));
}

TEST(DueTest, SurvivesAnIntervalOfNothing) {
  EXPECT_EQ(JitterOf("x", milliseconds(0)), milliseconds(0));
  const Moment now{.wall = kNoon, .steady = seconds(0)};
  EXPECT_TRUE(Beat{}.IsDue(now, now));
}

}  // namespace
}  // namespace plotmeter
