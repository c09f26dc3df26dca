// A spool that is put back to yesterday's, and one that runs on two machines, against the real
// ingest: nothing is lost, nothing is counted twice, and the portal's record of a job is the
// printer's.

#include <gtest/gtest.h>

#include <filesystem>

#include "collector/upload/uploader.h"
#include "tests/collector/spool/spool_fixture.h"
#include "tests/crash/local_portal.h"
#include "tests/portal/ledger/sealed_world.h"

namespace plotmeter::crash {
namespace {

namespace fs = std::filesystem;

class PutBackTest : public SpoolFixture {
 protected:
  struct Collector {
    Collector(const std::string& directory, const Clock& clock, SealedWorld& world)
        : portal(world.ingest),
          spool(SpoolSettings{.directory = directory}, clock),
          uploader(spool, portal, clock, [] { return 0.5; },
                   {.portal = world.portal.thumbprint,
                    .collector = world.north.id,
                    .keys = {.version = 1,
                             .signing = world.portal.signing.public_key(),
                             .encryption = {world.encryption.public_key()},
                             .issued_at = world.clock.now},
                    .key = world.north.key}) {}

    void Send() {
      for (int steps = 0; uploader.Step().did != UploadStep::Did::kNothing; ++steps) {
        ASSERT_LT(steps, 50) << "it never came to an end";
      }
    }
    LocalPortal portal;
    Spool spool;
    Uploader uploader;
  };

  std::unique_ptr<Collector> Start(const std::string& directory) {
    return std::make_unique<Collector>(directory, clock_, world_);
  }
  void Read(Collector& collector, int value) {
    clock_.Advance(std::chrono::minutes(1));
    collector.spool.Keep(ReadingOf(value, clock_.Now()));
    ++read_;
  }
  BatchSigner world_signer() {
    return {
        .portal = world_.portal.thumbprint, .collector = world_.north.id, .key = &world_.north.key};
  }
  static void Copy(const std::string& from, const std::string& to) {
    fs::remove_all(to);
    fs::copy(from, to, fs::copy_options::recursive);
  }

  std::string Ask(const std::string& sql) {
    Database db(world_.path, Database::Mode::kReadOnly);
    Statement q = db.Prepare(sql);
    return q.Step() ? q.Text(0) : "none";
  }
  void ExpectWhole() {
    EXPECT_EQ(Ask("SELECT count(*) FROM meter_reading"), std::to_string(read_));
    EXPECT_EQ(Ask("SELECT count(DISTINCT value) FROM meter_reading"), std::to_string(read_));
  }

