// verify and export evidence: what the portal keeps, checked again and handed out.

#include <fmt/format.h>

#include <stdexcept>

#include "common/clock.h"
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
  return SayEvidence(all, arguments.Switch("json"));
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
