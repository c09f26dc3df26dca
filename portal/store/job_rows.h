// The rows of jobs that a batch tells of. A job counts once by (printer, channel, job), and its row
// is the best of all that was told of it (common/best_job.h), in whatever order it arrived:
//
//    revision 1: printing, 0.1 cc    then revision 2: printed, 0.5 cc    printed, 0.5 cc
//    revision 2: printed, 0.5 cc     then revision 1: printing, 0.1 cc   printed, 0.5 cc
//    a stream that began anew: printed, nothing    then the old one: …   printed, 0.5 cc
//
// Within a stream the higher revision is the later word. Revisions of two streams count apart,
// since each may be of a spool that was restored or copied and knows nothing of the other: there
// the later word is what was seen later. A later word that is emptier takes nothing away.

#pragma once

#include <cstdint>
#include <vector>

#include "portal/store/derived.h"

namespace plotmeter {

// What collectors of two customers tell of one job is two rows, neither better for the other; the
// reseller is shown that of the customer who saw the printer first.
//
// Inside the caller's transaction. `printers`: the batch's printers.
void WriteJobs(StoreConnection& writer, const DerivedRows::Place& place, const BatchRecord& batch,
               const std::vector<DerivedRows::Told>& printers);

}  // namespace plotmeter
