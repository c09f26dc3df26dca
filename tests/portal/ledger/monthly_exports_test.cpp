#include "portal/ledger/monthly_exports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "tests/fakes/fake_clock.h"
#include "tests/portal/store/fleet.h"
#include "tests/portal/store/parcel.h"

namespace plotmeter {
namespace {

namespace fs = std::filesystem;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(MonthTest, KnowsTheNextAndItsFirstDay) {
  EXPECT_EQ(Month::Parse("2026-12")->Next().text(), "2027-01");
  EXPECT_EQ(FormatInstant(Month::Parse("2024-02")->first_day()), "2024-02-01T00:00:00Z");
  EXPECT_EQ(Month::Of(At("2026-11-30T23:59:59Z")).text(), "2026-11");
  for (const char* wrong :
       {"", "2026-13", "2026-00", "2026-1", "1969-12", "2026-11-01", "9999-01"}) {
    EXPECT_FALSE(Month::Parse(wrong)) << wrong;
  }
}

TEST(SettleTest, IsHoursOrDays) {
  EXPECT_EQ(ParseSettle("0"), hours(0));
  EXPECT_EQ(ParseSettle("36h"), hours(36));
  EXPECT_EQ(ParseSettle("90d"), hours(90 * 24));
  for (const char* wrong : {"", "h", "1", "-1h", "1m", "91d", "2161h", "1.5h", "99999999999d"}) {
    EXPECT_EQ(ParseSettle(wrong), std::nullopt) << wrong;
  }
}

TEST(DueTest, WaitsForTheDayTheHourAndTheLastSite) {
  const ScheduledExport schedule{.day = 2, .hour = 4, .time_zone = "Europe/Berlin"};
  const Month november = *Month::Parse("2026-11");
  const auto due = [&](const std::vector<Site>& sites, hours settle) {
    return FormatInstant(MonthlyExports::DueAt(schedule, november, sites, settle));
  };
  EXPECT_EQ(due({}, hours(0)), "2026-12-02T03:00:00Z");
  EXPECT_EQ(due({{.time_zone = "Pacific/Honolulu"}}, hours(12)), "2026-12-02T03:00:00Z");
  EXPECT_EQ(due({{.time_zone = "Pacific/Honolulu"}, {.time_zone = "UTC"}}, hours(24)),
            "2026-12-02T10:00:00Z");
}

// A folder that fails when it is told to, before or after it has done its work.
struct OddFolder : FolderDelivery {
  void Deliver(const ScheduledExport& schedule, const std::string& name) override {
    if (fails_before || (!fails_for.empty() && name.find(fails_for) != name.npos)) {
      throw std::runtime_error("the folder is full");
    }
    FolderDelivery::Deliver(schedule, name);
    ++delivered;
    if (fails_after) throw std::runtime_error("cut short");
  }
  bool fails_before = false;
  std::string fails_for = {};  // a month
  bool fails_after = false;
  int delivered = 0;
};

class MonthlyExportsTest : public testing::Test {
 protected:
  MonthlyExportsTest() {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    for (const auto& [at, job] : {std::pair{"2026-10-15T12:00:00Z", "october"},
                                  std::pair{"2026-11-15T12:00:00Z", "november"},
                                  std::pair{"2026-11-30T23:30:00Z", "december in Berlin"}}) {
      Parcel parcel(collector_, ++sequence_, "CN1", At(at));
      parcel.Meter("ink.used", "433").Job(job);
      store_.StoreBatch(north_.reseller, parcel.record, [](const auto&) { return "receipt"; });
    }
  }
  ~MonthlyExportsTest() override { fs::remove_all(folder_); }

  std::string Add(const std::string& first_month = "2026-11", const std::string& columns = "") {
    ScheduledExport schedule{.what = "jobs",
                             .format = "csv",
                             .columns = columns,
                             .folder = folder_,
                             .first_month = first_month,
                             .day = 2,
                             .hour = 4,
                             .time_zone = "UTC"};
    return store_.AddSchedule(north_.reseller, schedule, kPortalItself, clock_.Now());
  }

  // A portal that starts, and looks once it may.
  void StartAndLook() {
    MonthlyExports monthly(store_, store_, store_, store_, store_, delivery_, clock_, hours(24));
    clock_.Advance(minutes(5));
    monthly.Tick([] { return true; });
  }

  std::vector<std::string> Files() {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      names.push_back(entry.path().filename().string());
    }
    std::ranges::sort(names);
    return names;
  }

  std::string TextOf(const std::string& name) {
    std::ifstream in(fs::path(folder_) / name);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }

