// When a thing that is done every so often is due. Pure, on both clocks, so that neither a clock
// that somebody sets nor a machine that sleeps makes it come too often or not at all.
//
//    const Beat beat = Beat::Of("CN9541H01M", 3h);      this printer's own place within 3 h
//    beat.IsDue(clock.Both(), last)
//
// A beat has a fixed place within the interval, taken from a name, so that a thousand sites do not
// arrive together and one site always arrives at the same minute. From one time to the next it is
// never longer than the interval and, unless the wall clock went forward, never shorter than half:
// what a start or a jump put out of place is back in it after two steps at most.
//
// How much time has passed is what either clock says, whichever is more:
//
//    wall set back (DST by hand, NTP)      the steady clock counts: nothing is late, nothing early
//    wall set forward                      as if the time had passed: once more, at once
//    the machine slept                     both counted: what is due is done once
//    a virtual machine stood still         its steady clock too; the wall clock is put right
//    the program was started anew          only the wall clock is known; in the past of `last`: due

#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "common/clock.h"

namespace plotmeter {

using std::chrono::milliseconds;

// From 0 to just under `interval`: the same for the same name, on every machine (FNV-1a).
milliseconds JitterOf(std::string_view name, milliseconds interval);

// The first instant of the beat after `last`; for what was never done, at once (the epoch).
Instant NextDue(std::optional<Instant> last, milliseconds interval, milliseconds jitter);

// How much time lies between the two; never negative. Absent: `from` lies in the future by the only
// clock that knows it.
std::optional<milliseconds> Passed(const Moment& from, const Moment& to);

struct Beat {
  milliseconds interval{0};
  milliseconds jitter{0};

  static Beat Of(std::string_view name, milliseconds interval) {
    return {.interval = interval, .jitter = JitterOf(name, interval)};
  }

  // How long after `last` it is due again: half the interval to the whole.
  milliseconds After(Instant last) const;

  // How long from `now` until it is due; 0: it is. What was never done is due.
  milliseconds Left(const Moment& now, const std::optional<Moment>& last) const;
  bool IsDue(const Moment& now, const std::optional<Moment>& last) const {
    return Left(now, last) == milliseconds(0);
  }

  bool operator==(const Beat&) const = default;
};

}  // namespace plotmeter
