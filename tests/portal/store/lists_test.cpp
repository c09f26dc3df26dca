// Pages: that each is what was asked for, follows the one before, and costs no more in a large
// fleet than in a small one.

#include "portal/store/lists.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portal/store/incident_rows.h"
#include "portal/store/list_rows.h"
#include "tests/portal/store/fleet.h"
#include "tests/portal/store/parcel.h"

namespace plotmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr auto kHour = std::chrono::hours(1);
const Span kAlways{.from = Instant{}, .to = At("2100-01-01T00:00:00Z")};

class ListsTest : public testing::Test {
 protected:
  void Put(const Tenant& tenant, const Parcel& parcel) {
    store_.StoreBatch(tenant.reseller, parcel.record, [](const auto&) { return "receipt"; });
  }

  // What every page from the first to the last names, two rows a page. `list` asks for the page
  // after a position, `name` names a row.
  template <typename List, typename Name>
  std::vector<std::string> All(List list, Name name) {
    std::vector<std::string> names;
    Position after;
    for (int pages = 0; pages < 100; ++pages) {
      const auto page = list(after, std::size_t{2});
      EXPECT_LE(page.rows.size(), 2u);
      for (const auto& row : page.rows) names.push_back(name(row));
      if (!page.next) return names;
      EXPECT_NE(*page.next, after) << "it goes on";
      after = *page.next;
    }
    ADD_FAILURE() << "it never ends";
    return names;
  }

  std::string PrinterOf(const Tenant& tenant, const std::string& serial) {
    return store_.Printers(tenant.reseller, {.serial = serial}, "", 1).at(0).id;
  }

  const std::string path_ = FreshDatabase();
  SqliteStore store_{path_};
  Tenant north_ = AddTenant(store_, "north");
  Tenant south_ = AddTenant(store_, "south");
  std::string collector_ = AddCollector(store_, north_, "thumb-north");
  const Instant noon_ = At("2026-11-10T12:00:00Z");
};

// SCAN would be a walk over all rows of all tenants, and a sort at the end one over the whole
// answer.
TEST_F(ListsTest, AnswersEveryPageByAnIndexAndInItsOrder) {
  Database db(path_, Database::Mode::kReadOnly);
  std::vector<std::string> questions = PrinterQuestions();
  for (const std::string& sql : PlaceQuestions()) questions.push_back(sql);
  for (const std::string& sql : HappeningQuestions()) questions.push_back(sql);
  for (const std::string& sql : AccessQuestions()) questions.push_back(sql);
  for (const std::string& sql : ResellerQuestions()) questions.push_back(sql);
  for (const std::string& sql : JobRowQuestions()) questions.push_back(sql);
  for (const std::string& sql : IncidentQuestions()) questions.push_back(sql);
  EXPECT_GE(questions.size(), 29u);
  for (const std::string& sql : questions) {
    std::string plan;
    Statement q = db.Prepare("EXPLAIN QUERY PLAN " + sql);
    for (q.Bind(); q.Step();) {
      const std::string step = q.Text(3);
      plan += step + "\n";
      EXPECT_THAT(step, Not(StartsWith("SCAN"))) << sql;
      const bool is_whole = q.Int(1) == 0;  // of the question, and not of a part of one row
      EXPECT_FALSE(is_whole && step.find("TEMP B-TREE") != step.npos) << sql << "\n" << plan;
    }
    EXPECT_THAT(plan, HasSubstr("SEARCH"));
  }
}

TEST_F(ListsTest, PagesThroughPlacesById) {
  std::vector<std::string> ids = {north_.customer};
  for (int i = 1; i <= 4; ++i) {
    ids.push_back(
        *store_.AddCustomer(north_.reseller, "c" + std::to_string(i), noon_, kPortalItself));
  }
  std::ranges::sort(ids);
  EXPECT_EQ(All(
                [&](const Position& after, std::size_t limit) {
                  return store_.ListCustomers(north_.reseller, {}, after, limit);
                },
                [](const Customer& row) { return row.id; }),
            ids);
  const auto confined =
      store_.ListCustomers(north_.reseller, {.customer = north_.customer}, {}, 10);
  ASSERT_EQ(confined.rows.size(), 1u);
  EXPECT_EQ(confined.rows[0].name, "north's customer");
  EXPECT_EQ(confined.rows[0].created_at, At("2026-11-01T00:00:00Z"));

  for (int i = 1; i <= 4; ++i) {
    const Site site{.customer = ids[0], .name = std::to_string(i), .time_zone = "UTC"};
    store_.AddSite(north_.reseller, site, noon_, kPortalItself);
  }
  const auto sites = [&](const PrinterFilter& filter) {
    return All(
        [&](const Position& after, std::size_t limit) {
          return store_.ListSites(north_.reseller, filter, after, limit);
        },
        [](const Site& row) { return row.id; });
  };
  EXPECT_EQ(sites({}).size(), 5u);
  EXPECT_EQ(sites({.customer = ids[0]}).size(), ids[0] == north_.customer ? 5u : 4u);
  EXPECT_THAT(sites({.customer = south_.customer}), IsEmpty());
  EXPECT_EQ(store_.FindCustomer(south_.reseller, north_.customer), std::nullopt);
  EXPECT_EQ(store_.FindCustomer(north_.reseller, north_.customer)->name, "north's customer");
}

