#include "collector/snmp/token_bucket.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>

namespace plotmeter {
namespace {

using std::chrono::milliseconds;

constexpr TokenBucket::Time kStart{};

// How many packets leave by `end` when the thread looks every `step`.
int Sent(TokenBucket& bucket, TokenBucket::Time from, TokenBucket::Time end,
         TokenBucket::Duration step) {
  int sent = 0;
  for (auto now = from; now < end; now += step) {
    while (bucket.Take(now)) ++sent;
  }
  return sent;
}

TEST(TokenBucketTest, HoldsTheRateHoweverOftenTheThreadLooks) {
  for (const auto step : {milliseconds(1), milliseconds(7), milliseconds(19)}) {
    TokenBucket bucket(100, kStart);
    EXPECT_NEAR(Sent(bucket, kStart, kStart + milliseconds(10'000), step), 990, 10);
  }
}

TEST(TokenBucketTest, ABurstAfterOversleepingIsSmall) {
  TokenBucket bucket(100, kStart);
  EXPECT_TRUE(bucket.Take(kStart));
  EXPECT_EQ(Sent(bucket, kStart + milliseconds(500), kStart + milliseconds(501), milliseconds(1)),
            3);
}

TEST(TokenBucketTest, NoSecondHasMoreHoweverTheThreadOversleeps) {
  for (const int ceiling : {1, 3, 100, 2'000}) {
    TokenBucket bucket(ceiling, kStart);
    std::mt19937 random(7);
    std::deque<TokenBucket::Time> sent;
    std::size_t most = 0;
    for (auto now = kStart; now < kStart + std::chrono::seconds(30);
         now += milliseconds(random() % 50 == 0 ? random() % 40 : random() % 4)) {
      while (bucket.Take(now)) {
        sent.push_back(now);
        while (sent.front() <= now - std::chrono::seconds(1)) sent.pop_front();
        most = std::max(most, sent.size());
      }
    }
    EXPECT_LE(most, static_cast<std::size_t>(ceiling));
    EXPECT_GE(most, static_cast<std::size_t>(ceiling * 9 / 10)) << "and it is used";
  }
}

TEST(TokenBucketTest, NothingIsSavedUpWhileThereIsNothingToSend) {
  TokenBucket bucket(100, kStart);
  EXPECT_TRUE(bucket.Take(kStart));
  bucket.Rest();
  EXPECT_EQ(Sent(bucket, kStart + milliseconds(500), kStart + milliseconds(501), milliseconds(1)),
            1);
  EXPECT_EQ(bucket.next(), kStart + milliseconds(510));
}

TEST(TokenBucketTest, HasNoCeilingAtZero) {
  TokenBucket bucket(0, kStart);
  for (int i = 0; i < 100'000; ++i) ASSERT_TRUE(bucket.Take(kStart));
}

}  // namespace
}  // namespace plotmeter
