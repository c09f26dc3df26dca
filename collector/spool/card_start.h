// What tells a job from another of its number before the last start of the printer, where the
// printer itself names no time for it. Pure.
//
// SNMP says for how long a card has been up, so its start is the collector's clock less that: a
// little another at each reckoning. A channel hands on what it reckoned
// ("1.42/~2026-10-01T11:59:58Z"), and the spool, which forgets nothing over its own restart, puts
// the start it knows in its place:
//
//    ReckonedJobOf(job)                     {"1.42", 11:59:58}
//    IsSameStart(kept, reckoned, now)       true for 11:59:58 and 12:00:03
//    NameOfStart(12:00:03, "")              "2026-10-01T12:00:00Z", the hour, so that mostly two
//                                           collectors, and one that lost its disk, say the same
//    NameOfStart(12:40:10, "2026-10-01T12:00:00Z")   "2026-10-01T12:40:00Z": a second start in it

#pragma once

#include <optional>
#include <string>

#include "common/job.h"
#include "common/time.h"

namespace plotmeter {

struct ReckonedJob {
  std::string number = {};  // as the printer counts
  Instant start = {};

  bool operator==(const ReckonedJob&) const = default;
};

// Empty for a job whose id is its own.
std::optional<ReckonedJob> ReckonedJobOf(const JobRecord& job);

// Whether two reckonings mean one start: ten minutes for the network and for clocks that were set,
// and 1 in 5,000 of the time since then for a card's clock that is not exact. A card that has been
// up for more than 497 days counts anew from 0 (TimeTicks, RFC 2578 section 7.1.8): who has not
// watched it so long reckons a start that is so much later.
bool IsSameStart(Instant kept, Instant reckoned, Instant now);

// `before` is the name of the start before this one; empty: none is known.
std::string NameOfStart(Instant start, const std::string& before);

}  // namespace plotmeter
