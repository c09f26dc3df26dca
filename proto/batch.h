// A batch: what one collector says at once, as a value, and its JSON (batch.schema.json is the
// truth of the shape).
//
//    BatchText text = WriteBatch(batch);                   // P, which is hashed and signed, and N
//    Batch same = ParseBatch(text.payload, text.names);    // or BatchError: the member, what came,
//                                                          // what was expected
//
// N holds what may have to be forgotten alone (PROTOCOL.md). Unknown members are ignored by
// ParseBatch, so that an older portal accepts a newer collector.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/event.h"
#include "common/job.h"
#include "common/json.h"
#include "common/reading.h"
#include "common/whereabouts.h"

namespace plotmeter {

struct BatchError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Voided {
  std::int64_t sequence = 0;
  std::string sha256 = {};  // base64url of SHA-256(P) of the batch that will not come
  std::string reason = {};

  bool operator==(const Voided&) const = default;
};

struct ClockNote {
  Instant created_at = {};
  std::optional<std::int64_t> offset_ms = {};  // collector minus portal, when last measured
  std::optional<Instant> offset_at = {};

  bool operator==(const ClockNote&) const = default;
};

// A reading or job belongs to one printer of the batch; `printer` is an index into Batch::printers
// ("p1" is 0).
struct BatchReading {
  std::size_t printer = 0;
  Reading reading = {};  // reading.printer is filled from the list when parsed

  bool operator==(const BatchReading&) const = default;
};
struct BatchJob {
  std::size_t printer = 0;
  JobRecord job = {};  // job.name travels in N, never in P

  bool operator==(const BatchJob&) const = default;
};
struct BatchAlert {
  std::size_t printer = 0;
  ChannelKind channel = ChannelKind::kNone;
  Alert alert = {};
  Instant since = {};  // first seen by the collector
  std::optional<Instant> cleared_at = {};

  bool operator==(const BatchAlert&) const = default;
};

struct BatchEvent {
  std::size_t printer = 0;
  PrinterEvent event = {};

  bool operator==(const BatchEvent&) const = default;
};

struct Batch {
  std::string portal = {};  // thumbprint of the portal's signing key that the enrolment code named
  std::string collector = {};  // "col_7Q2M9K4T"
  std::string stream = {};     // UUID
  std::int64_t sequence = 0;   // from 1
  std::string previous = {};  // base64url SHA-256 of the stream's batch before; empty for the first
  std::string batch = {};     // UUIDv7
  ClockNote clock = {};
  std::string salt = {};        // base64url of 16 random bytes, of P
  std::string names_salt = {};  // the same, of N
  std::vector<PrinterIdentity> printers = {};
  // By index into `printers`; of those that the site lets say so. It travels in N, never in P.
  std::map<std::size_t, Whereabouts> whereabouts = {};
  std::vector<BatchReading> readings = {};
  std::vector<BatchJob> jobs = {};
  std::vector<BatchAlert> alerts = {};
  std::vector<BatchEvent> events = {};
  std::vector<Voided> voided = {};

  bool operator==(const Batch&) const = default;
};

// The two texts that travel. P holds the hash of N as "names".
struct BatchText {
  std::string payload = {};  // P
  std::string names = {};    // N
};

// What a printer said can never make a batch unreadable: what is not UTF-8, and U+0000, becomes
// U+FFFD, text beyond kMaxText is cut, no unit becomes "?", and a count below 0 is not known.
// Members that say nothing are left out. Everything else is the caller's (ParseBatch of the result
// tells): ids, hashes, salts, words, revisions from 1, and how many.
BatchText WriteBatch(const Batch& batch);

// The same before P is text: BatchDocument(written).Read(written.names) says whether a
// portal would take it, without the way through text and back.
struct BatchJson {
  Json payload = {};
  std::string names = {};
};
BatchJson WriteBatchJson(const Batch& batch);

// One job as WriteBatch writes it, as compact JSON without its printer and its name: for whoever
// wants to know whether two records say the same.
std::string JobText(const JobRecord& job);

// Only who it is for and from, for steps 8 and 9 of the portal's checks, before the rest is
// believed.
struct BatchAddress {
  std::string portal = {};
  std::string collector = {};
  std::string stream = {};
  std::int64_t sequence = 0;
  std::string previous = {};
  std::string batch = {};
};

// P, read as JSON once and believed bit by bit. Each function throws BatchError, as does the
// constructor for what is no JSON.
//
//    const BatchDocument document(payload);
//    if (document.Address().portal != us) …
//    Batch batch = document.Read(names);
class BatchDocument {
 public:
  explicit BatchDocument(std::string_view payload);
  explicit BatchDocument(BatchJson written) : json_(std::move(written.payload)) {}

  BatchAddress Address() const;
  // Checks everything that step 10 names: sizes, depth, ranges, UTF-8, hash of N.
  Batch Read(std::string_view names) const;
  // The same of P alone, for when N was forgotten: without names of jobs and places.
  Batch Read() const;

  const Json& json() const { return json_; }

 private:
  Json json_;
};

Batch ParseBatch(std::string_view payload, std::string_view names);  // both at once

// A manageable size: WriteBatch of anything that keeps these can be opened by the portal.
inline constexpr std::size_t kMaxPrinters = 1000;
inline constexpr std::size_t kMaxReadings = 5000;
inline constexpr std::size_t kMaxJobs = 20000;
inline constexpr std::size_t kMaxAlerts = 10000;
inline constexpr std::size_t kMaxEvents = 10000;
inline constexpr std::size_t kMaxVoided = 10000;
inline constexpr std::size_t kMaxRows =
    1000;  // meters, supplies, media or alerts of one reading; inks of one job
inline constexpr std::size_t kMaxMacs = 64;    // of one printer
inline constexpr std::size_t kMaxText = 1024;  // bytes of one text member
inline constexpr std::int64_t kMaxInteger =
    (std::int64_t{1} << 53) - 1;  // what every JSON reader keeps exactly (RFC 8259 6)

}  // namespace plotmeter
