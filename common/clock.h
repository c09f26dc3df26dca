// Where the time comes from, so that no test ever sleeps.
//
//    clock.Now()       what the wall clock shows: goes into readings; somebody may set it
//    clock.Steady()    how long something has lasted: nobody can set it
//    clock.Both()      for what has to be due again later (collector/poll/due.h)

#pragma once

#include <chrono>
#include <optional>

#include "common/time.h"

namespace plotmeter {

// One instant on both clocks. `steady` is absent for what happened before this process began.
struct Moment {
  Instant wall = {};
  std::optional<std::chrono::milliseconds> steady = {};

  bool operator==(const Moment&) const = default;
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant Now() const = 0;  // May be called from any thread.

  // Since an instant that only differences can tell, while the machine sleeps too. By default as if
  // nobody ever set the wall clock. From any thread.
  virtual std::chrono::milliseconds Steady() const { return Now().time_since_epoch(); }

  Moment Both() const { return {.wall = Now(), .steady = Steady()}; }
};

// The machine's clocks.
class SystemClock : public Clock {
 public:
  Instant Now() const override {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now());
  }
  std::chrono::milliseconds Steady() const override;
};

// One of them for whoever is not told of another.
const Clock& TheMachinesClock();

}  // namespace plotmeter
