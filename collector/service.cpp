#include "collector/service.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <random>

#include "collector/collector_settings.h"
#include "collector/poll/due.h"
#include "common/log.h"

namespace plotmeter {
namespace {

constexpr std::chrono::seconds kLongestSleep{60};  // so that a clock that was set is noticed
constexpr std::chrono::seconds kDiskAgain{60};     // when the disk took nothing
constexpr std::size_t kMostUnsynced = 64;  // printers whose readings share a turn of the disk

PrinterAddress AddressOf(const KnownPrinter& printer) {
  return {.host = printer.host,
          .snmp_port = printer.snmp_port,
          .https_port = printer.https_port,
          .piws_url = printer.piws_url,
          .known = printer.identity};
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

void KnowPrinter(Spool& spool, const Looked& looked, Instant now) {
  spool.Know({.host = looked.address.host,
              .snmp_port = looked.address.snmp_port,
              .https_port = looked.address.https_port,
              .piws_url = looked.address.piws_url,
              .identity = looked.identity(),
              .found_at = now});
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
      ways_(arguments, clock, 0, spool_.Certificates(), spool_.GivenMeters()),
      interval_(IntervalOf(arguments, "interval")),
      job_interval_(IntervalOf(arguments, "job-interval")),
      identity_(LoadIdentity(directory_)) {
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
  const Search search = SearchOf(arguments_);
  if (search.ranges.empty() && !spool_.KnownPrinters().empty()) return;
  // Strangers are asked politely: the ceiling of discovery, not that of reading.
  Ways ways(arguments_, clock_, 100, spool_.Certificates());
  int found = 0;
  for (const Looked& looked : Discover(
           ways, search, [](const std::string&) {}, stop_)) {
    if (looked.fingerprint.verdict != Verdict::kLargeFormat) continue;
    if (OnDisk([&] { KnowPrinter(spool_, looked, clock_.Now()); })) ++found;
  }
  for (const auto& [printer, fingerprint] : ways.certificates.TakeNew()) {
    ways_.certificates.Set(printer, fingerprint);
  }
  Log(LogLevel::kInfo, "discovered", {{"printers", std::to_string(found)}});
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
  std::vector<PrinterAddress> addresses;
  for (const KnownPrinter& printer : spool_.KnownPrinters())
    addresses.push_back(AddressOf(printer));
  report.printers = static_cast<int>(addresses.size());
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
        if (unsynced.size() >= kMostUnsynced) sync();
      },
      sync, [&](const PrinterAddress& address) { return due[key(address)]; });
  sync();
  for (const auto& [printer, fingerprint] : ways_.certificates.TakeNew()) {
    OnDisk([&] { spool_.RememberCertificate(printer, fingerprint); });
  }
  OnDisk([&] { spool_.RememberGiven(ways_.poller.TakeNewlyGiven()); });
  last_round_ = clock_.Now();
  if (!disk_trouble_.empty()) {
    book_.trouble = disk_trouble_;
  } else if (book_.trouble == before) {
    book_.trouble.clear();
  }
  SaveBook();
  return report;
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
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  const auto span = std::min<std::chrono::milliseconds>(until - clock_.Now(), kLongestSleep);
  never.wait_for(lock, stop_, std::max(span, std::chrono::milliseconds(10)), [] { return false; });
}

void Service::RunUntilStopped() {
  const std::chrono::milliseconds job_beat = std::min(job_interval_, interval_);
  Log(LogLevel::kInfo, "running", {{"state", directory_}, {"trouble", book_.trouble}});
  book_.next_try_at = clock_.Now();  // after the first round, whatever was before
  while (!stop_.stop_requested()) {
    const Instant now = clock_.Now();
    const auto job_jitter = JitterOf(beat_ + "/jobs", job_beat);
    const auto jitter = JitterOf(beat_, interval_);
    const bool readings_due = last_round_ && IsDue(now, last_round_, interval_, jitter);
    if (readings_due || IsDue(now, last_round_, job_beat, job_jitter)) {
      if (spool_.KnownPrinters().empty()) FindPrinters();
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
