// Conditions over time: that each is raised once, told once, and cleared once.

#include "portal/alerts/watch.h"

#include "portal/alerts/ledger_findings.h"
#include "portal/ledger/bookkeeping.h"
#include "tests/portal/alerts/alerts_world.h"

namespace plotmeter {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class WatchTest : public AlertsWorld {};

TEST_F(WatchTest, RaisesOnceAndClearsOnce) {
  AddRecipient({});
  AddRecipient({.kind = "webhook"});
  Beat();
  Say("CN1", "14");
  Look();
  EXPECT_THAT(Take(mailed_), ElementsAre("raised supply-low"));
  EXPECT_THAT(Take(posted_), ElementsAre("raised supply-low"));
  for (int i = 0; i < 5; ++i) {
    Pass(minutes(30));
    Say("CN1", "13");
  }
  Look();
  EXPECT_THAT(Take(mailed_), IsEmpty());
  clock_.Advance(minutes(1));
  Say("CN1", "100");
  Look();
  EXPECT_THAT(Take(mailed_), IsEmpty()) << "it may come back";
  EXPECT_THAT(Open(), ElementsAre("supply-low"));
  const Instant gone = clock_.Now();
  Pass(minutes(10));
  EXPECT_THAT(Take(mailed_), ElementsAre("cleared supply-low"));
  EXPECT_THAT(Take(posted_), ElementsAre("cleared supply-low"));
  EXPECT_THAT(Open(), IsEmpty());
  EXPECT_EQ(store_.ListIncidents(north_.reseller, {}, {}, 10).rows.at(0).cleared_at, gone);
}

TEST_F(WatchTest, MakesOneIncidentOfWhatFlaps) {
  AddRecipient({});
  Beat();
  for (int i = 0; i < 6; ++i) {
    Say("CN1", i % 2 == 0 ? "0" : "50");
    Pass(minutes(5));
  }
  EXPECT_THAT(Take(mailed_), UnorderedElementsAre("raised supply-low", "raised supply-empty"));
  const auto rows = store_.ListIncidents(north_.reseller, {.kind = "supply-empty"}, {}, 10).rows;
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].returns, 2);
}

TEST_F(WatchTest, LooksAtNothingThatIsNotDue) {
  Beat();
  Say("CN1", "50");
  EXPECT_EQ(store_.DuePrinters(north_.reseller, clock_.Now(), 10).size(), 1u);
  Look();
  EXPECT_THAT(store_.DuePrinters(north_.reseller, clock_.Now(), 10), IsEmpty());
  EXPECT_THAT(store_.DuePrinters(north_.reseller, clock_.Now() + hours(5), 10), IsEmpty());
  EXPECT_EQ(store_.DuePrinters(north_.reseller, clock_.Now() + hours(6), 10).size(), 1u);
  EXPECT_THAT(store_.DuePrinters(south_.reseller, clock_.Now() + hours(6), 10), IsEmpty());
}

TEST_F(WatchTest, NotesNoVerdictOfWhatWasTouchedMeanwhile) {
  Beat();
  Say("CN1", "0");
  const auto due = store_.DuePrinters(north_.reseller, clock_.Now(), 10);
  ASSERT_EQ(due.size(), 1u);
  Say("CN1", "90");
  const auto noted =
      store_.NoteVerdicts(north_.reseller,
                          {{.printer = due[0].number,
                            .touched = due[0].touched,
                            .verdict = JudgePrinter(due[0].printer, {}, clock_.Now())}},
                          clock_.Now());
  EXPECT_EQ(noted.raised, 0);
  EXPECT_EQ(store_.DuePrinters(north_.reseller, clock_.Now(), 10).size(), 1u) << "still due";
}

TEST_F(WatchTest, NoticesAPrinterAndTellsOfItsCollectorAlone) {
  AddRecipient({});
  Beat();
  Say("CN1", "50");
  Pass(hours(6));
  EXPECT_THAT(Take(mailed_), ElementsAre("raised printer-silent"));
  Say("CN1", "50");
  Pass(minutes(15));
  EXPECT_THAT(Take(mailed_), ElementsAre("cleared printer-silent"));
  Pass(hours(7), false);
  EXPECT_THAT(Take(mailed_), ElementsAre("raised collector-silent"));
  Pass(minutes(15));
  EXPECT_THAT(Take(mailed_), ElementsAre("cleared collector-silent"));
  Pass(hours(5));
  EXPECT_THAT(Take(mailed_), IsEmpty()) << "the printer has two periods from then";
  Pass(hours(1));
  EXPECT_THAT(Take(mailed_), ElementsAre("raised printer-silent"));
}

TEST_F(WatchTest, LetsSleepersSleep) {
  AddRecipient({});
  Beat();
  Say("CN1", "50");
  known_ = 2;
  asleep_ = 1;
  Pass(hours(12));
  EXPECT_THAT(Open(), IsEmpty());
  asleep_ = 0;
  Pass(minutes(35));
  EXPECT_THAT(Open(), ElementsAre("printer-silent"));
}

