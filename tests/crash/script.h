// What a crash is played against: a scripted life on a CrashDisk, the promises it was given on the
// way, and whether what a disk holds afterwards keeps them.
//
//    SpoolScript script(seed);                 // plays it once
//    for (std::size_t op = 0; op <= script.disk().ops(); ++op)
//      for (const std::string& broken :
//           script.Check(op, script.disk().After(op, CrashDisk::Loss::kAny, chance))) …
//
// A sentence a broken promise; none when all are kept. The same seed plays the same steps.

#pragma once

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "collector/spool/spool.h"
#include "common/crypto.h"
#include "portal/access/heartbeats.h"
#include "proto/heartbeat.h"
#include "tests/crash/crash_disk.h"
#include "tests/fakes/fake_clock.h"
#include "tests/portal/ledger/sealed_world.h"

namespace plotmeter::crash {

using Broken = std::vector<std::string>;

class Script {
 public:
  virtual ~Script() = default;
  // `left` is what the disk holds after the power went out after `op` operations.
  virtual Broken Check(std::size_t op, const CrashDisk::Contents& left) = 0;
  const CrashDisk& disk() const { return *disk_; }

 protected:
  explicit Script(std::uint64_t seed) : disk_(std::make_unique<CrashDisk>(seed)) {}
  std::unique_ptr<CrashDisk> disk_;
};

// A collector's spool. What was kept is there, once: readings and events; jobs as they were said
// last; alerts with their beginning and their end. A batch is whole or not at all and never
// changes, what becomes of it is remembered, nothing waits twice, and of a sequence each batch
// comes or is named as one that will not.
class SpoolScript : public Script {
 public:
  // `lies`: how many syncs the disk only pretends. Then only this is promised: what can be read is
  // right.
  explicit SpoolScript(std::uint64_t seed, int steps = 80, double lies = 0);
  Broken Check(std::size_t op, const CrashDisk::Contents& left) override;

  // Of the last check: readings that were promised and are not there. More than 0 is a broken
  // promise, unless the disk lies.
  int lost() const { return lost_; }
  // How often its life did a thing ("alert", "void", …).
  const std::map<std::string, int>& did() const { return did_; }

 private:
  struct Told;  // what a portal would have heard

  void Step(Spool& spool, std::mt19937_64& chance);
  void SayJob(Spool& spool, std::mt19937_64& chance);
  void SayAlerts(Spool& spool, std::mt19937_64& chance);
  void SayEvent(Spool& spool, std::mt19937_64& chance);
  void PutAside(Spool& spool, std::mt19937_64& chance);
  void Promise(int value) { kept_[value] = disk_->ops(); }
  void TellAll(Spool& spool, Told& told) const;
  void CheckBatches(Spool& spool, std::size_t op, Broken& broken) const;
  void CheckReadings(const Told& told, std::size_t op, Broken& broken);
  void CheckJobs(const Told& told, std::size_t op, Broken& broken) const;
  void CheckAlerts(const Told& told, std::size_t op, Broken& broken) const;
  void CheckEvents(const Told& told, std::size_t op, Broken& broken) const;
  void CheckVoids(Spool& spool, const Told& told, Broken& broken) const;
  BatchSigner signer() const;

  // `since`, `receipted` and the like: after so many operations; 0: never.
  struct PromisedBatch {
    std::size_t cut = 0;
    std::size_t receipted = 0;
    std::size_t aside = 0;
    std::string message = {};
  };
  struct PromisedJob {
    std::size_t since = 0;
    std::string status = {};
    std::string ink = {};
    bool operator==(const PromisedJob& other) const {
      return status == other.status && ink == other.ink;
    }
  };
  struct PromisedAlert {
    std::string key = {};
    Instant at = {};
    std::size_t since = 0;
    std::optional<Instant> cleared_at = {};
    std::size_t cleared = 0;
  };
  std::string home_;  // where the spool believes it lies
  FakeClock clock_;
  PrivateKey key_ = PrivateKey::Generate();
  std::string portal_ = Thumbprint(PrivateKey::Generate().public_key());
  bool lies_ = false;
  int next_ = 0;
  int lost_ = 0;
  std::map<std::string, int> did_;
  std::map<int, std::size_t> kept_;                       // reading and since when
  std::map<std::string, std::vector<PromisedJob>> jobs_;  // by id, all it ever was
  std::vector<PromisedAlert> alerts_;
  std::map<std::string, std::size_t> events_;     // by key, since when
  std::map<std::string, PromisedBatch> batches_;  // by id
};

// A portal's store under ingest and heartbeats: a receipt implies that the batch is stored with all
// that was derived from it; a batch is stored wholly or not at all; an old heartbeat means nothing.
// The store that the crash left is a portal put back to a backup, too: what a heartbeat then hears
// is missing is sent, that alone, and all of it is there once.
class PortalScript : public Script {
 public:
  explicit PortalScript(std::uint64_t seed, int batches = 12);
  Broken Check(std::size_t op, const CrashDisk::Contents& left) override;

 private:
  struct Sent {
    Batch batch = {};
    std::string sealed = {};
    std::size_t receipted = 0;  // after so many operations; 0: never
  };
  struct Said {
    std::string sealed = {};
    std::size_t answered = 0;  // after so many operations
  };
  using Rows = std::vector<std::string>;

  Batch MakeBatch(std::int64_t sequence, std::mt19937_64& chance);
  void Beat(SqliteStore& store);
  HeartbeatAnswer Hear(SqliteStore& store, const std::string& sealed) const;
  std::string Heartbeat(const std::string& nonce) const;
  void CheckRows(Database& db, Broken& broken) const;
  void Restore(SqliteStore& store, Ingest& ingest, Database& db, Broken& broken) const;
  Rows Expected(const std::set<std::string>& batches) const;

  Keyring keys_;
  PortalIdentity portal_;
  PrivateKey key_ = PrivateKey::Generate();
  std::string collector_;
  std::string nonce_;
  FixedClock clock_;
  std::string path_;
  std::vector<Sent> sent_;              // by sequence
  std::vector<Said> said_;              // heartbeats that were heard
  std::map<std::string, int> printed_;  // jobs so far, by the stem of their names
  std::int64_t sequence_ = 0;           // the last
};

}  // namespace plotmeter::crash
