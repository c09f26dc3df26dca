#include "common/clock.h"

#include <time.h>

namespace plotmeter {

// CLOCK_MONOTONIC stands still while the machine is suspended; CLOCK_BOOTTIME does not.
std::chrono::milliseconds SystemClock::Steady() const {
  timespec now{};
  if (clock_gettime(CLOCK_BOOTTIME, &now) != 0) clock_gettime(CLOCK_MONOTONIC, &now);
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

const Clock& TheMachinesClock() {
  static const SystemClock clock;
  return clock;
}

}  // namespace plotmeter
