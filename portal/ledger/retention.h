// What is older than it has to be goes, once a day.
//
//    Retention retention(store, store, store, clock, {.jobs = 730 days});
//    retention.Tick(pause);                  does nothing until it is due
//    retention.Run(stop_token);              the same, for ever; a thread of `serve`
//
// The names of batches, their whole content, and jobs, each after its own time; 0 days: never.
// Meter readings stay: bills are made of them, and can be made again. What is gone is absent in
// every answer, never 0; of a batch, place, hash and signature stay, and `verify` says "erased".
//
// It goes in steps of some rows, between which batches come in. A pass that was cut short goes on a
// day later. Each reseller's audit log says what went, as "portal"; the log has one line a pass,
// `retention`, or `retention_failed`, which is tried again within the hour.
//
// The first pass is a quarter of an hour after the start. A wall clock that was set by more than an
// hour since then puts the next one off for a day: a clock that leaps ahead must erase nothing.

#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string_view>

#include "common/clock.h"
#include "common/clock_watch.h"
#include "common/reseller.h"
#include "portal/store/accounts.h"
#include "portal/store/directory.h"
#include "portal/store/forgetting.h"

namespace plotmeter {

struct KeepTimes {
  std::chrono::days names{0};
  std::chrono::days evidence{0};
  std::chrono::days jobs{0};
};

// "90d", "13d"; "0d" and "0" are for ever. Empty for anything else, and for more than a hundred
// years.
std::optional<std::chrono::days> ParseKeepTime(std::string_view text);

class Retention {
 public:
  // Between two steps; false: it is to end.
  using Pause = std::function<bool()>;

  // All of them must outlive this.
  Retention(Forgetting& forgetting, Accounts& accounts, Directory& directory, const Clock& clock,
            const KeepTimes& keep);

  // A pass if one is due. Throws nothing: what fails is logged. One thread at a time.
  void Tick(const Pause& pause);
  void Run(const std::stop_token& stop);

 private:
  struct Gone {
    std::int64_t names = 0, evidence = 0, jobs = 0;
    bool any() const { return names + evidence + jobs > 0; }
  };

  void Pass(Instant now, const Pause& pause);
  Gone PassOf(const ResellerId& reseller, Instant now, const Pause& pause);

  Forgetting& forgetting_;
  Accounts& accounts_;
  Directory& directory_;
  const KeepTimes keep_;
  ClockWatch watch_;
  std::chrono::milliseconds due_;  // by the steady clock
};

}  // namespace plotmeter
