// What a crash is played against: a scripted life on a CrashDisk, the promises it was given on the
// way, and whether what a disk holds afterwards keeps them.
//
//    SpoolScript script(seed);                 // plays it once
//    for (std::size_t op = 0; op <= script.disk().ops(); ++op)
//      for (const std::string& broken : script.Check(op, CrashDisk::Loss::kAny, chance)) …
//
// A sentence a broken promise; none when all are kept. The same seed plays the same steps.

#pragma once

#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "collector/spool/spool.h"
#include "common/crypto.h"
#include "tests/crash/crash_disk.h"
#include "tests/fakes/fake_clock.h"
#include "tests/portal/ledger/sealed_world.h"

namespace plotmeter::crash {

using Broken = std::vector<std::string>;

class Script {
 public:
  virtual ~Script() = default;
  virtual Broken Check(std::size_t op, CrashDisk::Loss loss, std::mt19937_64& chance) = 0;
  const CrashDisk& disk() const { return *disk_; }

 protected:
  explicit Script(std::uint64_t seed) : disk_(std::make_unique<CrashDisk>(seed)) {}
  std::unique_ptr<CrashDisk> disk_;
};

// A collector's spool: what was kept is there, a batch is whole or not at all and never changes, a
// receipt is remembered, nothing waits twice.
class SpoolScript : public Script {
 public:
  // `lies`: how many syncs the disk only pretends. Then only this is promised: what can be read is
  // right, and nothing is there twice; RescueSpool is asked first.
  explicit SpoolScript(std::uint64_t seed, int steps = 60, double lies = 0);
  Broken Check(std::size_t op, CrashDisk::Loss loss, std::mt19937_64& chance) override;

  // Of the last check: readings that were promised and are not there. More than 0 is a broken
  // promise, unless the disk lies.
  int lost() const { return lost_; }

 private:
  void Step(Spool& spool, std::mt19937_64& chance);
  void Promise(int value) { kept_[value] = disk_->ops(); }
  BatchSigner signer() const;

  struct Promised {
    std::size_t cut = 0;        // after so many operations
    std::size_t receipted = 0;  // 0: it has none
    std::string message = {};
  };
  std::string home_;  // where the spool believes it lies
  FakeClock clock_;
  PrivateKey key_ = PrivateKey::Generate();
  std::string portal_ = Thumbprint(PrivateKey::Generate().public_key());
  bool lies_ = false;
  int next_ = 0;
  int lost_ = 0;
  std::map<int, std::size_t> kept_;                                  // reading and since when
  std::map<std::string, std::pair<std::size_t, std::size_t>> jobs_;  // since when, which revision
  std::map<std::string, Promised> batches_;                          // by id
};

// A portal's store under ingest: a receipt implies that the batch is stored with all that was
// derived from it; a batch is stored wholly or not at all; sent again, all of it is there once.
class PortalScript : public Script {
 public:
  explicit PortalScript(std::uint64_t seed, int batches = 12);
  Broken Check(std::size_t op, CrashDisk::Loss loss, std::mt19937_64& chance) override;

 private:
  struct Sent {
    std::string sealed = {};
    std::string batch = {};
    int readings = 0;
    std::size_t receipted = 0;  // after so many operations; 0: never
  };
  PrivateKey encryption_ = PrivateKey::Generate();
  PortalIdentity portal_{.signing = PrivateKey::Generate()};
  FixedClock clock_;
  std::string path_;
  std::vector<Sent> sent_;
  int readings_ = 0;
};

}  // namespace plotmeter::crash
