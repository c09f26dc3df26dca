#include "portal/access/audit_check.h"

#include <fmt/format.h>

namespace plotmeter {
namespace {

std::string HashOr(const ResellerId& reseller, const AuditRow& row, const std::string& otherwise) {
  try {
    return AuditHash(reseller, row);
  } catch (const JsonError&) {
    return otherwise;
  }
}

}  // namespace

AuditReport CheckAudit(Accounts& accounts, const ResellerId& reseller) {
  AuditReport report{.last = AuditGenesis(reseller)};
  accounts.EachAuditRow(reseller, [&](const AuditRow& row) {
    if (report.broken != 0) return;
    ++report.rows;
    if (row.number != report.rows) {
      report.why = fmt::format("row {} is missing", report.rows);
    } else if (row.previous != report.last) {
      report.why = "it does not follow the row before";
    } else if (row.hash != HashOr(reseller, row, "")) {
      report.why = "it is not what was written";
    }
    if (!report.why.empty()) report.broken = row.number;
    report.last = row.hash;
  });
  return report;
}

}  // namespace plotmeter
