// What the portal keeps of batches, checked again or handed out (proto/evidence.h).
//
//    EvidenceReport report = VerifyStored(store, reseller, "", {.signing = key, .chain = {}});
//    report.faults                      none: every stored batch is what was signed
//    ExportStored(store, reseller, "col_7Q2M9K4T", portal, now, write);
//
// One batch at a time is in memory. `collector`: of this one only; empty: of all.

#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/crypto.h"
#include "common/reseller.h"
#include "portal/store/store.h"
#include "proto/evidence.h"

namespace plotmeter {

// The key that signs for the portal, and how it came to be (proto/enrolment.h).
struct EvidencePortal {
  PrivateKey signing;
  std::vector<std::string> chain = {};
};

EvidenceReport VerifyStored(Store& store, const ResellerId& reseller, const std::string& collector,
                            const EvidencePortal& portal);

// Writes the evidence file, piece by piece.
void ExportStored(Store& store, const ResellerId& reseller, const std::string& collector,
                  const EvidencePortal& portal, Instant now,
                  const std::function<void(std::string_view)>& write);

}  // namespace plotmeter
