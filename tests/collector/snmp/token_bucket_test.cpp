#include "collector/snmp/token_bucket.h"

#include <gtest/gtest.h>

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
    EXPECT_NEAR(Sent(bucket, kStart, kStart + milliseconds(10'000), step), 1000, 3);
  }
}

TEST(TokenBucketTest, ABurstAfterOversleepingIsSmall) {
  TokenBucket bucket(100, kStart);
  EXPECT_TRUE(bucket.Take(kStart));
  EXPECT_EQ(Sent(bucket, kStart + milliseconds(500), kStart + milliseconds(501), milliseconds(1)),
            3);
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
