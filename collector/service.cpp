#include "collector/service.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "collector/at_rest.h"
#include "collector/collector_settings.h"
#include "collector/spool/set_aside.h"
#include "collector/spool/spool_rescue.h"
#include "common/log.h"

namespace plotmeter {
namespace {

constexpr std::chrono::seconds kLongestSleep{5};    // so that a clock that was set is noticed
constexpr std::chrono::seconds kKeepProgress{3};    // of a sweep
constexpr std::chrono::seconds kLeastPatience{30};  // with a printer; one document may take 15 s
constexpr std::chrono::hours kRescueAgain{1};       // sooner, and it is not the file's fault
constexpr std::chrono::minutes kRescueRetry{5};     // it copies all that the spool holds
constexpr std::chrono::seconds kUrgentBudget{60};   // within a round; answers wait meanwhile
constexpr std::chrono::seconds kLeastBudget{5};     // though the next round is due

Rhythm RhythmOf(const Arguments& arguments, const std::string& site) {
  const milliseconds reading = IntervalOf(arguments, "interval");
  const milliseconds jobs = IntervalOf(arguments, "job-interval");
  const milliseconds heartbeat = IntervalOf(arguments, "heartbeat");
  // Of one name: a round begins where readings fall due. Between two beats apart, a printer that is
  // kept late in its round would be due after the next one, so in every second round only.
  return {.round = Beat::Of(site, std::min(jobs, reading)),
          .reading = Beat::Of(site, reading),
          .heartbeat = Beat::Of(site + "/heartbeat", heartbeat)};
}

std::unique_ptr<Ways> WaysOf(const SearchProfile& profile, const Arguments& arguments,
                             const Clock& clock, Spool& spool, const AccessBook& access,
                             HostTurns& turns, bool stand_ins) {
  if (stand_ins) return nullptr;
  return std::make_unique<Ways>(
      profile, arguments, clock, 0,
      WaysOptions{.certificates = spool.Certificates(),
                  .access = &access,
                  .given = spool.GivenMeters(),
                  .learnt = spool.LearntOfPrinters(),
                  .curiosity = CuriosityOf(SpoolSettingsOf(arguments).masks),
                  .turns = &turns});
}

// Before it is opened. True when it had to be.
bool SaveUnsoundSpool(const Arguments& arguments, const Clock& clock, const std::string& why) {
  const std::optional<PrivateKey> key = LoadKey(StateDirectory(arguments));
  const std::optional<PublicKey> signer = key ? std::optional(key->public_key()) : std::nullopt;
  return RescueSpool(SpoolSettingsOf(arguments), clock, signer ? &*signer : nullptr, why)
      .has_value();
}

}  // namespace

milliseconds IntervalOf(const Arguments& arguments, const std::string& name) {
  const milliseconds interval = ParseDuration(name, arguments.Text(name));
  if (interval >= std::chrono::seconds(1)) return interval;
  throw UsageError(fmt::format("'{}' is '{}'; expected at least 1s", name, arguments.Text(name)));
}

Service::Service(const Arguments& arguments, const Clock& clock, std::stop_token stop,
                 const std::optional<StandIns>& stand_ins, const std::string& why)
    : arguments_(arguments),
      clock_(clock),
      stop_(std::move(stop)),
      directory_(StateDirectory(arguments)),
      lock_(directory_),
      rescued_(SaveUnsoundSpool(arguments, clock, why)),
      spool_(SpoolSettingsOf(arguments), clock),
      spool_watch_(directory_ + "/spool.db"),
      stream_(spool_.stream()),
      site_(spool_.stream()),
      book_(directory_),
      disk_(directory_),
      remote_(directory_, ParseRemoteScope(arguments.Text("remote"))),
      profiles_(SearchProfilesOf(arguments)),
      access_(profiles_),
      ways_(WaysOf(profiles_.front(), arguments, clock, spool_, access_, turns_,
                   stand_ins.has_value())),
      no_certificates_(ways_ ? nullptr : std::make_unique<RememberedCertificates>()),
      stand_in_poller_(ways_ ? nullptr
                             : std::make_unique<Poller>(stand_ins->channels, BuiltInProfiles(),
                                                        spool_.GivenMeters(), clock)),
      rounds_({.spool = spool_,
               .book = book_,
               .poller = ways_ ? ways_->poller : *stand_in_poller_,
               .certificates = ways_ ? ways_->certificates : *no_certificates_,
               .disk = disk_,
               .clock = clock},
              stop_),
      searches_({.spool = spool_,
                 .book = book_,
                 .access = access_,
                 .certificates = ways_ ? ways_->certificates : *no_certificates_,
                 .disk = disk_,
                 .clock = clock,
                 .turns = &turns_},
                arguments, profiles_, site_,
                [this] {
                  {
                    const std::lock_guard lock(wake_mutex_);
                    woken_ = true;
                  }
                  wake_.notify_all();
                }),
      sending_({.spool = spool_, .book = book_, .disk = disk_, .clock = clock}, arguments,
               directory_, stop_, stand_ins ? stand_ins->portal : nullptr) {
  spool_.MaskAgain();
  past_.waits = true;  // whatever an earlier run left
  if (rescued_) book_.ReadAllAgain();
  UseRemote();
}

std::unique_ptr<Service> Service::Start(const Arguments& arguments, const Clock& clock,
                                        const std::stop_token& stop,
                                        const std::optional<StandIns>& stand_ins) {
  std::string why;
  try {
    return std::make_unique<Service>(arguments, clock, stop, stand_ins);
  } catch (const SqliteError& error) {
    if (!error.is_damage()) throw;
    why = error.what();
  }
  return std::make_unique<Service>(arguments, clock, stop, stand_ins, why);
}

std::unique_ptr<Service> Service::StartPatiently(
    const Arguments& arguments, const Clock& clock, const std::stop_token& stop,
    const std::function<void(const std::string& trouble)>& wait,
    const std::optional<StandIns>& stand_ins) {
  DiskCare disk(StateDirectory(arguments));
  std::unique_ptr<Service> made;
  const auto start = [&] {
    try {
      made = Start(arguments, clock, stop, stand_ins);
    } catch (const SqliteError& error) {
      if (error.is_of_access()) throw std::runtime_error(error.what());
      throw;
    }
  };
  while (!stop.stop_requested() && !disk.Try(start)) wait(disk.trouble());
  return made;
}

// Intervals at once, sweeps from the next one on.
void Service::UseRemote() {
  const Arguments both = remote_.Over(arguments_);
  rhythm_ = RhythmOf(both, site_);
  (ways_ ? ways_->poller : *stand_in_poller_)
      .set_patience(std::max<milliseconds>(rhythm_.round.interval / 2, kLeastPatience));
  if (!sending_.is_enrolled()) rhythm_.heartbeat = {};
  searches_.Use(SearchProfilesOf(both));
  book_.remote = remote_.ToJson();
}

void Service::Heartbeat() {
  const std::optional<HeartbeatStep> step = sending_.Beat(remote_.outcome());
  const Moment now = clock_.Both();
  past_.heartbeat = now;
  NoticeNewStream();
  if (!step) return;
  if (step->resent > 0 || step->new_stream) past_.waits = true;
  if (step->wait) {  // nothing is sent meanwhile, and that is said
    past_.send = Attempt{.at = now, .wait = *step->wait, .asked = true};
    book_.trouble = step->trouble;
  }
  if (!step->settings) return SaveBook();
  try {
    if (remote_.Take(*step->settings)) UseRemote();
    book_.remote = remote_.ToJson();
  } catch (const std::runtime_error& error) {  // it is proposed again
    Log(LogLevel::kWarning, "settings_not_kept", {{"why", error.what()}});
  }
  SaveBook();
}

void Service::FindPrinters() {
  searches_.Now(stop_, [this] { Wait(kLongestSleep); });
}

RoundReport Service::Round(bool all) {
  const std::string before = disk_.trouble();
  past_.round = clock_.Both();
  const RoundReport report =
      rounds_.Run({.all = all, .reading = rhythm_.reading, .urgent = [this] {
                     past_.waits = past_.urgent = true;
                     if (WhatNext(rhythm_, past_, clock_.Both()).turn == Turn::kSend)
                       Send(kUrgentBudget);
                   }});
  if (ways_ && disk_.trouble().empty())
    disk_.Try([&] { spool_.RememberLearnt(ways_->snmp.TakeLearnt()); });
  disk_.Try([&] { spool_.KeepWithin(); });
  if (report.kept > 0 || report.changed) past_.waits = true;
  past_.disk_refused = !disk_.trouble().empty();
  if (past_.disk_refused) {
    book_.trouble = disk_.trouble();
  } else if (book_.trouble == before) {
    book_.trouble.clear();
  }
  SaveBook();
  return report;
}

void Service::Send(std::optional<milliseconds> budget) {
  const auto shown = [this] {
    return std::tuple(book_.trouble, book_.next_try_at, book_.last_receipt_at, stream_);
  };
  const auto before = shown();
  const Sending::Outcome outcome = sending_.SendAll(budget);
  past_.send = outcome.attempt;
  past_.waits = outcome.left;
  past_.urgent = false;
  book_.next_try_at = {};
  NoticeNewStream();
  if (outcome.left) book_.next_try_at = outcome.attempt.at.wall + outcome.attempt.wait;
  if (shown() != before) SaveBook();  // of a thousand printers it is a large file
}

void Service::set_pulse(const std::function<void()>& pulse) {
  pulse_ = pulse;
  sending_.set_pulse(pulse);
  (ways_ ? ways_->poller : *stand_in_poller_).set_pulse(kLongestSleep, pulse);
}

// It is only a picture of the moment: no reason to stop reading and sending.
void Service::SaveBook() {
  const PrinterCounts printers = book_.Count(spool_.KnownPrinters());
  summary_ = fmt::format(
      "{} {}: {} {}, {} {}{}", printers.known, printers.known == 1 ? "printer" : "printers",
      printers.answering, printers.answering == 1 ? "answers" : "answer", printers.asleep,
      printers.asleep == 1 ? "sleeps" : "sleep", book_.trouble.empty() ? "" : "; sending waits");
  try {
    book_.Save(clock_.Now());
    book_lost_ = false;
  } catch (const std::runtime_error& error) {
    if (!book_lost_) Log(LogLevel::kError, "status_not_written", {{"why", error.what()}});
    book_lost_ = true;
  }
}

void Service::Wait(milliseconds span) {
  std::unique_lock lock(wake_mutex_);
  span = std::min<milliseconds>(span, kLongestSleep);
  if (searches_.is_busy()) span = std::min<milliseconds>(span, kKeepProgress);
  wake_.wait_for(lock, stop_, std::max(span, milliseconds(10)), [this] { return woken_; });
  woken_ = false;
}

// The printers show their jobs in full again, so that those which the portal knows better than the
// spool does are told above that.
void Service::NoticeNewStream() {
  if (spool_.stream() == stream_) return;
  stream_ = spool_.stream();
  book_.ReadAllAgain();
}

bool Service::Rescue(const std::string& why) {
  const milliseconds now = clock_.Steady();
  if (rescued_at_ && now - *rescued_at_ < kRescueAgain) throw SqliteError::Damage(why);
  if (rescue_tried_at_ && now - *rescue_tried_at_ < kRescueRetry) return false;
  rescue_tried_at_ = now;
  spool_watch_.Stop();  // it reads the file that goes aside
  const std::optional<PrivateKey> key = LoadKey(directory_);
  const std::optional<PublicKey> signer = key ? std::optional(key->public_key()) : std::nullopt;
  if (!disk_.Try([&] { spool_.Rescue(why, signer ? &*signer : nullptr); })) {
    book_.trouble = disk_.trouble();
    SaveBook();
    return false;
  }
  rescued_at_ = now;
  rescue_tried_at_ = {};
  disk_.IsWell();
  NoticeNewStream();
  past_.waits = true;
  SaveBook();
  return true;
}

// Between the turns: files set aside long ago, and the full check.
void Service::CareForSpool() {
  const milliseconds steady = clock_.Steady();
  const milliseconds ran = steady - std::exchange(cared_at_, steady).value_or(steady);
  ForgetSetAside(directory_, clock_.Now(), ran, book_.aside_seen);
  if (SpoolWatch::IsDue(book_.spool_checked_at, clock_.Now())) spool_watch_.Begin();
}

milliseconds Service::Step() {
  pulse_();
  if (const std::optional<std::string> found = spool_watch_.Take()) {
    book_.spool_checked_at = clock_.Now();
    Log(found->empty() ? LogLevel::kInfo : LogLevel::kError, "spool_checked",
        {{"found", found->empty() ? "sound" : *found}});
    SaveBook();
    if (!found->empty() && !Rescue(*found)) {
      book_.spool_checked_at = {};  // what is wrong with it is found again
      return kLongestSleep;
    }
  }
  try {
    return DoWhatIsDue();
  } catch (const SqliteError& error) {
    if (!error.is_damage()) throw;
    return Rescue(error.what()) ? milliseconds{} : kLongestSleep;
  }
}

milliseconds Service::DoWhatIsDue() {
  if (searches_.Go()) past_.round = {};  // a new printer is read at once
  if (sending_.Renew()) {                // enrolled again, or with another key: what stood in the
    past_.send = {};                     // way of sending may be gone
    past_.waits = true;
    UseRemote();
  }
  const Next next = WhatNext(rhythm_, past_, clock_.Both());
  past_.Had(next.turn);
  switch (next.turn) {
    case Turn::kRound:
      Round(false);
      CareForSpool();
      return {};
    case Turn::kSend:
      Send(std::max<milliseconds>(RoundLeft(rhythm_, past_, clock_.Both()), kLeastBudget));
      return {};
    case Turn::kHeartbeat:
      Heartbeat();
      return {};
    case Turn::kWait:
      break;
  }
  return next.wait;
}

void Service::RunUntilStopped() {
  Log(LogLevel::kInfo, "running", {{"state", directory_}, {"trouble", book_.trouble}});
  bool worked = true;
  while (!stop_.stop_requested()) {
    const milliseconds wait = Step();
    if (wait.count() == 0) {
      worked = true;
      continue;
    }
    if (std::exchange(worked, false)) GiveBackMemory();
    Wait(wait);
  }
  Log(LogLevel::kInfo, "stopped");
}

}  // namespace plotmeter