  SealedWorld world_;
  int read_ = 0;
};

TEST_F(PutBackTest, ARestoredSpoolLosesNothingAndDoublesNothing) {
  const std::string backup = directory_ + ".backup";
  auto collector = Start(directory_);
  for (int i = 0; i < 5; ++i) Read(*collector, i);
  collector->spool.Keep(Plotter(), JobOf("old", "printing", "0.1"));
  collector->Send();
  collector.reset();
  Copy(directory_, backup);

  collector = Start(directory_);
  for (int i = 5; i < 8; ++i) {
    Read(*collector, i);
    collector->Send();
  }
  collector->spool.Keep(Plotter(), JobOf("old", "printing", "0.3"));
  collector->spool.Keep(Plotter(), JobOf("new", "printing", "0.1"));
  collector->Send();
  collector->spool.Keep(Plotter(), JobOf("new", "printing", "0.2"));
  collector->Send();
  EXPECT_EQ(Ask("SELECT revision FROM job WHERE job = 'old'"), "2");
  collector.reset();
  Copy(backup, directory_);

  collector = Start(directory_);
  const std::string before = collector->spool.stream();
  Read(*collector, 8);
  // Before it knows that it was restored, by numbers that the portal has already.
  collector->spool.Keep(Plotter(), JobOf("old", "printing", "0.4"));
  collector->spool.Keep(Plotter(), JobOf("new", "printing", "0.4"));
  collector->Send();
  EXPECT_NE(collector->spool.stream(), before);
  // Then its printers are asked in full again.
  for (const char* job : {"old", "new"}) {
    collector->spool.Keep(Plotter(), JobOf(job, "printed", "0.5"));
  }
  collector->Send();
  ExpectWhole();
  for (const char* job : {"old", "new"}) {
    EXPECT_EQ(Ask(std::string("SELECT ink FROM job WHERE job = '") + job + "'"),
              R"([["magenta","0.5","cc"]])");
  }
  EXPECT_EQ(Ask("SELECT count(*) FROM job"), "2");
  EXPECT_EQ(Ask("SELECT kind FROM gap"), "fork") << "a person hears of it";
  fs::remove_all(backup);
}

// The end of an alert is in a second batch when the first gets its receipt, and that batch is cut
// anew or moved to another stream then.
TEST_F(PutBackTest, TheEndOfAnAlertOutlivesTheReceiptOfItsBeginning) {
  const Sender& north = world_.north;
  const BatchSigner signer{
      .portal = world_.portal.thumbprint, .collector = north.id, .key = &north.key};
  auto collector = Start(directory_);
  Spool& spool = collector->spool;
  spool.Alerts(Plotter(), ChannelKind::kPiws, {{.key = "a", .code = "jam"}});
  const auto beginning = spool.Cut(signer);
  ASSERT_TRUE(beginning);
  ASSERT_TRUE(std::holds_alternative<Accepted>(
      world_.ingest.Take(Seal(beginning->message, world_.encryption.public_key()))));
  clock_.Advance(std::chrono::minutes(1));
  spool.Alerts(Plotter(), ChannelKind::kPiws, {});
  ASSERT_TRUE(spool.Cut(signer));
  spool.Receipted(beginning->batch, "receipt");
  spool.NewStream("restored");
  Read(*collector, 1);
  collector->Send();
  EXPECT_EQ(Ask("SELECT count(*) FROM alert WHERE cleared_at IS NOT NULL"), "1");
}

// An alert began after the backup, and the restored spool sees it begin again.
TEST_F(PutBackTest, AnAlertOfARestoredSpoolEndsAltogether) {
  const std::string backup = directory_ + ".backup";
  auto collector = Start(directory_);
  Read(*collector, 1);
  collector->Send();
  collector.reset();
  Copy(directory_, backup);
  for (const std::vector<Alert>& shown : {std::vector<Alert>{{.key = "a", .code = "jam"}}, {}}) {
    collector = Start(directory_);
    clock_.Advance(std::chrono::minutes(1));
    collector->spool.Alerts(Plotter(), ChannelKind::kPiws, {{.key = "a", .code = "jam"}});
    collector->Send();
    collector->spool.Alerts(Plotter(), ChannelKind::kPiws, shown);
    collector->Send();
    collector.reset();
    if (!shown.empty()) Copy(backup, directory_);
  }
  EXPECT_EQ(Ask("SELECT count(*) FROM alert WHERE cleared_at IS NULL"), "0");
  fs::remove_all(backup);
}

// Both batches of an alert had their receipts, and a portal put back to a backup asks for them when
// the stream changes.
TEST_F(PutBackTest, AnAlertThatIsPutBackEndsWhenItEnded) {
  const Sender& north = world_.north;
  const BatchSigner signer{
      .portal = world_.portal.thumbprint, .collector = north.id, .key = &north.key};
  auto collector = Start(directory_);
  Spool& spool = collector->spool;
  for (const std::vector<Alert>& shown : {std::vector<Alert>{{.key = "a", .code = "jam"}}, {}}) {
    clock_.Advance(std::chrono::minutes(1));
    spool.Alerts(Plotter(), ChannelKind::kPiws, shown);
    const auto batch = spool.Cut(signer);
    ASSERT_TRUE(batch);
    spool.Receipted(batch->batch, "receipt");
  }
  const Instant ended = clock_.Now();
  clock_.Advance(std::chrono::hours(1));
  EXPECT_EQ(spool.Resend({1, 2}), 2);
  spool.NewStream("restored");
  collector->Send();
  EXPECT_EQ(Ask("SELECT cleared_at FROM alert"), std::to_string(ToMillis(ended)));
}

// Which of the two comes first does not matter, nor whether one had something waiting.
TEST_F(PutBackTest, AClonedSpoolLosesNothingAndDoublesNothing) {
  const std::string twin = directory_ + ".twin";
  for (const bool twin_first : {false, true}) {
    for (const bool waiting : {false, true}) {
      SCOPED_TRACE(testing::Message() << twin_first << waiting);
      fs::remove_all(directory_);
      auto one = Start(directory_);
      one->spool.NewStream("afresh");
      Read(*one, 10 * read_ + 100'000);
      one->Send();
      if (waiting) {
        Read(*one, 10 * read_ + 100'001);
        ASSERT_TRUE(one->spool.Cut({.portal = world_.portal.thumbprint,
                                    .collector = world_.north.id,
                                    .key = &world_.north.key}));
      }
      one.reset();
      Copy(directory_, twin);
      one = Start(directory_);
      auto two = Start(twin);
      for (int round = 0; round < 3; ++round) {
        Collector& first = twin_first ? *two : *one;
        Collector& second = twin_first ? *one : *two;
        Read(first, 10 * read_ + 100'002);
        Read(second, 10 * read_ + 100'003);
        first.Send();
        second.Send();
      }
      ExpectWhole();
      EXPECT_NE(one->spool.stream(), two->spool.stream());
      EXPECT_EQ(one->spool.CountWaiting().aside + two->spool.CountWaiting().aside, 0);
    }
  }
  fs::remove_all(twin);
}

// The copy told of a job first, as a new stream, and was switched off.
TEST_F(PutBackTest, TheOneThatGoesOnStillTellsItsJobs) {
  const std::string twin = directory_ + ".twin";
  auto one = Start(directory_);
  Read(*one, 1);
  one->Send();
  one.reset();
  Copy(directory_, twin);
  one = Start(directory_);
  auto two = Start(twin);
  Read(*one, 2);
  one->Send();
  Read(*two, 3);
  two->Send();
  ASSERT_NE(one->spool.stream(), two->spool.stream());
  two->spool.Keep(Plotter(), JobOf("j", "printing", "0.1"));
  two->Send();
  two.reset();
  one->spool.Keep(Plotter(), JobOf("j", "printed", "0.5"));
  one->Send();
  EXPECT_EQ(Ask("SELECT status || ink FROM job"), R"(printed[["magenta","0.5","cc"]])");
  ExpectWhole();
  fs::remove_all(twin);
}

// It was put back to before a job, and the printer has forgotten by now what that used.
TEST_F(PutBackTest, AnEmptierAnswerDoesNotReplaceABetterRecord) {
  const std::string backup = directory_ + ".backup";
  auto collector = Start(directory_);
  Read(*collector, 1);
  collector->Send();
  collector.reset();
  Copy(directory_, backup);
  collector = Start(directory_);
  collector->spool.Keep(Plotter(), JobOf("j", "printed", "0.5"));
  Read(*collector, 2);
  collector->Send();
  collector.reset();
  Copy(backup, directory_);
  collector = Start(directory_);
  Read(*collector, 3);
  collector->Send();
  collector->spool.Keep(Plotter(), JobOf("j", "printed"));
  collector->Send();
  EXPECT_EQ(collector->spool.CountWaiting().jobs, 0);
  EXPECT_EQ(Ask("SELECT status || ink FROM job"), R"(printed[["magenta","0.5","cc"]])");
  fs::remove_all(backup);
}

// A full spool lets a waiting job go, which its printer still shows when there is room again.
TEST_F(PutBackTest, AJobThatWentForRoomIsToldAgain) {
  auto collector = Start(directory_);
  collector->spool.Keep(Plotter(), JobOf("j", "printing", "0.1"));
  collector->Send();
  collector->spool.Keep(Plotter(), JobOf("j", "printing", "0.2"));
  collector->Send();
  collector->spool.Keep(Plotter(), JobOf("j", "printing", "0.3"));
  Spool({.directory = directory_, .limit = 1}, clock_).KeepWithin();
  ASSERT_EQ(collector->spool.CountWaiting().jobs, 0);
  collector->spool.Keep(Plotter(), JobOf("j", "printed", "0.5"));
  collector->Send();
  EXPECT_EQ(Ask("SELECT status || ink FROM job"), R"(printed[["magenta","0.5","cc"]])");
}

// The receipt of a batch of an earlier stream asks for others of that one, not of today's.
TEST_F(PutBackTest, WhatAReceiptAsksForIsOfItsOwnStream) {
  auto collector = Start(directory_);
  Read(*collector, 1);
  collector->spool.Receipted(collector->spool.Cut(world_signer())->batch, "as if");
  Read(*collector, 2);
  collector->spool.Receipted(collector->spool.Cut(world_signer())->batch, "as if");
  const std::string first = collector->spool.stream();
  collector->spool.NewStream("fork");
  Read(*collector, 3);
  collector->Send();
  EXPECT_EQ(collector->spool.ResendOf(first, {2}), 1);
  collector->Send();  // its receipt says that the first is missing, and so that is sent, too
  Read(*collector, 4);
  const auto next = collector->spool.Cut(world_signer());
  EXPECT_EQ(Opened(*next).voided.size(), 0U) << "nothing of the current stream was given up";
  collector->Send();
  EXPECT_EQ(Ask("SELECT group_concat(kind) FROM gap"), "");
  ExpectWhole();
}

}  // namespace
}  // namespace plotmeter::crash
