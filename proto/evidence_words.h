// An evidence report for people and scripts: `plotmeter-portal verify` and plotmeter-verify.

#pragma once

#include <string>

#include "common/json.h"
#include "proto/evidence.h"

namespace plotmeter {

// {"clean":true,"batches":…,"streams":…,"readings":…,"jobs":…,"erased":…,"names_erased":…,
//  "voids":[…],"missing":[…],"notes":[…],"faults":[…]}
Json ToJson(const EvidenceReport& report);

// Some lines, the first fault first.
std::string ToWords(const EvidenceReport& report);

// Prints one of the two; the exit code: 0 where it is clean, else 1.
int SayEvidence(const EvidenceReport& report, bool json);

}  // namespace plotmeter
