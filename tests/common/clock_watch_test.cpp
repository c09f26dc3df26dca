#include "common/clock_watch.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"

namespace plotmeter {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

TEST(ClockWatchTest, TimeThatPassesIsNoSetting) {
  FakeClock clock;
  ClockWatch watch(clock, hours(1));
  EXPECT_FALSE(watch.WasSet());
  clock.Advance(hours(24 * 400));
  EXPECT_FALSE(watch.WasSet());
  EXPECT_EQ(watch.seen(), clock.Both());
}

TEST(ClockWatchTest, ASettingIsNoticedOnceEitherWay) {
  FakeClock clock;
  ClockWatch watch(clock, hours(1));
  clock.Set(clock.Now() + hours(2));
  EXPECT_TRUE(watch.WasSet());
  EXPECT_FALSE(watch.WasSet()) << "that was seen";
  clock.Advance(minutes(5));
  clock.Set(clock.Now() - hours(2));
  EXPECT_TRUE(watch.WasSet());
}

TEST(ClockWatchTest, SmallCorrectionsAreNoneHoweverMany) {
  FakeClock clock;
  ClockWatch watch(clock, hours(1));
  for (int i = 0; i < 100; ++i) {
    clock.Set(clock.Now() + minutes(60));
    EXPECT_FALSE(watch.WasSet());
  }
  clock.Set(clock.Now() + minutes(61));
  EXPECT_TRUE(watch.WasSet());
}

}  // namespace
}  // namespace plotmeter
