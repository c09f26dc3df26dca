// Printers without network: what a person enters, and what becomes of it in the books.

#include "portal/store/entered.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portal/ledger/bookkeeping.h"
#include "portal/ledger/by_hand.h"
#include "portal/ledger/export.h"
#include "tests/portal/ledger/sealed_world.h"

namespace plotmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string Wrong(const EnteredValue& value) {
  const auto wrong = WhatIsWrong(value);
  return wrong ? std::string(wrong->member) + ": " + wrong->expected : "nothing";
}

TEST(ByHandTest, TakesWhatCanBeCounted) {
  EXPECT_EQ(Wrong({.meter = "media.area", .unit = "ft2", .value = "433.5"}), "nothing");
  EXPECT_EQ(Wrong({.meter = "prints", .unit = "1", .value = "0"}), "nothing");
  EXPECT_THAT(Wrong({.meter = "ink", .unit = "cc", .value = "1"}),
              HasSubstr("meter: one of ink.used"));
  EXPECT_EQ(Wrong({.meter = "ink.used", .unit = "m2", .value = "1"}),
            "unit: one of cc, ml, 1/10 ml, 1/1000 ml");
  for (const char* value : {"", "-1", "1e3", "1,5", "about 4", "999999999999999999"}) {
    EXPECT_THAT(Wrong({.meter = "media.area", .unit = "m2", .value = value}), HasSubstr("value:"))
        << value;
  }
  EXPECT_THAT(Wrong({.meter = "ink.used", .colorant = "a\nb", .unit = "cc", .value = "1"}),
              HasSubstr("colorant:"));
}

TEST(ByHandTest, NamesASerialAsCollectorsDo) {
  EXPECT_EQ(SerialText("  cn9541h01m "), "CN9541H01M");
  EXPECT_EQ(SerialText("  "), "");
  EXPECT_TRUE(WhatIsWrong(NewPrinter{"HP", "T730", "", "sit_1"}));
  EXPECT_FALSE(WhatIsWrong(NewPrinter{"HP", "T730", "CN1", "sit_1"}));
}

TEST(ByHandTest, ReadsNoMeterTomorrow) {
  const Instant now = At("2026-11-30T17:00:00Z");
  EXPECT_TRUE(CanBeReadAt(now, now));
  EXPECT_FALSE(CanBeReadAt(now + std::chrono::hours(1), now));
  EXPECT_FALSE(CanBeReadAt(At("1999-12-31T23:59:59Z"), now));
}

class EnteredTest : public testing::Test, protected SealedWorld {
 protected:
  EnteredTest() {
    clock.now = At("2026-12-31T12:00:00Z");
    const PrinterAdded added =
        store.AddPrinter(reseller(), {"HP", "HP DesignJet T730", "CN9541H01M", north.tenant.site},
                         kPortalItself, clock.now);
    EXPECT_EQ(added.how, PrinterAdded::How::kDone);
    printer_ = added.id;
  }

  ResellerId reseller() const { return north.tenant.reseller; }
  Entered Enter(const std::string& at, const std::string& value,
                const std::string& colorant = "magenta") {
    return store.Enter(
        reseller(),
        {.printer = printer_,
         .at = At(at),
         .values = {{.meter = "ink.used", .colorant = colorant, .unit = "cc", .value = value}},
         .note = "by phone"},
        Actor("usr_1"), clock.now);
  }
  void Tell(const std::string& value, const std::string& at) {
    clock.now = std::max(clock.now, At(at));
    ASSERT_TRUE(std::holds_alternative<Accepted>(
        ingest.Take(Sealed(MakeBatch(north, ++sequence_, {value}, At(at)), north))));
  }
  void MakeAll() {
    Bookkeeper(store, store, store).Tick([] { return true; });
  }
  // "manual magenta 100-130 = 30 entered", by row of the export of a month.
  std::vector<std::string> Used(const std::string& from, const std::string& to) {
    const Period period{*PeriodEdge::Parse(from), *PeriodEdge::Parse(to)};
    const PrinterRow printer = store.Printers(reseller(), {}, "", 1).at(0);
    std::vector<std::string> rows;
    for (const CountedMeter& counted :
         CountPeriod(store, reseller(), "", printer_, period.from.In("Europe/Berlin"),
                     period.to.In("Europe/Berlin"))) {
      const UsageRow row = MakeUsageRow(printer, counted.channel, counted.meter, counted.usage);
      rows.push_back(row.channel + " " + row.opening + "-" + row.closing + " = " + row.used + " " +
                     row.known_as + (row.outranked ? " outranked" : ""));
    }
    return rows;
  }
  std::int64_t Sum(MonthNumber month) {
    const auto sums = store.UsageBySite(reseller(), month, {});
    return sums.empty() ? -1 : sums.front().used_base / 1'000'000;
  }
  std::vector<NamedGap> Gaps() {
    return store
        .MeterGaps(reseller(), {}, true, {.from = {}, .to = At("2030-01-01T00:00:00Z")}, {}, 100)
        .rows;
  }

