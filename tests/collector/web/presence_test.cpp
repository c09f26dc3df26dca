#include "collector/web/presence.h"

#include <gtest/gtest.h>

namespace plotmeter {
namespace {

using namespace std::chrono_literals;

const Instant kNow = *ParseInstant("2026-11-22T12:00:00Z");

TEST(PresenceTest, WaitsTwiceAsLongEachTimeAndAWeekAtMost) {
  Presence presence;
  EXPECT_TRUE(presence.IsDue(kNow));
  Instant now = kNow;
  for (std::chrono::minutes wait = 10min; wait < 7 * 24h; wait *= 2) {
    presence.Saw(Seen::kNotSpoken, "no PIWS", now);
    EXPECT_FALSE(presence.IsDue(now + wait - 1s));
    EXPECT_TRUE(presence.IsDue(now + wait));
    now += wait;
  }
  for (int i = 0; i < 3; ++i) presence.Saw(Seen::kNotSpoken, "no PIWS", now);
  EXPECT_TRUE(presence.IsDue(now + 7 * 24h));
  EXPECT_FALSE(presence.IsDue(now + 7 * 24h - 1s));
  EXPECT_EQ(presence.seen(), Seen::kNotSpoken);
  EXPECT_EQ(presence.detail(), "no PIWS");
}

TEST(PresenceTest, AsksAPrinterThatAnsweredBeforeEachTime) {
  Presence presence;
  presence.Saw(Seen::kAnswered, "", kNow);
  for (const Seen seen : {Seen::kUnreachable, Seen::kUnreadable, Seen::kAsleep, Seen::kRefused}) {
    presence.Saw(seen, "", kNow);
    EXPECT_TRUE(presence.IsDue(kNow)) << ToText(seen);
  }
  presence.Saw(Seen::kNotSpoken, "", kNow);  // other firmware may have it no more
  EXPECT_FALSE(presence.IsDue(kNow));
}

TEST(PresenceTest, LeavesAPrinterWithoutAWebServerAlone) {
  Presence presence;
  presence.Saw(Seen::kUnreachable, "connection refused", kNow);
  EXPECT_FALSE(presence.IsDue(kNow + 5min));
  presence.Saw(Seen::kAsleep, "", kNow);  // it is there
  EXPECT_TRUE(presence.IsDue(kNow));
}

TEST(PresenceTest, DoesNotBelieveAClockThatWasSetBack) {
  Presence presence;
  presence.Saw(Seen::kNotSpoken, "", kNow);
  EXPECT_TRUE(presence.IsDue(kNow - 1h));
}

TEST(PresenceTest, AsksEachHourWhereItCannotBeSure) {
  Presence off;  // switched off for long when the collector started
  Presence had;
  had.Saw(Seen::kAnswered, "", kNow);
  for (int i = 0; i < 20; ++i) {
    off.Saw(Seen::kUnreachable, "", kNow);
    had.Saw(Seen::kNotSpoken, "", kNow);
  }
  EXPECT_FALSE(off.IsDue(kNow + 59min));
  EXPECT_TRUE(off.IsDue(kNow + 1h));
  EXPECT_TRUE(had.IsDue(kNow + 1h));
}

}  // namespace
}  // namespace plotmeter
