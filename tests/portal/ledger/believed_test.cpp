// A count that several channels tell is counted once.

#include "portal/ledger/believed.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "portal/ledger/bookkeeping.h"
#include "portal/store/elsewhere.h"
#include "tests/portal/ledger/sealed_world.h"

namespace plotmeter {
namespace {

using std::chrono::hours;
using testing::ElementsAre;
using testing::IsEmpty;

Instant Hour(int hour) { return At("2026-11-01T00:00:00Z") + hours(hour); }

TEST(ElsewhereTest, SaysWhichChannelCounts) {
  const MeterLife piws{"piws", false, Hour(100), Hour(500)};
  const MeterLife snmp{"snmp", false, Hour(0), Hour(510)};
  using Spans = std::vector<Elsewhere>;
  EXPECT_EQ(ElsewhereOf(piws, {piws, snmp}), Spans{});
  EXPECT_EQ(ElsewhereOf(snmp, {piws, snmp}), (Spans{{Hour(100), std::nullopt}}));
  const MeterLife later{"snmp", false, Hour(0), Hour(600)};
  EXPECT_EQ(ElsewhereOf(later, {piws, later}), (Spans{{Hour(100), Hour(500)}})) << "PIWS is silent";
  const MeterLife outranked{"snmp", true, Hour(0), Hour(600)};
  EXPECT_EQ(ElsewhereOf(outranked, {piws, outranked}), (Spans{{Hour(100), std::nullopt}}))
      << "its collector waits for PIWS";
  EXPECT_EQ(ElsewhereOf(outranked, {outranked}), (Spans{{Instant{}, std::nullopt}}));
  const MeterLife corrected{"piws", true, Hour(100), Hour(500)};
  EXPECT_EQ(ElsewhereOf(corrected, {corrected, snmp}), (Spans{{Hour(0), std::nullopt}}));
  EXPECT_EQ(ElsewhereOf(snmp, {corrected, snmp}), Spans{});
  const MeterLife ledm{"ledm", false, Hour(400), Hour(550)};
  EXPECT_EQ(ElsewhereOf(later, {ledm, piws, later}), (Spans{{Hour(100), Hour(550)}}));
}

std::string Words(const StoredMeter& meter, int from, int to, const char* used = "7") {
  Entry entry{.meter = 1,
              .kind = from == to ? EntryKind::kBase : EntryKind::kCounted,
              .opening = {.at = Hour(from)},
              .closing = {.at = Hour(to)},
              .used = Exact::Of(*Decimal::Parse(used))};
  const auto& [believed, outranked] = Believed(meter, entry);
  return std::string(ToText(believed.kind)) + (outranked ? ", outranked" : "") +
         (believed.most ? fmt::format(", at most {}", *believed.most) : "");
}

TEST(BelievedTest, CountsWhereTheOtherDoesNot) {
  const StoredMeter meter{.meter = "impressions",
                          .unit = "impressions",
                          .elsewhere = {{Hour(10), Hour(20)}, {Hour(40), std::nullopt}},
                          .first = Hour(0)};
  EXPECT_EQ(Words(meter, 0, 0), "base");
  EXPECT_EQ(Words(meter, 3, 10), "counted");
  EXPECT_EQ(Words(meter, 9, 11), "elsewhere, at most 7");
  EXPECT_EQ(Words(meter, 9, 11, "0"), "counted, outranked");
  EXPECT_EQ(Words(meter, 0, 11), "counted, outranked") << "it had counted nothing before";
  EXPECT_EQ(Words(meter, 10, 20), "counted, outranked");
  EXPECT_EQ(Words(meter, 12, 12), "base, outranked");
  EXPECT_EQ(Words(meter, 19, 21), "elsewhere, at most 7");
  EXPECT_EQ(Words(meter, 0, 21), "elsewhere, at most 7") << "the other has only a part of it";
  EXPECT_EQ(Words(meter, 20, 40), "counted");
  EXPECT_EQ(Words(meter, 39, 41), "elsewhere, at most 7");
  EXPECT_EQ(Words(meter, 41, 44), "counted, outranked");
  EXPECT_EQ(Words({.meter = "impressions", .unit = "impressions"}, 3, 4), "counted");
}

class BelievedBooksTest : public testing::Test, protected SealedWorld {
 protected:
  BelievedBooksTest() {
    second_.tenant = north.tenant;
    second_.id = AddCollector(store, second_.tenant, Thumbprint(second_.key.public_key()),
                              JsonText(ToJwk(second_.key.public_key())));
  }

