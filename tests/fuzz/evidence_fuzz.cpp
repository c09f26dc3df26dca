// Whatever lies in an evidence file is a line or a complaint; a line that was read is written and
// read again as the same, and the check of any lines ends with a report.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "proto/batch.h"
#include "proto/evidence.h"

namespace {

using namespace plotmeter;

void Check(bool is_so) {
  if (!is_so) std::abort();
}

void ReadOrRefuse(std::string_view text, EvidenceCheck& check) {
  try {
    const EvidenceLine line = ReadEvidenceLine(text);
    if (const auto* batch = std::get_if<EvidenceBatch>(&line)) {
      Check(std::get<EvidenceBatch>(ReadEvidenceLine(WriteEvidence(*batch))) == *batch);
      check.Add(*batch);
    } else if (const auto* gap = std::get_if<EvidenceGap>(&line)) {
      Check(std::get<EvidenceGap>(ReadEvidenceLine(WriteEvidence(*gap))) == *gap);
      check.Add(*gap);
    } else if (const auto* head = std::get_if<EvidenceHead>(&line)) {
      Check(head->signing.has_value());
      Check(!EvidenceKeys::Of(*head).collectors.empty() || head->collectors.empty());
    }
  } catch (const BatchError& error) {
    Check(*error.what() != '\0');
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  EvidenceCheck check({});
  while (!bytes.empty()) {
    const auto lf = bytes.find('\n');
    ReadOrRefuse(bytes.substr(0, lf), check);
    bytes.remove_prefix(lf == std::string_view::npos ? bytes.size() : lf + 1);
  }
  Check(check.Finish().batches >= 0);
  return 0;
}
