// `reconciliation list`, as people and scripts call it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "common/json.h"
#include "portal/ledger/bookkeeping.h"
#include "portal/ledger/month.h"
#include "tests/paths.h"
#include "tests/portal/program/shell.h"
#include "tests/portal/store/fleet.h"
#include "tests/portal/store/parcel.h"

namespace plotmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

class ReconciliationCommandTest : public testing::Test {
 protected:
  ReconciliationCommandTest() {
    std::filesystem::remove_all(data_);
    std::filesystem::create_directories(data_);
    SqliteStore::Create(path_);
    SqliteStore store(path_);
    for (const char* name : {"north", "south"}) {
      const Tenant tenant = AddTenant(store, name);
      const std::string collector = AddCollector(store, tenant, name);
      for (const auto& [serial, printed] : {std::pair("PLOTTER1", 7), std::pair("PLOTTER2", 6)}) {
        Print(store, tenant, collector, std::string(name) + serial, printed);
      }
    }
    Bookkeeper(store, store, store).Tick([] { return true; });
  }
  ~ReconciliationCommandTest() override { std::filesystem::remove_all(data_); }

  // Its meter counts 7 pages a day after `from`, and its jobs tell of `printed`.
  void Print(SqliteStore& store, const Tenant& tenant, const std::string& collector,
             const std::string& serial, int printed, Instant from = At("2026-11-11T06:00:00Z")) {
    std::int64_t& sequence = sequences_[collector];
    int day = 0;
    for (const auto& [counter, pages] :
         {std::pair(100, 1), std::pair(101, printed), std::pair(108, 0), std::pair(108, 0)}) {
      const Instant at = from + std::chrono::hours(24 * day++);
      Parcel parcel(collector, ++sequence, serial, at);
      parcel.record.batch = collector + " " + std::to_string(sequence);
      parcel.reading.meters.push_back(
          {.meter = "impressions", .value = {Decimal::FromInteger(counter), "impressions"}});
      if (pages > 0) {
        parcel.Job("job " + std::to_string(day));
        parcel.jobs.back().seen_at = at + std::chrono::hours(4);
        parcel.jobs.back().printed_pages = pages;
      }
      store.StoreBatch(tenant.reseller, parcel.record, [](const auto&) { return "receipt"; });
    }
  }

  Ended List(const std::string& arguments) const {
    return Shell(BINARY_ROOT "/bin/plotmeter-portal reconciliation list --data " + data_ + " " +
                 arguments);
  }

  const std::string data_ = Scratch() + "/reconciliation_command_" + std::to_string(::getpid());
  const std::string path_ = data_ + "/portal.db";
  std::map<std::string, std::int64_t> sequences_;
};

TEST_F(ReconciliationCommandTest, ShowsAMonthBesideItsJobs) {
  const Ended ended = List("--reseller north --month 2026-11 --json");
  ASSERT_EQ(ended.code, 0) << ended.output;
  std::map<std::string, Json> by_serial;
  for (const Json& row : ParseJson(ended.output)) by_serial[row.at("serial")] = row;
  ASSERT_EQ(by_serial.size(), 2U) << ended.output;
  const Json& fits = by_serial.at("northPLOTTER1");
  EXPECT_EQ(fits.at("fit"), "fits");
  EXPECT_EQ(fits.at("metered_base"), "7");
  EXPECT_FALSE(fits.contains("shows_to"));
  const Json& lacks = by_serial.at("northPLOTTER2");
  EXPECT_EQ(lacks.at("fit"), "job-missing");
  EXPECT_EQ(lacks.at("month"), "2026-11");
  EXPECT_EQ(lacks.at("meter"), "impressions");
  EXPECT_EQ(lacks.at("base_unit"), "1");
  EXPECT_EQ(lacks.at("metered_base"), "7");
  EXPECT_EQ(lacks.at("in_jobs_base"), "6");
  EXPECT_EQ(lacks.at("residue_base"), "1");
  EXPECT_EQ(lacks.at("shows_to"), "2026-11-13T06:00:00Z");
}

TEST_F(ReconciliationCommandTest, TakesAPrinterAndAMonth) {
  const Ended one = List("--month 2026-11 --printer southPLOTTER2");
  EXPECT_EQ(one.code, 0) << one.output;
  EXPECT_THAT(one.output, HasSubstr("southPLOTTER2\tHP DesignJet Z9\tsouth's customer\tmain\t"
                                    "2026-11\tpiws\timpressions\t\tjob-missing\t7\t6\t1\t0\t1\t"));
  EXPECT_THAT(one.output, Not(HasSubstr("PLOTTER1")));
  EXPECT_THAT(one.output, Not(HasSubstr("north")));
  EXPECT_EQ(ParseJson(List("--month 2026-11 --json").output).size(), 4U) << "of all resellers";
  EXPECT_EQ(List("--month 2026-10 --json").output, "[]\n");
}

// Unless it is said, it is the month before the one that it is.
TEST_F(ReconciliationCommandTest, ShowsLastMonth) {
  const Month now = Month::Of(SystemClock().Now());
  const Month last = Month::Of(now.first_day() - std::chrono::days(1));
  {
    SqliteStore store(path_);
    const Tenant tenant = AddTenant(store, "west");
    const std::string collector = AddCollector(store, tenant, "west");
    Print(store, tenant, collector, "LATELY", 6, last.first_day() + std::chrono::days(10));
    Bookkeeper(store, store, store).Tick([] { return true; });
  }
  const Ended ended = List("--reseller west --json");
  if (now != Month::Of(SystemClock().Now())) GTEST_SKIP() << "a month ended meanwhile";
  const Json rows = ParseJson(ended.output);
  ASSERT_EQ(rows.size(), 1U) << ended.output;
  EXPECT_EQ(rows.at(0).at("month"), last.text());
  EXPECT_EQ(List("--reseller west --json --month " + now.text()).output, "[]\n");
}

TEST_F(ReconciliationCommandTest, SaysWhatIsWrong) {
  const struct {
    const char* arguments;
    int code;
    const char* sentence;
  } wrong[] = {
      {"--month 2026-13", 2, "'month' is '2026-13'; expected a month such as 2026-11"},
      {"--month november", 2, "'month' is 'november'; expected a month such as 2026-11"},
      {"--month ''", 2, "'month' is ''; expected a month such as 2026-11"},
      {"--printer NOBODY", 1, "NOBODY"},
      {"--reseller east", 1, "there is no reseller 'east'"},
      {"--reseller north --printer southPLOTTER2", 1, "southPLOTTER2"},
      {"--mont 2026-11", 2, "--month"},
  };
  for (const auto& [arguments, code, sentence] : wrong) {
    const Ended ended = List(arguments);
    EXPECT_EQ(ended.code, code) << arguments << ": " << ended.output;
    EXPECT_THAT(ended.output, HasSubstr(sentence)) << arguments;
  }
}

}  // namespace
}  // namespace plotmeter
