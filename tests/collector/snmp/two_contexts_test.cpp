#include "collector/snmp/two_contexts.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/fakes/context_session.h"

namespace plotmeter {
namespace {

const Oid kA = {1, 3, 1};
const Oid kB = {1, 3, 2};
const Oid kC = {1, 3, 3};

Value Number(std::int64_t number) { return Value::Number(ValueType::kInteger, number); }

class TwoContextsTest : public testing::Test {
 protected:
  SnmpResult Walk(const SnmpCredentials& credentials) {
    SnmpResult told;
    both_.Walk({.address = "10.0.0.7", .credentials = {credentials}}, {kA, kB, kC},
               [&](SnmpResult result) { told = std::move(result); });
    return told;
  }

  const SnmpCredentials v3_ = {.version = SnmpVersion::k3,
                               .user = std::make_shared<SnmpUser>(SnmpUser{.name = "plotters"})};
  ContextSession agent_;
  TwoContexts both_{agent_};
};

TEST_F(TwoContextsTest, AsksTheOtherForWhatIsMissingAndForNoMore) {
  agent_.tables[""] = {{kA + Oid{1}, Number(1)}};
  agent_.tables["Jetdirect"] = {{kA + Oid{2}, Number(2)}, {kB + Oid{1}, Number(3)}};
  const SnmpResult result = Walk(v3_);
  EXPECT_EQ(result.seen, SnmpSeen::kAnswered);
  EXPECT_EQ(result.table, (SnmpTable{{kA + Oid{1}, Number(1)}, {kB + Oid{1}, Number(3)}}));
  EXPECT_EQ(result.credentials, v3_) << "not those of the other context";
  EXPECT_EQ(agent_.asked, (std::vector<std::string>{" 1.3.1", " 1.3.2", " 1.3.3", "Jetdirect 1.3.2",
                                                    "Jetdirect 1.3.3"}));
}

TEST_F(TwoContextsTest, AsksAnAgentThatHasNoOtherOnce) {
  agent_.tables[""] = {{kA + Oid{1}, Number(1)}};
  EXPECT_EQ(Walk(v3_).seen, SnmpSeen::kAnswered) << "the other can only add";
  EXPECT_EQ(agent_.asked.size(), 5U);
  EXPECT_EQ(Walk(v3_).table.size(), 1U);
  EXPECT_EQ(agent_.asked.size(), 8U);
}

TEST_F(TwoContextsTest, LeavesEverythingElseAsItIs) {
  agent_.tables[""] = {};
  agent_.tables["Jetdirect"] = {};
  agent_.tables["mine"] = {};
  Walk({.version = SnmpVersion::k2c});
  EXPECT_EQ(agent_.asked.size(), 3U);
  SnmpCredentials named = v3_;
  named.context = "mine";
  Walk(named);
  EXPECT_EQ(agent_.asked.size(), 6U);
  agent_.tables.erase("");
  EXPECT_EQ(Walk(v3_).seen, SnmpSeen::kRefused);
  EXPECT_EQ(agent_.asked.size(), 9U);
}

TEST_F(TwoContextsTest, LosesTheOtherNotForGoodOverOneSilence) {
  agent_.tables[""] = {{kA + Oid{1}, Number(1)}};
  agent_.tables["Jetdirect"] = {{kB + Oid{1}, Number(3)}};
  agent_.silent = "Jetdirect";
  for (int times = 0; times < 2; ++times) {
    const SnmpResult cut = Walk(v3_);
    EXPECT_EQ(cut.table.size(), 1U);
    EXPECT_EQ(cut.cut, (std::vector<Oid>{kB, kC})) << "nobody knows whether they are there";
  }
  agent_.silent = "none";
  EXPECT_EQ(Walk(v3_).table.size(), 2U);
  EXPECT_TRUE(Walk(v3_).cut.empty());
  agent_.silent = "Jetdirect";
  for (int times = 0; times < 3; ++times) Walk(v3_);
  agent_.asked.clear();
  Walk(v3_);
  EXPECT_EQ(agent_.asked.size(), 3U) << "but one that never answers is left alone";
}

}  // namespace
}  // namespace plotmeter
