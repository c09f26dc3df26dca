#include "collector/spool/spool_limit.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <iterator>

#include "tests/collector/spool/spool_fixture.h"

namespace plotmeter {
namespace {

using std::chrono::hours;

const Instant kBegin = *ParseInstant("2026-09-28T00:00:00Z");

class SpoolLimitTest : public SpoolFixture {
 protected:
  SpoolLimitTest() { clock_.Set(kBegin); }

  // Six days of five printers, eight readings a day with a supply and a state, a job a day, an
  // alert that is over and one that lasts, and one batch with its receipt.
  void Fill() {
    Spool spool = Open();
    spool.Keep(ReadingOf(9999, clock_.Now()));
    spool.Receipted(spool.Cut(signer())->batch, "receipt");
    for (int printer = 1; printer <= kPrinters; ++printer) {
      spool.Alerts(Plotter(printer), ChannelKind::kPiws, {{.key = "over", .code = "jam"}});
      spool.Alerts(Plotter(printer), ChannelKind::kPiws, {{.key = "lasts", .code = "jam"}});
    }
    for (int i = 0; i < 48; ++i) {
      clock_.Advance(hours(3));
      for (int printer = 1; printer <= kPrinters; ++printer) {
        Reading reading = ReadingOf(i, clock_.Now(), printer);
        reading.supplies.push_back(
            {.supply = "ink", .level = Quantity{Decimal::FromInteger(i), "%"}});
        reading.state = "idle";
        spool.Keep(reading);
        if (i % 8 == 0) {
          spool.Keep(Plotter(printer), JobOf("job " + std::to_string(i), "printed", "1"));
        }
      }
    }
  }

  struct Left {
    std::size_t copies = 0, midday = 0, edges = 0, month = 0, supplies_midday = 0, supplies = 0,
                alerts = 0, jobs = 0;
    std::map<std::string, int> told;  // of spool-full: step and how many
    bool operator==(const Left&) const = default;
  };
  Left Look() {
    Spool spool = Open();
    Left left;
    for (const OutboxEntry& entry : spool.Outbox()) {
      left.copies += spool.Shown(entry.batch.batch)->batch.message.empty() ? 0U : 1U;
    }
    const auto text = spool.Preview(signer());
    if (!text) return left;
    const Batch batch = ParseBatch(text->payload, text->names);
    for (const auto& row : batch.readings) {
      const std::string at = FormatInstant(row.reading.at);
      const std::string hour = at.substr(11, 2);
      const std::string day = at.substr(0, 10);
      const bool is_edge = hour == "00" || hour == "21" || at == "2026-09-28T03:00:00Z";
      const bool is_month = day == "2026-09-30" || day == "2026-10-01" || day == "2026-10-04";
      ++(!is_edge ? left.midday : is_month ? left.month : left.edges);
      (is_edge ? left.supplies : left.supplies_midday) += row.reading.supplies.size();
      EXPECT_EQ(row.reading.meters.size(), 1U);
      EXPECT_EQ(row.reading.supplies.empty(), !row.reading.state) << "they go together";
    }
    left.alerts = static_cast<std::size_t>(std::ranges::count_if(
        batch.alerts, [](const BatchAlert& alert) { return alert.cleared_at.has_value(); }));
    left.jobs = batch.jobs.size();
    for (const auto& row : batch.events) {
      if (row.event.kind != "spool-full") continue;
      EXPECT_TRUE(row.event.was->starts_with("2026-")) << *row.event.was;
      left.told[row.event.key.substr(0, row.event.key.find(' '))] += std::stoi(*row.event.is);
    }
    return left;
  }

  // Of one printer, every six hours.
  void KeepTenDays(Spool& spool, const char* begin) {
    clock_.Set(*ParseInstant(begin));
    for (int i = 0; i < 40; ++i) {
      spool.Keep(ReadingOf(100 + i, clock_.Now()));
      clock_.Advance(hours(6));
    }
  }
  Batch Previewed(Spool& spool) {
    const auto text = spool.Preview(signer());
    return ParseBatch(text->payload, text->names);
  }

