#include "tests/crash/real_kills.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <filesystem>

#include "collector/spool/soundness.h"
#include "collector/upload/uploader.h"
#include "tests/collector/spool/spool_fixture.h"
#include "tests/crash/local_portal.h"

namespace plotmeter::crash {
namespace {

// The system's own files, with a death in them. One for the whole process.
struct Doom {
  long calls_left = 0;
  int how = 0;  // 0: before the call, 1: after it, 2: after half of it
};
Doom doom;
sqlite3_vfs* real = nullptr;

struct DoomedFile {
  sqlite3_file base;
  // The system's file follows in memory.
};
sqlite3_file* RealOf(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + sizeof(DoomedFile));
}

template <typename Act, typename Half>
int Doomed(const Act& act, const Half& half) {
  if (--doom.calls_left > 0) return act();
  if (doom.how == 1) act();
  if (doom.how == 2) half();
  ::raise(SIGKILL);
  return SQLITE_IOERR;
}

const sqlite3_io_methods kMethods = {
    .iVersion = 2,
    .xClose = [](sqlite3_file* f) { return RealOf(f)->pMethods->xClose(RealOf(f)); },
    .xRead = [](sqlite3_file* f, void* to, int count,
                sqlite3_int64 at) { return RealOf(f)->pMethods->xRead(RealOf(f), to, count, at); },
    .xWrite =
        [](sqlite3_file* f, const void* from, int count, sqlite3_int64 at) {
          const auto write = [&](int bytes) {
            return RealOf(f)->pMethods->xWrite(RealOf(f), from, bytes, at);
          };
          return Doomed([&] { return write(count); }, [&] { write(count / 2); });
        },
    .xTruncate =
        [](sqlite3_file* f, sqlite3_int64 size) {
          return Doomed([&] { return RealOf(f)->pMethods->xTruncate(RealOf(f), size); }, [] {});
        },
    .xSync =
        [](sqlite3_file* f, int flags) {
          return Doomed([&] { return RealOf(f)->pMethods->xSync(RealOf(f), flags); }, [] {});
        },
    .xFileSize = [](sqlite3_file* f,
                    sqlite3_int64* out) { return RealOf(f)->pMethods->xFileSize(RealOf(f), out); },
    .xLock = [](sqlite3_file* f, int l) { return RealOf(f)->pMethods->xLock(RealOf(f), l); },
    .xUnlock = [](sqlite3_file* f, int l) { return RealOf(f)->pMethods->xUnlock(RealOf(f), l); },
    .xCheckReservedLock =
        [](sqlite3_file* f, int* out) {
          return RealOf(f)->pMethods->xCheckReservedLock(RealOf(f), out);
        },
    .xFileControl = [](sqlite3_file* f, int op,
                       void* arg) { return RealOf(f)->pMethods->xFileControl(RealOf(f), op, arg); },
    .xSectorSize = [](sqlite3_file* f) { return RealOf(f)->pMethods->xSectorSize(RealOf(f)); },
    .xDeviceCharacteristics =
        [](sqlite3_file* f) { return RealOf(f)->pMethods->xDeviceCharacteristics(RealOf(f)); },
    .xShmMap =
        [](sqlite3_file* f, int region, int size, int extend, void volatile** out) {
          return RealOf(f)->pMethods->xShmMap(RealOf(f), region, size, extend, out);
        },
    .xShmLock =
        [](sqlite3_file* f, int from, int count, int flags) {
          return RealOf(f)->pMethods->xShmLock(RealOf(f), from, count, flags);
        },
    .xShmBarrier = [](sqlite3_file* f) { RealOf(f)->pMethods->xShmBarrier(RealOf(f)); },
    .xShmUnmap = [](sqlite3_file* f,
                    int gone) { return RealOf(f)->pMethods->xShmUnmap(RealOf(f), gone); },
    .xFetch = nullptr,
    .xUnfetch = nullptr};

// In the child only: it never comes to giving it back.
void MountDoom() {
  real = sqlite3_vfs_find(nullptr);
  static sqlite3_vfs doomed = *real;
  doomed.szOsFile = static_cast<int>(sizeof(DoomedFile)) + real->szOsFile;
  doomed.pNext = nullptr;
  doomed.zName = "doomed";
  doomed.xOpen = [](sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
    const int code = real->xOpen(real, name, RealOf(file), flags, out);
    file->pMethods = RealOf(file)->pMethods != nullptr ? &kMethods : nullptr;
    return code;
  };
  sqlite3_vfs_register(&doomed, 1);
}

// What each value is.
enum class Kind { kReading, kJob, kAlert };
Kind What(int value) { return static_cast<Kind>(value % 3); }
std::string JobNamed(int value) { return "job " + std::to_string(value % 5); }

struct Machine {
  Machine() : spool(FreshDirectory("killed_spool")), world(), sender(world.north) {
    keys = {.version = 1,
            .signing = world.portal.signing.public_key(),
            .encryption = {world.encryption.public_key()},
            .issued_at = world.clock.now};
  }

