#include "collector/rhythm.h"

#include <gtest/gtest.h>

namespace plotmeter {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const Instant kNoon = *ParseInstant("2026-11-22T12:00:00Z");
const Rhythm kRhythm{.round = {.interval = minutes(10)},
                     .reading = {.interval = hours(3)},
                     .heartbeat = {.interval = minutes(5)}};

Moment At(milliseconds later) { return {.wall = kNoon + later, .steady = later}; }

std::string Words(const Next& next) {
  switch (next.turn) {
    case Turn::kRound:
      return "round";
    case Turn::kSend:
      return "send";
    case Turn::kHeartbeat:
      return "heartbeat";
    case Turn::kWait:
      break;
  }
  return "wait " + std::to_string(next.wait / seconds(1));
}

// A round and a heartbeat at noon.
Past Quiet() { return {.round = At(seconds(0)), .heartbeat = At(seconds(0))}; }

TEST(RhythmTest, BeginsWithARound) { EXPECT_EQ(Words(WhatNext(kRhythm, {}, At({}))), "round"); }

TEST(RhythmTest, DoesWhatIsDueInItsOrder) {
  Past past = Quiet();
  EXPECT_EQ(Words(WhatNext(kRhythm, past, At(minutes(1)))), "wait 240");
  EXPECT_EQ(Words(WhatNext(kRhythm, past, At(minutes(5)))), "heartbeat");
  EXPECT_EQ(Words(WhatNext(kRhythm, past, At(minutes(10)))), "round");
  past.waits = true;
  EXPECT_EQ(Words(WhatNext(kRhythm, past, At(minutes(5)))), "send");
  EXPECT_EQ(Words(WhatNext(kRhythm, past, At(minutes(10)))), "round") << "a job may be forgotten";
  past.urgent = true;
  EXPECT_EQ(Words(WhatNext(kRhythm, past, At(minutes(10)))), "send");
}

TEST(RhythmTest, HasNoHeartbeatWithoutAPortal) {
  Rhythm alone = kRhythm;
  alone.heartbeat = {};
  EXPECT_EQ(Words(WhatNext(alone, Quiet(), At(minutes(5)))), "wait 300");
}

TEST(RhythmTest, LetsAnUrgentAlertTryOnceDuringABackOff) {
  Past past = Quiet();
  past.waits = true;
  past.send = Attempt{.at = At(seconds(0)), .wait = minutes(15)};
  EXPECT_EQ(Words(WhatNext(kRhythm, past, At(minutes(1)))), "wait 240");
  past.urgent = true;
  EXPECT_EQ(Words(WhatNext(kRhythm, past, At(minutes(1)))), "send");
  past.urgent = false;  // tried
  past.send = Attempt{.at = At(minutes(1)), .wait = minutes(2)};
  EXPECT_EQ(Words(WhatNext(kRhythm, past, At(minutes(2)))), "wait 60");
}

TEST(RhythmTest, AlwaysKeepsAWaitThatThePortalAskedFor) {
  Past past = Quiet();
  past.waits = past.urgent = true;
  past.send = Attempt{.at = At(seconds(0)), .wait = minutes(8), .asked = true};
  EXPECT_EQ(Words(WhatNext(kRhythm, past, At(minutes(5)))), "wait 180") << "no heartbeat either";
  EXPECT_EQ(Words(WhatNext(kRhythm, past, At(minutes(8)))), "send");
}

// Printers that sleep, or a machine that has much else to do: the next round is due when one ends.
TEST(RhythmTest, LeavesTimeForTheOthersWhereRoundsTakeLongerThanTheirInterval) {
  Past past;
  past.waits = true;  // always
  milliseconds now{0};
  std::string turns;
  for (int i = 0; i < 9; ++i) {
    const Next next = WhatNext(kRhythm, past, At(now));
    past.Had(next.turn);
    turns += Words(next) + " ";
    if (next.turn == Turn::kRound) {
      past.round = At(now);
      now += minutes(11);
    } else if (next.turn == Turn::kSend) {
      now += minutes(11);  // no less slow
      past.send = Attempt{.at = At(now)};
    } else {
      past.heartbeat = At(now);
      now += seconds(1);
    }
  }
  EXPECT_EQ(turns, "round send heartbeat round send heartbeat round send heartbeat ");
  past.waits = false;
  past.Had(Turn::kWait);
  EXPECT_EQ(Words(WhatNext(kRhythm, past, At(now + hours(1)))), "round")
      << "after a rest the printers come first";
}

TEST(RhythmTest, TriesSoonAgainWhatTheDiskRefused) {
  Past past = Quiet();
  past.disk_refused = true;
  EXPECT_EQ(Words(WhatNext(kRhythm, past, At(seconds(20)))), "wait 40");
  EXPECT_EQ(Words(WhatNext(kRhythm, past, At(seconds(60)))), "round");
}

TEST(RhythmTest, KeepsWhatThePortalAskedForAndNoOtherWaitWhenTheClockIsSetBack) {
  Past past = Quiet();
  past.waits = true;
  past.send = Attempt{.at = At(seconds(0)), .wait = minutes(4), .asked = true};
  const Moment back{.wall = kNoon - hours(9), .steady = minutes(1)};
  EXPECT_EQ(Words(WhatNext(kRhythm, past, back)), "wait 180");
  past.send->asked = false;
  EXPECT_EQ(Words(WhatNext(kRhythm, past, back)), "send");
  EXPECT_EQ(WaitLeft({.at = {.wall = kNoon}, .wait = minutes(4)}, back), milliseconds(0))
      << "an earlier process began it, in what is the future now";
}

}  // namespace
}  // namespace plotmeter