  std::string printer_;
  std::int64_t sequence_ = 0;
};

TEST_F(EnteredTest, CountsFromReadingToReading) {
  const std::string first = Enter("2026-10-31T10:00:00Z", "100").id;
  const std::string last = Enter("2026-11-30T10:00:00Z", "130.5").id;
  MakeAll();
  EXPECT_THAT(Used("2026-11-01", "2026-12-01"), ElementsAre("manual 100-130.5 = 30.5 entered"));
  EXPECT_EQ(Sum(202611), 30);
  UsageExport usage(store, store, reseller(), {},
                    {*PeriodEdge::Parse("2026-11-01"), *PeriodEdge::Parse("2026-12-01")},
                    ExportFormat::kCsv);
  std::string csv;
  while (usage.Next(csv)) {
  }
  EXPECT_THAT(csv, HasSubstr("," + first + "," + last)) << "they stand where batches would";
  const auto readings = store.LatestReadings(reseller(), "", printer_);
  ASSERT_EQ(readings.size(), 1U);
  EXPECT_EQ(readings[0].batch, last);
  EXPECT_EQ(readings[0].sha256, "");
}

TEST_F(EnteredTest, CountsNoMoreWhatIsWithdrawn) {
  Enter("2026-10-31T10:00:00Z", "100");
  const std::string wrong = Enter("2026-11-30T10:00:00Z", "1300").id;
  MakeAll();
  EXPECT_EQ(Sum(202611), 1200);
  EXPECT_EQ(Enter("2026-11-30T10:00:00Z", "130").how, Entered::How::kThere);
  EXPECT_EQ(Enter("2026-11-30T10:00:00Z", "130").id, wrong);
  EXPECT_EQ(store.Withdraw(south.tenant.reseller, wrong, "x", kPortalItself, clock.now),
            Withdrawn::kNotThere);
  EXPECT_EQ(store.Withdraw(reseller(), wrong, "a slip", kPortalItself, clock.now),
            Withdrawn::kDone);
  EXPECT_EQ(store.Withdraw(reseller(), wrong, "a slip", kPortalItself, clock.now),
            Withdrawn::kBefore);
  EXPECT_EQ(Enter("2026-11-30T10:00:00Z", "130").how, Entered::How::kDone);
  MakeAll();
  EXPECT_EQ(Sum(202611), 30);
  EXPECT_THAT(Used("2026-11-01", "2026-12-01"), ElementsAre("manual 100-130 = 30 entered"));
  const auto entered = store.ListEntered(reseller(), "", printer_, {}, 10).rows;
  ASSERT_EQ(entered.size(), 3U);
  EXPECT_FALSE(entered[0].withdrawal);
  EXPECT_EQ(entered[1].id, wrong);
  EXPECT_EQ(entered[1].withdrawal->reason, "a slip");
  EXPECT_EQ(entered[1].who, "usr_1");
  EXPECT_EQ(entered[1].values[0].value, "1300") << "it is as it was entered";
}

