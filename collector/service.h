// What `run` does: reads the known printers when they are due, keeps what they say, sends it.
//
//    Service service(arguments, clock, stop);
//    service.FindPrinters();      // where the settings say, if they say so or none is known
//    service.Round(true);         // one round now, readings included
//    service.Send();              // all that waits, as far as the portal lets it
//    service.RunUntilStopped();   // for ever
//
// Everything happens on the calling thread; only answers and signals come from others, and sweeps
// have a thread of their own (finder.h) whose finds are taken on this one. What a poll or a sweep
// says of who stands where goes through known_printers.h.

#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "collector/enrol/identity.h"
#include "collector/finder.h"
#include "collector/known_printers.h"
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

  // Sweeps now, and waits for it, if places to look at were given or no printer is known.
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
  // Which printers a round asks.
  void Ask(const std::vector<KnownPrinter>& printers, bool all, RoundReport& report);
  // Who answered where: what it means for the list of known printers.
  void Recognise(const std::vector<KnownPrinter>& asked, const std::vector<Polled>& polled);
  // Printers that were silent at their address, at their spare one.
  void AskSpares(const std::vector<KnownPrinter>& asked, const std::vector<Polled>& polled,
                 bool all, RoundReport& report);
  void Note(const std::vector<IdentityEvent>& events);
  bool IsThere(const KnownPrinter& printer);
  // Takes what the sweep under way has found, and begins one that is due. Returns whether a new
  // printer is known.
  bool Discover();
  bool TakeNews();
  void Begin(const SearchProfile& profile, bool afresh);
  struct Search {
    SearchProfile profile = {};
    bool names_only = false;  // where its host names lead now, not the whole sweep
  };
  std::optional<Search> DueSearch();
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
  std::vector<SearchProfile> profiles_;
  AccessBook access_;
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
  std::optional<Instant> tried_at_;        // when something was sent last, or tried to
  std::string disk_trouble_;               // why the disk took nothing last; empty: it did
  bool book_lost_ = false;                 // status.json could not be written
  std::set<std::string> looked_at_names_;  // profiles whose host names were looked at since start
  std::optional<SweepRecord> sweep_;       // under way; empty: nothing is, or only names
  std::mutex wake_mutex_;                  // guards the one below
  bool woken_ = false;
  std::condition_variable_any wake_;
  Finder finder_;
};

// The setting `name`, "interval" or "job-interval". Throws UsageError if it is under a second.
std::chrono::milliseconds IntervalOf(const Arguments& arguments, const std::string& name);

// How the portal of this identity is reached with these settings.
PortalClientSettings PortalClientSettingsOf(const Arguments& arguments, const std::string& url,
                                            const std::string& ca_file);

}  // namespace plotmeter
