#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "collector/spool/soundness.h"
#include "tests/collector/spool/spool_fixture.h"
#include "tests/crash/cut_points.h"
#include "tests/crash/long_silence.h"
#include "tests/crash/real_kills.h"
#include "tests/crash/script.h"

namespace plotmeter::crash {
namespace {

// Thousands of small files: in memory, where there is such a folder and nobody said otherwise.
const bool in_memory =
    std::filesystem::is_directory("/dev/shm") && setenv("TEST_TMPDIR", "/dev/shm/", 0) == 0;

TEST(CrashDiskTest, KeepsWhatWasSyncedAndPerhapsTheRest) {
  CrashDisk disk(1);
  {
    CrashDisk::Mounted here(disk);
    Database db("/d/x.db", Database::Mode::kReadWriteCreate);
    db.Execute("CREATE TABLE t(a)");
  }
  std::mt19937_64 chance(1);
  const auto all = disk.After(disk.ops(), CrashDisk::Loss::kNothing, chance);
  ASSERT_TRUE(all.contains("/d/x.db"));
  EXPECT_FALSE(all.contains("/d/x.db-wal")) << "it was closed in order";
  const auto synced = disk.After(disk.ops(), CrashDisk::Loss::kAllUnsynced, chance);
  EXPECT_EQ(synced.at("/d/x.db"), all.at("/d/x.db"));
  EXPECT_TRUE(disk.After(0, CrashDisk::Loss::kNothing, chance).empty());
  std::set<std::string> images;
  for (int i = 0; i < 50; ++i) {
    for (const auto& [path, bytes] : disk.After(disk.ops() / 2, CrashDisk::Loss::kAny, chance)) {
      images.insert(path + bytes);
    }
  }
  EXPECT_GT(images.size(), 3U) << "chance changes nothing";
}

TEST(CrashDiskTest, CanBeFullAndCanFail) {
  for (const bool full : {false, true}) {
    CrashDisk disk(1);
    CrashDisk::Mounted here(disk);
    Database db("/d/x.db", Database::Mode::kReadWriteCreate);
    db.Execute("CREATE TABLE t(a)");
    if (full) disk.room = 1;
    if (!full) disk.fails_at = disk.calls();
    try {
      db.Execute("INSERT INTO t VALUES(1)");
      FAIL() << "it was taken";
    } catch (const SqliteError& error) {
      EXPECT_TRUE(error.may_pass()) << error.what();
    }
    disk.room = {};
    db.Execute("INSERT INTO t VALUES(2)");
    Statement q = db.Prepare("SELECT group_concat(a) FROM t");
    ASSERT_TRUE(q.Step());
    EXPECT_EQ(q.Text(0), "2");
  }
}

template <typename Life>
void CutThePower(Life& life, std::uint64_t seed, int points) {
  CutPoints cuts(life.disk(), seed);
  for (int i = 0; i < points; ++i) {
    const auto point = cuts.Next();
    ASSERT_TRUE(point) << "a life has too few points: " << cuts.distinct();
    for (const std::string& broken : life.Check(point->op, point->left)) {
      ADD_FAILURE() << "seed " << seed << ", point " << i << ", power out after operation "
                    << point->op << " of " << life.disk().ops() << ": " << broken;
    }
  }
}

TEST(CutPointsTest, AreEachAnotherImageAndTheSameForTheSameSeed) {
  CrashDisk disk(1);
  {
    CrashDisk::Mounted here(disk);
    Database db("/d/x.db", Database::Mode::kReadWriteCreate);
    db.Execute("CREATE TABLE t(a)");
  }
  std::set<CrashDisk::Contents> images;
  std::vector<std::size_t> ops;
  CutPoints cuts(disk, 1);
  while (const auto point = cuts.Next()) {
    EXPECT_TRUE(images.insert(point->left).second);
    ops.push_back(point->op);
  }
  EXPECT_EQ(cuts.drawn(), 3 * (disk.ops() + 1));
  EXPECT_EQ(cuts.distinct(), images.size());
  EXPECT_LT(cuts.distinct(), cuts.drawn()) << "between two syncs nothing changes";
  CutPoints again(disk, 1);
  for (const std::size_t op : ops) EXPECT_EQ(again.Next()->op, op);
}

TEST(CutPointsTest, NoCampaignIsAnotherALifeLater) {
  EXPECT_NE(LifeSeed(1, "the spool", 1), LifeSeed(2, "the spool", 0));
  EXPECT_NE(LifeSeed(1, "the spool", 0), LifeSeed(1, "the portal", 0));
  EXPECT_EQ(LifeSeed(1, "the spool", 0), LifeSeed(1, "the spool", 0));
}

TEST(PowerCutTest, LeavesTheSpoolWithEverythingItPromised) {
  std::map<std::string, int> did;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    SpoolScript life(seed);
    CutThePower(life, seed, 40);
    for (const auto& [what, times] : life.did()) did[what] += times;
  }
  for (const char* what :
       {"job", "alert", "alert ended", "event", "cut anew", "set aside", "void", "stream"}) {
    EXPECT_GT(did[what], 1) << what << " hardly happened";
  }
}

TEST(PowerCutTest, LeavesThePortalWithEveryBatchWholeOrNotAtAll) {
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    PortalScript life(seed);
    CutThePower(life, seed, 40);
  }
}

