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

// Ink that two channels of the printer count, in months of the last 62 days that are over and
// settled, where they differ by more than 5 % of the larger and by more than their last digits can
// hide: one finding for each month. Only one of the two is billed (docs/decisions/0023); which of
// them is wrong is for a person. Other meters are not compared: no document says that two channels
// count the same pages.
//
// Compared are the readings themselves, from the first of the month to the last that both channels
// gave within five minutes, and that stood between prints where there is one: at night only one of
// them may be awake.
std::vector<LedgerFinding> ChannelsApartOf(Books& books, const ResellerId& reseller,
                                           const std::string& printer, Instant now);

// All of them.
std::vector<LedgerFinding> FindingsOf(Books& books, const ResellerId& reseller,
                                      const std::string& printer, Instant now);

}  // namespace plotmeter
