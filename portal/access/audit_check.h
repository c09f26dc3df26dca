// Checks the chain of the audit log (portal/store/audit.h) of one reseller.
//
//    AuditReport report = CheckAudit(accounts, reseller);
//    report.broken     7: the first row that is not what was written, or not where; 0: none
//    report.last       hash of the last row: noted elsewhere, it tells later whether rows were
//                      cut off
//
// Reads it row by row; memory does not grow with it.

#pragma once

#include <cstdint>
#include <string>

#include "portal/store/accounts.h"

namespace plotmeter {

struct AuditReport {
  std::int64_t rows = 0;
  std::string last = {};
  std::int64_t broken = 0;
  std::string why = {};
};

AuditReport CheckAudit(Accounts& accounts, const ResellerId& reseller);

}  // namespace plotmeter
