#include "portal/http/rate_limit.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"

namespace plotmeter {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Rate kThree{.burst = 3, .every = milliseconds(100)};

TEST(RateLimitTest, GivesABurstAndThenOneAtATime) {
  RateLimit limit(kThree);
  const microseconds start = seconds(1000);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limit.Take("a", start).count(), 0);
  EXPECT_EQ(limit.Take("a", start), milliseconds(100));
  EXPECT_EQ(limit.Take("a", start + milliseconds(99)), milliseconds(1));
  EXPECT_EQ(limit.Take("b", start).count(), 0) << "another one's bucket is full";
  EXPECT_EQ(limit.Take("a", start + milliseconds(100)).count(), 0);
  EXPECT_EQ(limit.Take("a", start + milliseconds(100)), milliseconds(100));
}

TEST(RateLimitTest, HoldsNoMoreThanABurstHoweverLongItRests) {
  RateLimit limit(kThree);
  limit.Take("a", seconds(1));
  const microseconds later = seconds(100'000);
  int taken = 0;
  while (limit.Take("a", later).count() == 0) ++taken;
  EXPECT_EQ(taken, 3);
}

TEST(RateLimitTest, LetsOneInAtItsRateForEver) {
  RateLimit limit(kThree);
  microseconds now = seconds(1000);
  int taken = 0;
  for (int i = 0; i < 10'000; ++i, now += milliseconds(10)) {
    if (limit.Take("a", now).count() == 0) ++taken;
  }
  EXPECT_NEAR(taken, 1000, 4);
}

TEST(RateLimitTest, ARateIsSoManyASecondAndARestAtOnce) {
  const Rate ten = RateOf(10, seconds(30));
  EXPECT_EQ(ten.burst, 300);
  EXPECT_EQ(ten.every, milliseconds(100));
  EXPECT_EQ(RateOf(1'000'000, seconds(20)).every, microseconds(1)) << "the most there may be";
}

TEST(RateLimitTest, RemembersNoMoreThanItMay) {
  RateLimit limit(kThree, 10);
  const microseconds start = seconds(1000);
  for (int i = 0; i < 1000; ++i) limit.Take("stranger " + std::to_string(i), start);
  EXPECT_LE(limit.keys(), 11u);
  EXPECT_GT(limit.Take("one more", start).count(), 0) << "strangers share a bucket";
  EXPECT_EQ(limit.Take("stranger 1", start).count(), 0) << "who was here first has his own";
  EXPECT_EQ(limit.Take("one more", start + seconds(10)).count(), 0);
  EXPECT_EQ(limit.keys(), 1u) << "who rested is forgotten";
}

TEST(RateLimitsTest, SaysHowLongToWait) {
  FakeClock clock;
  RateLimits limits(clock, {.caller = {.burst = 1, .every = milliseconds(2500)},
                            .address = {.burst = 2, .every = seconds(1)},
                            .collectors = {.burst = 3, .every = seconds(1)}});
  const auto waits = [](const auto& check) -> std::string {
    try {
      check();
      return "";
    } catch (const Problem& problem) {
      EXPECT_EQ(problem.status, 429);
      return *problem.headers.Find("Retry-After");
    }
  };
  const Caller caller{.id = "tok_1"};
  EXPECT_EQ(waits([&] { limits.CheckCaller(caller); }), "");
  EXPECT_EQ(waits([&] { limits.CheckCaller(caller); }), "3");
  EXPECT_EQ(waits([&] { limits.CheckCaller({}); }), "") << "nobody is counted by the address";
  const Peer peer{.address = "2001:db8::1", .network = "2001:db8::/64"};
  const Peer neighbour{.address = "2001:db8::2", .network = "2001:db8::/64"};
  EXPECT_EQ(waits([&] { limits.CheckAddress(peer); }), "");
  EXPECT_EQ(waits([&] { limits.CheckAddress(neighbour); }), "");
  EXPECT_EQ(waits([&] { limits.CheckAddress(peer); }), "1");
  EXPECT_EQ(waits([&] { limits.CheckCollectorAddress(peer); }), "") << "counted apart";
  clock.Advance(seconds(3));
  EXPECT_EQ(waits([&] { limits.CheckAddress(peer); }), "");
}

// A thousand collectors behind one address, each with a heartbeat every five minutes and ten
// batches at once.
TEST(RateLimitsTest, LetsAThousandCollectorsBehindOneAddressSpeak) {
  FakeClock clock;
  RateLimits limits(clock);
  const Peer peer{.address = "192.0.2.7"};
  for (int i = 0; i < 10'000; ++i) EXPECT_NO_THROW(limits.CheckCollectorAddress(peer));
  clock.Advance(seconds(60));
  for (int second = 0; second < 60; ++second, clock.Advance(seconds(1))) {
    for (int i = 0; i < 20; ++i) EXPECT_NO_THROW(limits.CheckCollectorAddress(peer));
  }
}

}  // namespace
}  // namespace plotmeter