  // That so many pages were read at that time.
  void Tell(const Sender& sender, ChannelKind channel, Instant at, std::int64_t pages,
            bool outranked = false) {
    clock.now = std::max(clock.now, at + std::chrono::minutes(5));
    Batch batch = MakeBatch(sender, ++sequences_[sender.id], {"0"}, at);
    batch.readings[0].reading.channel = channel;
    batch.readings[0].reading.meters = {{.meter = "impressions",
                                         .value = {Decimal::FromInteger(pages), "impressions"},
                                         .outranked = outranked}};
    ASSERT_TRUE(std::holds_alternative<Accepted>(ingest.Take(Sealed(batch, sender))));
  }
  void MakeAll() {
    Bookkeeper(store, store, store).Tick([] { return true; });
  }
  ResellerId reseller() const { return north.tenant.reseller; }
  std::string Printer() { return store.Printers(reseller(), {}, "", 1).front().id; }
  std::vector<NamedGap> Gaps() {
    return store
        .MeterGaps(reseller(), {}, true, {.from = {}, .to = At("2030-01-01T00:00:00Z")}, {}, 100)
        .rows;
  }
  struct Sums {
    std::int64_t used = 0, gaps = 0;
    bool operator==(const Sums&) const = default;
  };
  Sums Kept(MonthNumber month) {
    Sums sums;
    for (const SiteUsage& one : store.UsageBySite(reseller(), month, {})) {
      sums.used += one.used_base;
      sums.gaps += one.gaps;
    }
    return sums;
  }
  // Of any period, as the export has it; and how much its gaps can hide.
  Sums Counted(Instant from, Instant to, std::int64_t* hidden = nullptr) {
    Sums sums;
    for (const CountedMeter& one : CountPeriod(store, reseller(), "", Printer(), from, to)) {
      if (one.meter.outranked) continue;
      sums.used += one.usage.used->Scaled(1, 1).value_or(-1);
      sums.gaps += one.usage.gaps;
      if (hidden != nullptr) *hidden += one.usage.hidden.value_or(INT32_MAX);
    }
    return sums;
  }
  std::string Books() {
    Database db(path, Database::Mode::kReadOnly);
    std::string all;
    for (const char* table : {"usage_month", "usage_site_month", "meter_gap", "account_state"}) {
      Statement q = db.Prepare(fmt::format("SELECT * FROM {} ORDER BY 1, 2, 3, 4, 5", table));
      while (q.Step()) {
        all += table;
        for (int i = 0; i < q.columns(); ++i) all += "|" + q.MaybeText(i).value_or("NULL");
        all += "\n";
      }
    }
    return all;
  }

