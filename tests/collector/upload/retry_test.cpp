#include "collector/upload/retry.h"

#include <gtest/gtest.h>

namespace plotmeter {
namespace {

// wire.md section 4, row by row.
TEST(RetryTest, IsTheWholeTable) {
  struct Row {
    const char* what;
    SeenAnswer seen;
    Act act;
    std::optional<milliseconds> wait;
  };
  const auto refused = [](int status, const char* check) {
    return SeenAnswer{.word = Word::kRefusal, .answered = true, .status = status, .check = check};
  };
  const auto unsigned_answer = [](int status, std::optional<seconds> retry_after = {}) {
    return SeenAnswer{.answered = true, .status = status, .retry_after = retry_after};
  };
  SeenAnswer of_earlier_key = refused(401, "key-replaced");
  of_earlier_key.earlier_key = true;
  const Row rows[] = {
      {"stored, or stored before",
       {.word = Word::kReceipt, .answered = true, .status = 200},
       Act::kForget,
       {}},
      {"fork", refused(409, "fork"), Act::kNewStream, {}},
      {"conflict", refused(409, "conflict"), Act::kSetAside, {}},
      {"refused: form", refused(400, "form"), Act::kSetAside, {}},
      {"refused: schema", refused(422, "schema"), Act::kSetAside, {}},
      {"refused: authentication", refused(400, "authentication"), Act::kSetAside, {}},
      {"too large", refused(413, "too-large"), Act::kCutAnew, {}},
      {"not enrolled any more", refused(401, "signer"), Act::kKnock, {}},
      {"revoked", refused(401, "revoked"), Act::kKnock, {}},
      {"signed by our key, which another replaced", refused(401, "key-replaced"), Act::kKnock, {}},
      {"signed by a key before ours, beyond its end", of_earlier_key, Act::kMove, {}},
      {"key retired", refused(400, "key-retired"), Act::kFetchKeys, {}},
      {"too busy, signed", refused(503, "busy"), Act::kWait, {}},
      {"a status of a newer portal, signed", refused(418, "tea"), Act::kWait, {}},
      {"nothing", {}, Act::kWait, {}},
      {"503 with Retry-After", unsigned_answer(503, seconds(17)), Act::kWait, seconds(17)},
      {"429 with Retry-After of a day", unsigned_answer(429, seconds(86400)), Act::kWait,
       seconds(3600)},
      {"500", unsigned_answer(500), Act::kWait, {}},
      {"unsigned 200", unsigned_answer(200), Act::kWait, {}},
      {"unsigned 302", unsigned_answer(302), Act::kWait, {}},
      {"unsigned 400", unsigned_answer(400), Act::kWait, {}},
      {"unsigned 401", unsigned_answer(401), Act::kWait, {}},
      {"unsigned 409", unsigned_answer(409), Act::kWait, {}},
      {"unsigned 413", unsigned_answer(413), Act::kWait, {}},
      {"unsigned 422", unsigned_answer(422), Act::kWait, {}},
  };
  for (const Row& row : rows) {
    const Decision decision = Decide(row.seen);
    EXPECT_EQ(decision.act, row.act) << row.what;
    EXPECT_EQ(decision.wait, row.wait) << row.what;
  }
}

TEST(RetryTest, BelievesNoCheckThatIsNotSigned) {
  EXPECT_EQ(Decide({.answered = true, .status = 409, .check = "fork"}).act, Act::kWait);
  EXPECT_EQ(Decide({.answered = true, .status = 400, .check = "key-retired"}).act, Act::kWait);
}

TEST(RetryTest, BacksOffWithFullJitterUpToAQuarterOfAnHour) {
  EXPECT_EQ(BackOff(1, 1.0), seconds(5));
  EXPECT_EQ(BackOff(2, 1.0), seconds(10));
  EXPECT_EQ(BackOff(3, 0.5), seconds(10));
  EXPECT_EQ(BackOff(8, 1.0), seconds(640));
  EXPECT_EQ(BackOff(9, 1.0), seconds(900));
  EXPECT_EQ(BackOff(1'000'000, 1.0), seconds(900));
  EXPECT_EQ(BackOff(50, 0.0), seconds(1));
  EXPECT_EQ(BackOff(0, 1.0), seconds(5));
  EXPECT_EQ(BackOff(3, 7.0), seconds(20));
}

}  // namespace
}  // namespace plotmeter
