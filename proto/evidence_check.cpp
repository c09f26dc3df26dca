// Whether stored batches are what their collectors signed, and all of it.

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "common/jose.h"
#include "common/json.h"
#include "proto/batch.h"
#include "proto/evidence.h"
#include "proto/receipt.h"
#include "proto/seal.h"

namespace plotmeter {
namespace {

// What the receipt says that the portal's own row does not; empty: they agree.
std::string FaultOfReceipt(const EvidenceBatch& batch, const EvidenceKeys& keys) {
  std::optional<Receipt> receipt;
  for (const PublicKey& portal : keys.portal) {
    if ((receipt = ReadReceipt(batch.receipt, portal))) break;
  }
  if (!receipt) return "the receipt is not signed by the portal";
  if (receipt->sha256 != batch.sha256) return "the receipt names another content";
  if (receipt->collector != batch.collector || receipt->stream != batch.stream ||
      receipt->sequence != batch.sequence || receipt->batch != batch.batch) {
    return "the receipt is for another batch";
  }
  return {};
}

// The signature of an erased batch can still be checked as far as its header goes.
std::string FaultOfSignature(const EvidenceBatch& batch, const EvidenceKeys& keys) {
  const auto signers = keys.collectors.find(batch.collector);
  if (signers == keys.collectors.end()) return "its collector's key is not known";
  const auto jws = ReadJws(batch.jws);
  if (!jws || !jws->payload.empty() || jws->header.typ != kBatchJws) {
    return "its signature is none of a batch";
  }
  const auto signer = std::ranges::find_if(signers->second, [&](const EvidenceKeys::Signer& known) {
    return jws->header.kid == Thumbprint(known.key);
  });
  if (signer == signers->second.end()) {
    return fmt::format("it is signed by key {}, not by the collector's {}", jws->header.kid,
                       Thumbprint(signers->second.front().key));
  }
  if (signer->until && !IsWithin(*signer->until, batch.stream, batch.sequence)) {
    return fmt::format("it is signed by key {}, which was replaced before", jws->header.kid);
  }
  if (batch.payload && !jws->VerifyDetached(signer->key, *batch.payload)) {
    return "the signature is not that of its content";
  }
  return {};
}

}  // namespace

EvidenceReport& EvidenceReport::operator+=(const EvidenceReport& other) {
  batches += other.batches;
  streams += other.streams;
  readings += other.readings;
  jobs += other.jobs;
  erased += other.erased;
  names_erased += other.names_erased;
  const auto append = [](std::vector<std::string>& to, const std::vector<std::string>& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  append(voids, other.voids);
  append(missing, other.missing);
  append(notes, other.notes);
  append(faults, other.faults);
  return *this;
}

struct EvidenceCheck::Looked {
  std::string fault = {};
  std::optional<std::string> previous = {};  // empty: it is erased
  std::vector<Voided> voided = {};
};

EvidenceCheck::Looked EvidenceCheck::LookAt(const EvidenceBatch& batch) {
  Looked looked{.fault = FaultOfSignature(batch, keys_)};
  if (!looked.fault.empty()) return looked;
  if (batch.payload && Base64Url(Sha256(*batch.payload)) != batch.sha256) {
    looked.fault = "its content does not have the hash that is noted";
    return looked;
  }
  looked.fault = FaultOfReceipt(batch, keys_);
  if (!looked.fault.empty() || !batch.payload) return looked;
  try {
    const BatchDocument document(*batch.payload);
    const BatchAddress address = document.Address();
    if (address.collector != batch.collector || address.stream != batch.stream ||
        address.sequence != batch.sequence || address.batch != batch.batch) {
      looked.fault = "its content names another collector, stream, sequence or batch";
      return looked;
    }
    looked.previous = address.previous;
    Batch content = batch.names ? document.Read(*batch.names) : document.Read();
    report_.readings += static_cast<std::int64_t>(content.readings.size());
    report_.jobs += static_cast<std::int64_t>(content.jobs.size());
    looked.voided = std::move(content.voided);
  } catch (const BatchError& error) {
    looked.fault = error.what();
  }
  return looked;
}

std::string EvidenceCheck::Named(std::int64_t sequence) const {
  return fmt::format("{} stream {} sequence {}", collector_, stream_, sequence);
}

void EvidenceCheck::LeaveStream() {
  for (const auto& [sequence, sha256] : void_here_) {
    report_.voids.push_back(Named(sequence));
    const auto said = void_signed_.find(sequence);
    if (said == void_signed_.end() && !partly_erased_) {
      report_.faults.push_back(
          fmt::format("{}: called void, but no signed batch says so", Named(sequence)));
    } else if (said != void_signed_.end() && !sha256.empty() && said->second != sha256) {
      report_.faults.push_back(fmt::format(
          "{}: the batch after it names another content than its void", Named(sequence)));
    }
  }
  void_here_.clear();
  void_signed_.clear();
  partly_erased_ = false;
  sequence_ = 0;
  sha256_.clear();
}

void EvidenceCheck::Enter(const std::string& collector, const std::string& stream,
                          std::int64_t sequence) {
  if (collector != collector_ || stream != stream_) {
    LeaveStream();
    if (std::tie(collector, stream) < std::tie(collector_, stream_)) {
      report_.faults.push_back(
          fmt::format("{} stream {} comes after {} stream {}; expected them in order", collector,
                      stream, collector_, stream_));
    }
    collector_ = collector;
    stream_ = stream;
    ++report_.streams;
  }
  if (sequence < sequence_) {
    report_.faults.push_back(fmt::format("{} comes after sequence {}; expected them rising",
                                         Named(sequence), sequence_));
  }
  if (sequence > sequence_ + 1) {
    report_.missing.push_back(sequence == sequence_ + 2
                                  ? Named(sequence_ + 1)
                                  : fmt::format("{} to {}", Named(sequence_ + 1), sequence - 1));
  }
}

void EvidenceCheck::Add(const EvidenceBatch& batch) {
  Enter(batch.collector, batch.stream, batch.sequence);
  ++report_.batches;
  if (!batch.payload) ++report_.erased;
  if (batch.payload && !batch.names) ++report_.names_erased;
  if (!batch.payload) partly_erased_ = true;
  const Looked looked = LookAt(batch);
  std::string fault = looked.fault;
  if (batch.sequence == sequence_) fault = "a second batch stands at this place";
  if (fault.empty() && looked.previous) {
    const bool follows = batch.sequence == sequence_ + 1;
    const bool first = batch.sequence == 1;
    if (first ? !looked.previous->empty()
              : follows && !sha256_.empty() && sha256_ != *looked.previous) {
      fault = "it does not name the batch before it";
    }
    if (const auto gone = void_here_.find(batch.sequence - 1); gone != void_here_.end()) {
      gone->second = *looked.previous;
    }
  }
  for (const Voided& gone : looked.voided) void_signed_.emplace(gone.sequence, gone.sha256);
  if (!fault.empty()) report_.faults.push_back(Named(batch.sequence) + ": " + fault);
  sequence_ = batch.sequence;
  sha256_ = batch.sha256;
}

void EvidenceCheck::Add(const EvidenceGap& gap) {
  if (gap.kind != "void") {  // chain and fork are said beside a batch, and are no hole
    report_.notes.push_back(fmt::format("{} stream {} sequence {}: {}: {}", gap.collector,
                                        gap.stream, gap.sequence, gap.kind, gap.detail));
    return;
  }
  Enter(gap.collector, gap.stream, gap.sequence);
  void_here_.emplace(gap.sequence, "");
  sequence_ = gap.sequence;
  sha256_.clear();
}

const EvidenceReport& EvidenceCheck::Finish() {
  LeaveStream();
  return report_;
}

}  // namespace plotmeter