  static constexpr int kPrinters = 5;
};

TEST_F(SpoolLimitTest, TouchesNothingBelowItsLimit) {
  Fill();
  const Left before = Look();
  EXPECT_EQ(before, (Left{.copies = 1,
                          .midday = 5 * 35,
                          .edges = 5 * 8,
                          .month = 5 * 5,
                          .supplies_midday = 5 * 35,
                          .supplies = 5 * 13,
                          .alerts = 5,
                          .jobs = 5 * 6,
                          .told = {}}));
  for (const std::int64_t limit : {0, 100'000'000}) {
    Spool spool({.directory = directory_, .limit = limit}, clock_);
    EXPECT_TRUE(spool.KeepWithin().empty());
  }
  EXPECT_EQ(Look(), before);
  EXPECT_TRUE(Open().Mishaps().empty());
}

// The limit gets lower and lower. Before anything of one kind goes, the one before is gone wholly,
// and whatever went is told.
TEST_F(SpoolLimitTest, MakesRoomInTheStatedOrderAndTellsIt) {
  Fill();
  const Left whole = Look();
  std::int64_t limit = Open().used_bytes();
  std::set<std::string> words;
  int looks = 0;
  for (std::vector<std::string> went = {"something"}; limit > 0 || !went.empty(); ++looks) {
    ASSERT_LT(looks, 1000);
    limit = std::max<std::int64_t>(limit - 4096, 1);
    clock_.Advance(std::chrono::seconds(1));
    Spool spool({.directory = directory_, .limit = limit}, clock_);
    went = spool.KeepWithin();
    words.insert(went.begin(), went.end());
    if (limit == 1 && went.empty()) break;
    const Left left = Look();
    // In their order, with what may be left of each.
    const std::pair<std::size_t, std::size_t> kinds[] = {
        {left.copies, whole.copies},     {left.supplies_midday, whole.supplies_midday},
        {left.supplies, whole.supplies}, {left.alerts, whole.alerts},
        {left.midday, whole.midday},     {left.edges, whole.edges},
        {left.jobs, whole.jobs}};
    bool touched = false;
    for (auto kind = std::rbegin(kinds); kind != std::rend(kinds); ++kind) {
      const std::size_t stays = kind->second == whole.supplies ? 5 : 0;  // of today
      if (touched) {
        EXPECT_EQ(kind->first, stays) << std::rend(kinds) - kind;
      }
      touched = touched || kind->first < kind->second;
    }
    EXPECT_EQ(left.month, whole.month) << "these stay whatever happens";
    auto told = left.told;
    EXPECT_EQ(told["supplies-midday"], static_cast<int>(whole.midday - left.supplies_midday));
    EXPECT_EQ(told["alerts"], static_cast<int>(whole.alerts - left.alerts));
    EXPECT_EQ(told["readings-midday"], static_cast<int>(whole.midday - left.midday));
    EXPECT_EQ(told["readings-of-days"], static_cast<int>(whole.edges - left.edges));
    EXPECT_EQ(told["jobs"], static_cast<int>(whole.jobs - left.jobs));
  }
  EXPECT_GT(looks, 10) << "it went all at once, which shows no order";
  EXPECT_EQ(Look().jobs, 0U);
  EXPECT_EQ(words.size(), kMakesRoom.size() - 1) << "nothing was refused";
  const std::vector<Mishap> mishaps = Open().Mishaps();
  ASSERT_FALSE(mishaps.empty());
  EXPECT_EQ(mishaps.back().kind, "full");
  EXPECT_NE(mishaps.front().what.find("nothing in it may go"), std::string::npos);
}

TEST_F(SpoolLimitTest, LetsTheSecondCopiesOfARefusedBatchGoFirst) {
  Fill();
  Spool spool({.directory = directory_, .limit = 1}, clock_);
  const auto batch = spool.Cut(signer(), {.alerts = 1, .events = 1});
  spool.SetAside(batch->batch, "refused: schema");
  EXPECT_EQ(spool.KeepWithin().front(), WordsOf(MakesRoom::kCopiesRefused));
  EXPECT_EQ(Opened(spool.Shown(batch->batch)->batch).readings.size(), 5 * 48U) << "it is all there";
}

// One that was dated nine days ahead, before the clock was put right and time came by.
TEST_F(SpoolLimitTest, KnowsTheEdgesOfAMonthWhateverTheClockSaidBetween) {
  Spool spool({.directory = directory_, .limit = 1}, clock_);
  clock_.Set(*ParseInstant("2026-11-06T00:00:00Z"));
  spool.Keep(ReadingOf(1, clock_.Now()));
  KeepTenDays(spool, "2026-10-28T00:00:00Z");
  clock_.Set(*ParseInstant("2026-11-20T00:00:00Z"));
  spool.KeepWithin();
  std::vector<std::string> left;
  for (const auto& row : Previewed(spool).readings) left.push_back(FormatInstant(row.reading.at));
  EXPECT_EQ(left, (std::vector<std::string>{"2026-10-31T00:00:00Z", "2026-10-31T18:00:00Z",
                                            "2026-11-01T00:00:00Z", "2026-11-01T18:00:00Z"}));
}

// One that is dated a year ahead goes not, and nothing behind it is spared for it.
TEST_F(SpoolLimitTest, PassesOverWhatIsDatedAhead) {
  Spool spool({.directory = directory_, .limit = 1}, clock_);
  clock_.Set(*ParseInstant("2027-10-01T00:00:00Z"));
  spool.Keep(ReadingOf(1, clock_.Now()));
  KeepTenDays(spool, "2026-10-03T00:00:00Z");
  clock_.Set(*ParseInstant("2026-11-20T00:00:00Z"));
  EXPECT_THAT(spool.KeepWithin(), testing::Contains(WordsOf(MakesRoom::kReadingsOfDays)));
  const Batch left = Previewed(spool);
  ASSERT_EQ(left.readings.size(), 1U);
  EXPECT_EQ(FormatInstant(left.readings[0].reading.at), "2027-10-01T00:00:00Z");
}

TEST_F(SpoolLimitTest, TellsWhatWentInACallThatDiedBeforeItCouldTell) {
  {
    Spool spool({.directory = directory_, .limit = 1}, clock_);
    KeepTenDays(spool, "2026-10-03T00:00:00Z");
  }
  Database(directory_ + "/spool.db", Database::Mode::kReadWrite)
      .Execute(
          "INSERT INTO left_out VALUES(1, 'jobs', '2026-10-03T00:00:00Z', '2026-10-04T00:00:00Z',"
          " 7)");
  for (const std::int64_t limit : {0, 100'000'000}) {
    Spool spool({.directory = directory_, .limit = limit}, clock_);
    EXPECT_TRUE(spool.KeepWithin().empty());
    const Batch told = Previewed(spool);
    ASSERT_EQ(told.events.size(), 1U) << "once, and although there is room";
    EXPECT_EQ(told.events[0].event.is, "7 left out: jobs");
  }
}

TEST_F(SpoolLimitTest, TakesNothingOfWhatIsCut) {
  Fill();
  Spool spool({.directory = directory_, .limit = 1}, clock_);
  const auto batch = spool.Cut(signer());
  spool.KeepWithin();
  EXPECT_EQ(spool.Next()->message, batch->message);
  spool.NewStream("fork");
  EXPECT_EQ(Opened(*spool.Cut(signer())).readings.size(), 5 * 48U);
}

}  // namespace
}  // namespace plotmeter
