#include "portal/ledger/retention.h"

#include <charconv>
#include <exception>
#include <string>

#include "common/log.h"
#include "common/stoppable_wait.h"

namespace plotmeter {
namespace {

constexpr auto kFirst = std::chrono::minutes(15);
constexpr auto kBetweenPasses = std::chrono::hours(24);
constexpr auto kAfterFailure = std::chrono::hours(1);
constexpr auto kClockIsSet = std::chrono::hours(1);
constexpr std::size_t kStep = 200;  // rows; some milliseconds
constexpr std::uint32_t kLongest = 36500;

}  // namespace

std::optional<std::chrono::days> ParseKeepTime(std::string_view text) {
  if (text == "0" || text == "0d") return std::chrono::days(0);
  std::uint32_t days = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, days);
  if (error != std::errc{} || stop + 1 != end || *stop != 'd' || days < 1 || days > kLongest) {
    return std::nullopt;
  }
  return std::chrono::days(days);
}

Retention::Retention(Forgetting& forgetting, Accounts& accounts, Directory& directory,
                     const Clock& clock, const KeepTimes& keep)
    : forgetting_(forgetting),
      accounts_(accounts),
      directory_(directory),
      keep_(keep),
      watch_(clock, kClockIsSet),
      due_(*watch_.seen().steady + kFirst) {}

void Retention::Tick(const Pause& pause) {
  const bool was_set = watch_.WasSet();
  const Moment now = watch_.seen();
  if (was_set) {
    due_ = *now.steady + kBetweenPasses;
    Log(LogLevel::kInfo, "retention_put_off", {{"why", "somebody set the clock"}});
  }
  if (*now.steady < due_) return;
  due_ = *now.steady + kBetweenPasses;
  try {
    Pass(now.wall, pause);
  } catch (const std::exception& error) {
    due_ = *now.steady + kAfterFailure;
    Log(LogLevel::kWarning, "retention_failed", {{"why", error.what()}});
  }
}

void Retention::Pass(Instant now, const Pause& pause) {
  Gone all;
  for (const Reseller& reseller : directory_.Resellers()) {
    const Gone gone = PassOf(reseller.id, now, pause);
    all.names += gone.names;
    all.evidence += gone.evidence;
    all.jobs += gone.jobs;
  }
  if (!all.any()) return;
  forgetting_.EmptyLog();
  Log(LogLevel::kInfo, "retention",
      {{"names", std::to_string(all.names)},
       {"evidence", std::to_string(all.evidence)},
       {"jobs", std::to_string(all.jobs)}});
}

Retention::Gone Retention::PassOf(const ResellerId& reseller, Instant now, const Pause& pause) {
  Gone gone;
  const auto forget = [&](std::chrono::days keep, std::int64_t& count, const auto& step) {
    if (keep == std::chrono::days(0)) return;
    for (std::int64_t done = 1; done > 0 && pause(); count += done) {
      done = step(reseller, now - keep, kStep);
    }
  };
  const auto note = [&] {
    if (!gone.any()) return;
    accounts_.NoteAudit(
        reseller,
        {.what = "retention",
         .subject = reseller.value,
         .after = {{"names", gone.names}, {"evidence", gone.evidence}, {"jobs", gone.jobs}}},
        kPortalItself, now);
  };
  try {
    // Content first: names that go with it are not counted twice.
    forget(keep_.evidence, gone.evidence,
           [&](auto&&... all) { return forgetting_.ForgetEvidence(all...); });
    forget(keep_.names, gone.names, [&](auto&&... all) { return forgetting_.ForgetNames(all...); });
    forget(keep_.jobs, gone.jobs, [&](auto&&... all) { return forgetting_.ForgetJobs(all...); });
  } catch (...) {
    note();  // what went before it failed
    throw;
  }
  note();
  return gone;
}

void Retention::Run(const std::stop_token& stop) {
  StoppableWait wait(stop);
  while (wait.For(std::chrono::minutes(1))) {
    Tick([&] { return wait.For(std::chrono::milliseconds(20)); });
  }
}

}  // namespace plotmeter
