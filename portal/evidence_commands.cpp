// verify and export evidence: what the portal keeps, checked again and handed out.

#include <fmt/format.h>

#include <stdexcept>

#include "common/clock.h"
#include "portal/access/audit_check.h"
#include "portal/access/keyring.h"
#include "portal/commands.h"
#include "portal/ledger/evidence.h"
#include "portal/lookup.h"
#include "portal/output.h"
#include "portal/portal_settings.h"
#include "proto/evidence_words.h"

namespace plotmeter {
namespace {

// Throws where no collector of these resellers has that id.
void CheckCollector(SqliteStore& store, const std::vector<Reseller>& resellers,
                    const std::string& collector) {
  if (collector.empty()) return;
  for (const Reseller& reseller : resellers) {
    for (const Collector& of : store.Collectors(reseller.id)) {
      if (of.id == collector) return;
    }
  }
  throw std::runtime_error(fmt::format(
      "there is no collector '{}'; 'plotmeter-portal collector list' shows them", collector));
}

}  // namespace

namespace {

// Checks the audit logs of these resellers, and the operator's own where all are meant; what is
// wrong is added to the report's faults. The result: each with its last hash.
Json CheckAuditLogs(SqliteStore& store, std::vector<Reseller> resellers, bool of_operator,
                    EvidenceReport& report) {
  if (of_operator) resellers.push_back({kTheOperator, "the operator"});
  Json logs = Json::array();
  for (const Reseller& reseller : resellers) {
    const AuditReport audit = CheckAudit(store, reseller.id);
    logs.push_back({{"reseller", reseller.id.value}, {"rows", audit.rows}, {"last", audit.last}});
    if (audit.broken == 0) continue;
    report.faults.push_back(fmt::format("audit log of {} ({}), row {}: {}", reseller.id.value,
                                        reseller.name, audit.broken, audit.why));
  }
  return logs;
}

}  // namespace

int VerifyEvidence(const Arguments& arguments) {
  const DataDirectory data(arguments);
  SqliteStore store(data.existing_database());
  const Keyring keys = LoadKeys(data);
  const std::string collector = arguments.Text("collector");
  const std::vector<Reseller> resellers = ResellersMeant(store, arguments);
  CheckCollector(store, resellers, collector);
  EvidenceReport all;
  for (const Reseller& reseller : resellers) {
    all += VerifyStored(store, reseller.id, collector,
                        {.signing = keys.signing(), .chain = keys.chain()});
  }
  Json logs = Json::array();
  if (collector.empty()) {
    logs = CheckAuditLogs(store, resellers, !arguments.Has("reseller"), all);
  }
  if (arguments.Switch("json")) {
    Json json = ToJson(all);
    if (collector.empty()) json["audit"] = logs;
    fmt::print("{}\n", JsonText(json));
    return all.is_clean() ? 0 : 1;
  }
  fmt::print("{}", ToWords(all));
  for (const Json& log : logs) {
    fmt::print("audit    {}: {} rows, the last is {}\n", log.at("reseller").get<std::string>(),
               log.at("rows").get<std::int64_t>(), log.at("last").get<std::string>());
  }
  return all.is_clean() ? 0 : 1;
}

int ExportEvidence(const Arguments& arguments) {
  const DataDirectory data(arguments);
  SqliteStore store(data.existing_database());
  const Keyring keys = LoadKeys(data);
  const Reseller reseller = FindReseller(store, arguments.Text("reseller"));
  const std::string collector = arguments.Text("collector");
  CheckCollector(store, {reseller}, collector);
  Output output(arguments.Text("output"));
  ExportStored(store, reseller.id, collector, {.signing = keys.signing(), .chain = keys.chain()},
               SystemClock().Now(), [&](std::string_view text) { output.Write(text); });
  output.Finish();
  return 0;
}

}  // namespace plotmeter
