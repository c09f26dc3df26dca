// What `run` does: reads the known printers when they are due, keeps what they say, sends it.
//
//    Service service(arguments, clock, stop);
//    service.Round(true);         // one round now, readings included
//    service.Send();              // all that waits, as far as the portal lets it
//    service.RunUntilStopped();   // for ever
//
// Everything happens on the calling thread; only answers and signals come from others.

#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "collector/enrol/identity.h"
#include "collector/look.h"
#include "collector/spool/spool.h"
#include "collector/state_lock.h"
#include "collector/status_book.h"
#include "collector/uplink/portal_client.h"
#include "collector/upload/uploader.h"
#include "collector/ways.h"
#include "common/clock.h"
#include "common/settings.h"

namespace plotmeter {

class Service {
 public:
  // `arguments` and `clock` must outlive it. Not being enrolled is no error: what is read waits.
  // Throws std::runtime_error when another process has a Service in the same state directory.
  Service(const Arguments& arguments, const Clock& clock, std::stop_token stop);

  // Looks for printers if none is known, or if ranges were given.
  void FindPrinters();

  // Asks every known printer. Jobs and alerts are kept always, readings of those that are due, or
  // of all. Returns whether something came that must be sent at once.
  struct RoundReport {
    int printers = 0;
    int answered = 0;
    int kept = 0;         // printers whose readings were kept
    bool urgent = false;  // a critical alert is new
  };
  RoundReport Round(bool all);

  // Sends until nothing waits, the portal asks for patience, or `until` has come.
  void Send(std::optional<Instant> until = {});

  void RunUntilStopped();

  // What stands in the way of sending; empty: nothing.
  const std::string& trouble() const { return book_.trouble; }
  Waiting waiting() { return spool_.CountWaiting(); }

 private:
  void ProbeAfterChange(const Polled& polled);
  bool IsReadingDue(const PrinterAddress& address, Instant now);
  void Keep(const Polled& polled, bool due, RoundReport& report);
  void Wait(Instant until);
  void SaveBook();
  void SendAll(std::optional<Instant> until);
  // False when the disk did not take it, but may later; disk_trouble_ says why.
  bool OnDisk(const std::function<void()>& act);

  const Arguments& arguments_;
  const Clock& clock_;
  std::stop_token stop_;
  std::string directory_;
  StateLock lock_;
  Spool spool_;
  std::string beat_;  // names this collector's place within the intervals
  StatusBook book_;
  Ways ways_;
  struct Before {
    bool answered = false;
    std::string firmware = {};
  };
  std::map<std::string, Before> before_;  // by host, what the last round saw
  std::chrono::milliseconds interval_;
  std::chrono::milliseconds job_interval_;
  std::optional<Identity> identity_;
  std::unique_ptr<PortalClient> portal_;
  std::unique_ptr<Uploader> uploader_;
  std::optional<Instant> last_round_;
  std::optional<Instant> tried_at_;  // when something was sent last, or tried to
  std::string disk_trouble_;         // why the disk took nothing last; empty: it did
  bool book_lost_ = false;           // status.json could not be written
};

// The setting `name`, "interval" or "job-interval". Throws UsageError if it is under a second.
std::chrono::milliseconds IntervalOf(const Arguments& arguments, const std::string& name);

// How the portal of this identity is reached with these settings.
PortalClientSettings PortalClientSettingsOf(const Arguments& arguments, const std::string& url,
                                            const std::string& ca_file);

// Puts a large-format printer into the list of those that are read.
void KnowPrinter(Spool& spool, const Looked& looked, Instant now);

}  // namespace plotmeter
