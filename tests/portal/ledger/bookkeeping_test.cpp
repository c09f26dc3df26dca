#include "portal/ledger/bookkeeping.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "portal/ledger/period.h"
#include "tests/portal/ledger/sealed_world.h"

namespace plotmeter {
namespace {

using std::chrono::hours;

class BookkeepingTest : public testing::Test, protected SealedWorld {
 protected:
  void Send(const std::vector<std::string>& values, const std::string& from,
            std::optional<std::int64_t> sequence = std::nullopt) {
    sequence_ = sequence.value_or(sequence_ + 1);
    clock.now = std::max(clock.now, At(from) + hours(values.size()));
    const Batch batch = MakeBatch(north, sequence_, values, At(from));
    ASSERT_TRUE(std::holds_alternative<Accepted>(ingest.Take(Sealed(batch, north))));
  }
  ResellerId reseller() const { return north.tenant.reseller; }
  PrinterRow Printer() { return store.Printers(reseller(), {}, "", 1).front(); }
  int MakeAll() {
    return Bookkeeper(store, store, store).Tick([] { return true; });
  }
  // Of the one meter there is, "2026-11 7.5, gaps 1".
  std::string Used(const std::string& from, const std::string& to) {
    const auto counted = CountPeriod(store, reseller(), "", Printer().id,
                                     PeriodEdge::Parse(from)->In("Europe/Berlin"),
                                     PeriodEdge::Parse(to)->In("Europe/Berlin"));
    if (counted.empty()) return "unknown";
    const MeterUsage& usage = counted.front().usage;
    return (usage.counted ? usage.used->Text() : "a base") +
           (usage.gaps > 0 ? fmt::format(", gaps {}", usage.gaps) : "") +
           (usage.entered ? ", entered" : "");
  }
  std::vector<NamedGap> Gaps() {
    return store
        .MeterGaps(reseller(), {}, true, {.from = {}, .to = At("2030-01-01T00:00:00Z")}, {}, 100)
        .rows;
  }
  // All that is kept, as text.
  std::string Kept() {
    Database db(path, Database::Mode::kReadOnly);
    std::string all;
    for (const char* table :
         {"usage_month", "usage_site_month", "meter_gap", "account_state", "reconciled_month"}) {
      Statement q = db.Prepare(fmt::format("SELECT * FROM {} ORDER BY 1, 2, 3, 4, 5", table));
      while (q.Step()) {
        all += table;
        for (int i = 0; i < q.columns(); ++i) all += "|" + q.MaybeText(i).value_or("NULL");
        all += "\n";
      }
    }
    return all;
  }
  std::int64_t sequence_ = 0;
};

TEST_F(BookkeepingTest, CountsAnyPeriod) {
  Send({"100", "130"}, "2026-11-10T12:00:00Z");
  Send({"5", "25"}, "2026-11-12T12:00:00Z");
  EXPECT_EQ(Used("2026-11-01", "2026-12-01"), "50, gaps 1");
  EXPECT_EQ(Used("2026-11-01", "2026-11-11"), "30");
  EXPECT_EQ(Used("2026-11-12", "2026-11-13"), "20, gaps 1");
  EXPECT_EQ(Used("2026-12-01", "2027-01-01"), "unknown");
  EXPECT_EQ(Used("2026-11-10T11:59:00Z", "2026-11-10T12:00:00Z"), "a base");
}

TEST_F(BookkeepingTest, KeepsMonthsOfTheSite) {
  Send({"1", "3"}, "2026-10-31T22:00:00Z");  // the second at midnight in Berlin: October
  Send({"7"}, "2026-11-05T10:00:00Z");
  Send({"8"}, "2026-12-05T10:00:00Z");
  EXPECT_EQ(MakeAll(), 1);
  EXPECT_EQ(MakeAll(), 0) << "nothing is stale any more";
  const auto used = [&](MonthNumber month) {
    const auto sums = store.UsageBySite(reseller(), month, {});
    return sums.empty() ? -1 : sums.front().used_base;
  };
  EXPECT_EQ(used(202610), 2'000'000);
  EXPECT_EQ(used(202611), 4'000'000);
  EXPECT_EQ(used(202612), 1'000'000);
  EXPECT_EQ(used(202701), -1);
  EXPECT_EQ(store.UsageBySite(south.tenant.reseller, 202611, {}).size(), 0U);
}

TEST_F(BookkeepingTest, MakesAgainOnlyWhatIsStale) {
  Send({"1", "3"}, "2026-10-10T22:00:00Z");
  Send({"7"}, "2026-11-05T10:00:00Z");
  MakeAll();
  Send({"9"}, "2026-12-05T10:00:00Z");
  const auto stale = store.StalePrinters(reseller(), 10);
  ASSERT_EQ(stale.size(), 1U);
  EXPECT_EQ(stale[0].since, At("2026-12-05T10:00:00Z"));
  const PrinterBooks made = MakeBooks(store, store, reseller(), Printer(), stale[0].since);
  ASSERT_EQ(made.months.size(), 2U) << "the last reading of November had not settled before";
  EXPECT_EQ(made.months[1].opening, "7");
  EXPECT_EQ(made.months[1].used, "2");
  Send({"10"}, "2026-12-06T10:00:00Z");
  EXPECT_FALSE(store.KeepBooks(reseller(), stale[0], made)) << "it changed meanwhile";
  MakeAll();
  EXPECT_EQ(store.UsageBySite(reseller(), 202612, {}).front().used_base, 3'000'000);
}

TEST_F(BookkeepingTest, MakesBooksInAnyTimeZone) {
  Send({"1", "3"}, "2026-10-31T22:00:00Z");
  Send({"7"}, "2026-11-05T10:00:00Z");
  Site site = *store.FindSite(reseller(), north.tenant.site);
  for (const auto& [zone, october] :
       {std::pair("UTC", 2'000'000), std::pair("America/New_York", 2'000'000),
        std::pair("Pacific/Kiritimati", -1), std::pair("Europe/Berlin", 2'000'000)}) {
    site.time_zone = zone;
    ASSERT_EQ(store.ChangeSite(reseller(), site, kPortalItself, clock.now), Renamed::kDone);
    EXPECT_EQ(MakeAll(), 1) << zone;
    const auto sums = store.UsageBySite(reseller(), 202610, {});
    EXPECT_EQ(sums.empty() ? -1 : sums.front().used_base, october) << zone;
  }
}

// One that cannot be done stands in nobody's way.
TEST_F(BookkeepingTest, GoesOnBehindAPrinterThatFails) {
  Send({"1", "3"}, "2026-10-31T22:00:00Z");
  const Batch other =
      MakeBatch(north, ++sequence_, {"1", "2"}, At("2026-10-31T22:00:00Z"), "CN9541H02M");
  ASSERT_TRUE(std::holds_alternative<Accepted>(ingest.Take(Sealed(other, north))));
  MakeAll();
  {
    Database db(path, Database::Mode::kReadWrite);
    db.Execute(
        "INSERT INTO account_state(reseller_id, printer, channel, at, state)"
        " SELECT reseller_id, number, 'piws', 1788220800000, '[]' FROM printer"
        " WHERE serial='CN9541H01M'");
    db.Execute(
        "INSERT INTO account_stale(printer, reseller_id, since, changes)"
        " SELECT number, reseller_id, 1893456000000, 1 FROM printer");
  }
  Bookkeeper keeper(store, store, store);
  testing::internal::CaptureStderr();
  EXPECT_EQ(keeper.Tick([] { return true; }), 1);
  EXPECT_EQ(keeper.Tick([] { return true; }), 0);
  const std::string log = testing::internal::GetCapturedStderr();
  const auto first = log.find("bookkeeping_failed");
  EXPECT_NE(first, log.npos) << log;
  EXPECT_EQ(log.find("bookkeeping_failed", first + 1), log.npos) << "said once: " << log;
}

TEST_F(BookkeepingTest, CountsNothingTwiceWhenAnotherChannelIsBelieved) {
  Send({"1", "3"}, "2026-10-20T22:00:00Z");
  MakeAll();
  Batch batch = MakeBatch(north, ++sequence_, {"5"}, At("2026-10-21T22:00:00Z"));
  batch.readings[0].reading.meters[0].outranked = true;
  ASSERT_TRUE(std::holds_alternative<Accepted>(ingest.Take(Sealed(batch, north))));
  MakeAll();
  EXPECT_TRUE(store.UsageBySite(reseller(), 202610, {}).empty());
}

TEST_F(BookkeepingTest, PutsWhatComesLateInItsPlace) {
  Send({"1"}, "2026-10-10T12:00:00Z");
  Send({"9"}, "2026-12-05T10:00:00Z", 4);
  MakeAll();
  Send({"3"}, "2026-10-20T12:00:00Z", 2);  // sent again: the portal had lost it
  Send({"4"}, "2026-11-20T12:00:00Z", 3);
  MakeAll();
  EXPECT_EQ(store.UsageBySite(reseller(), 202610, {}).front().used_base, 2'000'000);
  EXPECT_EQ(store.UsageBySite(reseller(), 202611, {}).front().used_base, 1'000'000);
  EXPECT_EQ(store.UsageBySite(reseller(), 202612, {}).front().used_base, 5'000'000);
}

TEST_F(BookkeepingTest, PutsAWrongClockInOrder) {
  Send({"1"}, "2026-10-10T12:00:00Z");
  Send({"5"}, "2026-10-12T12:00:00Z");
  Send({"7"}, "2026-09-12T12:00:00Z");  // a month behind, for once
  Send({"8"}, "2026-10-14T12:00:00Z");
  MakeAll();
  EXPECT_EQ(Used("2026-10-01", "2026-11-01"), "7");
  EXPECT_EQ(Used("2026-09-01", "2026-10-01"), "unknown");
  EXPECT_TRUE(Gaps().empty());
}

// The portal's own clock is a year ahead, two years behind that, three hours back, and right again.
TEST_F(BookkeepingTest, MovesNothingForAnHourInWhichThePortalsClockWasWrong) {
  const auto send_at = [&](const std::string& now, const std::string& value) {
    clock.now = At(now);
    const Batch batch = MakeBatch(north, ++sequence_, {value}, At(now));
    ASSERT_TRUE(std::holds_alternative<Accepted>(ingest.Take(Sealed(batch, north))));
  };
  send_at("2026-11-10T00:00:00Z", "10");
  send_at("2026-11-10T06:00:00Z", "12");
  send_at("2027-11-10T06:00:00Z", "12");
  send_at("2025-11-10T06:00:00Z", "12");
  send_at("2026-11-10T03:00:00Z", "12");
  send_at("2026-11-10T12:00:00Z", "15");
  send_at("2026-12-10T12:00:00Z", "19");
  EXPECT_EQ(Used("2026-11-01", "2026-12-01"), "5");
  EXPECT_EQ(Used("2026-11-01", "2027-01-01"), "9");
  // A year later the one from then lies between, and a person is asked; nothing is lost by it.
  send_at("2027-11-10T00:00:00Z", "100");
  send_at("2027-11-10T12:00:00Z", "103");
  EXPECT_EQ(Used("2026-11-01", "2027-12-01"), "93, gaps 1");
}

// The same of a printer that is read for the first time in that hour: its stream is older.
TEST_F(BookkeepingTest, MovesNothingOfAPrinterThatIsNewInThatHour) {
  const auto send_at = [&](const std::string& now, const std::string& value,
                           const std::string& serial = "CN9541H01M") {
    clock.now = At(now);
    const Batch batch = MakeBatch(north, ++sequence_, {value}, At(now), serial);
    ASSERT_TRUE(std::holds_alternative<Accepted>(ingest.Take(Sealed(batch, north))));
  };
  send_at("2026-11-10T00:00:00Z", "10", "OTHER");
  send_at("2027-11-10T06:00:00Z", "12");
  send_at("2026-11-10T12:00:00Z", "15");
  send_at("2026-12-10T12:00:00Z", "19");
  const std::string printer = store.Printers(reseller(), {.serial = "CN9541H01M"}, "", 1).at(0).id;
  const auto counted = CountPeriod(store, reseller(), "", printer, At("2026-11-10T00:00:00Z"),
                                   At("2027-01-01T00:00:00Z"));
  ASSERT_EQ(counted.size(), 1U);
  EXPECT_EQ(counted[0].usage.used->Text(), "4");
}

TEST_F(BookkeepingTest, AsksAPersonAndTakesItsWord) {
  Send({"100", "130"}, "2026-11-10T12:00:00Z");
  Send({"5", "25"}, "2026-11-12T12:00:00Z");
  MakeAll();
  auto gaps = Gaps();
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(gaps[0].gap.kind, "fell");
  EXPECT_EQ(gaps[0].gap.opening, "130");
  EXPECT_EQ(gaps[0].gap.closing, "5");
  EXPECT_EQ(gaps[0].serial, "CN9541H01M");
  const std::string id = gaps[0].gap.id;
  GapDecision decision{.gap = id,
                       .used = "12.5",
                       .reason = "the service report",
                       .who = "usr_1",
                       .at = At("2026-11-20T00:00:00Z")};
  EXPECT_FALSE(store.Decide(south.tenant.reseller, decision, kPortalItself));
  ASSERT_TRUE(store.Decide(reseller(), decision, kPortalItself));
  MakeAll();
  EXPECT_TRUE(Gaps().empty());
  EXPECT_EQ(Used("2026-11-01", "2026-12-01"), "62.5, entered");
  EXPECT_EQ(store.UsageBySite(reseller(), 202611, {}).front().used_base, 62'500'000);
  EXPECT_EQ(store.FindGap(reseller(), "", id)->decision->reason, "the service report");

  decision.used.reset();  // undone
  ASSERT_TRUE(store.Decide(reseller(), decision, kPortalItself));
  MakeAll();
  EXPECT_EQ(Gaps().size(), 1U);
  EXPECT_EQ(Used("2026-11-01", "2026-12-01"), "50, gaps 1");
  EXPECT_FALSE(store.FindGap(south.tenant.reseller, "", id));
}

// A name for a gap outlives the books, and is that of one meter of one printer.
TEST_F(BookkeepingTest, CallsAGapTheSameForEver) {
  const auto send = [&](const std::string& serial, const std::vector<std::string>& values,
                        const std::string& from) {
    clock.now = std::max(clock.now, At(from) + hours(values.size()));
    Batch batch = MakeBatch(north, ++sequence_, values, At(from), serial);
    for (BatchReading& one : batch.readings) {
      one.reading.meters.push_back(one.reading.meters[0]);
      one.reading.meters[1].colorant = "cyan";
    }
    ASSERT_TRUE(std::holds_alternative<Accepted>(ingest.Take(Sealed(batch, north))));
  };
  for (const char* serial : {"CN9541H01M", "CN9541H02M"}) {
    send(serial, {"100", "130"}, "2026-11-10T12:00:00Z");
    send(serial, {"5", "25"}, "2026-11-12T12:00:00Z");
  }
  MakeAll();
  const auto names = [&] {
    std::map<std::string, std::string> named;  // by gap: of what
    for (const NamedGap& gap : Gaps()) named[gap.gap.id] = gap.serial + " " + gap.meter.colorant;
    return named;
  };
  const auto named = names();
  EXPECT_EQ(named.size(), 4U);
  store.ReopenBooks(reseller());
  MakeAll();
  EXPECT_EQ(names(), named);
  send("CN9541H01M", {"30"}, "2026-11-20T12:00:00Z");
  MakeAll();
  EXPECT_EQ(names(), named) << "what comes later is of no concern to it";
}

// It fell on the last evening of November, and December tells what that was.
TEST_F(BookkeepingTest, SettlesADoubtOfTheMonthBefore) {
  Send({"100", "130"}, "2026-11-10T12:00:00Z");
  Send({"5"}, "2026-11-30T20:00:00Z");
  MakeAll();
  ASSERT_EQ(Gaps().size(), 1U);
  EXPECT_EQ(Gaps()[0].gap.kind, "open");
  const std::string id = Gaps()[0].gap.id;
  Send({"5"}, "2026-12-01T10:00:00Z");
  MakeAll();
  EXPECT_EQ(Gaps()[0].gap.kind, "open");
  Send({"9"}, "2026-12-02T10:00:00Z");
  MakeAll();
  ASSERT_EQ(Gaps().size(), 1U);
  EXPECT_EQ(Gaps()[0].gap.kind, "fell");
  EXPECT_EQ(Gaps()[0].gap.closing_at, At("2026-11-30T20:00:00Z")) << "where the doubt began";
  EXPECT_EQ(Gaps()[0].gap.id, id);
  EXPECT_EQ(Used("2026-11-01", "2026-12-01"), "30, gaps 1");
  EXPECT_EQ(Used("2026-12-01", "2027-01-01"), "4");
  EXPECT_EQ(store.UsageBySite(reseller(), 202611, {}).front().gaps, 1);
  EXPECT_EQ(store.UsageBySite(reseller(), 202612, {}).front().used_base, 4'000'000);
  const std::string kept = Kept();
  store.ReopenBooks(reseller());
  MakeAll();
  EXPECT_EQ(Kept(), kept);
}

// The same, but it comes back: the fall was a stale answer, and there is nothing to ask.
TEST_F(BookkeepingTest, ForgetsADoubtOfTheMonthBefore) {
  Send({"100", "130"}, "2026-11-10T12:00:00Z");
  Send({"90"}, "2026-11-30T20:00:00Z");
  MakeAll();
  EXPECT_EQ(Gaps().size(), 1U);
  Batch batch = MakeBatch(north, ++sequence_, {"140"}, At("2026-12-02T10:00:00Z"));
  batch.readings[0].reading.uptime = Quantity{*Decimal::Parse("8640000"), "s"};
  clock.now = At("2026-12-02T11:00:00Z");
  ASSERT_TRUE(std::holds_alternative<Accepted>(ingest.Take(Sealed(batch, north))));
  MakeAll();
  EXPECT_TRUE(Gaps().empty());
  EXPECT_EQ(Used("2026-11-01", "2026-12-01"), "30");
  EXPECT_EQ(Used("2026-12-01", "2027-01-01"), "10");
}

// Each site has what was printed while the printer stood there, whoever's it is, in the months of
// its own time zone.
TEST_F(BookkeepingTest, LeavesEachSiteItsPartOfAMonth) {
  Send({"100", "130"}, "2026-10-31T20:00:00Z");  // October in Berlin
  Send({"140"}, "2026-10-31T23:30:00Z");         // November there, October in Madeira
  Send({"150"}, "2026-11-10T12:00:00Z");
  const std::string yard = north.tenant.site;
  const auto add_site = [&](const std::string& customer, const std::string& zone) {
    return *store.AddSite(reseller(), {.customer = customer, .name = "dock", .time_zone = zone},
                          clock.now, kPortalItself);
  };
  const std::string dock = add_site(north.tenant.customer, "Atlantic/Madeira");
  clock.now = At("2026-11-12T00:00:00Z");
  ASSERT_EQ(store.MovePrinter(reseller(), Printer().id, dock, kPortalItself, clock.now),
            Moved::kDone);
  Send({"155"}, "2026-11-13T12:00:00Z");
  Send({"156"}, "2026-11-30T23:30:00Z");  // December in Berlin
  MakeAll();
  const auto used = [&](MonthNumber month) {
    std::map<std::string, std::int64_t> by_site;
    for (const SiteUsage& sum : store.UsageBySite(reseller(), month, {})) {
      by_site[sum.site.id] = sum.used_base / 1'000'000;
    }
    return by_site;
  };
  using Parts = std::map<std::string, std::int64_t>;
  EXPECT_EQ(used(202610), (Parts{{yard, 30}}));
  EXPECT_EQ(used(202611), (Parts{{yard, 20}, {dock, 6}}));
  EXPECT_EQ(used(202612), Parts{});

  // To another customer, whose own collector reads it there.
  const std::string other = *store.AddCustomer(reseller(), "Other", clock.now, kPortalItself);
  Sender theirs{.tenant = {reseller(), other, add_site(other, "Europe/Berlin")}};
  theirs.id = AddCollector(store, theirs.tenant, Thumbprint(theirs.key.public_key()),
                           JsonText(ToJwk(theirs.key.public_key())));
  clock.now = At("2026-12-03T00:00:00Z");
  ASSERT_EQ(
      store.MovePrinter(reseller(), Printer().id, theirs.tenant.site, kPortalItself, clock.now),
      Moved::kDone);
  clock.now = At("2026-12-05T13:00:00Z");
  ASSERT_TRUE(std::holds_alternative<Accepted>(
      ingest.Take(Sealed(MakeBatch(theirs, 1, {"160"}, At("2026-12-05T12:00:00Z")), theirs))));
  MakeAll();
  EXPECT_EQ(used(202610), (Parts{{yard, 30}}));
  EXPECT_EQ(used(202611), (Parts{{yard, 20}, {dock, 6}}));
  EXPECT_EQ(used(202612), (Parts{{theirs.tenant.site, 4}}));
  const std::string kept = Kept();
  store.ReopenBooks(reseller());
  MakeAll();
  EXPECT_EQ(Kept(), kept);
}

class ReconciledBooksTest : public BookkeepingTest {
 protected:
  // The day's reading of pages at 06:00, and jobs of so many pages an hour from 08:00 on.
  void Day(const std::string& date, std::int64_t pages, const std::vector<std::int64_t>& jobs) {
    const Instant morning = At(date + "T06:00:00Z");
    clock.now = std::max(clock.now, morning + hours(20));
    Batch batch = MakeBatch(north, ++sequence_, {"100"}, morning);
    batch.readings[0].reading.meters = {
        {.meter = "impressions", .value = {Decimal::FromInteger(pages), "impressions"}}};
    Instant ended = morning + hours(2);
    for (const std::int64_t printed : jobs) {
      batch.jobs.push_back({0,
                            {.job = FormatInstant(ended),
                             .revision = 1,
                             .channel = ChannelKind::kPiws,
                             .seen_at = ended + std::chrono::minutes(5),
                             .type = "print",
                             .status = "printed",
                             .started = ended - std::chrono::minutes(4),
                             .finished = ended,
                             .clock_offset_ms = 0,
                             .printed_pages = printed}});
      ended += hours(1);
    }
    ASSERT_TRUE(std::holds_alternative<Accepted>(ingest.Take(Sealed(batch, north))));
  }
  // "202611 7 of 7: fits"
  std::vector<std::string> Reconciled(const std::string& customer = "") {
    std::vector<std::string> words;
    for (const MonthNumber month : {202610, 202611, 202612}) {
      for (const NamedReconciled& named :
           ReconcileMonth(store, store, reseller(), customer, Printer(), month)) {
        words.push_back(fmt::format("{} {} of {}: {}", month, named.row.in_jobs, named.row.metered,
                                    named.row.fit));
      }
    }
    return words;
  }
};

TEST_F(ReconciledBooksTest, PutsJobsBesideMetersMonthByMonth) {
  Day("2026-11-08", 100, {1});
  Day("2026-11-09", 101, {3, 4});
  Day("2026-11-10", 108, {5});
  Day("2026-11-11", 113, {});
  MakeAll();
  EXPECT_THAT(Reconciled(), testing::ElementsAre("202611 7 of 7: fits"));
  Day("2026-11-12", 115, {});
  Day("2026-11-13", 115, {});
  MakeAll();
  EXPECT_THAT(Reconciled(), testing::ElementsAre("202611 12 of 14: job-missing"));
  const auto rows = store.ReconciledSince(reseller(), Printer().id, 202611);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].row.shows_from, At("2026-11-11T06:00:00Z"));
  EXPECT_EQ(rows[0].row.shows_to, At("2026-11-12T06:00:00Z"));
  EXPECT_THAT(store.ReconciledSince(south.tenant.reseller, Printer().id, 202611),
              testing::IsEmpty());
}

