// What printers say of themselves: that the latest word on each is kept, whoever told it, and what
// else came with it: the offset of an event's clock, the traits of a job.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portal/store/lists.h"
#include "tests/portal/store/fleet.h"
#include "tests/portal/store/parcel.h"

namespace plotmeter {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

constexpr auto kHour = std::chrono::hours(1);
const Span kAlways{.from = Instant{}, .to = At("2100-01-01T00:00:00Z")};

class TraitsTest : public testing::Test {
 protected:
  void Put(const Parcel& parcel) {
    store_.StoreBatch(north_.reseller, parcel.record, [](const auto&) { return "receipt"; });
  }

  // What a customer is shown of the one printer, or all of it; two rows a page. "part: trait value
  // unit", and how many hours after noon it was said.
  std::vector<std::string> Shown(const std::string& customer = "") {
    std::vector<std::string> shown;
    Position after;
    for (int pages = 0; pages < 100; ++pages) {
      const auto page = store_.ListTraits(north_.reseller, customer, Printer(), after, 2);
      for (const TraitRow& row : page.rows) {
        shown.push_back(row.channel + " " + row.part + ": " + row.trait + " " + row.value +
                        (row.unit ? " " + *row.unit : "") + " +" +
                        std::to_string((row.at - noon_) / kHour));
      }
      if (!page.next) return shown;
      after = *page.next;
    }
    ADD_FAILURE() << "it never ends";
    return shown;
  }

  std::string Printer() { return store_.Printers(north_.reseller, {}, "", 1).at(0).id; }

  std::int64_t Count(const std::string& what) {
    Database db(path_, Database::Mode::kReadOnly);
    Statement q = db.Prepare("SELECT count(*) FROM " + what);
    q.Step();
    return q.Int(0);
  }

  const std::string path_ = FreshDatabase();
  SqliteStore store_{path_};
  Tenant north_ = AddTenant(store_, "north");
  Tenant south_ = AddTenant(store_, "south");
  std::string collector_ = AddCollector(store_, north_, "thumb-north");
  const Instant noon_ = At("2026-11-10T12:00:00Z");
};

TEST_F(TraitsTest, AreTheLatestWordOnEachPartOfEachChannel) {
  Put(Parcel(collector_, 1, "CN1", noon_)
          .Says("width", "24")
          .Says("nominal-life", "1000", "printhead-3", "cc")
          .Says("nominal-life", "900", "printhead-1", "cc"));
  Parcel snmp(collector_, 2, "CN1", noon_);
  snmp.reading.channel = ChannelKind::kSnmp;
  Put(snmp.Says("capacity", "-2", "input-1"));
  EXPECT_THAT(Shown(), ElementsAre("piws : width 24 +0", "piws printhead-1: nominal-life 900 cc +0",
                                   "piws printhead-3: nominal-life 1000 cc +0",
                                   "snmp input-1: capacity -2 +0"));

  Put(Parcel(collector_, 3, "CN1", noon_ + 2 * kHour).Says("nominal-life", "1200", "printhead-3"));
  EXPECT_THAT(Shown(),
              ElementsAre("piws : width 24 +0", "piws printhead-1: nominal-life 900 cc +0",
                          "piws printhead-3: nominal-life 1200 +2", "snmp input-1: capacity -2 +0"))
      << "what is not said any more keeps the instant when it was";

  Put(Parcel(collector_, 4, "CN1", noon_ + kHour)
          .Says("nominal-life", "1", "printhead-3", "ml")
          .Says("nominal-life", "950", "printhead-1", "cc"));
  EXPECT_THAT(Shown(),
              ElementsAre("piws : width 24 +0", "piws printhead-1: nominal-life 950 cc +1",
                          "piws printhead-3: nominal-life 1200 +2", "snmp input-1: capacity -2 +0"))
      << "what comes late takes nothing back";
  EXPECT_THAT(store_.ListTraits(south_.reseller, "", Printer(), {}, 9).rows, IsEmpty());
}

TEST_F(TraitsTest, ThatAreDatedAheadGiveWayToWhatIsSeenLater) {
  Parcel ahead(collector_, 1, "CN1", noon_ + 9000 * kHour);
  ahead.record.received_at = noon_;
  Put(ahead.Says("region", "NA"));
  Put(Parcel(collector_, 2, "CN1", noon_ + kHour).Says("region", "EMEA"));
  EXPECT_THAT(Shown(), ElementsAre("piws : region EMEA +1"));
}

TEST_F(TraitsTest, OfTwoCustomersAreEachTheirOwnAndForTheResellerTheLatest) {
  Tenant other = north_;
  other.customer = *store_.AddCustomer(north_.reseller, "other", noon_, kPortalItself);
  other.site = *store_.AddSite(north_.reseller,
                               {.customer = other.customer, .name = "main", .time_zone = "UTC"},
                               noon_, kPortalItself);
  const std::string others = AddCollector(store_, other, "thumb-other");
  Put(Parcel(collector_, 1, "CN1", noon_ + kHour).Says("region", "EMEA").Says("width", "24"));
  Parcel theirs(others, 1, "CN1", noon_);
  theirs.record.batch = "theirs";
  Put(theirs.Says("region", "NA").Says("rotation", "90"));
  EXPECT_THAT(Shown(north_.customer), ElementsAre("piws : region EMEA +1", "piws : width 24 +1"));
  EXPECT_THAT(Shown(other.customer), ElementsAre("piws : region NA +0", "piws : rotation 90 +0"));
  EXPECT_THAT(Shown(),
              ElementsAre("piws : region EMEA +1", "piws : rotation 90 +0", "piws : width 24 +1"));

  store_.EraseCustomer(north_.reseller, other.customer, kPortalItself, noon_);
  EXPECT_THAT(Shown(), ElementsAre("piws : region EMEA +1", "piws : width 24 +1"));
  EXPECT_EQ(Count("trait"), 2);
}

TEST_F(TraitsTest, ComeWithEventsAsTheOffsetOfTheirClock) {
  Parcel first(collector_, 1, "CN1", noon_);
  first.Event("known").Event("unknown");
  first.events.front().printer_time = noon_ - kHour;
  first.events.front().clock_offset_ms = -1500;
  first.events.front().printer_pages = 7;
  Put(first);
  Parcel again(collector_, 2, "CN1", noon_ + kHour);
  again.Event("known");
  again.events.front().clock_offset_ms = 99;
  Put(again);
  const auto rows = store_.ListEvents(north_.reseller, "", Printer(), {}, 9).rows;
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].key, "unknown");
  EXPECT_EQ(rows[0].clock_offset_ms, std::nullopt);
  EXPECT_THAT(rows[1].clock_offset_ms, Optional(-1500)) << "the first word on an event stays";
  EXPECT_THAT(rows[1].printer_time, Optional(noon_ - kHour));
  EXPECT_THAT(rows[1].printer_pages, Optional(7));
}

