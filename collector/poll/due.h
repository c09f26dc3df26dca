// When a thing that is done every so often is due. Pure, on the wall clock, so that a test or a
// demo can drive it through months.
//
//    NextDue(last, 3h, JitterOf("CN9541H01M", 3h))     the next instant of this printer's own beat
//
// The beat has a fixed place within the interval, taken from a name, so that a thousand sites do
// not arrive together and one site always arrives at the same minute.

#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "common/time.h"

namespace plotmeter {

// From 0 to just under `interval`: the same for the same name, on every machine (FNV-1a).
std::chrono::milliseconds JitterOf(std::string_view name, std::chrono::milliseconds interval);

// The first instant of the beat after `last`; for what was never done, at once (the epoch).
Instant NextDue(std::optional<Instant> last, std::chrono::milliseconds interval,
                std::chrono::milliseconds jitter);

// True also when the clock was set back to before `last`: better read once more than not for long.
bool IsDue(Instant now, std::optional<Instant> last, std::chrono::milliseconds interval,
           std::chrono::milliseconds jitter);

}  // namespace plotmeter