// What a person read off is beside no jobs, whoever asks.
TEST_F(ReconciledBooksTest, LeavesOutWhatWasEnteredByHand) {
  const auto enter = [&](const std::string& at, const std::string& pages) {
    ASSERT_EQ(store
                  .Enter(reseller(),
                         {.printer = Printer().id,
                          .at = At(at),
                          .values = {{.meter = "impressions", .unit = "pages", .value = pages}}},
                         kPortalItself, clock.now)
                  .how,
              Entered::How::kDone);
  };
  Day("2026-11-08", 100, {1});
  Day("2026-11-09", 101, {3, 4});
  Day("2026-11-10", 108, {5});
  Day("2026-11-11", 113, {});
  enter("2026-11-09T05:00:00Z", "500");
  enter("2026-11-10T05:00:00Z", "600");
  Sender guest{.tenant = {.reseller = reseller()}};
  guest.tenant.customer = *store.AddCustomer(reseller(), "a guest", clock.now, kPortalItself);
  guest.tenant.site = *store.AddSite(
      reseller(), {.customer = guest.tenant.customer, .name = "hall", .time_zone = "UTC"},
      clock.now, kPortalItself);
  guest.id = AddCollector(store, guest.tenant, Thumbprint(guest.key.public_key()),
                          JsonText(ToJwk(guest.key.public_key())));
  ASSERT_TRUE(std::holds_alternative<Accepted>(
      ingest.Take(Sealed(MakeBatch(guest, 1, {"1"}, At("2026-11-11T07:00:00Z")), guest))));
  MakeAll();
  EXPECT_THAT(Reconciled(), testing::ElementsAre("202611 7 of 7: fits"));
  EXPECT_THAT(Reconciled(north.tenant.customer), testing::ElementsAre("202611 7 of 7: fits"));
}