TEST_F(TraitsTest, OfAJobAreKeptAsTheyWereToldLast) {
  const auto told = [&] {
    const auto rows = store_.ListJobs(north_.reseller, {}, kAlways, {}, 9).rows;
    return rows.size() == 1 ? rows[0].traits.value_or("none") : "not one job";
  };
  std::int64_t sequence = 0;
  const auto tell = [&](const std::string& stream, std::uint32_t revision, int hour,
                        std::vector<Trait> traits) {
    Parcel parcel(collector_, ++sequence, "CN1", noon_ + hour * kHour);
    parcel.record.stream = stream;
    parcel.Job("J");
    parcel.jobs.back().revision = revision;
    parcel.jobs.back().traits = std::move(traits);
    Put(parcel);
  };
  const auto changes = [&] {
    Database db(path_, Database::Mode::kReadOnly);
    Statement q = db.Prepare("SELECT changes FROM account_stale");
    return q.Step() ? q.Int(0) : 0;
  };
  tell("a", 1, 0, {});
  EXPECT_EQ(told(), "none");
  const std::vector<Trait> said = {
      {.trait = "folding", .value = "fan"},
      {.trait = "estimated-time", .part = "page \"1\"", .value = "40", .unit = "s"}};
  const std::string kept =
      R"([["folding",null,"fan",""],["estimated-time","page \"1\"","40","s"]])";
  tell("a", 2, 1, said);
  EXPECT_EQ(told(), kept);
  const std::int64_t before = changes();
  tell("b", 1, 0, said);
  EXPECT_EQ(told(), kept);
  EXPECT_EQ(changes(), before) << "another stream says the same: there is nothing to do";
  tell("a", 3, 2, {});
  EXPECT_EQ(told(), kept) << "a later word that is emptier takes nothing away";
  tell("a", 4, 3, {{.trait = "folding", .value = "none"}});
  EXPECT_EQ(told(), R"([["folding",null,"none",""]])");
}

}  // namespace
}  // namespace plotmeter