  std::vector<std::string> MonthsDone(const std::string& id) {
    std::vector<std::string> months;
    for (const ScheduledMonth& month : store_.MonthsOf(north_.reseller, id)) {
      months.push_back(month.month + (month.is_done ? "" : " on its way"));
    }
    return months;
  }

  const std::string path_ = FreshDatabase();
  const std::string folder_ = path_ + ".data";
  SqliteStore store_{path_};
  FakeClock clock_{At("2026-12-01T10:00:00Z")};
  OddFolder delivery_;
  Tenant north_ = AddTenant(store_, "north");
  std::string collector_ = AddCollector(store_, north_, "thumb");
  std::int64_t sequence_ = 0;
};

TEST_F(MonthlyExportsTest, WritesAMonthOnceWhenItHasSettled) {
  const std::string id = Add();
  MonthlyExports monthly(store_, store_, store_, store_, store_, delivery_, clock_, hours(24));
  const auto tick = [&] { monthly.Tick([] { return true; }); };
  clock_.Advance(hours(17));
  tick();
  EXPECT_THAT(Files(), IsEmpty()) << "it is three in the morning";
  clock_.Advance(hours(1));
  tick();
  const std::string name = "jobs-2026-11-" + id + ".csv";
  EXPECT_THAT(Files(), ElementsAre(name));
  EXPECT_THAT(TextOf(name), HasSubstr(",november,"));
  EXPECT_THAT(TextOf(name), Not(HasSubstr("october")));
  EXPECT_THAT(TextOf(name), Not(HasSubstr("december in Berlin")));
  EXPECT_THAT(MonthsDone(id), ElementsAre("2026-11"));
  EXPECT_EQ(fs::status(fs::path(folder_) / name).permissions(), fs::perms(0640));
  fs::remove(fs::path(folder_) / name);
  clock_.Advance(minutes(1));
  tick();
  StartAndLook();
  EXPECT_THAT(Files(), IsEmpty()) << "whoever took it has it";
  EXPECT_EQ(delivery_.delivered, 1);
  EXPECT_EQ(store_.AuditRows(north_.reseller, INT64_MAX, 1).at(0).what, "schedule.written");
}

TEST_F(MonthlyExportsTest, MakesUpForWhatItMissed) {
  const std::string id = Add("2026-09");
  clock_.Advance(days(40));  // nobody ran
  StartAndLook();
  EXPECT_THAT(MonthsDone(id), ElementsAre("2026-09", "2026-10", "2026-11", "2026-12"));
  EXPECT_THAT(TextOf("jobs-2026-12-" + id + ".csv"), HasSubstr("december in Berlin"));
  EXPECT_EQ(Files().size(), 4u);
}

TEST_F(MonthlyExportsTest, TriesAgainWhatFailedAndLeavesNothingHalf) {
  const std::string id = Add();
  clock_.Advance(days(2));
  fs::permissions(folder_, fs::perms::none);
  fs::rename(folder_, folder_ + ".away");
  MonthlyExports monthly(store_, store_, store_, store_, store_, delivery_, clock_, hours(24));
  const auto tick = [&] { monthly.Tick([] { return true; }); };
  clock_.Advance(minutes(5));
  tick();
  EXPECT_THAT(MonthsDone(id), IsEmpty());
  fs::rename(folder_ + ".away", folder_);
  fs::permissions(folder_, fs::perms::owner_all);
  clock_.Advance(minutes(59));
  tick();
  EXPECT_THAT(Files(), IsEmpty()) << "not before an hour has passed";
  clock_.Advance(minutes(1));
  tick();
  EXPECT_THAT(MonthsDone(id), ElementsAre("2026-11"));
}

// Cut short after the file was whole: before it was delivered, and after.
TEST_F(MonthlyExportsTest, FinishesWhatWasCutShortAndNeverDeliversTwice) {
  const std::string id = Add();
  const std::string name = "jobs-2026-11-" + id + ".csv";
  clock_.Advance(days(2));
  delivery_.fails_before = true;
  StartAndLook();
  EXPECT_THAT(MonthsDone(id), ElementsAre("2026-11 on its way"));
  EXPECT_THAT(Files(), ElementsAre("." + name + ".part"));
  delivery_.fails_before = false;
  delivery_.fails_after = true;
  StartAndLook();
  EXPECT_THAT(MonthsDone(id), ElementsAre("2026-11 on its way"));
  EXPECT_THAT(Files(), ElementsAre(name));
  fs::remove(fs::path(folder_) / name);  // somebody imported it
  delivery_.fails_after = false;
  StartAndLook();
  EXPECT_THAT(MonthsDone(id), ElementsAre("2026-11"));
  EXPECT_THAT(Files(), IsEmpty());
}

TEST_F(MonthlyExportsTest, LetsNoMonthWaitForAnother) {
  const std::string id = Add("2026-10");
  clock_.Advance(days(10));
  delivery_.fails_before = true;
  StartAndLook();
  EXPECT_THAT(MonthsDone(id), ElementsAre("2026-10 on its way", "2026-11 on its way"));
  delivery_.fails_before = false;
  delivery_.fails_for = "2026-10";
  StartAndLook();
  EXPECT_THAT(MonthsDone(id), ElementsAre("2026-10 on its way", "2026-11"));
  delivery_.fails_for.clear();
  StartAndLook();
  EXPECT_THAT(MonthsDone(id), ElementsAre("2026-10", "2026-11"));
}

// The audit log names nobody: what is in it outlives an erasure.
TEST_F(MonthlyExportsTest, WritesDownThatItIsMailedAndNotToWhom) {
  store_.AddSchedule(north_.reseller,
                     {.what = "usage",
                      .format = "csv",
                      .mail = "books@north.example",
                      .first_month = "2026-11",
                      .time_zone = "UTC"},
                     kPortalItself, clock_.Now());
  const AuditRow row = store_.AuditRows(north_.reseller, INT64_MAX, 1).at(0);
  EXPECT_EQ(row.what, "schedule.add");
  EXPECT_THAT(row.after, Not(HasSubstr("books@north.example")));
  EXPECT_EQ(ParseJson(row.after).at("mail"), true);
}

TEST_F(MonthlyExportsTest, BelievesNoClockThatLeaps) {
  const std::string id = Add();
  MonthlyExports monthly(store_, store_, store_, store_, store_, delivery_, clock_, hours(24));
  const auto tick = [&] { monthly.Tick([] { return true; }); };
  clock_.Advance(minutes(5));
  tick();
  clock_.Set(At("2027-03-01T00:00:00Z"));
  tick();
  EXPECT_THAT(MonthsDone(id), IsEmpty());
  clock_.Set(At("2026-12-01T11:00:00Z"));  // somebody mends it
  tick();
  clock_.Advance(hours(23));
  tick();
  EXPECT_THAT(MonthsDone(id), IsEmpty());
  clock_.Advance(hours(1));
  tick();
  EXPECT_THAT(MonthsDone(id), ElementsAre("2026-11"));
}

TEST_F(MonthlyExportsTest, WritesWithAColumnProfile) {
  const std::string id = Add("2026-11",
                             "delimiter = \";\"\n[[column]]\nname = \"Auftrag\"\n"
                             "from = \"job\"\n[[column]]\nname = \"M\"\nconstant = \"X\"\n");
  clock_.Advance(days(2));
  StartAndLook();
  EXPECT_EQ(TextOf("jobs-2026-11-" + id + ".csv"), "Auftrag;M\r\nnovember;X\r\n");
}

TEST_F(MonthlyExportsTest, KeepsSchedulesApartAndForgetsThemWithTheirCustomer) {
  const std::string id = Add();
  const Tenant south = AddTenant(store_, "south");
  EXPECT_THAT(store_.ScheduledExports(south.reseller), IsEmpty());
  EXPECT_FALSE(store_.RemoveSchedule(south.reseller, id, kPortalItself, clock_.Now()));
  EXPECT_FALSE(store_.NoteMonth(south.reseller, id, {.month = "2026-11"}, clock_.Now()));
  EXPECT_TRUE(store_.NoteMonth(north_.reseller, id, {.month = "2026-11"}, clock_.Now()));
  EXPECT_FALSE(store_.NoteMonth(north_.reseller, id, {.month = "2026-11"}, clock_.Now()));
  EXPECT_THAT(store_.MonthsOf(south.reseller, id), IsEmpty());
  EXPECT_TRUE(store_.RemoveSchedule(north_.reseller, id, kPortalItself, clock_.Now()));
  EXPECT_THAT(store_.MonthsOf(north_.reseller, id), IsEmpty());
  const ScheduledExport of_customer{.what = "usage",
                                    .filter = {.customer = north_.customer},
                                    .format = "csv",
                                    .folder = folder_,
                                    .first_month = "2026-11",
                                    .time_zone = "UTC"};
  store_.AddSchedule(north_.reseller, of_customer, kPortalItself, clock_.Now());
  Add();
  EXPECT_TRUE(store_.EraseCustomer(north_.reseller, north_.customer, kPortalItself, clock_.Now()));
  EXPECT_EQ(store_.ScheduledExports(north_.reseller).size(), 1u) << "the reseller's own";
}

}  // namespace
}  // namespace plotmeter