// At the first instant of a month, which is where an account remembers what it knew.
TEST_F(EnteredTest, TakesAReadingThatComesLate) {
  Enter("2026-10-31T10:00:00Z", "100");
  Enter("2026-12-31T10:00:00Z", "150");
  MakeAll();
  EXPECT_EQ(Sum(202611), -1);
  EXPECT_EQ(Sum(202612), 50);
  Enter("2026-12-01T00:00:00Z", "120");
  EXPECT_THAT(Used("2026-12-01T00:00:00Z", "2027-01-01"),
              ElementsAre("manual 120-150 = 30 entered"));
  MakeAll();
  EXPECT_EQ(Sum(202612), 50);
  Enter("2026-11-30T00:00:00Z", "119");
  MakeAll();
  EXPECT_EQ(Sum(202611), 19);
  EXPECT_EQ(Sum(202612), 31);
  EXPECT_THAT(Used("2026-12-01", "2027-01-01"), ElementsAre("manual 119-150 = 31 entered"));
}

TEST_F(EnteredTest, AsksAboutAFall) {
  Enter("2026-10-31T10:00:00Z", "100");
  Enter("2026-11-15T10:00:00Z", "20");
  Enter("2026-11-30T10:00:00Z", "50");
  MakeAll();
  ASSERT_EQ(Gaps().size(), 1U);
  EXPECT_EQ(Gaps()[0].channel, "manual");
  EXPECT_THAT(Used("2026-11-01", "2026-12-01"), ElementsAre("manual 100-50 = 30 bounded"));
}

// People read a meter once a month: a doubt is settled by the next, however late that is.
TEST_F(EnteredTest, SettlesADoubtByTheNextThatIsEntered) {
  const auto enter = [&](const std::string& at, const std::string& magenta,
                         const std::string& cyan) {
    ASSERT_EQ(
        store
            .Enter(
                reseller(),
                {.printer = printer_,
                 .at = At(at),
                 .values = {{.meter = "ink.used", .colorant = "cyan", .unit = "cc", .value = cyan},
                            {.meter = "ink.used",
                             .colorant = "magenta",
                             .unit = "cc",
                             .value = magenta}}},
                kPortalItself, clock.now)
            .how,
        Entered::How::kDone);
  };
  enter("2026-10-31T10:00:00Z", "100", "50");
  enter("2026-11-15T10:00:00Z", "20", "60");
  MakeAll();
  EXPECT_THAT(Used("2026-11-01", "2026-12-01"),
              ElementsAre("manual 50-60 = 0 bounded", "manual 100-20 = 0 bounded"))
      << "what is doubted is not there unseen";
  enter("2026-12-15T10:00:00Z", "50", "70");
  MakeAll();
  ASSERT_EQ(Gaps().size(), 2U);
  EXPECT_THAT(Used("2026-11-01", "2026-12-01"),
              ElementsAre("manual 50-60 = 0 bounded", "manual 100-20 = 0 bounded"))
      << "as the books have it";
  for (const NamedGap& gap : Gaps()) {
    ASSERT_TRUE(store.Decide(
        reseller(),
        {.gap = gap.gap.id, .used = "7", .reason = "r", .who = "usr_1", .at = clock.now},
        kPortalItself));
  }
  MakeAll();
  EXPECT_THAT(Used("2026-11-01", "2026-12-01"),
              ElementsAre("manual 50-60 = 7 entered", "manual 100-20 = 7 entered"));
  EXPECT_THAT(Used("2026-12-01", "2027-01-01"),
              ElementsAre("manual 60-70 = 10 entered", "manual 20-50 = 30 entered"));
}

// It was a slip of the pen that nobody noticed for a month.
TEST_F(EnteredTest, TakesAWordOnWhatCameBackLate) {
  Enter("2026-10-31T10:00:00Z", "100");
  Enter("2026-11-15T10:00:00Z", "20");
  Enter("2026-12-15T10:00:00Z", "150");
  MakeAll();
  ASSERT_EQ(Gaps().size(), 1U);
  ASSERT_TRUE(store.Decide(
      reseller(),
      {.gap = Gaps()[0].gap.id, .used = "0", .reason = "r", .who = "usr_1", .at = clock.now},
      kPortalItself));
  MakeAll();
  EXPECT_THAT(Used("2026-11-01", "2026-12-01"), ElementsAre("manual 100-20 = 0 entered"));
}

