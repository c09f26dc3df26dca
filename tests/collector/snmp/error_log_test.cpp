#include "collector/snmp/error_log.h"

#include <gtest/gtest.h>

#include "collector/snmp/mib.h"

namespace plotmeter {
namespace {

class Log {
 public:
  Log& Entry(std::uint32_t n, std::int64_t time, std::int64_t code) {
    table_[mib::kHpErrorLog + Oid{n, 1, 0}] = Value::Number(ValueType::kInteger, time);
    table_[mib::kHpErrorLog + Oid{n, 2, 0}] = Value::Number(ValueType::kInteger, code);
    return *this;
  }
  SnmpTable table() const { return table_; }

 private:
  SnmpTable table_ = {};
};

TEST(ErrorLogTest, TakesAHighTimeForATimeAndALowOneForAPageCount) {
  const auto events =
      ReadErrorLog(Log().Entry(1, 15232, 131072).Entry(28, 1437049356, 610010).table());
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0], (PrinterEvent{.kind = "error-log",
                                     .key = "15232/131072",
                                     .channel = ChannelKind::kSnmp,
                                     .code = "131072",
                                     .printer_pages = 15232}));
  EXPECT_EQ(events[1], (PrinterEvent{.kind = "error-log",
                                     .key = "1437049356/610010",
                                     .channel = ChannelKind::kSnmp,
                                     .code = "610010",
                                     .printer_time = ParseInstant("2015-07-16T12:22:36Z")}));
}

TEST(ErrorLogTest, TellsEntriesApartByTimeAndCodeNotByTheirPlace) {
  const auto events =
      ReadErrorLog(Log().Entry(1, 2000, 5).Entry(2, 2000, 5).Entry(3, 2000, 6).table());
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].key, "2000/5");
  EXPECT_EQ(events[1].key, "2000/6");
  EXPECT_EQ(ReadErrorLog(Log().Entry(7, 2000, 5).table())[0], events[0]) << "it has moved down";
}

TEST(ErrorLogTest, ACodeOf0IsAnEmptyEntry) {
  EXPECT_TRUE(ReadErrorLog(Log().Entry(1, 1437049356, 0).Entry(2, 0, 0).table()).empty());
}

TEST(ErrorLogTest, KeepsAnEntryWhoseTimeSaysNothing) {
  for (const std::int64_t time : {std::int64_t{0}, std::int64_t{-1}, INT64_MAX}) {
    const auto events = ReadErrorLog(Log().Entry(1, time, 9).table());
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].printer_time, std::nullopt);
    EXPECT_EQ(events[0].printer_pages, std::nullopt);
  }
  SnmpTable table = Log().Entry(1, 5, 9).table();
  table.erase(mib::kHpErrorLog + Oid{1, 1, 0});
  EXPECT_EQ(ReadErrorLog(table).at(0).key, "0/9");
}

TEST(ErrorLogTest, SaysWhetherAnEntryStandsByTheClock) {
  const auto log = [](std::int64_t time) {
    return SnmpTable{
        {mib::kHpErrorLog + Oid{1, 1, 0}, Value::Number(ValueType::kInteger, time)},
        {mib::kHpErrorLog + Oid{1, 2, 0}, Value::Number(ValueType::kInteger, 2'000'000'000)}};
  };
  EXPECT_TRUE(TellsTimes(log(1'437'049'356)));
  EXPECT_FALSE(TellsTimes(log(15'232))) << "a page count";
  EXPECT_FALSE(TellsTimes({}));
}

TEST(ErrorLogTest, TellsNoMoreThanTheNewest) {
  Log log;
  for (std::uint32_t n = 1; n <= 1000; ++n) log.Entry(n, n, 1);
  const auto events = ReadErrorLog(log.table());
  ASSERT_EQ(events.size(), kMaxErrorLogEvents);
  EXPECT_EQ(events.back().key, "1000/1");
}

TEST(ErrorLogTest, SeesAtItsEndWhetherItHasChanged) {
  const Log before = Log().Entry(1, 100, 7).Entry(2, 200, 7).Entry(3, 0, 0);
  const ErrorLogEnd end = EndOfErrorLog(before.table());
  EXPECT_EQ(end, (ErrorLogEnd{.last = 2, .time = 200, .code = 7}));
  EXPECT_EQ(ErrorLogEndSubtrees(end),
            (std::vector<Oid>{mib::kHpErrorLog + Oid{2}, mib::kHpErrorLog + Oid{3}}));
  EXPECT_EQ(EndOfErrorLog(Log().Entry(2, 200, 7).Entry(3, 0, 0).table()), end);
  EXPECT_NE(EndOfErrorLog(Log().Entry(2, 200, 7).Entry(3, 300, 7).table()), end) << "one more";
  EXPECT_NE(EndOfErrorLog(Log().Entry(2, 300, 7).table()), end) << "a full log moved down";
  EXPECT_NE(EndOfErrorLog({}), end) << "it was cleared";
  EXPECT_EQ(ErrorLogEndSubtrees({}), std::vector<Oid>{mib::kHpErrorLog + Oid{1}});
  EXPECT_EQ(ErrorLogEndSubtrees({.last = UINT32_MAX}).size(), 1U);
  const Oid log = mib::kHpErrorLog;
  EXPECT_EQ(ErrorLogEndObjects(end), (std::vector<Oid>{log + Oid{2, 1, 0}, log + Oid{2, 2, 0},
                                                       log + Oid{3, 1, 0}, log + Oid{3, 2, 0}}));
  EXPECT_TRUE(ErrorLogEndObjects({}).empty());
}

}  // namespace
}  // namespace plotmeter
