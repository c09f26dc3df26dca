// Which sweeps are due, the one under way, and what becomes of its finds.
//
//    Searches searches({…});
//    searches.Now(stop, wait);          every profile that names places, now, one after the other
//    if (searches.Go()) …               takes what was found, begins what is due; true: there is a
//                                       new printer
//
// A sweep has a thread of its own (finder.h); everything here is for the thread that owns the
// spool.

#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "collector/disk_care.h"
#include "collector/finder.h"
#include "collector/known_printers.h"
#include "collector/search_profile.h"
#include "collector/spool/spool.h"
#include "collector/status_book.h"
#include "collector/ways.h"
#include "common/clock.h"

namespace plotmeter {

class Searches {
 public:
  // All of them must outlive it.
  struct Parts {
    Spool& spool;
    StatusBook& book;
    AccessBook& access;
    RememberedCertificates& certificates;
    DiskCare& disk;
    const Clock& clock;
    HostTurns* turns = nullptr;  // those of the polls
  };
  // `site` names this collector's place within the intervals. `wake` is called from other threads
  // when a sweep has found something.
  Searches(const Parts& parts, const Arguments& arguments, std::vector<SearchProfile> profiles,
           std::string site, std::function<void()> wake);

  // Sweeps those profiles that name places to look at, or the machine's networks if no printer is
  // known and nobody named any. `wait` waits until the next news, or a while.
  void Now(const std::stop_token& stop, const std::function<void()>& wait);

  // Takes what the sweep under way has found, or begins one that is due. Returns whether a new
  // printer is known.
  bool Go();

  bool is_busy() const { return finder_.is_busy(); }

  // From the next sweep on.
  void Use(std::vector<SearchProfile> profiles) { profiles_ = std::move(profiles); }

 private:
  struct Search {
    SearchProfile profile = {};
    bool names_only = false;  // where its host names lead now, not the whole sweep
  };
  bool TakeNews();
  void Begin(const SearchProfile& profile, bool afresh);
  std::optional<Search> DueSearch();
  bool AreNamesDue(const std::string& profile) const;
  Moment FinishedAt(const std::string& profile, const SweepRecord& record) const;

  Parts parts_;
  std::vector<SearchProfile> profiles_;
  std::string site_;
  std::set<std::string> looked_at_names_;   // profiles whose host names were looked at since start
  std::optional<SweepRecord> sweep_;        // under way; empty: nothing is, or only names
  std::vector<KnownPrinter> unsaved_;       // found while the disk took nothing
  std::map<std::string, Moment> finished_;  // by profile, the last one of this process
  struct Lost {
    std::set<std::string> names = {};  // that led nowhere when they were looked at last
    Moment at = {};
  };
  std::map<std::string, Lost> lost_;  // by profile
  bool any_lost_ = false;             // in the search under way
  Finder finder_;
};

}  // namespace plotmeter
