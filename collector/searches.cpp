#include "collector/searches.h"

#include <algorithm>

#include "collector/poll/due.h"
#include "common/log.h"

namespace plotmeter {
namespace {

constexpr std::chrono::hours kLookSoonAgain{1};  // while no printer is known, or a name is not

}  // namespace

Searches::Searches(const Parts& parts, const Arguments& arguments,
                   std::vector<SearchProfile> profiles, std::string site,
                   std::function<void()> wake)
    : parts_(parts),
      profiles_(std::move(profiles)),
      site_(std::move(site)),
      finder_(arguments, parts.clock, parts.turns, std::move(wake)) {}

void Searches::Now(const std::stop_token& stop, const std::function<void()>& wait) {
  for (const SearchProfile& profile : profiles_) {
    const bool wanted =
        profile.names_something() || (profiles_.size() == 1 && !parts_.spool.KnowsAnyPrinter());
    if (!wanted || stop.stop_requested()) continue;
    Begin(profile, true);
    while (finder_.is_busy() && !stop.stop_requested()) {
      wait();
      TakeNews();
    }
  }
}

void Searches::Begin(const SearchProfile& profile, bool afresh) {
  SearchProfile search = profile;
  SweepRecord record{.what = profile.what(), .started_at = parts_.clock.Now()};
  const std::optional<SweepRecord> last = parts_.spool.LastSweep(profile.name);
  if (!afresh && last && !last->finished_at && last->what == record.what) {
    record = *last;
    Log(LogLevel::kInfo, "discovery_goes_on", {{"profile", profile.name}});
  }
  // Those that answer are asked by the polls, which notice by themselves who stands there.
  for (const KnownPrinter& printer : parts_.spool.KnownPrinters()) {
    if (afresh || printer.host.empty() || !parts_.book.IsThere(printer)) continue;
    search.excludes.push_back(AddressRange::ParseExclude("exclude", printer.host));
  }
  SweepState from{.next = record.next, .told = record.told};
  Log(LogLevel::kInfo, "discovering",
      {{"profile", profile.name}, {"from", std::to_string(record.next)}});
  sweep_ = std::move(record);
  any_lost_ = false;
  finder_.Begin(std::move(search), std::move(from), parts_.spool.Certificates());
}

bool Searches::TakeNews() {
  Finder::News news = finder_.Take();
  if (!news.unresolved.empty()) {
    any_lost_ = true;
    lost_[news.profile].at = parts_.clock.Both();
  }
  for (const auto& [name, why] : news.unresolved) {
    if (!lost_[news.profile].names.insert(name).second) continue;  // it was said
    Log(LogLevel::kWarning, "name_not_resolved",
        {{"name", name}, {"profile", news.profile}, {"why", why}});
  }
  for (const std::string& words : news.narrowed) {
    Log(LogLevel::kInfo, "discovery_narrowed", {{"profile", news.profile}, {"why", words}});
  }
  if (!news.trouble.empty()) {
    Log(LogLevel::kError, "discovery_failed", {{"profile", news.profile}, {"why", news.trouble}});
  }
  std::vector<KnownPrinter> seen = std::exchange(unsaved_, {});
  for (const Looked& looked : news.printers) {
    seen.push_back(KnownOf(looked, parts_.clock.Now()));
    parts_.access.Add(looked.address.host, looked.row);
  }
  const bool ended = news.finished && (news.whole || !news.trouble.empty());
  Known known;
  const std::optional<SweepRecord> before = sweep_;
  // Printers and progress together: a sweep that goes on later has missed none.
  const bool on_disk = parts_.disk.Try([&] {
    parts_.spool.Together([&] {
      known = KnowPrinters(
          parts_.spool, seen, [this](const KnownPrinter& p) { return parts_.book.IsThere(p); },
          parts_.clock.Now());
      if (sweep_ && (news.state || ended)) {
        if (news.state) {
          sweep_->next = news.state->next;
          sweep_->told = news.state->told;
        }
        if (ended) {
          finished_[news.profile] = parts_.clock.Both();
          sweep_->finished_at = finished_[news.profile].wall;
          sweep_->told.clear();
        }
        parts_.spool.RecordSweep(news.profile, *sweep_);
      }
    });
  });
  for (const auto& [printer, fingerprint] : news.certificates) {
    // A poll may have met it meanwhile: of a serial number the first key holds.
    if (printer.starts_with("serial ") && parts_.certificates.Get(printer)) continue;
    parts_.certificates.Set(printer, fingerprint);
  }
  if (on_disk) {
    parts_.book.Note(known.events);
  } else {  // kept with the next news, and the progress with them
    known = {};
    unsaved_ = std::move(seen);
    sweep_ = before;
  }
  if (news.finished) {
    if (!any_lost_ && news.whole) {
      lost_.erase(news.profile);
    } else if (const auto lost = lost_.find(news.profile); lost != lost_.end()) {
      lost->second.at = parts_.clock.Both();  // what failed is not tried again at once
    }
    Log(LogLevel::kInfo, "discovered",
        {{"profile", news.profile},
         {"addresses", std::to_string(news.progress ? news.progress->told : 0)},
         {"whole", news.whole ? "yes" : "no"}});
    sweep_.reset();
  }
  return known.added > 0 || !known.events.empty();
}

// The steady clock knows it only of a sweep of this process.
Moment Searches::FinishedAt(const std::string& profile, const SweepRecord& record) const {
  const auto own = finished_.find(profile);
  if (own != finished_.end() && own->second.wall == *record.finished_at) return own->second;
  return {.wall = *record.finished_at};
}

std::optional<Searches::Search> Searches::DueSearch() {
  const bool none_known = !parts_.spool.KnowsAnyPrinter();
  for (const SearchProfile& profile : profiles_) {
    Search search{.profile = profile};
    const std::optional<SweepRecord> last = parts_.spool.LastSweep(profile.name);
    bool is_same = last && last->what == profile.what();
    if (!profile.names_something()) {
      if (profiles_.size() > 1) continue;
      if (last) search.profile.LookAgain(last->what);
      if (!search.profile.names_something() && !none_known) continue;  // nobody said where to look
      is_same = last.has_value();
    }
    if (!is_same || !last->finished_at) return search;
    std::chrono::milliseconds again = profile.rediscover;
    if (none_known) again = std::min<std::chrono::milliseconds>(again, kLookSoonAgain);
    if (again.count() > 0 && Beat::Of(site_ + "/" + profile.name, again)
                                 .IsDue(parts_.clock.Both(), FinishedAt(profile.name, *last))) {
      return search;
    }
    std::erase_if(search.profile.hosts, [](const HostRow& row) { return !row.at.is_name(); });
    if (search.profile.hosts.empty() || !AreNamesDue(profile.name)) continue;
    search.profile.ranges.clear();
    search.names_only = true;
    return search;
  }
  return {};
}

// Once after a start, and again while one leads nowhere: a machine may start before its resolver.
bool Searches::AreNamesDue(const std::string& profile) const {
  if (!looked_at_names_.contains(profile)) return true;
  const auto lost = lost_.find(profile);
  if (lost == lost_.end()) return false;
  const auto passed = Passed(lost->second.at, parts_.clock.Both());
  return !passed || *passed >= kLookSoonAgain;
}

bool Searches::Go() {
  if (finder_.is_busy()) return TakeNews();
  const std::optional<Search> due = DueSearch();
  if (!due) return false;
  looked_at_names_.insert(due->profile.name);
  Begin(due->profile, false);
  if (due->names_only) sweep_.reset();  // it is no sweep of the profile
  return false;
}

}  // namespace plotmeter