// The printer gets a network: from the first that a collector reads on, that counts, and never
// both.
TEST_F(EnteredTest, IsOutrankedByAChannel) {
  Enter("2026-10-31T10:00:00Z", "100");
  Enter("2026-11-10T10:00:00Z", "130");
  MakeAll();
  EXPECT_EQ(Sum(202611), 30);
  Tell("140", "2026-11-20T10:00:00Z");
  Tell("145", "2026-11-25T10:00:00Z");
  Enter("2026-11-30T10:00:00Z", "150");
  Tell("160", "2026-12-10T10:00:00Z");
  Enter("2026-12-12T10:00:00Z", "20");  // nobody is asked why
  Enter("2026-12-15T10:00:00Z", "25");
  MakeAll();
  EXPECT_EQ(store.Printers(reseller(), {}, "", 9).size(), 1U) << "it is the same printer";
  EXPECT_EQ(Sum(202611), 35);
  EXPECT_EQ(Sum(202612), 15);
  EXPECT_THAT(Used("2026-11-01", "2026-12-01"),
              ElementsAre("manual 100-130 = 30 bounded", "piws 140-145 = 5 measured"));
  EXPECT_THAT(Used("2026-12-01", "2027-01-01"),
              ElementsAre("manual 150-25 = 5 bounded outranked", "piws 145-160 = 15 measured"));
  ASSERT_EQ(Gaps().size(), 1U);
  EXPECT_EQ(Gaps()[0].gap.kind, "connected");
  EXPECT_EQ(Gaps()[0].gap.opening_at, At("2026-11-10T10:00:00Z"));
  EXPECT_EQ(Gaps()[0].gap.closing_at, At("2026-11-20T10:00:00Z"));
  ASSERT_TRUE(store.Decide(reseller(),
                           {.gap = Gaps()[0].gap.id,
                            .used = "10",
                            .reason = "130 to 140 on the panel",
                            .who = "usr_1",
                            .at = clock.now},
                           kPortalItself));
  MakeAll();
  EXPECT_EQ(Sum(202611), 45);
  EXPECT_THAT(Used("2026-11-01", "2026-12-01"),
              ElementsAre("manual 100-130 = 40 entered", "piws 140-145 = 5 measured"));
  store.ReopenBooks(reseller());
  MakeAll();
  EXPECT_EQ(Sum(202611), 45);
  EXPECT_EQ(Sum(202612), 15);
}

TEST_F(EnteredTest, BelongsToWhoseSiteThePrinterStoodAt) {
  Enter("2026-10-31T10:00:00Z", "100");
  Enter("2026-11-10T10:00:00Z", "130");
  const std::string other = *store.AddCustomer(reseller(), "Other", clock.now, kPortalItself);
  const std::string there =
      *store.AddSite(reseller(), {.customer = other, .name = "there", .time_zone = "UTC"},
                     clock.now, kPortalItself);
  clock.now += std::chrono::hours(1);
  ASSERT_EQ(store.MovePrinter(reseller(), printer_, there, kPortalItself, clock.now), Moved::kDone);
  clock.now = At("2027-01-31T12:00:00Z");
  const std::string theirs = Enter("2027-01-31T10:00:00Z", "137").id;
  MakeAll();
  const auto sum = [&](const std::string& customer, MonthNumber month) {
    const auto sums = store.UsageBySite(reseller(), month, {.customer = customer});
    return sums.empty() ? -1 : sums.front().used_base / 1'000'000;
  };
  EXPECT_EQ(sum(north.tenant.customer, 202611), 30);
  EXPECT_EQ(sum(other, 202611), -1);
  EXPECT_EQ(sum(other, 202701), 7);
  EXPECT_EQ(store.ListEntered(reseller(), north.tenant.customer, printer_, {}, 9).rows.size(), 2U);
  EXPECT_EQ(store.ListEntered(reseller(), other, printer_, {}, 9).rows.size(), 1U);
  EXPECT_FALSE(store.FindEntered(reseller(), north.tenant.customer, theirs));
  EXPECT_EQ(store.LatestReadings(reseller(), north.tenant.customer, printer_).at(0).value, "130");
  EXPECT_EQ(store.Printers(reseller(), {.customer = north.tenant.customer}, "", 9).size(), 1U)
      << "what it was billed by stays in sight";

  // The first customer is forgotten; what the other was told stays.
  ASSERT_TRUE(store.EraseCustomer(reseller(), north.tenant.customer, kPortalItself, clock.now));
  EXPECT_EQ(store.ListEntered(reseller(), "", printer_, {}, 9).rows.size(), 1U);
  MakeAll();
  EXPECT_EQ(sum(other, 202611), -1);
  EXPECT_EQ(Used("2026-11-01", "2026-12-01").size(), 0U);
  ASSERT_TRUE(store.EraseCustomer(reseller(), other, kPortalItself, clock.now));
  EXPECT_TRUE(store.Printers(reseller(), {}, "", 9).empty());
}

