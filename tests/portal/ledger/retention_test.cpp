#include "portal/ledger/retention.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/fakes/fake_clock.h"
#include "tests/portal/store/fleet.h"
#include "tests/portal/store/parcel.h"

namespace plotmeter {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

TEST(KeepTimeTest, IsAWholeNumberOfDaysOrForEver) {
  EXPECT_EQ(ParseKeepTime("0"), days(0));
  EXPECT_EQ(ParseKeepTime("0d"), days(0));
  EXPECT_EQ(ParseKeepTime("1d"), days(1));
  EXPECT_EQ(ParseKeepTime("400d"), days(400));
  for (const char* wrong :
       {"", "d", "-1d", "+1d", "1", "1h", "1d ", "1.5d", "36501d", "99999999999999999999d"}) {
    EXPECT_EQ(ParseKeepTime(wrong), std::nullopt) << wrong;
  }
}

// A store with one batch and one job a day, of ten days, as it is a day after the last.
class RetentionTest : public testing::Test {
 protected:
  RetentionTest() {
    for (int day = 0; day < 10; ++day) {
      Parcel parcel(collector_, day + 1, "CN1", clock_.Now() - days(10 - day));
      parcel.Meter("ink.used", std::to_string(430 + day)).Job("job " + std::to_string(day));
      store_.StoreBatch(north_.reseller, parcel.record, [](const auto&) { return "receipt"; });
    }
  }

  Retention Keeping(const KeepTimes& keep) {
    return Retention(store_, store_, store_, clock_, keep);
  }

  std::int64_t Count(const std::string& what) {
    Database db(path_, Database::Mode::kReadOnly);
    Statement q = db.Prepare("SELECT count(*) FROM " + what);
    q.Step();
    return q.Int(0);
  }

  static bool GoOn() { return true; }

  const std::string path_ = FreshDatabase();
  SqliteStore store_{path_};
  FakeClock clock_;
  Tenant north_ = AddTenant(store_, "north");
  Tenant south_ = AddTenant(store_, "south");
  std::string collector_ = AddCollector(store_, north_, "thumb");
};

TEST_F(RetentionTest, ForgetsEachKindAfterItsTimeAndWritesThatDown) {
  // By hand, long ago: bills are made of it as well.
  store_.Enter(north_.reseller,
               {.printer = store_.Printers(north_.reseller, {}, "", 1).at(0).id,
                .at = clock_.Now() - days(900),
                .values = {{.meter = "scans", .unit = "1", .value = "4"}}},
               kPortalItself, clock_.Now());
  Retention retention = Keeping({.names = days(3), .evidence = days(6), .jobs = days(8)});
  clock_.Advance(minutes(14));
  retention.Tick(GoOn);
  EXPECT_EQ(Count("job"), 10) << "it is not due yet";
  clock_.Advance(minutes(1));
  retention.Tick(GoOn);
  EXPECT_EQ(Count("evidence WHERE payload IS NULL"), 5);
  EXPECT_EQ(Count("evidence WHERE names IS NULL"), 8);
  EXPECT_EQ(Count("job"), 7);
  EXPECT_EQ(Count("meter_reading"), 10);
  EXPECT_EQ(Count("entered_value"), 1);
  const AuditRow row = store_.AuditRows(north_.reseller, 1000, 1).at(0);
  EXPECT_EQ(row.who, "portal");
  EXPECT_EQ(row.what, "retention");
  EXPECT_EQ(row.after, R"({"evidence":5,"jobs":3,"names":3})");
  EXPECT_NE(store_.AuditRows(south_.reseller, 1000, 1).at(0).what, "retention")
      << "nothing went there";
}

TEST_F(RetentionTest, KeepsForEverWhatHasNoTime) {
  Retention retention = Keeping({});
  clock_.Advance(days(5000));
  retention.Tick(GoOn);
  EXPECT_EQ(Count("evidence WHERE payload IS NOT NULL AND names IS NOT NULL"), 10);
  EXPECT_EQ(Count("job"), 10);
}

TEST_F(RetentionTest, ComesOnceADay) {
  Retention retention = Keeping({.jobs = days(8)});
  clock_.Advance(minutes(15));
  retention.Tick(GoOn);
  EXPECT_EQ(Count("job"), 7);
  clock_.Advance(hours(23));
  retention.Tick(GoOn);
  EXPECT_EQ(Count("job"), 7);
  clock_.Advance(hours(1));
  retention.Tick(GoOn);
  EXPECT_EQ(Count("job"), 6);
}

TEST_F(RetentionTest, ErasesNothingWhenTheClockLeaps) {
  Retention retention = Keeping({.jobs = days(8)});
  clock_.Advance(minutes(15));
  clock_.Set(clock_.Now() + days(5000));
  retention.Tick(GoOn);
  EXPECT_EQ(Count("job"), 10);
  clock_.Set(clock_.Now() - days(5000));  // somebody noticed
  clock_.Advance(hours(23));
  retention.Tick(GoOn);
  EXPECT_EQ(Count("job"), 10) << "set again: a day from then";
  clock_.Advance(hours(24));
  retention.Tick(GoOn);
  EXPECT_EQ(Count("job"), 6);
}

TEST_F(RetentionTest, EndsBetweenTwoStepsWhenItIsTold) {
  Retention retention = Keeping({.names = days(3), .jobs = days(8)});
  clock_.Advance(minutes(15));
  int steps = 0;
  retention.Tick([&] { return ++steps == 1; });
  EXPECT_EQ(Count("evidence WHERE names IS NULL"), 8) << "one step";
  EXPECT_EQ(Count("job"), 10);
}

TEST_F(RetentionTest, TriesAgainWithinTheHourWhatFailed) {
  Retention retention = Keeping({.jobs = days(8)});
  clock_.Advance(minutes(15));
  retention.Tick([]() -> bool { throw std::runtime_error("the disk is full"); });
  EXPECT_EQ(Count("job"), 10);
  clock_.Advance(hours(1));
  retention.Tick(GoOn);
  EXPECT_EQ(Count("job"), 7);
}

}  // namespace
}  // namespace plotmeter
