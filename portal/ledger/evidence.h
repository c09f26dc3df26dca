// What the portal keeps of batches, checked again or handed out (proto/evidence.h).
//
//    EvidenceReport report = VerifyStored(store, reseller, "", portal_key);
//    report.faults                                       none: every stored batch is what was
//    signed ExportStored(store, reseller, "col_7Q2M9K4T", portal_signing_key, now, write);
//
// One batch at a time is in memory. `collector`: of this one only; empty: of all.

#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "common/crypto.h"
#include "common/reseller.h"
#include "portal/store/store.h"
#include "proto/evidence.h"

namespace plotmeter {

EvidenceReport VerifyStored(Store& store, const ResellerId& reseller, const std::string& collector,
                            const PublicKey& portal);

// Writes the evidence file, piece by piece.
void ExportStored(Store& store, const ResellerId& reseller, const std::string& collector,
                  const PrivateKey& portal, Instant now,
                  const std::function<void(std::string_view)>& write);

}  // namespace plotmeter
