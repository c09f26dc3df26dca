// Of two answers about one job, what is kept: printers show a job many times, and forget its
// accounting before they forget the job (domain: job queue, traps 2 and 3).
//
//    printing, 0.10 cc   then  printed, 0.21 cc     printed, 0.21 cc   a new revision
//    printed, 0.21 cc    then  printed, nothing     printed, 0.21 cc   no new revision
//    printing, 0.10 cc   then  cancelled, nothing   cancelled, 0.10 cc a new revision
//
// The spool makes its revisions with it, and the portal one record of what several streams tell.
//
// Pure. Both answers are of the same printer, channel and job.

#pragma once

#include "common/job.h"

namespace plotmeter {

// printed, cancelled and failed are final: nothing more will be printed of it.
bool IsFinal(const JobRecord& job);

// What to keep after `later` came: a final answer beats one that is not, an amount that is missing
// or 0 never replaces one that was there, and a final record whose answer grew emptier stays whole.
// Revision, and for a final record the instant at which it was first seen final, are `kept`'s; so
// is the instant of one that had used something and of which nobody said how or when it ended.
JobRecord BestOf(const JobRecord& kept, const JobRecord& later);

// Whether `later` says anything that makes a new revision of `kept`.
bool IsBetter(const JobRecord& kept, const JobRecord& later);

}  // namespace plotmeter
