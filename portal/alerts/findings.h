// What the ledger found about a printer, for the watch (watch.h). Of all collectors' words.
//
//    for (const LedgerFinding& gap : GapsOf(store, reseller, printer)) …
//        "what was printed between … and … is not known for sure"
//    MismatchesOf(store, reseller, printer, now)
//        "impressions in 2026-11: 400 in jobs, 412 by the meter (job-missing)"

#pragma once

#include <string>
#include <vector>

#include "common/reseller.h"
#include "common/time.h"
#include "portal/store/books.h"
#include "portal/store/watched.h"

namespace plotmeter {

// Gaps between the epochs of a printer's meters that wait for a person; those of one reading are
// one finding.
std::vector<LedgerFinding> GapsOf(Books& books, const ResellerId& reseller,
                                  const std::string& printer);

// Months of the last 62 days in which jobs and a printer's meters do not fit; those of one month
// that do not for the same reason are one finding. A month that is older has been billed. Of a
// printer that several customers read it says no amount.
std::vector<LedgerFinding> MismatchesOf(Books& books, const ResellerId& reseller,
                                        const std::string& printer, Instant now);

}  // namespace plotmeter
