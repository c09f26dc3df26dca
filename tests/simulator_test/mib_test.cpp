#include "tests/simulator/mib.h"

#include <gtest/gtest.h>

#include "tests/simulator/address.h"

namespace plotmeter::simulator {
namespace {

TEST(MibTest, ReadsObjectIdentifiersAndNothingElse) {
  EXPECT_EQ(ParseOid("1.3.6.1"), (Oid{1, 3, 6, 1}));
  EXPECT_EQ(ParseOid(".1.3.4294967295"), (Oid{1, 3, 4294967295}));
  for (const char* text :
       {"", "1", ".", "1.", "1..3", "1.3.x", "3.1", "1.40", "1.3.4294967296", "1.3 ", "-1.3"}) {
    EXPECT_FALSE(ParseOid(text)) << text;
  }
  EXPECT_EQ(OidText({1, 3, 6, 1, 4, 1}), "1.3.6.1.4.1");
}

TEST(MibTest, WalksInTheOrderOfNumbersNotOfText) {
  Mib mib;
  for (const char* oid : {"1.3.10", "1.3.9", "1.3.9.1", "1.3"}) mib.Set(*ParseOid(oid), Integer(1));
  std::vector<std::string> walked;
  for (const Mib::Row* row = mib.After({1, 2}); row != nullptr; row = mib.After(row->first)) {
    walked.push_back(OidText(row->first));
  }
  EXPECT_EQ(walked, (std::vector<std::string>{"1.3", "1.3.9", "1.3.9.1", "1.3.10"}));
}

TEST(MibTest, KnowsWhatLiesBelowAPrefix) {
  Mib mib;
  mib.Set("1.3.6.1.2", {1, 0}, Integer(1));
  EXPECT_TRUE(mib.HasBelow({1, 3, 6}));
  EXPECT_TRUE(mib.HasBelow({1, 3, 6, 1, 2, 1, 0}));
  EXPECT_FALSE(mib.HasBelow({1, 3, 6, 1, 2, 1, 0, 0}));
  EXPECT_FALSE(mib.HasBelow({1, 3, 6, 1, 3}));
}

TEST(MibTest, CountersWrapAtThirtyTwoBits) {
  EXPECT_EQ(Counter32((std::uint64_t{1} << 32) + 5).count, 5u);
  EXPECT_EQ(TimeTicks((std::uint64_t{1} << 32)).count, 0u);
  EXPECT_EQ(Counter64((std::uint64_t{1} << 32) + 5).count, 4294967301u);
}

TEST(AddressTest, NeverLeavesThisMachine) {
  EXPECT_EQ(ParseNetwork("127.60.3.9/16")->base, 0x7F3C0000u);
  EXPECT_EQ(ParseNetwork("127.0.0.1")->room(), 1u);
  for (const char* text :
       {"10.0.0.0/8", "127.0.0.0/33", "127.0.0.0/7", "127.0.0/8", "127.0.0.0/", "localhost"}) {
    EXPECT_FALSE(ParseNetwork(text)) << text;
  }
  EXPECT_EQ(ParseEndpoint("127.1.2.3:161")->port, 161);
  for (const char* text :
       {"0.0.0.0:161", "10.0.0.1:161", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", ":1"}) {
    EXPECT_FALSE(ParseEndpoint(text)) << text;
  }
}

}  // namespace
}  // namespace plotmeter::simulator