  // Reads and sends until it dies. `announce` is told each value that is kept. With every third
  // one comes a job that has used so much by then, and with every third an alert that takes the
  // place of the one before.
  void Work(int from, std::uint64_t seed, int announce) {
    std::mt19937_64 chance(seed);
    SqliteStore store(world.path);
    Ingest ingest(store, store, world.portal, world.clock);
    LocalPortal portal(ingest);
    Spool kept({.directory = spool}, clock);
    Uploader uploader = MakeUploader(kept, portal);
    for (int value = from;; ++value) {
      const Instant at = FromMillis(1'795'338'000'000 + value * 1000LL);
      if (What(value) == Kind::kJob) {
        JobRecord job = JobOf(JobNamed(value), "printing", std::to_string(value + 1).c_str());
        job.seen_at = at;
        kept.Keep(Plotter(), job);
      } else if (What(value) == Kind::kAlert) {
        kept.Alerts(Plotter(), ChannelKind::kPiws, {{.key = std::to_string(value), .code = "jam"}});
      } else {
        kept.Keep(ReadingOf(value, at));
      }
      if (::write(announce, &value, sizeof value) != sizeof value) ::_exit(1);
      if (chance() % 3 == 0) uploader.Step();
      if (chance() % 20 == 0) kept.NewStream("somebody said so");
    }
  }

  Uploader MakeUploader(Spool& kept, LocalPortal& portal) {
    Uploader uploader(kept, portal, clock, [] { return 0.5; },
                      {.portal = world.portal.thumbprint,
                       .collector = sender.id,
                       .keys = keys,
                       .key = sender.key});
    uploader.set_limits({.readings = 5});
    return uploader;
  }

