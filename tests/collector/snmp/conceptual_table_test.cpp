#include "collector/snmp/conceptual_table.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "collector/snmp/mib.h"

namespace plotmeter {
namespace {

Value Number(std::int64_t number) { return Value::Number(ValueType::kInteger, number); }

std::vector<std::string> NamesOf(const std::vector<ConceptualRow>& rows) {
  std::vector<std::string> names;
  for (const ConceptualRow& row : rows) names.push_back(row.name());
  return names;
}

const Oid& kEntry = mib::kPrtMarkerSupplies;

SnmpTable Supplies() {
  return {{kEntry + Oid{6, 1, 1}, Value::Octets("cyan")},
          {kEntry + Oid{6, 1, 2}, Value::Octets("magenta")},
          {kEntry + Oid{9, 1, 1}, Number(40)},
          {kEntry + Oid{9, 1, 10}, Number(7)},
          {kEntry + Oid{9, 7, 1}, Number(3)},
          {mib::kPrtMarkerColorant + Oid{4, 1, 1}, Value::Octets("beside it")}};
}

TEST(ConceptualTableTest, FindsTheRowsThatAnyOfTheColumnsHas) {
  const SnmpTable table = Supplies();
  const ConceptualTable supplies(table, kEntry);
  EXPECT_EQ(NamesOf(supplies.Rows({6, 9}, {})),
            (std::vector<std::string>{"1.1", "1.2", "1.10", "7.1"}));
  EXPECT_EQ(NamesOf(supplies.Rows({9, 8}, std::vector<std::uint32_t>{7})),
            std::vector<std::string>{"7.1"});
  EXPECT_TRUE(supplies.Rows({2}, {}).empty());
  EXPECT_TRUE(ConceptualTable(SnmpTable(), kEntry).Rows({6}, {}).empty());
}

TEST(ConceptualTableTest, TellsWhatARowHasInAColumn) {
  const SnmpTable table = Supplies();
  const ConceptualTable supplies(table, kEntry);
  const ConceptualRow row = supplies.Row(1, 1);
  EXPECT_EQ(row.Octets(6), "cyan");
  EXPECT_EQ(row.Number(9), 40);
  EXPECT_EQ(row.Number(6), std::nullopt) << "it is no number";
  EXPECT_EQ(row.Number(8), std::nullopt);
  EXPECT_EQ(supplies.Row(1, 10).Number(9), 7);
  EXPECT_EQ(supplies.Row(1, 3).Number(9), std::nullopt);
  EXPECT_EQ(supplies.Row(9, 9).Number(9), std::nullopt);
  EXPECT_EQ(row.ObjectText(9), "1.3.6.1.2.1.43.11.1.1.9.1.1");
}

TEST(ConceptualTableTest, PassesOverWhatIsNoRow) {
  const SnmpTable table = {{kEntry, Number(1)},
                           {kEntry + Oid{9}, Number(2)},
                           {kEntry + Oid{9, 1}, Number(3)},
                           {kEntry + Oid{9, 1, 1}, Number(4)},
                           {kEntry + Oid{9, 1, 1, 5}, Number(5)},
                           {kEntry + Oid{9, 1, 2}, Number(6)},
                           {kEntry + Oid{4'000'000'000, 1, 1}, Number(7)}};
  const ConceptualTable supplies(table, kEntry);
  EXPECT_EQ(NamesOf(supplies.Rows({9}, {})), (std::vector<std::string>{"1.1", "1.2"}));
  EXPECT_EQ(supplies.Row(1, 1).Number(9), 4);
  EXPECT_EQ(supplies.Row(1, 2).Number(9), 6);
}

}  // namespace
}  // namespace plotmeter
