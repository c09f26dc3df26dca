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
constexpr char kInterior = 5;  // the first byte of a table's page that leads to others
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

  std::size_t RootOf(const std::string& table) {
    Database db(path(), Database::Mode::kReadOnly);
    Statement q = db.Prepare("SELECT rootpage FROM sqlite_master WHERE name = ?");
    q.Bind(table).Step();
    return static_cast<std::size_t>(q.Int(0));
  }

  void KeepInOrder(int from, int to) {
    Spool spool = Open();
    for (int i = from; i < to; ++i) Keep(spool, i);
  }
  // The pages, from 0, to which the root of this table leads, but for the last.
  std::vector<std::size_t> LeavesOf(const std::string& table, const std::string& bytes) {
    const std::size_t root = (RootOf(table) - 1) * kPage;
    EXPECT_EQ(bytes[root], kInterior);
    const auto number = [&](std::size_t at, std::size_t size) {
      std::size_t value = 0;
      for (std::size_t i = 0; i < size; ++i) {
        value = value << 8 | static_cast<unsigned char>(bytes[root + at + i]);
      }
      return value;
    };
    std::vector<std::size_t> leaves;
    for (std::size_t i = 0; i < number(3, 2); ++i) {
      leaves.push_back(number(number(12 + 2 * i, 2), 4) - 1);
    }
    return leaves;
  }

  std::optional<Rescued> Rescue(const std::string& why = "") {
    return RescueSpool({.directory = directory_}, clock_, &public_, why);
  }

  void ExpectNoBatchButAllReadings() {
    const auto rescued = Rescue("said so");
    ASSERT_TRUE(rescued);
    EXPECT_EQ(rescued->batches, 0);
    Spool spool = Open();
    EXPECT_EQ(Drain(spool).readings.size(), std::size_t{kReadings})
        << "the rows are there all the same";
  }

  // As a process leaves it that was killed: the file knows nothing yet of what the log has.
  std::string CopyAsKilled() const {
    std::string copy = directory_ + "/copy";
    fs::create_directories(copy);
    for (const char* name : {"spool.db", "spool.db-wal", "masking.key"}) {
      fs::copy_file(directory_ + "/" + name, copy + "/" + name);
    }
    return copy;
  }
  static void TearFirstPage(const std::string& file) {
    std::string bytes = BytesOf(file);
    bytes.replace(0, std::min(bytes.size(), kPage), std::min(bytes.size(), kPage), '\x5a');
    Write(file, bytes);
  }
  std::map<std::string, JobRecord> JobsOf(Spool& spool) {
    std::map<std::string, JobRecord> jobs;
    const auto text = spool.Preview(signer());
    for (const auto& row : ParseBatch(text->payload, text->names).jobs) jobs[row.job.job] = row.job;
    return jobs;
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

// What a service reads before its first step is looked at before it begins.
TEST_F(SpoolRescueTest, SeesDamageInEverySmallTable) {
  Fill();
  Open().MaskAgain();
  const std::string whole = BytesOf(path());
  for (const char* table : {"stream", "printer", "known_printer", "whereabouts", "certificate",
                            "given_meter", "learnt", "mask_mode", "sweep", "job_list", "mishap"}) {
    std::string torn = whole;
    torn.replace((RootOf(table) - 1) * kPage, kPage, kPage, '\0');
    Write(path(), torn);
    EXPECT_EQ(LookAtSpool(path()).is, SpoolSeen::Is::kDamaged) << table;
    Write(path(), whole);
  }
  EXPECT_EQ(LookAtSpool(path()).is, SpoolSeen::Is::kSound);
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
  const std::string copy = CopyAsKilled();
  TearFirstPage(copy + "/spool.db");
  const auto rescued = RescueSpool({.directory = copy}, clock_, &public_, "said so");
  Spool saved({.directory = copy}, clock_);
  EXPECT_EQ(Drain(saved).readings.size(), 20U) << (rescued ? rescued->words : "");
}

// Frames of an earlier turn of the log lie behind those of this one.
TEST_F(SpoolRescueTest, TakesWhatTheLogSaidLast) {
  Spool spool = Open();
  spool.Keep(Plotter(), JobOf("j", "printing", "0.1"));
  for (int i = 0; i < 30; ++i) Keep(spool, i);
  spool.Keep(Plotter(), JobOf("k", "printing", "0.1"));  // the leaf of the jobs, late in the log
  Database(path(), Database::Mode::kReadWrite).Execute("PRAGMA wal_checkpoint(RESTART)");
  spool.Keep(Plotter(), JobOf("j", "printed", "0.5"));
  const std::string copy = CopyAsKilled();
  TearFirstPage(copy + "/spool.db");
  RescueSpool({.directory = copy}, clock_, nullptr, "said so");
  Spool saved({.directory = copy}, clock_);
  EXPECT_EQ(JobsOf(saved).at("j").status, "printed");
  EXPECT_EQ(JobsOf(saved).at("k").status, "printing");
}

// What does not fit into a page goes on in others, which are in the log, too.
TEST_F(SpoolRescueTest, PutsTogetherFromTheLogWhatIsLongerThanAPage) {
  const auto keep = [&](Spool& spool, int value) {
    clock_.Advance(std::chrono::minutes(1));
    Reading reading = ReadingOf(value, clock_.Now());
    for (int i = 0; i < 90; ++i) {
      reading.meters.push_back({.meter = "part." + std::to_string(i),
                                .value = {Decimal::FromInteger(value), "cc"},
                                .source = "InkSystem/InkUsed"});
    }
    spool.Keep(reading);
  };
  Spool spool = Open();
  for (int i = 100; i < 103; ++i) keep(spool, i);
  Database(path(), Database::Mode::kReadWrite).Execute("PRAGMA wal_checkpoint(RESTART)");
  spool.Receipted(spool.Cut(signer())->batch, "receipt");
  for (int i = 200; i < 205; ++i) keep(spool, i);  // in the pages of the first
  const std::string copy = CopyAsKilled();
  TearFirstPage(copy + "/spool.db");
  std::string log = BytesOf(copy + "/spool.db-wal");
  log.replace(24, 8, 8, '\x5a');  // so that SQLite finds no way in
  Write(copy + "/spool.db-wal", log);
  RescueSpool({.directory = copy}, clock_, nullptr, "said so");
  Spool saved({.directory = copy}, clock_);
  const auto text = saved.Preview(signer());
  ASSERT_TRUE(text);
  std::set<std::string> values;
  for (const auto& row : ParseBatch(text->payload, text->names).readings) {
    std::set<std::string> own;
    for (const auto& meter : row.reading.meters) own.insert(meter.value.value.text());
    EXPECT_EQ(own.size(), 1U) << "put together of two";
    values.insert(own.begin(), own.end());
  }
  for (const char* value : {"200", "201", "202", "203", "204"}) EXPECT_TRUE(values.contains(value));
}

// Whichever frame of the log is torn, or its head: SQLite stops there.
TEST_F(SpoolRescueTest, GoesOnBehindATornFrameOfTheLog) {
  Spool spool = Open();
  for (int i = 0; i < 3; ++i) Keep(spool, i);
  Database(path(), Database::Mode::kReadWrite).Execute("PRAGMA wal_checkpoint(RESTART)");
  for (int i = 3; i < 20; ++i) Keep(spool, i);
  const std::string copy = CopyAsKilled();
  const std::string whole = BytesOf(path());
  const std::string log = BytesOf(copy + "/spool.db-wal");
  const Secret masking = *ReadPrivateFile(directory_ + "/masking.key");
  constexpr std::size_t kFrame = 24 + kPage;
  for (std::size_t torn = 0; torn < log.size() / kFrame; torn += 7) {
    fs::remove_all(copy);
    fs::create_directories(copy);
    WritePrivateFile(copy + "/masking.key", masking);
    std::string bytes = log;
    const std::size_t at = torn == 0 ? 0 : 32 + (torn - 1) * kFrame + 500;
    bytes.replace(at, 16, 16, '\x5a');
    Write(copy + "/spool.db-wal", bytes);
    Write(copy + "/spool.db", whole);
    TearFirstPage(copy + "/spool.db");
    RescueSpool({.directory = copy}, clock_, nullptr, "said so");
    Spool saved({.directory = copy}, clock_);
    const Drained all = Drain(saved);
    EXPECT_GE(all.readings.size(), 19U) << "frame " << torn;
    for (const auto& [value, times] : all.readings) EXPECT_EQ(times, 1) << value;
  }
}

// SQLite would take the file for a new one, and delete the log in which everything is.
TEST_F(SpoolRescueTest, SavesFromTheLogOfAFileThatIsEmptyOrGone) {
  Spool spool = Open();
  for (int i = 0; i < 20; ++i) Keep(spool, i);
  for (const bool is_there : {true, false}) {
    fs::remove_all(directory_ + "/copy");
    const std::string copy = CopyAsKilled();
    const std::string log = BytesOf(copy + "/spool.db-wal");
    fs::remove(copy + "/spool.db");
    if (is_there) Write(copy + "/spool.db", "");
    EXPECT_EQ(LookAtSpool(copy + "/spool.db").is, SpoolSeen::Is::kDamaged);
    EXPECT_THROW(Spool({.directory = copy}, clock_), SqliteError) << "not by who only looks";
    EXPECT_TRUE(BytesOf(copy + "/spool.db-wal") == log);
    const auto rescued = RescueSpool({.directory = copy}, clock_, nullptr);
    ASSERT_TRUE(rescued);
    EXPECT_TRUE(BytesOf(copy + "/" + rescued->aside + "-wal") == log);
    Spool saved({.directory = copy}, clock_);
    EXPECT_EQ(saved.Mishaps().at(0).kind, "damaged");
    EXPECT_EQ(Drain(saved).readings.size(), 20U);
  }
}

TEST_F(SpoolRescueTest, TellsOfAFileThatWasEmptied) {
  Fill();
  Write(path(), "");
  ASSERT_TRUE(Rescue());
  EXPECT_EQ(Open().Mishaps().at(0).kind, "damaged");
  // Who takes it away, and no log with it, wants a new one.
  fs::remove(path());
  EXPECT_FALSE(Rescue());
}

// A write of the tree's page above got lost, those of all leaves did not.
TEST_F(SpoolRescueTest, SavesLeavesToWhichAnOlderPageDoesNotLead) {
  KeepInOrder(0, 100);
  const std::size_t root = (RootOf("reading") - 1) * kPage;
  const std::string older = BytesOf(path()).substr(root, kPage);
  ASSERT_EQ(older[0], kInterior);
  KeepInOrder(100, 200);
  std::string bytes = BytesOf(path());
  bytes.replace(root, kPage, older);
  Write(path(), bytes);
  std::string wrong;
  {
    Database db(path(), Database::Mode::kReadOnly);
    wrong = CheckWhole(db);
  }
  ASSERT_NE(wrong, "");
  ASSERT_TRUE(Rescue(wrong));
  Spool spool = Open();
  const Drained all = Drain(spool);
  EXPECT_EQ(all.readings.size(), 200U);
  for (const auto& [value, times] : all.readings) EXPECT_EQ(times, 1) << value;
}

TEST_F(SpoolRescueTest, ComesToAnEndThoughALeafLeadsBack) {
  KeepInOrder(0, 200);
  std::string bytes = BytesOf(path());
  const std::vector<std::size_t> leaves = LeavesOf("reading", bytes);
  ASSERT_GE(leaves.size(), 5U);
  bytes.replace(leaves[2] * kPage, kPage, bytes.substr(leaves[0] * kPage, kPage));
  bytes.replace(leaves[3] * kPage, kPage, kPage, '\x5a');
  Write(path(), bytes);
  ASSERT_TRUE(Rescue("said so"));
  Spool spool = Open();
  EXPECT_GE(Drain(spool).readings.size(), 200U - 2 * 24U);
}

// The key was replaced since, and what it signed is on its way: the hashes say that it is whole.
TEST_F(SpoolRescueTest, KeepsTheBatchesOfAnEarlierKey) {
  Fill();
  public_ = PrivateKey::Generate().public_key();
  const auto rescued = Rescue("said so");
  ASSERT_TRUE(rescued);
  EXPECT_EQ(rescued->batches, 2);
  Spool spool = Open();
  EXPECT_EQ(Drain(spool).readings.size(), std::size_t{kReadings});
}

TEST_F(SpoolRescueTest, BelievesNoBatchWhoseSignatureIsAnother) {
  Fill();
  Database(path(), Database::Mode::kReadWrite)
      .Execute(
          "UPDATE batch SET message = substr(message, 1, instr(message, '..') + 1)"
          " || iif(substr(message, instr(message, '..') + 2, 1) = 'A', 'B', 'A')"
          " || substr(message, instr(message, '..') + 3)");
  ExpectNoBatchButAllReadings();
}

TEST_F(SpoolRescueTest, BelievesNoBatchWhoseContentsAreOthers) {
  Fill();
  Database(path(), Database::Mode::kReadWrite)
      .Execute("UPDATE batch SET message = replace(message, '\"sequence\":', '\"sequence\":1')");
  ExpectNoBatchButAllReadings();
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

// A disk that lies keeps no order, and some programs need no lock to begin a spool.
TEST_F(SpoolRescueTest, UnitesWithASpoolThatWasBegunMeanwhile) {
  const std::string aside = directory_ + "/spool.db.damaged-20261122T090000Z";
  {
    Spool spool = Open();
    Keep(spool, 1);
    spool.Keep(Plotter(), JobOf("j", "printing", "0.1"));
  }
  fs::rename(path(), directory_ + "/saved");
  {
    Spool begun = Open();
    Keep(begun, 77);
    begun.Cut(signer());
    Keep(begun, 78);
    begun.Keep(Plotter(), JobOf("j", "printed", "0.5"));
    begun.Know({.host = "10.0.0.8", .identity = Plotter(2)});
  }
  fs::rename(directory_ + "/saved", directory_ + "/spool.db.rescued-damaged-20261122T090000Z");
  Write(aside, "the damaged original");
  EXPECT_FALSE(Rescue());
  EXPECT_EQ(BytesOf(aside), "the damaged original");
  EXPECT_TRUE(fs::exists(directory_ + "/spool.db.begun-20261122T090000Z"));
  Spool spool = Open();
  EXPECT_EQ(spool.Mishaps().size(), 1U);
  EXPECT_EQ(spool.KnownPrinters().size(), 1U);
  EXPECT_EQ(JobsOf(spool).at("j").status, "printed");
  const Drained all = Drain(spool);
  EXPECT_EQ(all.readings, (std::map<int, int>{{1, 1}, {77, 1}, {78, 1}}));
}

TEST_F(SpoolRescueTest, LetsNobodyBeginASpoolInThePlaceOfOne) {
  Fill();
  const std::string kept = BytesOf(path());
  fs::rename(path(), directory_ + "/spool.db.rescued-damaged-20261122T090000Z");
  EXPECT_THROW(Open(), std::runtime_error);
  EXPECT_FALSE(Rescue());
  EXPECT_EQ(BytesOf(path()), kept);
}

TEST_F(SpoolRescueTest, GoesOnWithACopyThatIsAllThatIsLeft) {
  Fill();
  fs::rename(path(), path() + ".rescuing");
  Write(directory_ + "/spool.db.damaged-20261122T090000Z", "the damaged original");
  EXPECT_THROW(Open(), std::runtime_error);
  const auto rescued = Rescue();
  ASSERT_TRUE(rescued);
  EXPECT_EQ(rescued->readings, kReadings);
  Spool spool = Open();
  EXPECT_EQ(spool.Mishaps().size(), 1U);
  EXPECT_EQ(Drain(spool).readings.size(), std::size_t{kReadings});
  EXPECT_EQ(BytesOf(directory_ + "/spool.db.damaged-20261122T090000Z"), "the damaged original");
}

// Its log stays beside it, rather than being written into it.
TEST_F(SpoolRescueTest, WritesNothingIntoWhatItSetsAside) {
  for (const bool is_open : {true, false}) {
    std::string file;
    std::string log;
    Rescued rescued;
    {
      Spool spool = Open();
      for (int i = 0; i < 20; ++i) Keep(spool, i);
      file = BytesOf(path());
      log = BytesOf(path() + "-wal");
      if (is_open) {
        rescued = spool.Rescue("the disk lied", &public_);
      } else {
        const std::string copy = CopyAsKilled();
        rescued = RescueSpool({.directory = copy}, clock_, &public_, "the disk lied").value();
        rescued.aside = "copy/" + rescued.aside;
      }
    }
    ASSERT_GT(log.size(), kPage);
    EXPECT_TRUE(BytesOf(directory_ + "/" + rescued.aside) == file) << is_open;
    EXPECT_TRUE(BytesOf(directory_ + "/" + rescued.aside + "-wal") == log) << is_open;
  }
}

// The row of a batch says things that stand in its message as well, which was signed.
TEST_F(SpoolRescueTest, BelievesABatchRatherThanItsRow) {
  Fill();
  {
    Database db(path(), Database::Mode::kReadWrite);
    db.Execute(
        "UPDATE batch SET sequence = 1099511627776, stream = 'x', batch = 'y'"
        " WHERE state = 'receipted'");
  }
  ASSERT_TRUE(Rescue("said so"));
  Spool spool = Open();
  const auto sent = spool.Shown(sent_);
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->batch.sequence, 1);
  EXPECT_EQ(sent->batch.stream, stream_);
  EXPECT_EQ(sent->batch.batch, Opened(sent->batch).batch);
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
