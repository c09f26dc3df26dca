// Where the time comes from, so that no test ever sleeps.

#pragma once

#include "common/time.h"

namespace plotmeter {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant Now() const = 0;  // May be called from any thread.
};

// The machine's clock.
class SystemClock : public Clock {
 public:
  Instant Now() const override {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now());
  }
};

}  // namespace plotmeter
