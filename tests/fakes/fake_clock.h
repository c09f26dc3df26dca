// A clock that stands still until it is told to move.

#pragma once

#include "common/clock.h"

namespace plotmeter {

class FakeClock : public Clock {
 public:
  explicit FakeClock(Instant now = FromMillis(1'795'338'000'000)) : now_(now) {}
  Instant Now() const override { return now_; }
  void Advance(std::chrono::milliseconds by) { now_ += by; }
  void Set(Instant now) { now_ = now; }

 private:
  Instant now_;
};

}  // namespace plotmeter