  // Sends what is left, and compares.
  Broken Settle(const std::set<int>& announced, int next) {
    Broken broken;
    {
      Spool kept({.directory = spool}, clock);
      LocalPortal portal(world.ingest);
      Uploader uploader = MakeUploader(kept, portal);
      for (int steps = 0; uploader.Step().did != UploadStep::Did::kNothing; ++steps) {
        if (steps > 10'000) return {"it never came to an end of sending"};
      }
    }
    for (const std::string& path : {spool + "/spool.db", world.path}) {
      Database db(path, Database::Mode::kReadOnly);
      Statement check = db.Prepare("PRAGMA integrity_check(1)");
      if (!check.Step() || check.Text(0) != "ok") broken.push_back(path + ": " + check.Text(0));
    }
    Database db(world.path, Database::Mode::kReadOnly);
    CompareReadings(db, announced, next, broken);
    CompareJobs(db, announced, next, broken);
    CompareAlerts(db, announced, next, broken);
    return broken;
  }

  static void CompareReadings(Database& db, const std::set<int>& announced, int next,
                              Broken& broken) {
    Statement q = db.Prepare("SELECT value, count(*) FROM meter_reading GROUP BY value");
    std::set<int> stored;
    while (q.Step()) {
      const int value = std::stoi(q.Text(0));
      stored.insert(value);
      if (q.Int(1) != 1) broken.push_back(fmt::format("reading {} is stored twice", value));
      if (value >= next || What(value) != Kind::kReading) {
        broken.push_back(fmt::format("nobody read {}", value));
      }
    }
    for (const int value : announced) {
      if (What(value) == Kind::kReading && !stored.contains(value)) {
        broken.push_back(fmt::format("reading {} is lost", value));
      }
    }
  }

  // As the last one that was announced, or as one after that which it died of.
  static void CompareJobs(Database& db, const std::set<int>& announced, int next, Broken& broken) {
    std::map<std::string, int> last;
    for (const int value : announced) {
      if (What(value) == Kind::kJob) last[JobNamed(value)] = value;
    }
    Statement q = db.Prepare("SELECT job, json_extract(ink, '$[0][1]') FROM job");
    std::set<std::string> stored;
    while (q.Step()) {
      const std::string job = q.Text(0);
      const int value = std::stoi(q.Text(1)) - 1;
      if (!stored.insert(job).second) broken.push_back(job + " is stored twice");
      if (value >= next || What(value) != Kind::kJob || JobNamed(value) != job) {
        broken.push_back(fmt::format("{} never used {}", job, value + 1));
      }
      if (last.contains(job) && value < last[job]) {
        broken.push_back(
            fmt::format("{} had used {} and is stored with {}", job, last[job] + 1, value + 1));
      }
    }
    for (const auto& [job, value] : last) {
      if (!stored.contains(job)) broken.push_back(job + " is lost");
    }
  }

  // All but the last have ended; of the last nobody knows when another one came as it died.
  static void CompareAlerts(Database& db, const std::set<int>& announced, int next,
                            Broken& broken) {
    std::map<int, bool> stored;  // whether it has ended
    Statement q = db.Prepare("SELECT key, cleared_at IS NOT NULL FROM alert");
    while (q.Step()) {
      const int value = std::stoi(q.Text(0));
      if (!stored.emplace(value, q.Int(1) == 1).second) {
        broken.push_back(fmt::format("alert {} is stored twice", value));
      }
      if (value >= next || What(value) != Kind::kAlert) {
        broken.push_back(fmt::format("nobody saw alert {}", value));
      }
    }
    for (const int value : announced) {
      if (What(value) == Kind::kAlert && !stored.contains(value)) {
        broken.push_back(fmt::format("alert {} is lost", value));
      }
    }
    for (const auto& [value, ended] : stored) {
      const bool is_last = value == stored.rbegin()->first;
      if (ended == is_last) {
        broken.push_back(fmt::format("alert {} {}", value, ended ? "has ended" : "never ends"));
      }
    }
  }

  std::string spool;
  SealedWorld world;
  Sender& sender;
  PortalKeys keys;
  FakeClock clock;
};

}  // namespace

KillReport KillForReal(int kills, std::uint64_t seed) {
  constexpr int kSettleEvery = 100;
  std::mt19937_64 chance(seed);
  KillReport report;
  Machine machine;
  std::set<int> announced;
  int next = 0;
  while (report.kills < kills && report.broken.empty()) {
    int pipes[2];
    if (::pipe(pipes) != 0) throw std::runtime_error("no pipe");
    const std::uint64_t life = chance();
    doom = {.calls_left = 1 + static_cast<long>(chance() % 120),
            .how = static_cast<int>(chance() % 3)};
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(pipes[0]);
      try {
        MountDoom();
        machine.Work(next, life, pipes[1]);
      } catch (const std::exception& error) {
        fmt::print(stderr, "the machine failed: {}\n", error.what());
      }
      ::_exit(3);
    }
    ::close(pipes[1]);
    int value = 0;
    int last = next - 1;
    while (::read(pipes[0], &value, sizeof value) == sizeof value) {
      announced.insert(value);
      last = value;
    }
    ::close(pipes[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) {
      report.broken.push_back(
          fmt::format("the machine ended with {} instead of being killed after "
                      "{} kills, seed {}",
                      status, report.kills, seed));
      break;
    }
    next = last + 2;  // the one under way may be there or not; its number is not used again
    ++report.kills;
    if (report.kills % kSettleEvery != 0 && report.kills != kills) continue;
    for (const std::string& sentence : machine.Settle(announced, next)) {
      report.broken.push_back(
          fmt::format("after {} kills, seed {}: {}", report.kills, seed, sentence));
    }
  }
  const auto count = [&](Kind kind) {
    return static_cast<int>(
        std::ranges::count_if(announced, [kind](int value) { return What(value) == kind; }));
  };
  report.readings = count(Kind::kReading);
  report.jobs = count(Kind::kJob);
  report.alerts = count(Kind::kAlert);
  std::filesystem::remove_all(machine.spool);
  return report;
}

}  // namespace plotmeter::crash
