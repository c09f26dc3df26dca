#include <gmock/gmock.h>

#include <numeric>

#include "collector/spool/spool.h"
#include "common/json.h"
#include "proto/seal.h"
#include "tests/collector/spool/spool_fixture.h"

namespace plotmeter {
namespace {

using std::chrono::days;

// What is cut, set aside, cut anew, and moved into another stream.
class SpoolCutTest : public SpoolFixture {};

TEST_F(SpoolCutTest, CutsSeveralBatchesWhereALimitIsReached) {
  const auto sizes = [&](const CutLimits& limits) {
    Spool spool({.directory = FreshDirectory("limits")}, clock_);
    for (int i = 0; i < 10; ++i) {
      spool.Keep(ReadingOf(i, clock_.Now(), i % 5));
      spool.Keep(Plotter(i % 5), JobOf("j" + std::to_string(i), "printed"));
    }
    std::vector<std::int64_t> items;
    while (const auto cut = spool.Cut(signer(), limits)) items.push_back(cut->items);
    return items;
  };
  using testing::ElementsAre;
  EXPECT_THAT(sizes({}), ElementsAre(20));
  EXPECT_THAT(sizes({.readings = 4}), ElementsAre(14, 4, 2));
  EXPECT_THAT(sizes({.jobs = 6}), ElementsAre(16, 4));
  const auto by_printers = sizes({.printers = 2});
  EXPECT_GT(by_printers.size(), 3U);
  EXPECT_EQ(std::accumulate(by_printers.begin(), by_printers.end(), std::int64_t{0}), 20);
  const auto by_bytes = sizes({.bytes = 1});  // the first thing always goes
  EXPECT_EQ(by_bytes.size(), 20U);
}

TEST_F(SpoolCutTest, CutsNothingThePortalCouldNotOpen) {
  Spool spool = Open(MaskMode::kSent);
  // Random text does not compress: eight megabytes of it do not fit into one batch.
  spool.Together([&] {
    for (int i = 0; i < 1600; ++i) {
      JobRecord job = JobOf("j" + std::to_string(i), "printed");
      for (auto* text :
           {&job.client_job, &job.media, &job.media_name, &job.media_source, &job.quality}) {
        *text = Base64Url(RandomBytes(750));
      }
      spool.Keep(Plotter(), job);
    }
  });
  std::int64_t items = 0;
  const PrivateKey portal = PrivateKey::Generate();
  while (const auto cut = spool.Cut(signer(), {.bytes = std::size_t{64} << 20})) {
    EXPECT_LE(Seal(cut->message, portal.public_key()).size(), kMaxSealed);
    items += cut->items;
  }
  EXPECT_EQ(items, 1600);
}

TEST_F(SpoolCutTest, SetsAsideWithoutBlockingTheNext) {
  Spool spool = Open();
  spool.Keep(ReadingOf(1, clock_.Now()));
  const auto bad = spool.Cut(signer());
  spool.Keep(ReadingOf(2, clock_.Now()));
  const auto good = spool.Cut(signer());
  spool.SetAside(bad->batch, "refused: schema");
  EXPECT_EQ(spool.Next()->batch, good->batch);
  spool.Receipted(good->batch, "r");
  EXPECT_EQ(spool.CountWaiting().aside, 1);

  // The next batch says so, once.
  spool.Keep(ReadingOf(3, clock_.Now()));
  const Batch next = Opened(*spool.Cut(signer()));
  ASSERT_EQ(next.voided.size(), 1U);
  EXPECT_EQ(next.voided[0], (Voided{1, bad->sha256, "refused: schema"}));
  EXPECT_EQ(next.readings.size(), 1U) << "what was refused for good is not sent again";
  spool.Keep(ReadingOf(4, clock_.Now()));
  EXPECT_TRUE(Opened(*spool.Cut(signer())).voided.empty());
}

TEST_F(SpoolCutTest, CutsSmallerWhatWasTooLarge) {
  Spool spool = Open();
  for (int i = 0; i < 400; ++i) spool.Keep(ReadingOf(i, clock_.Now()));
  const auto big = spool.Cut(signer());
  spool.CutAnew(big->batch, "refused: too-large");
  std::set<std::string> values;
  std::int64_t batches = 0;
  while (const auto cut = spool.Cut(signer())) {
    ++batches;
    EXPECT_LT(cut->message.size(), big->message.size());
    for (const auto& row : Opened(*cut).readings) {
      EXPECT_TRUE(values.insert(row.reading.meters[0].value.value.text()).second);
    }
  }
  EXPECT_GE(batches, 2);
  EXPECT_EQ(values.size(), 400U);
}

TEST_F(SpoolCutTest, ComesToAnEndWithAPortalThatFindsEverythingTooLarge) {
  Spool spool = Open();
  for (int i = 0; i < 400; ++i) spool.Keep(ReadingOf(i, clock_.Now()));
  int refused = 0;
  while (const auto cut = spool.Cut(signer())) {
    spool.CutAnew(cut->batch, "refused: too-large");
    ASSERT_LT(++refused, 500) << "the same is cut again and again";
  }
  EXPECT_EQ(spool.CountWaiting().readings, 0);
  EXPECT_EQ(spool.CountWaiting().aside, refused);

  // It was mistaken; that is not held against it.
  for (int i = 0; i < 400; ++i) spool.Keep(ReadingOf(i, clock_.Now()));
  int batches = 0;
  while (const auto cut = spool.Cut(signer())) {
    ++batches;
    spool.Receipted(cut->batch, "r");
  }
  EXPECT_LT(batches, 40);
}

TEST_F(SpoolCutTest, SetsAsideASingleThingThatIsTooLarge) {
  Spool spool = Open();
  spool.Keep(ReadingOf(1, clock_.Now()));
  spool.CutAnew(spool.Cut(signer())->batch, "refused: too-large");
  EXPECT_FALSE(spool.Cut(signer()));
  EXPECT_EQ(spool.CountWaiting().aside, 1);
}

TEST_F(SpoolCutTest, MovesWhatHasNoReceiptIntoANewStream) {
  Spool spool = Open();
  spool.Keep(ReadingOf(1, clock_.Now()));
  spool.Receipted(spool.Cut(signer())->batch, "r");
  spool.Keep(ReadingOf(2, clock_.Now()));
  spool.Keep(Plotter(), JobOf("j", "printed"));
  spool.Alerts(Plotter(), ChannelKind::kSnmp, {{.key = "1"}});
  const auto forked = spool.Cut(signer());
  spool.Keep(ReadingOf(3, clock_.Now()));
  const std::string before = spool.stream();
  spool.NewStream("refused: fork");
  EXPECT_NE(spool.stream(), before);
  EXPECT_FALSE(spool.Next());
  const auto cut = spool.Cut(signer());
  EXPECT_EQ(cut->sequence, 1);
  EXPECT_NE(cut->batch, forked->batch);
  const Batch batch = Opened(*cut);
  EXPECT_EQ(batch.previous, "");
  EXPECT_EQ(batch.readings.size(), 2U);
  EXPECT_EQ(batch.jobs.size(), 1U);
  EXPECT_EQ(batch.alerts.size(), 1U);
}

TEST_F(SpoolCutTest, SendsAgainWhatARestoredPortalMisses) {
  Spool spool = Open();
  std::vector<CutBatch> batches;
  for (int i = 0; i < 3; ++i) {
    spool.Keep(ReadingOf(i, clock_.Now()));
    batches.push_back(*spool.Cut(signer()));
    spool.Receipted(batches.back().batch, "r");
  }
  spool.Resend({2});
  EXPECT_EQ(spool.Next()->batch, batches[1].batch);
  EXPECT_EQ(spool.Next()->message, batches[1].message);
  spool.Receipted(batches[1].batch, "r2");
  EXPECT_FALSE(spool.Next());

  // Its message too old to be kept: said so in the next batch.
  clock_.Advance(days(36));
  spool.ForgetOld();
  spool.Resend({3});
  EXPECT_FALSE(spool.Next());
  spool.Keep(ReadingOf(9, clock_.Now()));
  const Batch next = Opened(*spool.Cut(signer()));
  ASSERT_EQ(next.voided.size(), 1U);
  EXPECT_EQ(next.voided[0], (Voided{3, batches[2].sha256, "no longer kept"}));
}

TEST_F(SpoolCutTest, MovesWhatIsSentAgainIntoANewStream) {
  Spool spool = Open(MaskMode::kSent);
  spool.Keep(ReadingOf(7, clock_.Now()));
  JobRecord named = JobOf("j", "printed", "0.21");
  named.name = "plan.pdf";
  spool.Keep(Plotter(), named);
  spool.Alerts(Plotter(), ChannelKind::kSnmp, {{.key = "1", .code = "c"}});
  const auto first = spool.Cut(signer());
  const Batch before = Opened(*first);
  spool.Receipted(first->batch, "r");
  spool.Alerts(Plotter(), ChannelKind::kSnmp, {});
  spool.Receipted(spool.Cut(signer())->batch, "r");  // its end; the spool has forgotten it now
  spool.Resend({1});
  spool.NewStream("refused: fork");
  EXPECT_FALSE(spool.Next());
  const auto moved = spool.Cut(signer());
  ASSERT_TRUE(moved) << "the only copy was the message";
  const Batch batch = Opened(*moved);
  ASSERT_EQ(batch.readings.size(), 1U);
  EXPECT_EQ(batch.readings[0].reading, before.readings[0].reading);
  ASSERT_EQ(batch.jobs.size(), 1U);
  EXPECT_EQ(batch.jobs[0].job, before.jobs[0].job);
  ASSERT_EQ(batch.alerts.size(), 1U);
  EXPECT_EQ(batch.alerts[0].since, before.alerts[0].since);
  EXPECT_TRUE(batch.alerts[0].cleared_at);
}

// It was sent a month late, its job is forgotten since, and the mode was narrowed: what waits again
// is masked on the disk, too.
TEST_F(SpoolCutTest, MasksWhatIsPutBackAsTheModeIsNow) {
  {
    Spool spool = Open(MaskMode::kSent);
    JobRecord named = JobOf("j", "printed", "0.21");
    named.name = "plan.pdf";
    spool.Keep(Plotter(), named);
    const auto cut = spool.Cut(signer());
    clock_.Advance(days(30));
    spool.Receipted(cut->batch, "r");
    clock_.Advance(days(10));
    spool.ShowedJobs(Plotter(), ChannelKind::kPiws);
    spool.ForgetOld();
  }
  Spool narrowed = Open(MaskMode::kHashed);
  narrowed.MaskAgain();
  ASSERT_EQ(narrowed.Resend({1}), 1);
  narrowed.NewStream("refused: fork");
  Database db(directory_ + "/spool.db", Database::Mode::kReadOnly);
  Statement q = db.Prepare("SELECT name FROM job");
  ASSERT_TRUE(q.Step());
  EXPECT_TRUE(LooksHashed(q.Text(0))) << q.Text(0);
}

}  // namespace
}  // namespace plotmeter
