// Every export over a small fleet: its rows, whose they are, and that a long one comes in parts.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "portal/ledger/export.h"
#include "tests/portal/store/fleet.h"
#include "tests/portal/store/parcel.h"

namespace plotmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class ExportKindsTest : public testing::Test {
 protected:
  ExportKindsTest() {
    for (const std::string serial : {"0042", "CN2"}) Tell(serial, noon_, "a");
    Tell("0042", noon_ + std::chrono::hours(24), "b");
  }

  // A reading, a level, a job, an alert, called `name`.
  void Tell(const std::string& serial, Instant at, const std::string& name) {
    Parcel parcel(collector_, ++sequence_, serial, at);
    parcel.Meter("ink.used", "433.50").Level("slot-0", "240").Job("job-" + name).Alarm(name);
    store_.StoreBatch(north_.reseller, parcel.record, [](const auto&) { return "receipt"; });
  }

  std::string All(std::string_view what, const RowShape& shape, const PrinterFilter& filter = {},
                  const std::string& from = "2026-11-01", const std::string& to = "2026-12-01") {
    const ExportKind& kind = *FindExport(what);
    std::optional<Period> period;
    if (kind.period != PeriodUse::kNone && !from.empty()) {
      period = Period{*PeriodEdge::Parse(from), *PeriodEdge::Parse(to)};
    }
    const auto rows =
        MakeExport(kind, {store_, store_, store_, north_.reseller, filter, period}, shape);
    std::string out;
    while (rows->Next(out)) {
    }
    return out;
  }

  std::vector<Json> Rows(std::string_view what, const PrinterFilter& filter = {},
                         const std::string& from = "2026-11-01",
                         const std::string& to = "2026-12-01") {
    std::istringstream lines(All(what, ExportFormat::kNdjson, filter, from, to));
    std::vector<Json> rows;
    for (std::string line; std::getline(lines, line);) rows.push_back(ParseJson(line));
    return rows;
  }

  SqliteStore store_{FreshDatabase()};
  Tenant north_ = AddTenant(store_, "north");
  Tenant south_ = AddTenant(store_, "south");
  std::string collector_ = AddCollector(store_, north_, "thumb-north");
  const Instant noon_ = At("2026-11-10T12:00:00Z");
  std::int64_t sequence_ = 0;
};

TEST_F(ExportKindsTest, BeginsEveryCsvWithItsColumnsAndGivesEachRowAsMany) {
  for (const ExportKind& kind : ExportKinds()) {
    std::istringstream lines(All(kind.name, ExportFormat::kCsv));
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
      EXPECT_EQ(std::ranges::count(line, ','), std::ssize(kind.columns) - 1) << line;
    }
    EXPECT_GT(count, 2) << kind.name;
  }
}

TEST_F(ExportKindsTest, WritesReadingsWithTheirEvidence) {
  const std::vector<Json> rows = Rows("readings");
  ASSERT_THAT(rows, SizeIs(3));
  EXPECT_EQ(rows[1], Json({{"customer", "north's customer"},
                           {"site", "main"},
                           {"manufacturer", "HP"},
                           {"model", "HP DesignJet Z9"},
                           {"serial", "0042"},
                           {"channel", "piws"},
                           {"meter", "ink.used"},
                           {"unit", "cc"},
                           {"at", "2026-11-11T12:00:00Z"},
                           {"value", "433.50"},
                           {"batch", "batch 3"},
                           {"sha256", "sha 3"},
                           {"collector", collector_},
                           {"printer", rows[0].at("printer")}}));
  EXPECT_THAT(Rows("readings", {}, "2026-11-11", "2026-11-12"), SizeIs(1));
  EXPECT_THAT(All("readings", ExportFormat::kCsv), HasSubstr(",\"0042\",piws,"));
}

TEST_F(ExportKindsTest, WritesTheLatestWordOnSupplies) {
  const std::vector<Json> rows = Rows("supplies");
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0].at("supply"), "slot-0");
  EXPECT_EQ(rows[0].at("level"), "240");
  EXPECT_EQ(rows[0].at("level_unit"), "cc");
  EXPECT_EQ(rows[0].at("at"), "2026-11-11T12:00:00Z");
  EXPECT_FALSE(rows[0].contains("capacity")) << "unknown is absent";
}

