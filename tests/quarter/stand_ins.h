// The outside world of a collector in one process: true time and clocks that lie, printers with a
// truth, and a portal that is the real one without its sockets.

#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "collector/channel/channel.h"
#include "collector/uplink/portal.h"
#include "common/clock.h"
#include "portal/access/heartbeats.h"
#include "portal/access/keyring.h"
#include "portal/ledger/ingest.h"
#include "tests/portal/store/fleet.h"
#include "tests/simulator/printer.h"

namespace plotmeter {

using std::chrono::milliseconds;

// What time it truly is, and what the collector's machine believes.
class Clocks : public Clock {
 public:
  explicit Clocks(Instant begin) : truth(begin) {}

  Instant Now() const override { return truth + wall_error; }
  milliseconds Steady() const override { return truth.time_since_epoch() - stood_still; }

  Instant truth;
  milliseconds wall_error{0};
  milliseconds stood_still{0};  // a virtual machine that was paused
};

// True time for the portal.
class TrueClock : public Clock {
 public:
  explicit TrueClock(const Clocks& clocks) : clocks_(clocks) {}
  Instant Now() const override { return clocks_.truth; }

 private:
  const Clocks& clocks_;
};

// A printer and what one could see of it.
struct QuarterPrinter {
  std::unique_ptr<simulator::SimulatedPrinter> printer = {};
  std::string host = {};

  enum class Mood { kWell, kAsleep, kDead };
  Mood mood = Mood::kWell;
  int mad_every = 0;    // each so many polls it talks nonsense; 0: never
  bool alert = false;   // a critical one is active
  int told_alerts = 0;  // how many were told
  int alerts = 0;       // that there were

  int polls = 0;
  std::vector<Instant> polled = {};  // true time of every question, and of those answered in full
  std::vector<Instant> read = {};
  bool shows_new_alert = false;         // was asked since it became active
  std::uint32_t told_modification = 0;  // of the job list told last; 0: tell it whole
};

// Answers for all of them at once, over PIWS, as a channel does, and remembers what it said.
class QuarterChannel : public Channel {
 public:
  QuarterChannel(const Clocks& clocks, std::vector<QuarterPrinter>& printers)
      : clocks_(clocks), printers_(printers) {}

  ChannelKind kind() const override { return ChannelKind::kPiws; }
  void Identify(const PrinterAddress& address, std::function<void(Told)> told) override {
    told(Tell(address, true));
  }
  void Read(const PrinterAddress& address, std::function<void(Told)> told) override {
    told(Tell(address, true));
  }
  void Watch(const PrinterAddress& address, std::function<void(Told)> told) override {
    told(Tell(address, false));
  }

  // "serial meter colorant at": value, of every full answer; and how often each was told.
  std::map<std::string, std::string> readings = {};

 private:
  Told Tell(const PrinterAddress& address, bool in_full);

  const Clocks& clocks_;
  std::vector<QuarterPrinter>& printers_;
};

// The real portal behind the collector's seam.
class QuarterPortal : public Portal {
 public:
  explicit QuarterPortal(const Clocks& clocks);

  PortalAnswer Get(const std::string& path) override;
  PortalAnswer Post(const std::string& path, const std::string& content_type,
                    const std::string& body) override;
  void Cancel() override {}

  enum class Mood { kWell, kUnreachable, kBusy, kNonsense };
  Mood mood = Mood::kWell;

  // Its database as it is now, and as it was when that was done last.
  void BackUp();
  void Restore();

  SqliteStore& store() { return *store_; }
  const Keyring& keys() const { return keys_; }
  std::string Enrol(const std::string& jwk, const std::string& thumbprint);  // the collector's id
  const ResellerId& reseller() const { return tenant_.reseller; }

  std::vector<Instant> heartbeats = {};  // that were heard, in true time
  std::vector<Instant> asked = {};       // every question, in true time
  int repeated = 0;                      // batches that had been stored before

 private:
  void Open();
  PortalAnswer Answer(int status, const std::string& type, const std::string& body) const;

  const TrueClock clock_;
  const Clocks& clocks_;
  std::string path_ = FreshDatabase();
  Keyring keys_;
  PortalIdentity identity_;
  std::unique_ptr<SqliteStore> store_;
  std::unique_ptr<Ingest> ingest_;
  std::unique_ptr<Heartbeats> heartbeats_;
  Tenant tenant_;
};

}  // namespace plotmeter