// Beside it lies the journal of its making, which SQLite must roll back.
TEST(PowerCutTest, LeavesASpoolThatCanBeLookedAtWhileItIsMade) {
  const SpoolScript life(1, 1);
  CutPoints cuts(life.disk(), 1);
  while (const auto point = cuts.Next()) {
    const std::string folder = FreshDirectory("cut_in_the_making");
    for (const auto& [path, bytes] : point->left) {
      std::ofstream(folder + "/" + std::filesystem::path(path).filename().string()) << bytes;
    }
    EXPECT_NO_THROW(LookAtSpool(folder + "/spool.db")) << "operation " << point->op;
  }
}

// A test of the test: when the disk lies about syncing, promises are broken, and are seen to be.
TEST(PowerCutTest, SeesWhatADiskCostsThatLies) {
  SpoolScript life(7, 80, 1.0);
  CutPoints cuts(life.disk(), 7);
  int lost = 0;
  for (int i = 0; i < 40; ++i) {
    const auto point = cuts.Next();
    ASSERT_TRUE(point);
    for (const std::string& sentence : life.Check(point->op, point->left))
      ADD_FAILURE() << sentence;
    lost += life.lost();
  }
  EXPECT_GT(lost, 0);
}

// Whichever write or sync fails: what was kept before is there, and the same works when it is
// tried again.
TEST(FailingDiskTest, TakesNothingBackThatItHadTaken) {
  FakeClock clock;
  const std::string home = FreshDirectory("failing");
  for (const bool full : {false, true}) {
    for (std::size_t at = 0; at < 60; ++at) {
      CrashDisk disk(at);
      CrashDisk::Mounted here(disk);
      int kept = 0;
      int errors = 0;
      {
        Spool spool({.directory = home}, clock);
        for (int i = 0; i < 3; ++i) spool.Keep(ReadingOf(kept++, clock.Now()));
        if (full) {
          disk.room = disk.used() + at * 512;
        } else {
          disk.fails_at = disk.calls() + at;
          disk.fails_for = 3;
        }
        for (int i = 0; i < 40; ++i) {
          try {
            spool.Keep(ReadingOf(kept, clock.Now()));
            ++kept;
          } catch (const SqliteError& error) {
            ASSERT_TRUE(error.may_pass()) << error.what();
            ++errors;
          }
        }
        ASSERT_GT(errors, 0) << "nothing failed: " << (full ? "full at " : "fails at ") << at;
        disk.room = {};
        spool.Keep(ReadingOf(kept++, clock.Now()));
        EXPECT_EQ(spool.CountWaiting().readings, kept) << (full ? "full at " : "fails at ") << at;
      }
      EXPECT_EQ(Spool({.directory = home}, clock).CountWaiting().readings, kept) << at;
    }
  }
}

TEST(RealKillsTest, LoseNothingAndDoubleNothing) {
  const KillReport report = KillForReal(60, 11);
  for (const std::string& broken : report.broken) ADD_FAILURE() << broken;
  EXPECT_EQ(report.kills, 60);
  EXPECT_GT(report.readings, 30);
  EXPECT_GT(report.jobs, 30);
  EXPECT_GT(report.alerts, 30);
}

TEST(LongSilenceTest, EndsWithEverythingAtThePortal) {
  const SilenceReport report = LiveThrough({.printers = 2, .days = 15, .jobs_a_day = 2});
  EXPECT_EQ(report.wrong, "");
  EXPECT_EQ(report.readings, 2 * 15 * 8 * 2);
  EXPECT_EQ(report.stored, report.read);
  EXPECT_EQ(report.stored_jobs, 2 * 15 * 2);
}

}  // namespace
}  // namespace plotmeter::crash
