// What the ledger found of a printer that needs a person, for the rules (watch.h).
//
//    FindingsOf(store, reseller, "prn_7Q2M9K4T", now)      gaps that wait, months that do not fit

#pragma once

#include <string>
#include <vector>

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

// Meters that two channels of the printer tell, in those months, where they differ by more than 5 %
// of the larger and by more than their last digits can: one finding for each month. Compared are
// stretches without gaps that begin and end in the same readings, give or take five minutes.
// Only one of them is billed (docs/decisions/0023); which of them is wrong is for a person.
std::vector<LedgerFinding> ChannelsApartOf(Books& books, const ResellerId& reseller,
                                           const std::string& printer, Instant now);

// All of them.
std::vector<LedgerFinding> FindingsOf(Books& books, const ResellerId& reseller,
                                      const std::string& printer, Instant now);

}  // namespace plotmeter
