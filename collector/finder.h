// One sweep beside the polls of a running collector: on a thread and an SNMP session of its own, so
// that no poll waits for it.
//
//    Finder finder(arguments, clock, &turns, wake);
//    finder.Begin(profile, from, certificates);
//    for (;;) { Keep(finder.Take()); if (!finder.is_busy()) break; … }
//
// The printers it found and how far it came are taken together: a state that counts an address as
// settled is never handed over before the printer that was found there.

#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "collector/look.h"
#include "collector/ways.h"
#include "common/clock.h"
#include "common/settings.h"

namespace plotmeter {

class Finder {
 public:
  struct News {
    std::string profile = {};
    std::vector<Looked> printers = {};     // large-format printers
    std::optional<SweepState> state = {};  // empty: not now
    std::optional<SweepProgress> progress = {};
    std::vector<std::pair<std::string, std::string>> unresolved = {};
    std::vector<std::string> narrowed = {};                // SweepPlan::narrowed
    std::map<std::string, std::string> certificates = {};  // seen first
    bool finished = false;  // the sweep is over; nothing more comes of it
    bool whole = false;     // and it was not ended before its end
    std::string trouble = {};
  };

  // `arguments`, `clock` and `turns` must outlive it; with the polls' turns no host is asked two
  // things at once. `wake` is called from other threads when there is something to take.
  Finder(const Arguments& arguments, const Clock& clock, HostTurns* turns,
         std::function<void()> wake);
  ~Finder();  // ends the sweep

  // Not while it is busy.
  void Begin(SearchProfile profile, SweepState from,
             std::map<std::string, std::string> certificates);

  bool is_busy() const { return busy_; }  // from Begin until `finished` was taken
  News Take();

 private:
  void Run(const SearchProfile& profile, SweepState from,
           std::map<std::string, std::string> certificates, std::stop_token stop);
  void Keep(Looked looked, bool cut = false);

  const Arguments& arguments_;
  const Clock& clock_;
  HostTurns* const turns_;
  const std::function<void()> wake_;
  bool busy_ = false;

  std::mutex mutex_;  // guards what is below
  News news_ = {};
  std::condition_variable identified_;
  int unidentified_ = 0;  // whose own words are awaited: printers, and what may be one
  bool cut_ = false;      // an address that the sweep counts as settled is not: the end came first
  Sweep* sweep_ = nullptr;

  std::jthread thread_;
};

}  // namespace plotmeter