TEST_F(WatchTest, BlamesNobodyWhenTheClockLeaps) {
  AddRecipient({});
  Beat();
  Say("CN1", "50");
  Look();
  clock_.Set(clock_.Now() + hours(24));
  Look();
  EXPECT_THAT(Open(), IsEmpty());
  Pass(minutes(25));
  EXPECT_THAT(Open(), IsEmpty());
  Pass(minutes(10));
  EXPECT_THAT(Open(), ElementsAre("printer-silent"));
}

TEST_F(WatchTest, GoesByTheNarrowestRules) {
  Beat();
  Say("CN1", "18");
  Say("CN2", "18");
  Look();
  EXPECT_THAT(Open(), IsEmpty());
  const std::string printer = store_.Printers(north_.reseller, {.serial = "CN2"}, "", 1).at(0).id;
  const auto set = [&](const std::string& target, const Json& rules) {
    store_.SetRules(north_.reseller, target, rules, kPortalItself, clock_.Now());
  };
  set("", {{"supply_low_percent", 25}});
  set(printer, {{"supply_low_percent", 10}});
  Look();
  EXPECT_THAT(Open(), ElementsAre("supply-low"));
  set(north_.customer, {{"supplies", false}});
  Pass(minutes(20));
  EXPECT_THAT(Open(), IsEmpty());
}

TEST_F(WatchTest, ForecastsFromWhatItSawDayByDay) {
  Beat();
  for (const char* percent : {"100", "90", "80", "70", "60", "50", "40"}) {
    Say("CN1", percent);
    Pass(hours(24));
  }
  ASSERT_THAT(Open(), testing::Not(IsEmpty()));
  const auto rows = store_.ListIncidents(north_.reseller, {.kind = "supply-low"}, {}, 10).rows;
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(ParseJson(rows[0].facts).at("days_left"), 4);
  Database db(path_, Database::Mode::kReadOnly);
  Statement q = db.Prepare("SELECT count(*) FROM supply_level");
  q.Step();
  EXPECT_EQ(q.Int(0), 7);
}

TEST_F(WatchTest, RemindsOfWhatWasSnoozed) {
  AddRecipient({});
  Beat();
  Say("CN1", "0");
  Look();
  Take(mailed_);
  const auto rows = store_.ListIncidents(north_.reseller, {.kind = "supply-empty"}, {}, 1).rows;
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(
      store_.ChangeIncident(north_.reseller, rows[0].id, {.snoozed_until = clock_.Now() + hours(2)},
                            kPortalItself, clock_.Now()),
      IncidentChanged::kDone);
  Pass(minutes(115));
  EXPECT_THAT(Take(mailed_), IsEmpty());
  Pass(minutes(30));
  EXPECT_THAT(Take(mailed_), ElementsAre("reminded supply-empty"));
}

TEST_F(WatchTest, TellsTheOperatorWhatEnds) {
  expiries_ = {{"certificate", "certificate.pem", clock_.Now() + hours(48)}};
  Look();
  const auto rows = store_.ListIncidents(kTheOperator, {.open = true}, {}, 10).rows;
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].kind, "certificate-expiring");
  EXPECT_THAT(Open(), IsEmpty());
  expiries_.clear();
  clock_.Advance(hours(1));
  Look();
  clock_.Advance(minutes(10));
  Look();
  EXPECT_THAT(store_.ListIncidents(kTheOperator, {.open = true}, {}, 10).rows, IsEmpty());
}

TEST_F(WatchTest, PassesOnWhatTheLedgerFound) {
  Beat();
  findings_ = {{LedgerFinding::Kind::kEpochGap, "ink", "the ink meter began anew", clock_.Now()}};
  Say("CN1", "50");
  Look();
  EXPECT_THAT(Open(), ElementsAre("epoch-gap"));
}

// Its first meter was entered by hand, and is read by nobody.
TEST_F(WatchTest, KnowsHowOftenAPrinterIsReadThatWasEnteredByHand) {
  const std::string printer = store_
                                  .AddPrinter(north_.reseller, {"HP", "Z9", "CN1", north_.site},
                                              kPortalItself, clock_.Now())
                                  .id;
  store_.Enter(north_.reseller,
               {.printer = printer,
                .at = clock_.Now(),
                .values = {{.meter = "media.area", .unit = "m2", .value = "1"}}},
               kPortalItself, clock_.Now());
  for (int i = 0; i < 3; ++i) {
    clock_.Advance(hours(12));
    Parcel parcel(collector_, ++sequence_, "CN1", clock_.Now());
    parcel.Meter("ink.used", std::to_string(i));
    Put(parcel);
  }
  const auto due = store_.DuePrinters(north_.reseller, clock_.Now(), 9);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_THAT(due[0].printer.read_at, testing::ElementsAre(clock_.Now(), clock_.Now() - hours(12),
                                                           clock_.Now() - hours(24)));
}

