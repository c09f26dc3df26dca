#include <windows.h>
// after it
#include "common/clock.h"

namespace plotmeter {

// Counts while the machine sleeps, too; in steps of some 16 ms.
std::chrono::milliseconds SystemClock::Steady() const {
  return std::chrono::milliseconds(GetTickCount64());
}

const Clock& TheMachinesClock() {
  static const SystemClock clock;
  return clock;
}

}  // namespace plotmeter
