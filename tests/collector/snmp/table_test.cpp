#include "collector/snmp/table.h"

#include <gtest/gtest.h>

namespace plotmeter {
namespace {

Value Number(std::int64_t number) { return Value::Number(ValueType::kInteger, number); }

const Oid kA = {1, 3, 1};
const Oid kB = {1, 3, 2};

TEST(SnmpTableTest, SortsRowsAndKeepsTheFirstOfSeveral) {
  const SnmpTable table = {{kB + Oid{1}, Number(3)},
                           {kA + Oid{2}, Number(2)},
                           {kB + Oid{1}, Number(9)},
                           {kA, Number(1)}};
  ASSERT_EQ(table.size(), 3U);
  EXPECT_EQ(table.begin()->first, kA);
  EXPECT_EQ(NumberAt(table, kA + Oid{2}), 2);
  EXPECT_EQ(NumberAt(table, kB + Oid{1}), 3);
  EXPECT_EQ(NumberAt(table, kB), std::nullopt);
  EXPECT_EQ(table.find(kB), table.end());
}

TEST(SnmpTableTest, FindsTheRowsOfASubtree) {
  const SnmpTable table = {{kA, Number(0)},
                           {kA + Oid{1, 1}, Number(1)},
                           {kA + Oid{1, 2}, Number(2)},
                           {kA + Oid{10}, Number(3)},
                           {kB + Oid{1}, Number(4)}};
  EXPECT_EQ(table.Below(kA).size(), 4U);
  EXPECT_EQ(table.Below(kA + Oid{1}).size(), 2U);
  EXPECT_EQ(table.Below(kA + Oid{1}).front().second, Number(1));
  EXPECT_EQ(table.Below(kB).size(), 1U);
  EXPECT_TRUE(table.Below(kA + Oid{2}).empty());
  EXPECT_TRUE(table.Below(kB + Oid{2}).empty());
  EXPECT_EQ(table.Below({}).size(), 5U);
  EXPECT_TRUE(SnmpTable().Below(kA).empty());
}

TEST(SnmpTableTest, MergesWithoutReplacing) {
  SnmpTable table = {{kA + Oid{1}, Number(1)}, {kB + Oid{1}, Number(2)}};
  table.Merge({{kA, Number(7)}, {kA + Oid{1}, Number(8)}, {kB + Oid{2}, Number(9)}});
  EXPECT_EQ(table, (SnmpTable{{kA, Number(7)},
                              {kA + Oid{1}, Number(1)},
                              {kB + Oid{1}, Number(2)},
                              {kB + Oid{2}, Number(9)}}));
  table.Merge({});
  EXPECT_EQ(table.size(), 4U);
  SnmpTable none;
  none.Merge(SnmpTable(table));
  EXPECT_EQ(none, table);
}

TEST(SnmpTableTest, ChangesOneRow) {
  SnmpTable table;
  table[kB] = Number(2);
  table[kA] = Number(1);
  table[kB] = Number(3);
  table.emplace(kA, Number(9));  // it is there
  table.emplace(kA + Oid{1}, Number(4));
  EXPECT_EQ(table, (SnmpTable{{kA, Number(1)}, {kA + Oid{1}, Number(4)}, {kB, Number(3)}}));
  table.erase(kB);
  table.erase(kB);
  EXPECT_EQ(table.size(), 2U);
  table.EraseBelow(kA);
  EXPECT_TRUE(table.empty());
}

TEST(SnmpTableTest, HoldsObjectIdentifiersByWhatTheySay) {
  const SnmpTable table = {{kA, Value::ObjectId(kB)}};
  EXPECT_EQ(table, (SnmpTable{{kA, Value::ObjectId(kB)}}));
  EXPECT_FALSE(table == (SnmpTable{{kA, Value::ObjectId(kA)}}));
  EXPECT_EQ(*OidAt(table, kA), kB);
  EXPECT_EQ(OidAt(table, kB), nullptr);
}

}  // namespace
}  // namespace plotmeter
