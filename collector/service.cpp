#include "collector/service.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <random>

#include "collector/collector_settings.h"
#include "collector/poll/due.h"
#include "common/log.h"

namespace plotmeter {
namespace {

constexpr std::chrono::seconds kLongestSleep{60};  // so that a clock that was set is noticed
constexpr std::chrono::seconds kDiskAgain{60};     // when the disk took nothing
constexpr std::chrono::seconds kKeepProgress{3};   // of a sweep
constexpr std::chrono::hours kLookSoonAgain{1};    // while no printer is known
constexpr std::size_t kMostUnsynced = 64;  // printers whose readings share a turn of the disk

PrinterAddress AddressOf(const KnownPrinter& printer) {
  return {.host = printer.host,
          .snmp_port = printer.snmp_port,
          .https_port = printer.https_port,
          .piws_url = printer.piws_url,
          .access = printer.access,
          .known = printer.identity};
}

PrinterAddress AddressOf(const KnownPrinter& printer, const SpareAddress& spare) {
  PrinterAddress address = AddressOf(printer);
  address.host = spare.host;
  address.snmp_port = spare.snmp_port;
  address.https_port = spare.https_port;
  address.access = spare.access;
  return address;
}

bool IsAt(const KnownPrinter& printer, const PrinterAddress& address) {
  return printer.host == address.host && printer.snmp_port == address.snmp_port;
}

const Polled* AnswerAt(const KnownPrinter& printer, const std::vector<Polled>& polled) {
  const auto found = std::ranges::find_if(
      polled, [&](const Polled& answer) { return IsAt(printer, answer.address); });
  return found == polled.end() || !found->answered() ? nullptr : &*found;
}

// What a poll told that was not known.
bool IsNews(const KnownPrinter& known, const Polled& polled) {
  const auto differs = [](const std::string& was, const std::string& is) {
    return !is.empty() && was != is;
  };
  return differs(known.identity.serial, polled.identity.serial) ||
         differs(known.identity.manufacturer, polled.identity.manufacturer) ||
         differs(known.identity.product, polled.identity.product) ||
         differs(known.identity.model, polled.identity.model) ||
         differs(known.identity.firmware, polled.identity.firmware) ||
         !std::ranges::includes(known.macs, polled.macs);
}

std::function<double()> Chance() {
  return [random = std::mt19937_64(std::random_device()())]() mutable {
    return std::uniform_real_distribution<double>(0.0, 1.0)(random);
  };
}

}  // namespace

std::chrono::milliseconds IntervalOf(const Arguments& arguments, const std::string& name) {
  const std::chrono::milliseconds interval = ParseDuration(name, arguments.Text(name));
  if (interval >= std::chrono::seconds(1)) return interval;
  throw UsageError(fmt::format("'{}' is '{}'; expected at least 1s", name, arguments.Text(name)));
}

PortalClientSettings PortalClientSettingsOf(const Arguments& arguments, const std::string& url,
                                            const std::string& ca_file) {
  return {.url = url,
          .ca_file = arguments.Has("ca") ? arguments.Text("ca") : ca_file,
          .proxy = ProxyWishesOf(arguments)};
}

Service::Service(const Arguments& arguments, const Clock& clock, std::stop_token stop)
    : arguments_(arguments),
      clock_(clock),
      stop_(std::move(stop)),
      directory_(StateDirectory(arguments)),
      lock_(directory_),
      spool_(SpoolSettingsOf(arguments), clock),
      beat_(spool_.stream()),
      book_(directory_),
      profiles_(SearchProfilesOf(arguments)),
      access_(profiles_),
      ways_(profiles_.front(), arguments, clock, 0, spool_.Certificates(), &access_,
            spool_.GivenMeters()),
      interval_(IntervalOf(arguments, "interval")),
      job_interval_(IntervalOf(arguments, "job-interval")),
      identity_(LoadIdentity(directory_)),
      finder_(arguments, clock, [this] {
        {
          const std::lock_guard lock(wake_mutex_);
          woken_ = true;
        }
        wake_.notify_all();
      }) {
  const std::optional<PrivateKey> key = LoadKey(directory_);
  if (!identity_ || !key) {
    book_.trouble = "not enrolled: what is read waits here. Run plotmeter-collector enrol";
    return;
  }
  portal_ = std::make_unique<PortalClient>(
      PortalClientSettingsOf(arguments, identity_->portal_url, identity_->ca_file));
  uploader_ =
      std::make_unique<Uploader>(spool_, *portal_, clock, Chance(),
                                 UploadIdentity{.portal = identity_->portal,
                                                .collector = identity_->collector,
                                                .keys = identity_->keys,
                                                .key = key,
                                                .remember_keys = [this](const std::string& jws) {
                                                  identity_->keys_jws = jws;
                                                  SaveIdentity(directory_, *identity_);
                                                }});
}

void Service::FindPrinters() {
  for (const SearchProfile& profile : profiles_) {
    const bool wanted =
        profile.names_something() || (profiles_.size() == 1 && spool_.KnownPrinters().empty());
    if (!wanted || stop_.stop_requested()) continue;
    Begin(profile, true);
    while (finder_.is_busy() && !stop_.stop_requested()) {
      Wait(clock_.Now() + kLongestSleep);
      TakeNews();
    }
  }
}

void Service::Begin(const SearchProfile& profile, bool afresh) {
  SearchProfile search = profile;
  SweepRecord record{.what = profile.what(), .started_at = clock_.Now()};
  const std::optional<SweepRecord> last = spool_.LastSweep(profile.name);
  if (!afresh && last && !last->finished_at && last->what == record.what) {
    record = *last;
    Log(LogLevel::kInfo, "discovery_goes_on", {{"profile", profile.name}});
  }
  // Those that answer are asked by the polls, which notice by themselves who stands there.
  for (const KnownPrinter& printer : spool_.KnownPrinters()) {
    if (afresh || printer.host.empty() || !IsThere(printer)) continue;
    search.excludes.push_back(AddressRange::Parse("exclude", printer.host));
  }
  SweepState from{.next = record.next, .told = record.told};
  Log(LogLevel::kInfo, "discovering",
      {{"profile", profile.name}, {"from", std::to_string(record.next)}});
  sweep_ = std::move(record);
  finder_.Begin(std::move(search), std::move(from), spool_.Certificates());
}

bool Service::TakeNews() {
  Finder::News news = finder_.Take();
  for (const auto& [name, why] : news.unresolved) {
    Log(LogLevel::kWarning, "name_not_resolved",
        {{"name", name}, {"profile", news.profile}, {"why", why}});
  }
  if (!news.trouble.empty()) {
    Log(LogLevel::kError, "discovery_failed", {{"profile", news.profile}, {"why", news.trouble}});
  }
  std::vector<KnownPrinter> seen;
  for (const Looked& looked : news.printers) {
    seen.push_back(KnownOf(looked, clock_.Now()));
    access_.Add(looked.address.host, looked.row);
  }
  const bool ended = news.finished && (news.whole || !news.trouble.empty());
  Known known;
  // Printers and progress together: a sweep that goes on later has missed none.
  const bool on_disk = OnDisk([&] {
    spool_.Together([&] {
      known = KnowPrinters(
          spool_, seen, [this](const KnownPrinter& p) { return IsThere(p); }, clock_.Now());
      if (sweep_ && (news.state || ended)) {
        if (news.state) {
          sweep_->next = news.state->next;
          sweep_->told = news.state->told;
        }
        if (ended) {
          sweep_->finished_at = clock_.Now();
          sweep_->told.clear();
        }
        spool_.RecordSweep(news.profile, *sweep_);
      }
    });
  });
  for (const auto& [printer, fingerprint] : news.certificates) {
    ways_.certificates.Set(printer, fingerprint);
  }
  if (on_disk) Note(known.events);
  if (news.finished) {
    Log(LogLevel::kInfo, "discovered",
        {{"profile", news.profile},
         {"addresses", std::to_string(news.progress ? news.progress->told : 0)},
         {"whole", news.whole ? "yes" : "no"}});
    sweep_.reset();
  }
  return known.added > 0 || !known.events.empty();
}

std::optional<Service::Search> Service::DueSearch() {
  const bool none_known = spool_.KnownPrinters().empty();
  for (const SearchProfile& profile : profiles_) {
    Search search{.profile = profile};
    const std::optional<SweepRecord> last = spool_.LastSweep(profile.name);
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
    if (again.count() > 0 && IsDue(clock_.Now(), last->finished_at, again,
                                   JitterOf(beat_ + "/" + profile.name, again))) {
      return search;
    }
    std::erase_if(search.profile.hosts, [](const HostRow& row) { return !row.at.is_name(); });
    if (search.profile.hosts.empty() || looked_at_names_.contains(profile.name)) continue;
    search.profile.ranges.clear();
    search.names_only = true;
    return search;
  }
  return {};
}

bool Service::Discover() {
  if (finder_.is_busy()) return TakeNews();
  const std::optional<Search> due = DueSearch();
  if (!due) return false;
  looked_at_names_.insert(due->profile.name);
  Begin(due->profile, false);
  if (due->names_only) sweep_.reset();  // it is no sweep of the profile
  return false;
}

// What its address answered last, it answered as itself.
bool Service::IsThere(const KnownPrinter& printer) {
  const PrinterStatus& status = book_.Of(AddressOf(printer));
  return status.last_success && status.last_error.empty() &&
         (status.serial == printer.identity.serial || printer.identity.serial.empty());
}

// Says here what the spool says to the portal.
void Service::Note(const std::vector<IdentityEvent>& events) {
  for (const auto& [printer, event] : events) {
    Log(LogLevel::kWarning, "printer_changed",
        {{"what", event.kind},
         {"serial", printer.serial},
         {"was", event.was.value_or("")},
         {"is", event.is.value_or("")}});
    book_.AddEvent(printer.serial, event);
  }
}

// A printer that was started, or has other firmware, may have channels that it did not have.
void Service::ProbeAfterChange(const Polled& polled) {
  const auto [entry, is_new] = before_.try_emplace(polled.address.host);
  Before& before = entry->second;
  const std::string& firmware = polled.identity.firmware;
  const bool renewed = !firmware.empty() && !before.firmware.empty() && firmware != before.firmware;
  const bool came_back = polled.answered() && !before.answered;
  if (!is_new && (renewed || came_back)) ways_.poller.ProbeAgain(polled.address);
  before.answered = polled.answered();
  if (!firmware.empty()) before.firmware = firmware;
}

bool Service::IsReadingDue(const PrinterAddress& address, Instant now) {
  return IsDue(now, book_.Of(address).last_kept, interval_, JitterOf(beat_, interval_));
}

void Service::Keep(const Polled& polled, bool due, RoundReport& report) {
  PrinterStatus& status = book_.Of(polled.address);
  status.remarks = polled.remarks;
  ProbeAfterChange(polled);
  std::string error = polled.Trouble();
  if (polled.answered()) {
    ++report.answered;
    status.last_success = polled.readings.front().at;
    status.model = polled.identity.model;
    status.serial = polled.identity.serial;
    if (!error.empty()) status.remarks.push_back(error);  // the other channel answered
    error.clear();
  } else if (status.serial.empty()) {  // it never answered since it was found
    status.model = polled.address.known.model;
    status.serial = polled.address.known.serial;
  }
  const auto kept = [&](const std::function<void()>& keep) {
    try {
      keep();
    } catch (const BatchError& refused) {  // one odd answer harms no other
      error = fmt::format("not kept: {}", refused.what());
    }
  };
  if (polled.answered() && polled.identity.serial.empty()) {
    error = "it says no serial number, so what it says cannot be metered";
  } else if (polled.answered()) {
    const bool on_disk = OnDisk([&] {
      spool_.Together([&] {
        if (due) {
          for (const Reading& reading : polled.readings) kept([&] { spool_.Keep(reading); });
        }
        for (const JobRecord& job : polled.jobs) kept([&] { spool_.Keep(polled.identity, job); });
        for (const PrinterEvent& event : polled.events) {
          kept([&] { spool_.Keep(polled.identity, event); });
        }
        for (const ChannelAlerts& alerts : polled.alerts) {
          kept([&] {
            const AlertChanges changes =
                spool_.Alerts(polled.identity, alerts.channel, alerts.active);
            report.urgent =
                report.urgent || std::ranges::any_of(changes.appeared, [](const Alert& a) {
                  return a.severity == Severity::kCritical;
                });
          });
        }
      });
    });
    if (!on_disk) {
      error = disk_trouble_;
      status.last_kept = {};  // a channel that told it thinks it known: it is asked in full again
    } else {
      disk_trouble_.clear();
      if (due) {
        status.last_kept = clock_.Now();
        ++report.kept;
      }
    }
  }
  if (error != status.last_error) {
    Log(error.empty() ? LogLevel::kInfo : LogLevel::kWarning,
        error.empty() ? "printer_answers" : "printer_trouble",
        {{"address", polled.address.host}, {"why", error.empty() ? "it is well again" : error}});
  }
  status.last_error = error;
}

Service::RoundReport Service::Round(bool all) {
  RoundReport report;
  const std::string before = disk_trouble_;
  std::vector<KnownPrinter> printers = spool_.KnownPrinters();
  std::erase_if(printers, [](const KnownPrinter& printer) { return printer.host.empty(); });
  Ask(printers, all, report);
  last_round_ = clock_.Now();
  if (!disk_trouble_.empty()) {
    book_.trouble = disk_trouble_;
  } else if (book_.trouble == before) {
    book_.trouble.clear();
  }
  SaveBook();
  return report;
}

void Service::Ask(const std::vector<KnownPrinter>& printers, bool all, RoundReport& report) {
  std::vector<PrinterAddress> addresses;
  for (const KnownPrinter& printer : printers) addresses.push_back(AddressOf(printer));
  report.printers = static_cast<int>(addresses.size());
  std::vector<Polled> answers;  // who they are, without what they said
  // Decided once, before the printers are asked: what is kept must have been read in full.
  const Instant now = clock_.Now();
  std::map<std::string, bool> due;
  const auto key = [](const PrinterAddress& a) {
    return fmt::format("{}:{}", a.host, a.snmp_port);
  };
  for (const PrinterAddress& address : addresses) {
    due[key(address)] = all || IsReadingDue(address, now);
  }
  // Those that finish together share one turn of the disk: alone each takes milliseconds.
  std::vector<PrinterAddress> unsynced;
  const auto sync = [&] {
    if (unsynced.empty()) return;
    if (!OnDisk([&] { spool_.Sync(); })) {
      for (const PrinterAddress& address : unsynced) book_.Of(address).last_kept = {};
    }
    unsynced.clear();
  };
  ways_.poller.Poll(
      addresses, stop_,
      [&](const Polled& polled) {
        if (unsynced.empty()) OnDisk([&] { spool_.SyncLater(); });
        unsynced.push_back(polled.address);
        Keep(polled, due[key(polled.address)], report);
        Polled who{.address = polled.address, .identity = polled.identity, .macs = polled.macs};
        if (polled.answered()) who.readings.emplace_back();
        answers.push_back(std::move(who));
        if (unsynced.size() >= kMostUnsynced) sync();
      },
      sync, [&](const PrinterAddress& address) { return due[key(address)]; });
  sync();
  Recognise(printers, answers);
  AskSpares(printers, answers, all, report);
  for (const auto& [printer, fingerprint] : ways_.certificates.TakeNew()) {
    OnDisk([&] { spool_.RememberCertificate(printer, fingerprint); });
  }
  OnDisk([&] { spool_.RememberGiven(ways_.poller.TakeNewlyGiven()); });
}

void Service::Recognise(const std::vector<KnownPrinter>& asked, const std::vector<Polled>& polled) {
  std::map<std::string, const Polled*> by_host;
  for (const Polled& answer : polled) {
    by_host[fmt::format("{}:{}", answer.address.host, answer.address.snmp_port)] = &answer;
  }
  std::vector<KnownPrinter> seen;
  for (const KnownPrinter& printer : asked) {
    const auto answer = by_host.find(fmt::format("{}:{}", printer.host, printer.snmp_port));
    if (answer == by_host.end() || !answer->second->answered()) continue;
    if (!IsNews(printer, *answer->second)) continue;
    seen.push_back({.host = printer.host,
                    .snmp_port = printer.snmp_port,
                    .https_port = printer.https_port,
                    .piws_url = printer.piws_url,
                    .identity = answer->second->identity,
                    .access = printer.access,
                    .macs = answer->second->macs});
  }
  if (seen.empty()) return;
  Known known;
  const auto is_there = [this](const KnownPrinter& printer) { return IsThere(printer); };
  if (OnDisk([&] { known = KnowPrinters(spool_, seen, is_there, clock_.Now()); })) {
    Note(known.events);
  }
}

void Service::AskSpares(const std::vector<KnownPrinter>& asked, const std::vector<Polled>& polled,
                        bool all, RoundReport& report) {
  std::vector<PrinterAddress> addresses;
  std::vector<KnownPrinter> silent;
  for (const KnownPrinter& printer : asked) {
    if (printer.spares.empty() || AnswerAt(printer, polled) != nullptr) continue;
    silent.push_back(printer);
    addresses.push_back(AddressOf(printer, printer.spares.front()));
  }
  if (silent.empty()) return;
  ways_.poller.Poll(addresses, stop_, [&](const Polled& answer) {
    const auto printer = std::ranges::find_if(silent, [&](const KnownPrinter& known) {
      return AddressOf(known, known.spares.front()) == answer.address &&
             known.identity.serial == answer.identity.serial;
    });
    if (!answer.answered() || printer == silent.end()) return;
    const std::optional<Instant> last = book_.Of(AddressOf(*printer)).last_success;
    Keep(answer, all || IsReadingDue(answer.address, clock_.Now()), report);
    const Meeting meeting = TakeSpare(*printer, printer->spares.front(), last, clock_.Now());
    if (OnDisk([&] {
          spool_.Together([&] {
            for (const KnownPrinter& changed : meeting.changed) spool_.Know(changed);
            KeepEvents(spool_, meeting.events);
          });
        })) {
      Note(meeting.events);
    }
  });
}

void Service::Send(std::optional<Instant> until) {
  book_.next_try_at = {};
  tried_at_ = clock_.Now();
  if (!uploader_) return SaveBook();
  const std::stop_callback cancel(stop_, [this] { portal_->Cancel(); });
  // Even if nothing could be kept just now: what the portal has makes room.
  const bool on_disk = OnDisk([&] {
    SendAll(until);
    spool_.ForgetOld();
  });
  if (!on_disk) book_.next_try_at = clock_.Now() + kDiskAgain;
  if (!disk_trouble_.empty()) book_.trouble = disk_trouble_;
  SaveBook();
}

void Service::SendAll(std::optional<Instant> until) {
  while (!stop_.stop_requested()) {
    if (until && clock_.Now() >= *until) {  // printers are not kept waiting by a long queue
      book_.next_try_at = until;
      return;
    }
    const UploadStep step = uploader_->Step();
    if (step.did == UploadStep::Did::kNothing) {
      book_.trouble.clear();
      return;
    }
    if (step.did == UploadStep::Did::kSent) {
      book_.last_receipt_at = clock_.Now();
      book_.trouble.clear();
      disk_trouble_.clear();
    } else {
      book_.trouble = fmt::format("{}: {}", identity_->portal_url, step.trouble);
    }
    if (step.did == UploadStep::Did::kWaits) {
      book_.next_try_at = clock_.Now() + step.wait;
      return;
    }
  }
}

// It is only a picture of the moment: no reason to stop reading and sending.
void Service::SaveBook() {
  try {
    book_.Save(clock_.Now());
    book_lost_ = false;
  } catch (const std::runtime_error& error) {
    if (!book_lost_) Log(LogLevel::kError, "status_not_written", {{"why", error.what()}});
    book_lost_ = true;
  }
}

bool Service::OnDisk(const std::function<void()>& act) {
  try {
    act();
    return true;
  } catch (const SqliteError& error) {
    if (!error.may_pass()) throw;
    if (disk_trouble_.empty()) Log(LogLevel::kError, "disk_trouble", {{"why", error.what()}});
    disk_trouble_ = fmt::format("the disk of {} takes nothing: {}", directory_, error.what());
    return false;
  }
}

void Service::Wait(Instant until) {
  std::unique_lock lock(wake_mutex_);
  auto span = std::min<std::chrono::milliseconds>(until - clock_.Now(), kLongestSleep);
  if (finder_.is_busy()) span = std::min<std::chrono::milliseconds>(span, kKeepProgress);
  wake_.wait_for(lock, stop_, std::max(span, std::chrono::milliseconds(10)),
                 [this] { return woken_; });
  woken_ = false;
}

void Service::RunUntilStopped() {
  const std::chrono::milliseconds job_beat = std::min(job_interval_, interval_);
  Log(LogLevel::kInfo, "running", {{"state", directory_}, {"trouble", book_.trouble}});
  book_.next_try_at = clock_.Now();  // after the first round, whatever was before
  while (!stop_.stop_requested()) {
    const bool found = Discover();
    const Instant now = clock_.Now();
    const auto job_jitter = JitterOf(beat_ + "/jobs", job_beat);
    const auto jitter = JitterOf(beat_, interval_);
    const bool readings_due = last_round_ && IsDue(now, last_round_, interval_, jitter);
    if (readings_due || found || IsDue(now, last_round_, job_beat, job_jitter)) {
      const RoundReport report = Round(false);
      // Something new does not shorten a wait that the portal or the back-off asked for.
      const bool news = report.kept > 0 || report.urgent;
      if (news && !book_.next_try_at) book_.next_try_at = clock_.Now();
    }
    Instant next_round = std::min(NextDue(last_round_, job_beat, job_jitter),
                                  NextDue(last_round_, interval_, jitter));
    if (!disk_trouble_.empty()) {  // a printer may forget a job until then
      next_round = std::min(next_round, clock_.Now() + kDiskAgain);
      last_round_ = {};
    }
    // A wait that was asked for before the clock was set back may end in a far future.
    if (book_.next_try_at && tried_at_ && clock_.Now() < *tried_at_) {
      book_.next_try_at = clock_.Now();
    }
    if (book_.next_try_at && clock_.Now() >= *book_.next_try_at) Send(next_round);
    Wait(book_.next_try_at ? std::min(next_round, *book_.next_try_at) : next_round);
  }
  Log(LogLevel::kInfo, "stopped");
}

}  // namespace plotmeter