TEST_F(ListsTest, ShowsACollectorWithWhatItSaidLast) {
  const auto silent = store_.FindCollector(north_.reseller, collector_);
  ASSERT_TRUE(silent);
  EXPECT_FALSE(silent->heartbeat);
  EXPECT_EQ(silent->site.customer_name, "north's customer");
  HeartbeatNote note{.collector = collector_,
                     .received_at = noon_,
                     .at = noon_,
                     .version = "1.2.3",
                     .stream = "s",
                     .readings = 7,
                     .troubles = {"clock"}};
  const HeartbeatTaken first = store_.TakeHeartbeat(north_.reseller, note, "", "one");
  EXPECT_FALSE(store_.FindCollector(north_.reseller, collector_)->heartbeat) << "not yet heard";
  store_.TakeHeartbeat(north_.reseller, note, first.nonce, "two");
  EXPECT_EQ(store_.FindCollector(north_.reseller, collector_)->heartbeat, note);
  EXPECT_EQ(store_.FindCollector(south_.reseller, collector_), std::nullopt);

  for (const char* thumb : {"b", "c", "d"}) AddCollector(store_, north_, thumb);
  const auto collectors = [&](const PrinterFilter& filter) {
    return All(
               [&](const Position& after, std::size_t limit) {
                 return store_.ListCollectors(north_.reseller, filter, after, limit);
               },
               [](const CollectorRow& row) { return row.collector.id; })
        .size();
  };
  EXPECT_EQ(collectors({}), 4u);
  EXPECT_EQ(collectors({.site = north_.site}), 4u);
  EXPECT_EQ(collectors({.customer = north_.customer}), 4u);
  EXPECT_EQ(collectors({.customer = south_.customer}), 0u);
}

TEST_F(ListsTest, TellsOfStreamsAndTheirGaps) {
  Put(north_, Parcel(collector_, 1, "CN1", noon_));
  Put(north_, Parcel(collector_, 4, "CN1", noon_ + kHour));
  store_.NoteGap(north_.reseller, {collector_, "stream", 2, "void", "gone"}, noon_);
  store_.NoteGap(north_.reseller, {collector_, "stream", 4, "fork", "twice"}, noon_ + kHour);
  const auto streams = store_.StreamsOf(north_.reseller, collector_);
  ASSERT_EQ(streams.size(), 1u);
  EXPECT_EQ(streams[0].unbroken, 1);
  EXPECT_EQ(streams[0].highest, 4);
  const auto gaps = store_.GapsOf(north_.reseller, collector_, 1);
  ASSERT_EQ(gaps.size(), 1u);
  EXPECT_EQ(gaps[0].gap.kind, "fork") << "the latest";
  EXPECT_THAT(store_.StreamsOf(south_.reseller, collector_), IsEmpty());
  EXPECT_THAT(store_.GapsOf(south_.reseller, collector_, 9), IsEmpty());
}

TEST_F(ListsTest, ShowsCodesNewestFirst) {
  for (int i = 1; i <= 3; ++i) {
    store_.AddCode(north_.reseller,
                   {.hash = "h" + std::to_string(i),
                    .site = north_.site,
                    .created_at = noon_ + i * kHour,
                    .expires_at = noon_ + 100 * kHour},
                   kPortalItself);
  }
  EXPECT_THAT(
      All([&](const Position& after,
              std::size_t limit) { return store_.ListCodes(north_.reseller, {}, after, limit); },
          [](const CodeRow& row) { return row.offer.hash; }),
      ElementsAre("h3", "h2", "h1", "code of thumb-north"));
  EXPECT_THAT(store_.ListCodes(south_.reseller, {}, {}, 9).rows, IsEmpty());
}

