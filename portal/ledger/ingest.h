// A sealed batch into the ledger, once, however often it is sent: the checks of the wire (section
// 3) in their order, each with its own refusal.
//
//    Ingest ingest(directory, store, keys, clock);
//    IngestResult result = ingest.Take(body);
//    if (auto* receipt = std::get_if<Accepted>(&result)) answer 200 with receipt->receipt
//    if (auto* refused = …) answer Refused::status with Refused::check, detail and signed_note
//    if (auto* postponed = …) answer 503: memory is short, or another process holds the database
//
// Time never refuses: when a batch came is stored beside it, and it is marked doubtful where the
// collector's clock is more than 10 minutes off. Safe from any thread.

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "common/clock.h"
#include "common/crypto.h"
#include "common/in_use.h"
#include "portal/ledger/memory_budget.h"
#include "portal/store/directory.h"
#include "portal/store/store.h"
#include "proto/batch.h"
#include "proto/receipt.h"
#include "proto/seal.h"

namespace plotmeter {

inline constexpr std::chrono::milliseconds kDoubtfulClock = std::chrono::minutes(10);

struct Accepted {
  std::string receipt = {};  // the signed receipt (proto/receipt.h), the same at every repetition
  bool repeated = false;     // it was stored before
};

struct Refused {
  int status = 400;              // 400, 401, 409, 413, 422
  std::string check = {};        // "form", "authentication", "signer", "fork", …
  std::string detail = {};       // for people; nothing about keys
  std::string signed_note = {};  // the same as a JWS (proto/receipt.h, SignRefusal)
};

// Nothing was decided, and nothing stored: 503 without a signature, and the collector sends again.
struct Postponed {
  std::string why = {};  // for people
};

using IngestResult = std::variant<Accepted, Refused, Postponed>;

// For what all batches inflate to and are parsed into. A collector cuts its batches at 2.5 MiB,
// which takes some 50 MiB here; a batch that would not fit alone is refused for good.
inline constexpr std::size_t kIngestMemory = std::size_t{512} << 20;  // bytes

// The portal's own keys, as Ingest needs them.
struct PortalIdentity {
  PrivateKey signing;
  std::string thumbprint = {};         // of `signing`
  std::set<std::string> earlier = {};  // of keys that signed before; batches may name the portal so
  std::function<std::optional<PrivateKey>(const std::string& kid)> decryption = {};
};

class Ingest {
 public:
  // Directory, store and clock must outlive this. `memory`: at least 2 * kMaxMessage, or what
  // inflates that far is postponed for ever.
  Ingest(Directory& directory, Store& store, InUse<PortalIdentity> portal, const Clock& clock,
         std::size_t memory = kIngestMemory)
      : directory_(directory),
        store_(store),
        portal_(std::move(portal)),
        clock_(clock),
        memory_(memory) {}

  IngestResult Take(std::string_view sealed);

 private:
  // What is known of the batch so far; a refusal names it. `portal` is who we were when it came.
  struct Known {
    std::shared_ptr<const PortalIdentity> portal = {};
    std::string sealed_sha256 = {};
    std::string collector = {};
    std::string sha256 = {};
  };
  Refused Refuse(const Known& known, int status, std::string check, std::string detail) const;
  IngestResult TakeSealed(std::string_view sealed);
  IngestResult TakeOpened(const OpenResult& opened, const KnownCollector& signer, Known known);
  std::optional<Refused> Clash(const Known& known, const KnownCollector& signer,
                               const BatchRecord& record, BatchPlace place);

  Directory& directory_;
  Store& store_;
  const InUse<PortalIdentity> portal_;
  const Clock& clock_;
  MemoryBudget memory_;
};

}  // namespace plotmeter
