// What is forgotten: a customer altogether, and what is older than it has to be.
//
//    auto erased = store.EraseCustomer(reseller, "cus_9F1TB6QW", {"usr_9F1TB6QW"}, now);
//    for (const auto& [kind, count] : erased->counts) …       ("jobs", 4123)
//    store.ForgetJobs(reseller, now - 400 days, 500)          some of them; 0: there are no more
//
// EraseCustomer is one transaction. It takes away
//
//    * the customer's printers with their meters, readings, what was entered by hand, jobs,
//      supplies, traits, alerts, events, incidents and whereabouts. A printer that stands at
//      another customer's site as well, or was claimed from there, stays there; of it goes what the
//      customer's own collectors told;
//    * its people with their sessions, links and devices, its tokens and enrolment codes, and what
//      was proposed to its collectors;
//    * the content of its batches: payload and names.
//
// What stays names nobody, and is what the chain of evidence needs: of each batch its place, hash,
// signature and receipt; of each collector its public keys, revoked; rows of the customer and its
// sites without a name. Nothing shows them any more but 'collector list' and the evidence. Usage
// goes too: a bill that is still needed is exported before. The audit log keeps ids and counts.
//
// What is taken away is overwritten in the file (PRAGMA secure_delete), and the write-ahead log is
// emptied afterwards. Backups of before still have it.
//
// Safe from any thread. Each of the three Forget… is a small transaction, so that batches come in
// between; they write nothing into the audit log. Meter readings are not forgotten by age.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/json.h"
#include "common/reseller.h"
#include "common/time.h"
#include "portal/store/audit.h"

namespace plotmeter {

struct ErasureReport {
  std::string customer = {};  // its id
  Instant erased_at = {};
  std::vector<std::pair<std::string, std::int64_t>> counts = {};  // by kind, zeros too
  // False: somebody reads what was before, so the log beside the database (portal.db-wal) still
  // holds it. It is emptied by the next erasure or pass of retention, or when the portal stops.
  bool log_emptied = false;
};

// {"customer":"cus_…","erased_at":"2026-11-29T04:00:00Z","erased":{"jobs":4123,…},
//  "log_emptied":true}
inline Json ToJson(const ErasureReport& report) {
  Json counts = Json::object();
  for (const auto& [kind, count] : report.counts) counts[kind] = count;
  return {{"customer", report.customer},
          {"erased_at", FormatInstant(report.erased_at)},
          {"erased", std::move(counts)},
          {"log_emptied", report.log_emptied}};
}

class Forgetting {
 public:
  virtual ~Forgetting() = default;

  // Empty where the customer is not this reseller's, or was erased before.
  virtual std::optional<ErasureReport> EraseCustomer(const ResellerId& reseller,
                                                     const std::string& customer,
                                                     const Actor& actor, Instant now) = 0;

  // Of at most `limit` batches received before `before`: the names (job names, where printers
  // stand); or all of the content, which keeps place, hash, signature and receipt. How many.
  virtual std::int64_t ForgetNames(const ResellerId& reseller, Instant before,
                                   std::size_t limit) = 0;
  virtual std::int64_t ForgetEvidence(const ResellerId& reseller, Instant before,
                                      std::size_t limit) = 0;
  // At most `limit` jobs that ended before `before`, by the collector's clock.
  virtual std::int64_t ForgetJobs(const ResellerId& reseller, Instant before,
                                  std::size_t limit) = 0;

  // Writes the log beside the database into it and empties that; false where somebody reads what
  // was before.
  virtual bool EmptyLog() = 0;
};

}  // namespace plotmeter