TEST_F(ListsTest, FindsPrintersByWhatIsKnownOfThem) {
  Parcel odd(collector_, 1, "CN1", noon_);
  odd.record.printers[0].model = "HP PageWide XL";
  odd.reading.state = "printing";
  Put(north_, odd);
  Put(north_, Parcel(collector_, 2, "CN2", noon_));
  const auto found = [&](const PrinterFilter& filter) {
    std::string serials;
    for (const PrinterRow& row : store_.Printers(north_.reseller, filter, "", 10)) {
      serials += row.serial;
    }
    return serials;
  };
  EXPECT_EQ(found({.serial = "CN2"}), "CN2");
  EXPECT_EQ(found({.model = "HP PageWide XL"}), "CN1");
  EXPECT_EQ(found({.state = "printing"}), "CN1");
  EXPECT_EQ(found({.text = "pagewide"}), "CN1");
  EXPECT_EQ(found({.text = "cn2"}), "CN2");
  EXPECT_EQ(found({.site = north_.site, .text = "nothing"}), "");
  EXPECT_EQ(found({.customer = south_.customer, .serial = "CN2"}), "");
  EXPECT_EQ(found({.customer = north_.customer}).size(), 6u);
}

TEST_F(ListsTest, ShowsReadingsMeterByMeter) {
  for (int i = 1; i <= 3; ++i) {
    Parcel parcel(collector_, i, "CN1", noon_ + i * kHour);
    Put(north_, parcel.Meter("ink.used", std::to_string(i)).Meter("prints", std::to_string(9 * i)));
  }
  const std::string printer = PrinterOf(north_, "CN1");
  const auto values = [&](const std::string& meter, const Span& span) {
    return All(
        [&](const Position& after, std::size_t limit) {
          return store_.ListReadings(north_.reseller, "", printer, meter, span, after, limit);
        },
        [](const ReadingRow& row) { return row.meter + " " + row.value; });
  };
  EXPECT_THAT(values("", kAlways), ElementsAre("ink.used 1", "ink.used 2", "ink.used 3", "prints 9",
                                               "prints 18", "prints 27"));
  EXPECT_THAT(values("prints", kAlways), ElementsAre("prints 9", "prints 18", "prints 27"));
  EXPECT_THAT(values("", {noon_ + 2 * kHour, noon_ + 3 * kHour}),
              ElementsAre("ink.used 2", "prints 18"));
  const auto latest = store_.LatestReadings(north_.reseller, "", printer);
  ASSERT_EQ(latest.size(), 2u);
  EXPECT_EQ(latest[1].value, "27");
  EXPECT_EQ(latest[1].batch, "batch 3");
  EXPECT_EQ(latest[1].sha256, "sha 3");
  EXPECT_EQ(latest[1].collector, collector_);
  EXPECT_THAT(store_.LatestReadings(south_.reseller, "", printer), IsEmpty());
  EXPECT_THAT(store_.ListReadings(south_.reseller, "", printer, "", kAlways, {}, 9).rows,
              IsEmpty());
}

TEST_F(ListsTest, ShowsWhatHappenedNewestFirst) {
  const std::string elsewhere = AddCollector(store_, south_, "thumb-south");
  Put(south_, Parcel(elsewhere, 1, "SOUTH", noon_).Job("S").Alarm("S").Event("S").Level("s", "1"));
  for (int i = 1; i <= 5; ++i) {
    const std::string name = std::to_string(i);
    // Two printers in turn; the first two at the same instant.
    Parcel parcel(collector_, i, "CN" + std::to_string(i % 2), noon_ + std::max(i, 2) * kHour);
    std::optional<Instant> over;
    if (i == 5) over = noon_ + 9 * kHour;
    Put(north_, parcel.Job(name).Alarm(name, over).Event(name).Level(name, "5"));
  }
  const auto jobs = [&](const PrinterFilter& filter, const Span& span = kAlways) {
    return All(
        [&](const Position& after, std::size_t limit) {
          return store_.ListJobs(north_.reseller, filter, span, after, limit);
        },
        [](const JobEntry& row) { return row.printer.serial + " " + row.job; });
  };
  const std::string odd = PrinterOf(north_, "CN1");
  EXPECT_THAT(jobs({}), ElementsAre("CN1 5", "CN0 4", "CN1 3", "CN0 2", "CN1 1"));
  EXPECT_THAT(jobs({.printer = odd}), ElementsAre("CN1 5", "CN1 3", "CN1 1"));
  EXPECT_EQ(jobs({.site = north_.site}).size(), 5u);
  EXPECT_THAT(jobs({.customer = south_.customer}), IsEmpty());
  EXPECT_THAT(jobs({}, {noon_ + 3 * kHour, noon_ + 5 * kHour}), ElementsAre("CN0 4", "CN1 3"));

  const auto alerts = [&](const PrinterFilter& filter, AlertsWanted wanted) {
    return All(
        [&](const Position& after, std::size_t limit) {
          return store_.ListAlerts(north_.reseller, filter, wanted, after, limit);
        },
        [](const AlertRow& row) { return row.key; });
  };
  EXPECT_THAT(alerts({}, AlertsWanted::kAll), ElementsAre("5", "4", "3", "2", "1"));
  EXPECT_THAT(alerts({}, AlertsWanted::kLasting), ElementsAre("4", "3", "2", "1"));
  EXPECT_THAT(alerts({}, AlertsWanted::kCleared), ElementsAre("5"));
  EXPECT_THAT(alerts({.printer = odd}, AlertsWanted::kLasting), ElementsAre("3", "1"));
  EXPECT_THAT(alerts({.customer = south_.customer}, AlertsWanted::kAll), IsEmpty());

  EXPECT_THAT(All(
                  [&](const Position& after, std::size_t limit) {
                    return store_.ListEvents(north_.reseller, "", odd, after, limit);
                  },
                  [](const EventRow& row) { return row.key; }),
              ElementsAre("5", "3", "1"));
  EXPECT_THAT(store_.ListEvents(south_.reseller, "", odd, {}, 9).rows, IsEmpty());

  const auto supplies = [&](const PrinterFilter& filter) {
    auto names = All(
        [&](const Position& after, std::size_t limit) {
          return store_.ListSupplies(north_.reseller, filter, after, limit);
        },
        [](const SupplyRow& row) { return row.supply; });
    std::ranges::sort(names);
    return names;
  };
  EXPECT_THAT(supplies({}), ElementsAre("1", "2", "3", "4", "5"));
  EXPECT_THAT(supplies({.printer = odd}), ElementsAre("1", "3", "5"));
  EXPECT_THAT(supplies({.customer = north_.customer}), ElementsAre("1", "2", "3", "4", "5"));
  EXPECT_THAT(supplies({.site = south_.site}), IsEmpty());
}