// Nobody reads it, so it is not silent; but a person is asked about its gaps.
TEST_F(WatchTest, LooksAtTheGapsOfAPrinterWithoutNetwork) {
  const std::string printer = store_
                                  .AddPrinter(north_.reseller, {"HP", "T730", "CN1", north_.site},
                                              kPortalItself, clock_.Now())
                                  .id;
  for (const char* value : {"100", "20", "50"}) {
    clock_.Advance(hours(24));
    store_.Enter(north_.reseller,
                 {.printer = printer,
                  .at = clock_.Now(),
                  .values = {{.meter = "media.area", .unit = "m2", .value = value}}},
                 kPortalItself, clock_.Now());
  }
  const Instant entered = clock_.Now();
  Bookkeeper(store_, store_, store_).Tick([] { return true; });
  findings_ = GapsOf(store_, north_.reseller, printer);
  ASSERT_EQ(findings_.size(), 1U);
  Pass(minutes(30));
  EXPECT_THAT(Open(), testing::ElementsAre("epoch-gap"));
  Pass(hours(48));
  EXPECT_THAT(Open(), testing::ElementsAre("epoch-gap"));
  store_.Enter(north_.reseller,
               {.printer = printer,
                .at = clock_.Now(),
                .values = {{.meter = "media.area", .unit = "m2", .value = "51"}}},
               kPortalItself, clock_.Now());
  EXPECT_GT(store_.Printers(north_.reseller, {}, "", 1).at(0).last_seen, entered)
      << "it was seen again";
}

TEST_F(WatchTest, SendsADigestOnceADayWhereSomebodyIs) {
  Recipient recipient{.at_once = false, .time_zone = "Europe/Berlin"};
  recipient.digest_minute = 9 * 60 + 30;  // 08:30 in UTC
  recipient.digest_due = kMorning + minutes(30);
  AddRecipient(recipient);
  Beat();
  Pass(minutes(60));
  EXPECT_THAT(Take(mailed_), IsEmpty()) << "there is nothing to say";
  Say("CN1", "0");
  Pass(hours(23));
  EXPECT_THAT(Take(mailed_), IsEmpty());
  Say("CN1", "0");
  Pass(minutes(30));
  ASSERT_EQ(mailed_.size(), 1u);
  const Json digest = ParseJson(mailed_[0].body);
  EXPECT_EQ(digest.at("from"), "2026-11-10T08:30:00Z");
  EXPECT_EQ(digest.at("to"), "2026-11-11T08:30:00Z");
  EXPECT_EQ(digest.at("open").size(), 2u);
  Take(mailed_);
  Pass(hours(3));
  EXPECT_THAT(Take(mailed_), IsEmpty());
}

// What goes is settled ten minutes later, and in between may be a digest that still has it open.
TEST_F(WatchTest, SaysInOneDigestThatItIsOver) {
  Recipient recipient{.kinds = {"supply-empty"}, .at_once = false};
  recipient.digest_minute = 8 * 60 + 30;
  recipient.digest_due = kMorning + minutes(30);
  AddRecipient(recipient);
  const auto digest = [&] {
    const Json body = ParseJson(mailed_.empty() ? "{}" : mailed_[0].body);
    mailed_.clear();
    if (body.empty()) return std::string("none");
    return std::to_string(body.at("open").size()) + " open, " +
           std::to_string(body.at("cleared").size()) + " over";
  };
  Beat();
  for (const char* serial : {"CN1", "CN2", "CN3"}) Say(serial, "0");
  Pass(minutes(10));
  Say("CN1", "100");  // gone at 08:15, over at 08:25
  Pass(minutes(10));
  Say("CN2", "100");  // gone at 08:25
  Pass(minutes(10));
  EXPECT_EQ(digest(), "2 open, 1 over");
  const auto rows =
      store_.ListIncidents(north_.reseller, {.kind = "supply-empty", .open = true}, {}, 9).rows;
  ASSERT_EQ(rows.size(), 2u);
  for (const auto& row : rows) {
    store_.ChangeIncident(north_.reseller, row.id, {.snoozed_until = clock_.Now() + hours(40)},
                          kPortalItself, clock_.Now());
  }
  Pass(hours(24));
  EXPECT_EQ(digest(), "0 open, 1 over") << "who snoozes one has seen it";
  Pass(hours(24));
  EXPECT_EQ(digest(), "1 open, 0 over");
}

TEST_F(WatchTest, TellsEachOnlyWhatIsForHim) {
  AddRecipient({.severity = "critical"});
  AddRecipient({.kind = "webhook", .customer = north_.customer, .kinds = {"supply-low"}});
  Beat();
  Say("CN1", "0");
  Look();
  EXPECT_THAT(Take(mailed_), ElementsAre("raised supply-empty"));
  EXPECT_THAT(Take(posted_), ElementsAre("raised supply-low"));
}

}  // namespace
}  // namespace plotmeter