// Read off before the printer was carried away, and entered after that: it is the bill of whoever
// printed it, and nobody else's to read.
TEST_F(EnteredTest, BelongsToWhereThePrinterStoodWhenItWasReadOff) {
  Enter("2026-10-31T10:00:00Z", "100");
  const std::string other = *store.AddCustomer(reseller(), "Other", clock.now, kPortalItself);
  const std::string there =
      *store.AddSite(reseller(), {.customer = other, .name = "there", .time_zone = "UTC"},
                     clock.now, kPortalItself);
  clock.now = At("2026-11-10T12:00:00Z");
  ASSERT_EQ(store.MovePrinter(reseller(), printer_, there, kPortalItself, clock.now), Moved::kDone);
  const std::string late = Enter("2026-11-10T10:00:00Z", "130").id;
  clock.now = At("2026-11-30T12:00:00Z");
  Enter("2026-11-30T10:00:00Z", "137");
  MakeAll();
  const auto sum = [&](const std::string& customer) {
    const auto sums = store.UsageBySite(reseller(), 202611, {.customer = customer});
    return sums.empty() ? -1 : sums.front().used_base / 1'000'000;
  };
  EXPECT_EQ(sum(north.tenant.customer), 30);
  EXPECT_EQ(sum(other), 7);
  EXPECT_TRUE(store.FindEntered(reseller(), north.tenant.customer, late));
  EXPECT_FALSE(store.FindEntered(reseller(), other, late));
}

// To one that had entered nothing yet: it keeps the printer in sight, and it can be erased.
TEST_F(EnteredTest, ShowsACustomerWhatWasEnteredOnlyAfterItsPrinterHadGone) {
  const std::string other = *store.AddCustomer(reseller(), "Other", clock.now, kPortalItself);
  const std::string there =
      *store.AddSite(reseller(), {.customer = other, .name = "there", .time_zone = "UTC"},
                     clock.now, kPortalItself);
  clock.now = At("2027-01-10T12:00:00Z");
  ASSERT_EQ(store.MovePrinter(reseller(), printer_, there, kPortalItself, clock.now), Moved::kDone);
  Enter("2026-12-31T13:00:00Z", "130");
  const auto printers = store.Printers(reseller(), {.customer = north.tenant.customer}, "", 9);
  ASSERT_EQ(printers.size(), 1U);
  EXPECT_EQ(printers[0].site.id, north.tenant.site);
  ASSERT_TRUE(store.EraseCustomer(reseller(), north.tenant.customer, kPortalItself, clock.now));
  EXPECT_TRUE(store.ListEntered(reseller(), "", printer_, {}, 9).rows.empty());
}

TEST_F(EnteredTest, KnowsAPrinterThatIsThere) {
  const auto add = [&](const std::string& maker, const std::string& serial,
                       const std::string& site) {
    return store.AddPrinter(reseller(), {maker, "T730", serial, site}, kPortalItself, clock.now);
  };
  EXPECT_EQ(add("hp", "CN9541H01M", north.tenant.site).how, PrinterAdded::How::kKnown);
  EXPECT_EQ(add("hp", "CN9541H01M", north.tenant.site).id, printer_);
  EXPECT_EQ(add("Canon", "CN9541H01M", north.tenant.site).how, PrinterAdded::How::kDone);
  EXPECT_EQ(add("HP", "CN2", south.tenant.site).how, PrinterAdded::How::kNoSite);
  EXPECT_EQ(store
                .Enter(south.tenant.reseller, {.printer = printer_, .at = clock.now}, kPortalItself,
                       clock.now)
                .how,
            Entered::How::kNoPrinter);
}

}  // namespace
}  // namespace plotmeter