TEST_F(ListsTest, GoesOnWhereItWasWhileRowsAreAdded) {
  for (int i = 1; i <= 4; ++i) {
    Put(north_, Parcel(collector_, i, "CN1", noon_ + i * kHour).Alarm(std::to_string(i)));
  }
  const auto first = store_.ListAlerts(north_.reseller, {}, AlertsWanted::kAll, {}, 2);
  Put(north_, Parcel(collector_, 5, "CN1", noon_ + 5 * kHour).Alarm("5"));
  const auto second = store_.ListAlerts(north_.reseller, {}, AlertsWanted::kAll, *first.next, 2);
  ASSERT_EQ(second.rows.size(), 2u);
  EXPECT_EQ(second.rows[0].key, "2");
  EXPECT_EQ(second.rows[1].key, "1");
  EXPECT_FALSE(second.next);
}

TEST_F(ListsTest, RenamesPlacesOfTheirOwner) {
  store_.AddCustomer(north_.reseller, "taken", noon_, kPortalItself);
  const auto rename = [&](const Tenant& tenant, const std::string& name) {
    return store_.RenameCustomer(tenant.reseller, {.id = north_.customer, .name = name},
                                 kPortalItself, noon_);
  };
  EXPECT_EQ(rename(north_, "new"), Renamed::kDone);
  EXPECT_EQ(rename(north_, "new"), Renamed::kDone) << "a second time is no harm";
  EXPECT_EQ(rename(north_, "taken"), Renamed::kTaken);
  EXPECT_EQ(rename(south_, "mine"), Renamed::kNotThere);
  EXPECT_EQ(store_.FindCustomer(north_.reseller, north_.customer)->name, "new");
  Site site = *store_.FindSite(north_.reseller, north_.site);
  site.time_zone = "UTC";
  EXPECT_EQ(store_.ChangeSite(north_.reseller, site, kPortalItself, noon_), Renamed::kDone);
  EXPECT_EQ(store_.ChangeSite(south_.reseller, site, kPortalItself, noon_), Renamed::kNotThere);
  EXPECT_EQ(store_.FindSite(north_.reseller, north_.site)->time_zone, "UTC");
}

TEST_F(ListsTest, KeepsAnAnswerForADay) {
  const KeptAnswer answer{"tok_1", "key", "request", std::string("\0sealed", 7)};
  store_.KeepAnswer(north_.reseller, answer, noon_);
  store_.KeepAnswer(north_.reseller, {"tok_1", "key", "request", "another"}, noon_);
  const auto found = [&](const Tenant& tenant, const std::string& caller, Instant now) {
    const auto kept = store_.FindAnswer(tenant.reseller, caller, "key", now);
    return kept ? kept->answer : "";
  };
  EXPECT_EQ(found(north_, "tok_1", noon_ + 23 * kHour), answer.answer) << "the first stays";
  EXPECT_EQ(found(north_, "tok_1", noon_ + 24 * kHour), "");
  EXPECT_EQ(found(north_, "tok_2", noon_), "");
  EXPECT_EQ(found(south_, "tok_1", noon_), "");
  store_.KeepAnswer(north_.reseller, {"tok_1", "other", "request", "x"}, noon_ + 24 * kHour);
  EXPECT_EQ(found(north_, "tok_1", noon_), "") << "it is forgotten";
}

}  // namespace
}  // namespace plotmeter
