// Notices that somebody set the machine's clock while we ran.
//
//    ClockWatch watch(clock, std::chrono::hours(1));
//    if (watch.WasSet()) …       the wall clock went another way than the steady one, by more than
//                                an hour, since the last look
//    watch.seen().wall           the time of that look
//
// Small corrections (NTP) are none, however many. Each belongs to one thread.

#pragma once

#include <chrono>

#include "common/clock.h"

namespace plotmeter {

class ClockWatch {
 public:
  ClockWatch(const Clock& clock, std::chrono::milliseconds most)
      : clock_(clock), most_(most), seen_(clock.Both()) {}

  bool WasSet() {
    const Moment before = seen_;
    seen_ = clock_.Both();
    const auto apart = (seen_.wall - before.wall) - (*seen_.steady - *before.steady);
    return apart > most_ || apart < -most_;
  }

  const Moment& seen() const { return seen_; }

 private:
  const Clock& clock_;
  const std::chrono::milliseconds most_;
  Moment seen_;
};

}  // namespace plotmeter
