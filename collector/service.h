// What `run` does: reads the known printers when they are due, keeps what they say, sends it.
//
//    Service service(arguments, clock, stop);
//    service.FindPrinters();      // where the settings say, if they say so or none is known
//    service.Round(true);         // one round now, readings included
//    service.Send();              // all that waits, as far as the portal lets it
//    service.RunUntilStopped();   // for ever
//
// Everything happens on the calling thread; only answers and signals come from others, and sweeps
// have a thread of their own. The parts: rhythm.h says what is next, rounds.h asks the printers,
// searches.h looks for more of them, sending.h speaks with the portal.

#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "collector/disk_care.h"
#include "collector/remote_settings.h"
#include "collector/rhythm.h"
#include "collector/rounds.h"
#include "collector/searches.h"
#include "collector/sending.h"
#include "collector/spool/spool.h"
#include "collector/spool_watch.h"
#include "collector/state_lock.h"
#include "collector/status_book.h"
#include "collector/ways.h"
#include "common/clock.h"
#include "common/settings.h"

namespace plotmeter {

// Stand-ins for the outside world, for tests. They must outlive the service.
struct StandIns {
  std::vector<Channel*> channels = {};
  Portal* portal = nullptr;
};

class Service {
 public:
  // `arguments` and `clock` must outlive it. Not being enrolled is no error: what is read waits.
  // Throws std::runtime_error when another process has a Service in the same state directory.
  // What lies there as its spool is looked at first, and saved when it is damaged, or when `why`
  // says what was found wrong with it. What the look did not see may still throw SqliteError that
  // is_damage().
  Service(const Arguments& arguments, const Clock& clock, std::stop_token stop,
          const std::optional<StandIns>& stand_ins = {}, const std::string& why = {});

  // The same. What turns out to be damaged meanwhile is saved, once.
  static std::unique_ptr<Service> Start(const Arguments& arguments, const Clock& clock,
                                        const std::stop_token& stop,
                                        const std::optional<StandIns>& stand_ins = {});

  // The same, and where the disk is full or in trouble it is tried again for as long as it takes:
  // what waits on it is not lost, and nobody else mends it by starting anew. `wait` is told what
  // stands in the way before each new try. Nothing when `stop` was asked for.
  static std::unique_ptr<Service> StartPatiently(
      const Arguments& arguments, const Clock& clock, const std::stop_token& stop,
      const std::function<void(const std::string& trouble)>& wait,
      const std::optional<StandIns>& stand_ins = {});

  // Sweeps now, and waits for it, if places to look at were given or no printer is known.
  void FindPrinters();

  // Asks every known printer. Jobs and alerts are kept always, readings of those that are due, or
  // of all.
  RoundReport Round(bool all);

  // Sends until nothing waits, the portal asks for patience, or `budget` is used up.
  void Send(std::optional<milliseconds> budget = {});

  void RunUntilStopped();

  // Does what is due and returns how long nothing will be: the loop of RunUntilStopped. A spool
  // that turns out to be damaged is saved as far as it can be read, and goes on.
  milliseconds Step();

  // `pulse` is called on this thread at least every few seconds while the work goes round, and not
  // when it hangs: for whoever watches over the service. A request to the portal that goes nowhere
  // may take a minute.
  void set_pulse(const std::function<void()>& pulse);

  // How it goes, for people, as of the last round or sending: "3 printers: 2 answer, 1 sleeps".
  const std::string& summary() const { return summary_; }

  // The spool turned out to be damaged (SqliteError): saves what can be read of it, and goes on
  // with that. False when the disk does not let it: trouble() says so, and the next call tries
  // again, though not at once. Throws SqliteError when it was done within the hour already.
  bool Rescue(const std::string& why);

  // What stands in the way of sending; empty: nothing.
  const std::string& trouble() const { return book_.trouble; }
  Waiting waiting() { return spool_.CountWaiting(); }

 private:
  milliseconds DoWhatIsDue();
  void CareForSpool();
  void NoticeNewStream();
  void Heartbeat();
  void UseRemote();
  void Wait(milliseconds span);
  void SaveBook();

  const Arguments& arguments_;
  const Clock& clock_;
  std::stop_token stop_;
  std::string directory_;
  StateLock lock_;
  bool rescued_;  // at the start: what lay there was no sound spool
  Spool spool_;
  SpoolWatch spool_watch_;
  std::string stream_;
  std::string site_;  // names this collector's place within the intervals
  StatusBook book_;
  DiskCare disk_;
  RemoteSettings remote_;
  std::vector<SearchProfile> profiles_;
  AccessBook access_;
  HostTurns turns_;                                          // of polls and sweeps
  std::unique_ptr<Ways> ways_;                               // none with stand-ins
  std::unique_ptr<RememberedCertificates> no_certificates_;  // with stand-ins
  std::unique_ptr<Poller> stand_in_poller_;
  Rhythm rhythm_;
  Past past_;
  bool book_lost_ = false;  // status.json could not be written
  // By the steady clock, the last time in this run that it was done, and that it was tried.
  std::optional<milliseconds> rescued_at_ = {};
  std::optional<milliseconds> rescue_tried_at_ = {};
  std::optional<milliseconds> cared_at_ = {};  // for what lies beside the spool; the same clock
  std::string summary_ = "the first round is not over";
  std::function<void()> pulse_ = [] {};
  std::mutex wake_mutex_;  // guards the one below
  bool woken_ = false;
  std::condition_variable_any wake_;
  Rounds rounds_;
  Searches searches_;
  Sending sending_;
};

// The setting `name`: "interval", "job-interval" or "heartbeat". Throws UsageError if it is under a
// second.
milliseconds IntervalOf(const Arguments& arguments, const std::string& name);

}  // namespace plotmeter
