// A clock that stands still until it is told to move.

#pragma once

#include "common/clock.h"

namespace plotmeter {

class FakeClock : public Clock {
 public:
  explicit FakeClock(Instant now = FromMillis(1'795'338'000'000)) : now_(now) {}
  Instant Now() const override { return now_; }
  std::chrono::milliseconds Steady() const override { return steady_; }

  // Time passes.
  void Advance(std::chrono::milliseconds by) {
    now_ += by;
    steady_ += by;
  }
  // Somebody sets the wall clock.
  void Set(Instant now) { now_ = now; }

 private:
  Instant now_;
  std::chrono::milliseconds steady_{1'000'000};
};

}  // namespace plotmeter