TEST_F(ReconciledBooksTest, AJobThatComesLateSettlesIt) {
  Day("2026-11-08", 100, {1});
  Day("2026-11-09", 101, {});
  Day("2026-11-10", 108, {});
  Day("2026-11-11", 108, {});
  MakeAll();
  EXPECT_THAT(Reconciled(), testing::ElementsAre("202611 0 of 7: job-missing"));
  Batch late = MakeBatch(north, ++sequence_, {}, At("2026-11-11T08:00:00Z"));
  late.jobs.push_back({0,
                       {.job = "late",
                        .revision = 1,
                        .channel = ChannelKind::kPiws,
                        .seen_at = At("2026-11-11T07:00:00Z"),
                        .type = "print",
                        .status = "printed",
                        .finished = At("2026-11-09T13:00:00Z"),
                        .clock_offset_ms = 0,
                        .printed_pages = 7}});
  ASSERT_TRUE(std::holds_alternative<Accepted>(ingest.Take(Sealed(late, north))));
  EXPECT_EQ(MakeAll(), 1);
  EXPECT_THAT(Reconciled(), testing::ElementsAre("202611 7 of 7: fits"));
}

TEST_F(ReconciledBooksTest, GoesBackToAMonthThatSettlesInTheNext) {
  Day("2026-11-08", 100, {1});
  Day("2026-11-28", 101, {3});
  Day("2026-11-29", 104, {4});
  Day("2026-11-30", 108, {});
  MakeAll();
  EXPECT_THAT(Reconciled(), testing::ElementsAre("202611 3 of 3: fits"));
  Day("2026-12-20", 108, {});  // silent for three weeks
  MakeAll();
  EXPECT_THAT(Reconciled(),
              testing::ElementsAre("202611 7 of 7: fits", "202612 0 of 0: unsettled"));
  store.ReopenBooks(reseller());
  MakeAll();
  EXPECT_THAT(Reconciled(),
              testing::ElementsAre("202611 7 of 7: fits", "202612 0 of 0: unsettled"));
}

