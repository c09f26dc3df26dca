// What odd agents say: SnmpAgent and AnswerSnmp with the oddities of oddity.h.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/simulator/address.h"
#include "tests/simulator/snmp_agent.h"
#include "tests/simulator_test/ber.h"
#include "tests/simulator_test/udp_client.h"

namespace plotmeter::simulator {
namespace {

const Oid kFirst = {1, 3, 6, 2, 1, 1};
const Oid kSecond = {1, 3, 6, 2, 1, 2};
const Oid kOther = {1, 3, 6, 2, 2, 1};

SnmpDevice Device(const std::string& what) {
  auto mib = std::make_shared<Mib>();
  mib->Set(kFirst, Octets("one"));
  mib->Set(kSecond, Octets("two"));
  mib->Set(kOther, Integer(3));
  Oddities odd;
  if (!what.empty()) odd.Add(what);
  return {.mib = std::move(mib), .odd = std::make_shared<const Oddities>(std::move(odd))};
}

std::optional<std::string> Said(const std::string& what, std::uint8_t pdu, const Oid& name,
                                std::int64_t version = 1) {
  return AnswerSnmp(BerRequest(version, "public", pdu, {name}, 0, pdu == kGetBulk ? 3 : 0),
                    Device(what), 1472);
}

std::vector<Oid> Names(const std::string& message) {
  std::vector<Oid> names;
  for (const BerVariable& variable : ReadReply(message).variables) names.push_back(variable.name);
  return names;
}

TEST(OddAgentTest, IsDeadOrOfOneVersion) {
  EXPECT_TRUE(Said("", kGet, kFirst));
  EXPECT_FALSE(Said("dead", kGet, kFirst));
  EXPECT_FALSE(Said("v1-only", kGet, kFirst, 1));
  EXPECT_TRUE(Said("v1-only", kGet, kFirst, 0));
  EXPECT_FALSE(Said("v3-only", kGet, kFirst, 0));
  EXPECT_FALSE(Said("v3-only", kGet, kFirst, 1));
}

TEST(OddAgentTest, BreaksOnGetBulkOnly) {
  EXPECT_FALSE(Said("bulk=drop", kGetBulk, {1, 3}));
  EXPECT_EQ(ReadReply(*Said("bulk=generr", kGetBulk, {1, 3})).error, 5);
  EXPECT_EQ(Names(*Said("bulk=garbage", kGetBulk, {1, 3})),
            (std::vector<Oid>{kOther, kSecond, kFirst}));
  for (const char* bulk : {"bulk=drop", "bulk=generr", "bulk=garbage"}) {
    EXPECT_EQ(Names(*Said(bulk, kGetNext, {1, 3})), std::vector<Oid>{kFirst}) << bulk;
  }
}

TEST(OddAgentTest, WalksMadly) {
  EXPECT_EQ(Names(*Said("stuck-walk", kGetNext, {1, 3})), std::vector<Oid>{kFirst});
  EXPECT_EQ(Names(*Said("stuck-walk", kGetNext, kFirst)), std::vector<Oid>{kFirst});
  // Within the column, so that no walk of a subtree ever ends either.
  EXPECT_EQ(Names(*Said("endless-walk", kGetNext, kFirst)), std::vector<Oid>{kSecond});
  EXPECT_EQ(Names(*Said("endless-walk", kGetBulk, kSecond)),
            (std::vector<Oid>{{1, 3, 6, 2, 1, 3}, {1, 3, 6, 2, 1, 4}, {1, 3, 6, 2, 1, 5}}));
  // One row in eight is followed by the first again: a walk meets it sooner or later.
  SnmpDevice back = Device("backward-walk");
  auto mib = std::make_shared<Mib>();
  for (std::uint32_t row = 1; row <= 20; ++row) mib->Set({1, 3, 6, 2, 1, row}, Integer(row));
  back.mib = mib;
  int backwards = 0;
  for (std::uint32_t row = 1; row < 20; ++row) {
    const Oid name = {1, 3, 6, 2, 1, row};
    const auto answer = AnswerSnmp(BerRequest(1, "public", kGetNext, {name}), back, 1472);
    backwards += Names(*answer).at(0) < name;
  }
  EXPECT_GE(backwards, 1);
  EXPECT_LE(backwards, 3);
}

TEST(OddAgentTest, SpoilsItsAnswers) {
  const std::string good = *Said("", kGet, kFirst);
  EXPECT_THROW(ReadReply(*Said("garbage", kGet, kFirst)), std::runtime_error);
  EXPECT_EQ(*Said("truncated", kGet, kFirst), good.substr(0, good.size() / 2));
  EXPECT_EQ(ReadReply(*Said("wrong-request-id", kGet, kFirst)).request,
            ReadReply(good).request + 1);
}

class OddAgent : public ::testing::Test {
 protected:
  OddAgent()
      : agent_({}, [this](std::uint32_t asked) -> std::optional<SnmpDevice> {
          if (asked == kHealthy) return Device("");
          if (asked == kOdd) return Device(odd_);
          return std::nullopt;
        }) {}

  static constexpr std::uint32_t kHealthy = 0x7F3D0901, kOdd = 0x7F3D0902;

  std::string odd_;
  UdpClient client_;
  SnmpAgent agent_;
};

TEST_F(OddAgent, ASlowOneKeepsNobodyWaiting) {
  odd_ = "slow=300ms";
  const std::string request = BerRequest(1, "public", kGet, {kFirst});
  EXPECT_FALSE(client_.Ask(kOdd, agent_.port(), request, 0));
  const auto other = client_.Ask(kHealthy, agent_.port(), request);
  ASSERT_TRUE(other);
  EXPECT_EQ(other->second, kHealthy);
  const auto slow = client_.Wait(5000);
  ASSERT_TRUE(slow);
  EXPECT_EQ(slow->second, kOdd);
}

TEST_F(OddAgent, ASleepingCardMissesTheFirstPacket) {
  odd_ = "late-first=60s";
  const std::string request = BerRequest(1, "public", kGet, {kFirst});
  EXPECT_FALSE(client_.Ask(kOdd, agent_.port(), request, 100));
  EXPECT_TRUE(client_.Ask(kOdd, agent_.port(), request));
  EXPECT_TRUE(client_.Ask(kOdd, agent_.port(), request));
}

TEST_F(OddAgent, AnswersFromAnotherAddress) {
  odd_ = "other-source";
  const auto answer = client_.Ask(kOdd, agent_.port(), BerRequest(1, "public", kGet, {kFirst}));
  ASSERT_TRUE(answer);
  EXPECT_NE(answer->second, kOdd);
  EXPECT_EQ(answer->second >> 24, 127u);
}

}  // namespace
}  // namespace plotmeter::simulator