  Sender second_;
  std::map<std::string, std::int64_t> sequences_;
};

// The web server is switched on in November: what was billed of October stays.
TEST_F(BelievedBooksTest, LeavesWhatWasBilledBeforeABetterChannelCame) {
  const Instant october = At("2026-10-10T12:00:00Z"), november = At("2026-11-10T12:00:00Z");
  Tell(north, ChannelKind::kSnmp, october, 100);
  Tell(north, ChannelKind::kSnmp, october + hours(3), 110);
  Tell(north, ChannelKind::kSnmp, november, 120);
  MakeAll();
  EXPECT_EQ(Kept(202610), (Sums{10, 0}));
  EXPECT_EQ(Kept(202611), (Sums{10, 0}));
  Tell(north, ChannelKind::kSnmp, november + hours(3), 123, true);
  Tell(north, ChannelKind::kPiws, november + hours(3) + std::chrono::seconds(2), 5000);
  Tell(north, ChannelKind::kSnmp, november + hours(6), 130, true);
  Tell(north, ChannelKind::kPiws, november + hours(6) + std::chrono::seconds(2), 5007);
  MakeAll();
  EXPECT_EQ(Kept(202610), (Sums{10, 0})) << "billed";
  EXPECT_EQ(Kept(202611), (Sums{10 + 3 + 7, 1})) << "by SNMP, then by PIWS";
  const auto gaps = Gaps();
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(gaps[0].gap.kind, "elsewhere");
  EXPECT_EQ(gaps[0].channel, "snmp");
  EXPECT_FALSE(gaps[0].meter.outranked) << "somebody has to look at it";
  EXPECT_EQ(gaps[0].gap.hidden_base, 7);
  const Span ever{.from = {}, .to = At("2030-01-01T00:00:00Z")};
  std::vector<bool> outranked;
  for (const ReadingRow& row :
       store.ListReadings(reseller(), "", Printer(), "", ever, {}, 100).rows) {
    if (row.channel == "snmp") outranked.push_back(row.outranked);
  }
  EXPECT_THAT(outranked, ElementsAre(false, false, false, false, true));
}

// Both channels answer from the first round on: there is nothing to ask.
TEST_F(BelievedBooksTest, AsksNobodyWhereBothBeganTogether) {
  for (int i = 0; i < 5; ++i) {
    Tell(north, ChannelKind::kSnmp, Hour(3 * i), 100 + i, true);
    Tell(north, ChannelKind::kPiws, Hour(3 * i) + std::chrono::seconds(2), 5000 + i);
    MakeAll();
  }
  EXPECT_EQ(Kept(202611), (Sums{4, 0}));
  EXPECT_THAT(Gaps(), IsEmpty());
}

// Each collector believes the one channel that it can read; or one is the printer's own connection.
TEST_F(BelievedBooksTest, CountsOnceWhatTwoCollectorsReadOverTwoChannels) {
  for (int i = 0; i < 20; ++i) {
    Tell(north, ChannelKind::kPiws, Hour(3 * i), 100 + i);
    Tell(second_, ChannelKind::kSnmp, Hour(3 * i + 1), 100 + i);
    if (i % 7 == 0) MakeAll();
  }
  MakeAll();
  EXPECT_EQ(Kept(202611), (Sums{19, 0}));
  EXPECT_EQ(Counted(Hour(-24), Hour(700)), (Sums{19, 0}));
}

TEST_F(BelievedBooksTest, GoesOnWithTheOtherChannelWhereOneFallsSilent) {
  for (int i = 0; i < 40; ++i) {
    if (i < 20 || i > 35) Tell(north, ChannelKind::kPiws, Hour(3 * i), 100 + i);
    Tell(second_, ChannelKind::kSnmp, Hour(3 * i + 1), 100 + i);
    MakeAll();
    if (i == 25) {
      EXPECT_EQ(Kept(202611).used, 19) << "not silent for a day yet";
    }
    if (i == 35) {
      EXPECT_EQ(Kept(202611), (Sums{19 + 16, 1})) << "all that was printed, nothing twice";
      ASSERT_EQ(Gaps().size(), 1U) << "who counted the page before the last reading of PIWS?";
      EXPECT_EQ(Gaps()[0].gap.hidden_base, 1);
    }
  }
  EXPECT_EQ(Kept(202611), (Sums{39, 0})) << "PIWS is back, and knows all of it";
  EXPECT_THAT(Gaps(), IsEmpty());
}

TEST_F(BelievedBooksTest, MovesToTheOtherChannelWhenAProfileIsCorrected) {
  for (int i = 0; i < 8; ++i) {
    Tell(north, ChannelKind::kSnmp, Hour(3 * i), 100 + 2 * i, i < 4);
    Tell(north, ChannelKind::kPiws, Hour(3 * i) + std::chrono::seconds(2), 100 + i, i >= 4);
    MakeAll();
    if (i == 3) {
      EXPECT_EQ(Kept(202611), (Sums{3, 0}));
    }
  }
  EXPECT_EQ(Kept(202611), (Sums{14, 0}));
}

// Two collectors, a channel each, both cut off now and then; whenever books are made, they are
// those that are made of all readings at once, and hold what was printed.
TEST_F(BelievedBooksTest, HoldsWhatWasPrintedWhicheverChannelTellsIt) {
  std::mt19937 random(8);
  const auto between = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  const Instant begin = At("2026-08-01T00:00:00Z");
  std::int64_t pages = 100, first = -1;
  int piws_until = 0, piws_from = 40, snmp_until = 60, snmp_from = 0;
  for (int i = 0; i < 600; ++i) {
    const Instant at = begin + hours(3 * i);
    pages += between(0, 2) == 0 ? between(1, 9) : 0;
    if (i >= piws_until + 20) {
      piws_from = i + between(0, 30);
      piws_until = piws_from + between(1, 90);
    }
    if (i >= snmp_until + 20) {
      snmp_from = i + between(0, 10);
      snmp_until = snmp_from + between(20, 90);
    }
    if (i >= snmp_from && i < snmp_until) {
      Tell(second_, ChannelKind::kSnmp, at + std::chrono::minutes(between(0, 9)), pages);
      if (first < 0) first = pages;
    }
    pages += between(0, 3) == 0 ? 1 : 0;
    if (i >= piws_from && i < piws_until) {
      Tell(north, ChannelKind::kPiws, at + std::chrono::minutes(between(20, 29)), pages);
    }
    if (between(0, 9) == 0) MakeAll();
  }
  // Both are read at the end, so that nothing waits to be believed.
  const Instant end = begin + hours(3 * 600);
  Tell(north, ChannelKind::kPiws, end, pages);
  Tell(second_, ChannelKind::kSnmp, end + std::chrono::seconds(1), pages);
  MakeAll();
  std::int64_t hidden = 0;
  const Sums counted = Counted(begin - hours(1), end + hours(1), &hidden);
  EXPECT_LE(counted.used, pages - first);
  EXPECT_GE(counted.used + hidden, pages - first);
  EXPECT_LT(hidden, (pages - first) / 4) << "most of it is known";
  Sums kept;
  for (MonthNumber month = 202608; month <= 202610; ++month) {
    kept.used += Kept(month).used;
    kept.gaps += Kept(month).gaps;
  }
  EXPECT_EQ(kept, counted);
  const std::string books = Books();
  store.ReopenBooks(reseller());
  MakeAll();
  EXPECT_EQ(Books(), books);
}

}  // namespace
}  // namespace plotmeter
