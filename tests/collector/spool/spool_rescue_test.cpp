#include "collector/spool/spool_rescue.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "collector/spool/soundness.h"
#include "common/private_file.h"
#include "common/system.h"
#include "tests/collector/spool/spool_fixture.h"
#include "tests/fakes/environment.h"

namespace plotmeter {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kPage = 4096;
constexpr int kReadings = 60;
constexpr int kJobs = 20;

// What is written here a hundred times over need not reach a disk.
const bool in_memory = [] {
#ifndef _WIN32
  if (!EnvironmentVariable("TEST_TMPDIR") && fs::is_directory("/dev/shm")) {
    SetVariable("TEST_TMPDIR", "/dev/shm/");
  }
#endif
  return true;
}();

std::string BytesOf(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void Write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

class SpoolRescueTest : public SpoolFixture {
 protected:
  SpoolRescueTest() : public_(key_.public_key()) {}

  std::string path() const { return directory_ + "/spool.db"; }

  // Readings 0 to kReadings wait, those divisible by 5 in a cut batch, jobs and an event and an
  // alert beside them; 1000 to 1009 were sent.
  void Fill() {
    Spool spool = Open();
    spool.Know({.host = "10.0.0.7", .identity = Plotter()});
    for (int i = 1000; i < 1010; ++i) spool.Keep(ReadingOf(i, clock_.Now()));
    sent_ = spool.Cut(signer())->sha256;
    spool.Receipted(spool.Next()->batch, "receipt");
    for (int i = 0; i < kReadings; i += 5) Keep(spool, i);
    ASSERT_EQ(spool.Cut(signer())->items, kReadings / 5);
    for (int i = 0; i < kReadings; ++i) {
      if (i % 5 != 0) Keep(spool, i);
    }
    for (int i = 0; i < kJobs; ++i) {
      spool.Keep(Plotter(i % 3), JobOf("job " + std::to_string(i), "printed", "0.21"));
    }
    spool.Keep(Plotter(), PrinterEvent{.kind = "restarted", .key = "1", .at = clock_.Now()});
    spool.Alerts(Plotter(), ChannelKind::kPiws, {{.key = "a", .code = "jam"}});
    stream_ = spool.stream();
  }
  void Keep(Spool& spool, int value) {
    clock_.Advance(std::chrono::minutes(1));
    spool.Keep(ReadingOf(value, clock_.Now(), value % 3));
  }

  std::optional<Rescued> Rescue(const std::string& why = "") {
    return RescueSpool({.directory = directory_}, clock_, &public_, why);
  }

  // Everything that waits, sent: how often each reading came, and each job.
  struct Drained {
    std::map<int, int> readings;
    std::map<std::string, int> jobs;
    std::map<std::string, int> events;
    int alerts = 0;
  };
  Drained Drain(Spool& spool) {
    Drained all;
    for (;;) {
      auto batch = spool.Next();
      if (!batch) batch = spool.Cut(signer());
      if (!batch) return all;
      const Batch opened = Opened(*batch);
      for (const auto& row : opened.readings) {
        ++all.readings[static_cast<int>(row.reading.meters[0].value.value.digits())];
      }
      for (const auto& row : opened.jobs) ++all.jobs[row.job.job];
      for (const auto& row : opened.events) ++all.events[row.event.kind];
      all.alerts += static_cast<int>(opened.alerts.size());
      spool.Receipted(batch->batch, "r");
    }
  }

  PublicKey public_;
  std::string sent_;
  std::string stream_;
};

TEST_F(SpoolRescueTest, LeavesASoundSpoolAlone) {
  EXPECT_FALSE(Rescue()) << "there is none";
  Fill();
  const std::string before = BytesOf(path());
  EXPECT_FALSE(Rescue());
  EXPECT_EQ(BytesOf(path()), before);
  EXPECT_EQ(Open().stream(), stream_);
}

TEST_F(SpoolRescueTest, RefusesANewerOneAndChangesNothing) {
  Fill();
  Database(path(), Database::Mode::kReadWrite).Execute("PRAGMA user_version = 99");
  const std::string before = BytesOf(path());
  try {
    Rescue();
    FAIL() << "it was taken";
  } catch (const std::runtime_error& refused) {
    EXPECT_NE(std::string(refused.what()).find("it is of version 99, this program knows"),
              std::string::npos)
        << refused.what();
  }
  EXPECT_EQ(BytesOf(path()), before);
}

TEST_F(SpoolRescueTest, SetsAForeignFileAsideAsItIs) {
  Write(path(), std::string(20000, 'x'));
  const auto text = Rescue();
  ASSERT_TRUE(text);
  EXPECT_EQ(text->aside, "spool.db.foreign-20261122T090000Z");
  EXPECT_EQ(BytesOf(directory_ + "/" + text->aside), std::string(20000, 'x'));
  EXPECT_EQ(Open().Mishaps().at(0).kind, "foreign");

  clock_.Advance(std::chrono::seconds(1));
  fs::remove(path());
  Database(path(), Database::Mode::kReadWriteCreate).Execute("CREATE TABLE recipe(id, text)");
  const std::string before = BytesOf(path());
  const auto database = Rescue();
  ASSERT_TRUE(database);
  EXPECT_EQ(database->why, "it is the database of another program");
  EXPECT_EQ(BytesOf(directory_ + "/" + database->aside), before);
  Spool spool = Open();
  Keep(spool, 1);
  EXPECT_TRUE(Drain(spool).readings.contains(1));
}

TEST_F(SpoolRescueTest, MovesAllOfASoundFileThatIsSaidToBeDamaged) {
  Fill();
  const auto rescued = Rescue("page 17 is never used");
  ASSERT_TRUE(rescued);
  EXPECT_EQ(rescued->lost, 0);
  EXPECT_EQ(rescued->readings, kReadings);
  EXPECT_EQ(rescued->jobs, kJobs);
  EXPECT_TRUE(fs::exists(directory_ + "/" + rescued->aside));
  Spool spool = Open();
  EXPECT_NE(spool.stream(), stream_);
  EXPECT_EQ(spool.KnownPrinters().size(), 1U);
  EXPECT_FALSE(spool.Shown(sent_)->batch.message.empty()) << "a restored portal may ask for it";
  EXPECT_EQ(spool.Shown(sent_)->state, BatchState::kReceipted);
  const Drained all = Drain(spool);
  EXPECT_EQ(all.readings.size(), std::size_t{kReadings});
  for (const auto& [value, times] : all.readings) EXPECT_EQ(times, 1) << value;
  EXPECT_EQ(all.jobs.size(), std::size_t{kJobs});
  EXPECT_EQ(all.alerts, 1);
  EXPECT_EQ(all.events.at("restarted"), 1);
  EXPECT_EQ(all.events.at("spool-damaged"), 3) << "each printer's people hear of it";
  EXPECT_EQ(Open().Mishaps().at(0).what, rescued->words);
}

// Whichever page is torn: what lies in the others is saved.
TEST_F(SpoolRescueTest, SavesWhatLiesInTheOtherPages) {
  Fill();
  Open();
  const std::string whole = BytesOf(path());
  const std::string key = directory_ + "/masking.key";
  const Secret masking = *ReadPrivateFile(key);
  ASSERT_EQ(whole.size() % kPage, 0U);
  int damaged = 0;
  for (std::size_t page = 0; page < whole.size() / kPage; ++page) {
    const bool half = page % 3 == 2;
    fs::remove_all(directory_);
    fs::create_directories(directory_);
    WritePrivateFile(key, masking);
    std::string torn = whole;
    torn.replace(page * kPage + (half ? kPage / 2 : 0), half ? kPage / 2 : kPage,
                 half ? kPage / 2 : kPage, half ? '\x5a' : '\0');
    Write(path(), torn);
    // As the service does it: a quick look, and the full one later.
    auto rescued = Rescue();
    if (!rescued) {
      std::string wrong;
      {
        Database db(path(), Database::Mode::kReadOnly);
        wrong = CheckWhole(db);
      }
      if (!wrong.empty()) rescued = Rescue(wrong);
    }
    damaged += rescued ? 1 : 0;
    Spool spool = Open();
    const Drained all = Drain(spool);
    for (const auto& [value, times] : all.readings) {
      EXPECT_EQ(times, 1) << value;
      EXPECT_LT(value, 1010) << value;
    }
    // A page holds some twenty of them. Of a batch whose message is torn the rows are there.
    EXPECT_EQ(spool.Printers().size(), 3U);
    EXPECT_GE(all.readings.size(), kReadings - 24U) << "page " << page + 1 << ", " << half;
    EXPECT_GE(all.jobs.size(), kJobs - 16U) << "page " << page + 1 << ", " << half;
    if (rescued) {
      EXPECT_EQ(BytesOf(directory_ + "/" + rescued->aside), torn);
    }
  }
  EXPECT_GT(damaged, static_cast<int>(whole.size() / kPage) / 2) << "hardly anything was noticed";
}

TEST_F(SpoolRescueTest, SavesWhatIsLeftOfATruncatedFile) {
  Fill();
  Open();
  const std::string whole = BytesOf(path());
  const Secret masking = *ReadPrivateFile(directory_ + "/masking.key");
  std::size_t before = 0;
  for (std::size_t size : {std::size_t{100}, kPage, 10 * kPage, 20 * kPage + 77, whole.size() / 2,
                           whole.size() - kPage}) {
    fs::remove_all(directory_);
    fs::create_directories(directory_);
    WritePrivateFile(directory_ + "/masking.key", masking);
    Write(path(), whole.substr(0, size));
    const auto rescued = Rescue();
    ASSERT_TRUE(rescued) << size;
    Spool spool = Open();
    const std::size_t saved = Drain(spool).readings.size();
    EXPECT_GE(saved, before) << size;
    before = saved;
    Keep(spool, 5000);
    EXPECT_TRUE(Drain(spool).readings.contains(5000));
  }
  EXPECT_GE(before, kReadings - 24U);
}

TEST_F(SpoolRescueTest, ReadsWhatLiesInTheLogOnly) {
  Spool spool = Open();
  for (int i = 0; i < 20; ++i) Keep(spool, i);
  // As a process leaves it that was killed: the file knows nothing yet of what the log has.
  const std::string copy = directory_ + "/copy";
  fs::create_directories(copy);
  for (const char* name : {"spool.db", "spool.db-wal", "masking.key"}) {
    fs::copy_file(directory_ + "/" + name, copy + "/" + name);
  }
  std::string head = BytesOf(copy + "/spool.db");
  head.replace(0, std::min(head.size(), kPage), std::min(head.size(), kPage), '\x5a');
  Write(copy + "/spool.db", head);
  const auto rescued = RescueSpool({.directory = copy}, clock_, &public_, "said so");
  Spool saved({.directory = copy}, clock_);
  EXPECT_EQ(Drain(saved).readings.size(), 20U) << (rescued ? rescued->words : "");
}

TEST_F(SpoolRescueTest, BelievesNoBatchThatItsKeyDidNotSign) {
  Fill();
  public_ = PrivateKey::Generate().public_key();
  const auto rescued = Rescue("said so");
  ASSERT_TRUE(rescued);
  EXPECT_EQ(rescued->batches, 0);
  Spool spool = Open();
  EXPECT_EQ(Drain(spool).readings.size(), std::size_t{kReadings})
      << "the rows are there all the same";
}

// The machine dies at each step of the change of places, and the next start ends it.
TEST_F(SpoolRescueTest, IsFinishedByTheNextStart) {
  for (int step = 0; step < 3; ++step) {
    fs::remove_all(directory_);
    fs::create_directories(directory_);
    {
      Spool spool = Open();
      Keep(spool, 1);
    }
    const std::string kept = BytesOf(path());
    fs::copy_file(path(), directory_ + "/spool.db.rescued-damaged-20261122T090000Z");
    Write(path(), "the old one");
    Write(path() + "-wal", "its log");
    if (step > 0) fs::rename(path(), directory_ + "/spool.db.damaged-20261122T090000Z");
    if (step > 1) {
      fs::rename(path() + "-wal", directory_ + "/spool.db.damaged-20261122T090000Z-wal");
    }
    EXPECT_FALSE(Rescue()) << "the one that was ready is sound";
    EXPECT_EQ(BytesOf(path()), kept);
    EXPECT_EQ(BytesOf(directory_ + "/spool.db.damaged-20261122T090000Z"), "the old one");
    EXPECT_EQ(BytesOf(directory_ + "/spool.db.damaged-20261122T090000Z-wal"), "its log");
    EXPECT_EQ(BytesOf(path() + "-wal"), "");
  }
  // One that was not ready is begun again.
  Write(path() + ".rescuing", "half");
  Write(path(), "damaged");
  EXPECT_TRUE(Rescue());
}

TEST_F(SpoolRescueTest, GoesOnInASpoolThatIsOpen) {
  Fill();
  Spool spool = Open();
  const Rescued rescued = spool.Rescue("the disk lied", &public_);
  EXPECT_EQ(rescued.readings, kReadings);
  Keep(spool, 999);
  EXPECT_EQ(Drain(spool).readings.size(), kReadings + 1U);
}

}  // namespace
}  // namespace plotmeter
