#include "collector/snmp/watch_look.h"

#include <gtest/gtest.h>

#include "collector/snmp/mib.h"

namespace plotmeter {
namespace {

Value Number(std::int64_t number) { return Value::Number(ValueType::kInteger, number); }

TEST(WatchLookTest, HoldsWhatIsNewsAndNothingElse) {
  SnmpTable table = {{mib::kHrPrinterStatus + Oid{1}, Number(3)},
                     {mib::kPrtAlert + Oid{2, 1, 7}, Number(4)},
                     {mib::kPrtAlert + Oid{7, 1, 7}, Number(8)},
                     {mib::kJmJobState + Oid{1, 7}, Number(9)}};
  const SnmpTable look = LookOf(table);
  EXPECT_EQ(look, table);
  table[mib::kPrtAlert + Oid{8, 1, 7}] = Value::Octets("Paper jam");
  table[mib::kPrtMarkerLifeCount + Oid{1, 1}] = Number(15232);
  table[mib::kSysUpTime] = Number(500);
  EXPECT_EQ(LookOf(table), look);
}

// An agent that names its alerts by their texts alone is read in full every time.
TEST(WatchLookTest, IsEmptyWhereItWouldNotShowEveryAlert) {
  const SnmpTable table = {{mib::kHrPrinterStatus + Oid{1}, Number(3)},
                           {mib::kPrtAlert + Oid{2, 1, 7}, Number(4)},
                           {mib::kPrtAlert + Oid{8, 1, 7}, Value::Octets("Paper jam")},
                           {mib::kPrtAlert + Oid{8, 1, 8}, Value::Octets("Ready")}};
  EXPECT_TRUE(LookOf(table).empty());
}

TEST(WatchLookTest, AsksForTheStatusesAndTheEndOfTheLog) {
  const Oid status = mib::kHrDeviceStatus + Oid{1};
  PrinterKnowledge known{.offers = {mib::kHpErrorLog, mib::kHpLifetimeInk},
                         .objects = {status, mib::kHpTray + Oid{1, 4, 0}}};
  EXPECT_EQ(WatchObjects(known), std::vector<Oid>{status});
  EXPECT_EQ(LookSubtrees(known).back(), mib::kHpErrorLog) << "nobody knows where it begins";
  known.log = {.last = 5, .time = 1437049356, .code = 610010};
  EXPECT_EQ(WatchObjects(known).size(), 5U);
  EXPECT_EQ(LookSubtrees(known),
            (std::vector<Oid>{mib::kPrtAlert + Oid{2}, mib::kPrtAlert + Oid{7}}));
  known.offers.insert(mib::kJmJobState);
  EXPECT_EQ(LookSubtrees(known).back(), mib::kJmJobState);
}

}  // namespace
}  // namespace plotmeter