TEST_F(ExportKindsTest, WritesAlertsThatLastedInThePeriod) {
  Parcel over(collector_, ++sequence_, "0042", noon_);
  over.Alarm("a", noon_ + std::chrono::hours(1));
  store_.StoreBatch(north_.reseller, over.record, [](const auto&) { return "receipt"; });
  const auto keys = [&](const std::string& from, const std::string& to) {
    std::vector<std::string> found;
    for (const Json& row : Rows("alerts", {}, from, to)) {
      found.push_back(row.at("serial").get<std::string>() + row.at("key").get<std::string>());
    }
    return found;
  };
  EXPECT_THAT(keys("2026-11-01", "2026-12-01"), ElementsAre("0042b", "0042a", "CN2a"));
  EXPECT_THAT(keys("2026-11-11", "2026-11-12"), ElementsAre("0042b", "CN2a")) << "a is over";
  EXPECT_THAT(keys("2026-11-01", "2026-11-11"), ElementsAre("0042a", "CN2a")) << "b is to come";
  EXPECT_THAT(keys("", ""), ElementsAre("0042b", "0042a", "CN2a"));
}

TEST_F(ExportKindsTest, WritesPrintersWithWhereTheyStand) {
  const std::vector<Json> rows = Rows("printers");
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0].at("serial"), "0042");
  EXPECT_EQ(rows[0].at("product"), "W3Z71A");
  EXPECT_EQ(rows[0].at("customer_id"), north_.customer);
  EXPECT_EQ(rows[0].at("site_id"), north_.site);
  EXPECT_EQ(rows[0].at("time_zone"), "Europe/Berlin");
  EXPECT_EQ(rows[0].at("last_seen"), "2026-11-11T12:00:00Z");
}

TEST_F(ExportKindsTest, IsNarrowedAndShowsNothingOfOthers) {
  const std::string printer = store_.Printers(north_.reseller, {.serial = "CN2"}, "", 1).at(0).id;
  for (const ExportKind& kind : ExportKinds()) {
    for (const Json& row : Rows(kind.name, {.printer = printer})) {
      EXPECT_EQ(row.at("serial"), "CN2") << kind.name;
    }
    EXPECT_THAT(Rows(kind.name, {.printer = printer}), SizeIs(1)) << kind.name;
    EXPECT_THAT(Rows(kind.name, {.customer = south_.customer}), SizeIs(0)) << kind.name;
    EXPECT_THAT(Rows(kind.name, {.site = south_.site}), SizeIs(0)) << kind.name;
  }
}

// A printer with more rows than a part holds: each once, in order, and a part is no larger.
TEST_F(ExportKindsTest, ComesInPartsHoweverManyRowsAPrinterHas) {
  constexpr int kMany = 3000;
  Parcel parcel(collector_, ++sequence_, "CN2", noon_);
  for (int i = 0; i < kMany; ++i) {
    parcel.Job(fmt::format("{:05}", i));
    parcel.jobs.back().seen_at = noon_ + std::chrono::minutes(i / 7);  // some at the same instant
  }
  store_.StoreBatch(north_.reseller, parcel.record, [](const auto&) { return "receipt"; });
  const auto rows =
      MakeExport(*FindExport("jobs"),
                 {store_,
                  store_,
                  store_,
                  north_.reseller,
                  {},
                  Period{*PeriodEdge::Parse("2026-11-01"), *PeriodEdge::Parse("2026-12-01")}},
                 ExportFormat::kNdjson);
  std::set<std::string> seen;
  std::string last;
  int parts = 0, count = 0;
  for (bool more = true; more; ++parts) {
    std::string part;
    more = rows->Next(part);
    EXPECT_LT(part.size(), std::size_t{70} << 10);
    std::istringstream lines(part);
    for (std::string line; std::getline(lines, line); ++count) {
      const Json row = ParseJson(line);
      const std::string key = row.at("serial").get<std::string>() +
                              row.at("ended_at").get<std::string>() +
                              row.at("job").get<std::string>();
      EXPECT_LT(last, key);
      last = key;
      EXPECT_TRUE(seen.insert(key).second) << key << " twice";
    }
  }
  EXPECT_EQ(count, kMany + 3);
  EXPECT_GT(parts, 10);
}

TEST_F(ExportKindsTest, NeedsAPeriodWhereItSaysSo) {
  EXPECT_THROW(MakeExport(*FindExport("jobs"), {store_, store_, store_, north_.reseller},
                          ExportFormat::kCsv),
               std::logic_error);
  EXPECT_EQ(FindExport("contracts"), nullptr);
}

}  // namespace
}  // namespace plotmeter
