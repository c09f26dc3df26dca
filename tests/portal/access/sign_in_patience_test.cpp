#include "portal/access/sign_in_patience.h"

#include <gtest/gtest.h>

namespace plotmeter {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const Instant kNow = FromMillis(1'800'000'000'000);

TEST(SignInPatienceTest, DoublesTheWaitAfterTheFreeOnes) {
  const struct {
    std::int64_t failures;
    seconds wait;
  } kCases[] = {{0, seconds(0)},  {4, seconds(0)},    {5, seconds(1)},   {6, seconds(2)},
                {9, seconds(16)}, {14, seconds(512)}, {15, minutes(15)}, {4711, minutes(15)}};
  for (const auto& c : kCases) {
    const JudgedTry judged = JudgeTry({c.failures, kNow}, kOfPair, kNow);
    EXPECT_EQ(judged.wait, c.wait) << c.failures;
    EXPECT_EQ(judged.failures, c.wait.count() == 0 ? c.failures + 1 : 0);
  }
}

TEST(SignInPatienceTest, WaitsNoLongerThanItSaid) {
  const SignInTries tries{8, kNow};
  EXPECT_EQ(JudgeTry(tries, kOfPair, kNow + seconds(5)).wait, seconds(3));
  EXPECT_EQ(JudgeTry(tries, kOfPair, kNow + std::chrono::milliseconds(7999)).wait, seconds(1));
  EXPECT_EQ(JudgeTry(tries, kOfPair, kNow + seconds(8)).wait, seconds(0));
  EXPECT_EQ(JudgeTry(tries, kOfPair, kNow + seconds(8)).failures, 9);
  EXPECT_EQ(JudgeTry(tries, kOfPair, kNow - hours(5)).failures, 9) << "the clock was set back";
}

TEST(SignInPatienceTest, ForgetsAfterAWhile) {
  EXPECT_EQ(JudgeTry({4711, kNow}, kOfPair, kNow + hours(24)).failures, 1);
  EXPECT_EQ(JudgeTry({4711, kNow}, kOfAddress, kNow + hours(1)).failures, 1);
}

TEST(SignInPatienceTest, LetsAnAddressHaveManyPeople) {
  EXPECT_EQ(JudgeTry({59, kNow}, kOfAddress, kNow).wait, seconds(0));
  EXPECT_EQ(JudgeTry({60, kNow}, kOfAddress, kNow).wait, seconds(1));
  EXPECT_EQ(JudgeTry({4711, kNow}, kOfAddress, kNow).wait, minutes(1));
}

TEST(SignInPatienceTest, CountsAnIpv6SiteOnce) {
  EXPECT_EQ(NetworkOf("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  EXPECT_EQ(NetworkOf("2001:db8:1:2::1"), NetworkOf("2001:db8:1:2:ffff::"));
  EXPECT_NE(NetworkOf("2001:db8:1:3::1"), NetworkOf("2001:db8:1:2::1"));
  EXPECT_EQ(NetworkOf("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(NetworkOf("::ffff:192.0.2.7"), "192.0.2.7") << "IPv4 at a socket for both";
  EXPECT_EQ(NetworkOf("::1"), "::/64");
  EXPECT_EQ(NetworkOf(""), "");
}

}  // namespace
}  // namespace plotmeter
