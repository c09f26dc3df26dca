#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "tests/collector/spool/spool_fixture.h"
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
int CutThePower(std::uint64_t seed, int points) {
  Life life(seed);
  std::mt19937_64 chance(seed);
  const std::size_t ops = life.disk().ops();
  for (int point = 0; point < points; ++point) {
    const std::size_t op = chance() % (ops + 1);
    const auto loss = static_cast<CrashDisk::Loss>(point % 3);
    for (const std::string& broken : life.Check(op, loss, chance)) {
      ADD_FAILURE() << "seed " << seed << ", point " << point << ", power out after operation "
                    << op << " of " << ops << ": " << broken;
    }
  }
  return static_cast<int>(ops);
}

TEST(PowerCutTest, LeavesTheSpoolWithEverythingItPromised) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed)
    EXPECT_GT(CutThePower<SpoolScript>(seed, 40), 100);
}

TEST(PowerCutTest, LeavesThePortalWithEveryBatchWholeOrNotAtAll) {
  for (std::uint64_t seed = 1; seed <= 2; ++seed)
    EXPECT_GT(CutThePower<PortalScript>(seed, 30), 100);
}

// A test of the test: when the disk lies about syncing, promises are broken, and are seen to be.
TEST(PowerCutTest, SeesWhatADiskCostsThatLies) {
  SpoolScript life(7, 60, 1.0);
  std::mt19937_64 chance(7);
  int lost = 0;
  for (int point = 0; point < 40; ++point) {
    const Broken broken = life.Check(chance() % life.disk().ops(), CrashDisk::Loss::kAny, chance);
    for (const std::string& sentence : broken) ADD_FAILURE() << sentence;
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
      {
        Spool spool({.directory = home}, clock);
        for (int i = 0; i < 3; ++i) spool.Keep(ReadingOf(kept++, clock.Now()));
        if (full) {
          disk.room = 200'000 + at * 512;
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
          }
        }
        disk.room = {};
        spool.Keep(ReadingOf(kept++, clock.Now()));
        EXPECT_EQ(spool.CountWaiting().readings, kept) << (full ? "full at " : "fails at ") << at;
      }
      EXPECT_EQ(Spool({.directory = home}, clock).CountWaiting().readings, kept) << at;
    }
  }
}

TEST(RealKillsTest, LoseNothingAndDoubleNothing) {
  const KillReport report = KillForReal(30, 11);
  for (const std::string& broken : report.broken) ADD_FAILURE() << broken;
  EXPECT_EQ(report.kills, 30);
  EXPECT_GT(report.readings, 30);
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
