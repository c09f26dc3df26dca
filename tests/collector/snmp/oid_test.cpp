#include "collector/snmp/oid.h"

#include <gtest/gtest.h>

#include "collector/snmp/value.h"

namespace plotmeter {
namespace {

TEST(OidTest, ReadsDottedTextAndWritesItBack) {
  for (const char* text : {"0", "1.3.6.1", "1.3.4294967295.0"}) {
    ASSERT_TRUE(Oid::Parse(text)) << text;
    EXPECT_EQ(Oid::Parse(text)->ToText(), text);
  }
  EXPECT_EQ(Oid::Parse(".1.3"), Oid::Parse("1.3"));
}

TEST(OidTest, RefusesWhatIsNoOid) {
  for (const char* text :
       {"", ".", "1.", "1..3", "..1", "-1", "1.-3", "1.3 ", "a", "1.4294967296"}) {
    EXPECT_FALSE(Oid::Parse(text)) << text;
  }
  std::string parts = "1";
  for (int i = 1; i < 128; ++i) parts += ".1";
  EXPECT_TRUE(Oid::Parse(parts));
  EXPECT_FALSE(Oid::Parse(parts + ".1"));
}

TEST(OidTest, ComparesInTheOrderOfAWalk) {
  EXPECT_LT((Oid{1, 3}), (Oid{1, 3, 0}));
  EXPECT_LT((Oid{1, 3, 9}), (Oid{1, 3, 10}));
  EXPECT_LT((Oid{1, 3, 9, 9}), (Oid{1, 3, 10}));
}

TEST(OidTest, ContainsItselfAndWhatLiesBelow) {
  EXPECT_TRUE((Oid{1, 3}).Contains(Oid{1, 3}));
  EXPECT_TRUE((Oid{1, 3}).Contains(Oid{1, 3, 6}));
  EXPECT_FALSE((Oid{1, 3}).Contains(Oid{1}));
  EXPECT_FALSE((Oid{1, 3}).Contains(Oid{1, 30}));
  EXPECT_TRUE(Oid().Contains(Oid{1}));
}

TEST(OidTest, GivesTheIndexAfterAColumn) {
  EXPECT_EQ((Oid{1, 3, 6, 1, 5}).After(Oid{1, 3, 6}), (Oid{1, 5}));
  EXPECT_TRUE((Oid{1, 3}).After(Oid{2}).empty());
  EXPECT_EQ((Oid{1, 3}) + (Oid{6, 1}), (Oid{1, 3, 6, 1}));
}

TEST(ValueTest, GivesANumberForEveryTypeOfNumber) {
  for (const ValueType type : {ValueType::kInteger, ValueType::kCounter32, ValueType::kGauge32,
                               ValueType::kTimeTicks, ValueType::kCounter64}) {
    EXPECT_EQ(Value::Number(type, 15232).AsNumber(), 15232);
  }
  EXPECT_EQ(Value::Counter64(15232).AsNumber(), 15232);
  EXPECT_EQ(Value::Counter64(UINT64_MAX).AsNumber(), std::nullopt);
  EXPECT_EQ(Value::Octets("15232").AsNumber(), std::nullopt);
  EXPECT_EQ(Value().AsNumber(), std::nullopt);
}

TEST(ValueTest, KnowsTheFourWaysToSayNothing) {
  for (const ValueType type : {ValueType::kNull, ValueType::kNoSuchObject,
                               ValueType::kNoSuchInstance, ValueType::kEndOfMibView}) {
    EXPECT_TRUE(Value::Exception(type).is_absent());
  }
  EXPECT_FALSE(Value::Octets("").is_absent());
  EXPECT_FALSE(Value::Number(ValueType::kInteger, 0).is_absent());
}

}  // namespace
}  // namespace plotmeter