// Readings in any order of arrival, books made whenever: made again from the first reading on they
// are the same, to the byte.
TEST_F(BookkeepingTest, MakesTheSameBooksAgain) {
  std::mt19937 random(11);
  const auto between = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  Instant at = At("2026-08-01T00:00:00Z");
  int count = 100;
  std::vector<std::pair<std::int64_t, std::pair<std::string, std::string>>> late;
  for (int i = 1; i <= 150; ++i) {
    at += hours(between(1, 40));
    count = between(0, 14) == 0 ? between(0, 50) : count + between(0, 9);
    if (between(0, 5) == 0) {
      late.push_back({i, {std::to_string(count), FormatInstant(at)}});
    } else {
      Send({std::to_string(count)}, FormatInstant(at), i);
    }
    if (!late.empty() && between(0, 9) == 0) {
      Send({late.back().second.first}, late.back().second.second, late.back().first);
      late.pop_back();
    }
    if (between(0, 6) == 0) MakeAll();
  }
  MakeAll();
  const std::string kept = Kept();
  EXPECT_NE(kept.find("usage_month|"), std::string::npos);
  EXPECT_NE(kept.find("account_state|"), std::string::npos);
  EXPECT_NE(kept.find("meter_gap|"), std::string::npos);
  store.ReopenBooks(reseller());
  MakeAll();
  EXPECT_EQ(Kept(), kept);
}

}  // namespace
}  // namespace plotmeter
