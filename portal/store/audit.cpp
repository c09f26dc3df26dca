#include "portal/store/audit.h"

#include "common/crypto.h"

namespace plotmeter {

std::string AuditGenesis(const ResellerId& reseller) {
  return Base64Url(Sha256("plotmeter-audit " + reseller.value));
}

std::string AuditHash(const ResellerId& reseller, const AuditRow& row) {
  return Base64Url(Sha256(JsonText({{"after", ParseJson(row.after)},
                                    {"at", FormatInstant(row.at)},
                                    {"before", ParseJson(row.before)},
                                    {"number", row.number},
                                    {"previous", row.previous},
                                    {"reseller", reseller.value},
                                    {"subject", row.subject},
                                    {"what", row.what},
                                    {"who", row.who}})));
}

}  // namespace plotmeter
