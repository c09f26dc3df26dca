// Stored batches as evidence: what a portal hands out so that anybody can check a bill without it.
//
// A text file, one JSON object a line, in this order (PROTOCOL.md, "Evidence"):
//
//    {"evidence":1,"portal":thumbprint,"signing":JWK,"chain":[JWS…],"exported_at":…,
//     "collectors":[{"collector":"col_…","key":JWK,"rotations":[JWS…],"site":…,"revoked_at":…},…]}
//        `chain`: how the portal's signing key came to be (proto/enrolment.h); `rotations`: the
//        words of the keys that the collector had before, oldest first (proto/rotation.h)
//    {"collector":…,"stream":…,"sequence":41,"batch":…,"sha256":…,"received_at":…,"receipt":JWS,
//     "jws":S,"payload":P as text,"names":N as text}       payload or names are absent when erased
//    {"collector":…,"stream":…,"sequence":42,"gap":"void","detail":…}
//    {"end":JWS}    typ plotmeter-evidence+jws by the portal's key, over
//                   {"portal":…,"batches":n,"gaps":n,"sha256":of all bytes before this line}
//
// Batches and gaps come by collector, stream and sequence, so that the chain can be followed:
//
//    EvidenceCheck check(keys);
//    for (const EvidenceBatch& batch : …) check.Add(batch);
//    check.Finish();
//    check.report().faults                     none: every batch is what its collector signed
//
// What is erased keeps its hash and its place: it counts as erased, never as broken. Values and
// functions without threads.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/crypto.h"
#include "common/time.h"
#include "proto/rotation.h"

namespace plotmeter {

inline constexpr std::string_view kEvidenceJws = "plotmeter-evidence+jws";
inline constexpr std::size_t kMaxEvidenceLine = std::size_t{256} << 20;  // bytes

struct EvidenceBatch {
  std::string collector = {};
  std::string stream = {};
  std::int64_t sequence = 0;
  std::string batch = {};
  std::string sha256 = {};  // of P, as the portal's receipt names it
  Instant received_at = {};
  std::string receipt = {};                 // JWS
  std::string jws = {};                     // S
  std::optional<std::string> payload = {};  // P, byte for byte; absent: erased
  std::optional<std::string> names = {};    // N; absent: erased

  bool operator==(const EvidenceBatch&) const = default;
};

// A place in a stream of which something is known beside a batch, or instead of one.
struct EvidenceGap {
  std::string collector = {};
  std::string stream = {};
  std::int64_t sequence = 0;
  std::string kind = {};  // void, chain, fork
  std::string detail = {};

  bool operator==(const EvidenceGap&) const = default;
};

struct EvidenceCollector {
  std::string collector = {};
  std::optional<PublicKey> key = {};
  std::vector<std::string> rotations = {};  // oldest first; the last one leads to `key`
  std::string site = {};
  std::optional<Instant> revoked_at = {};
};

struct EvidenceHead {
  std::string portal = {};  // thumbprint of `signing`
  std::optional<PublicKey> signing = {};
  std::vector<std::string> chain = {};  // links that lead to `signing`, oldest first
  Instant exported_at = {};
  std::vector<EvidenceCollector> collectors = {};
};

struct EvidenceEnd {
  std::string portal = {};
  std::int64_t batches = 0;
  std::int64_t gaps = 0;
  std::string sha256 = {};  // base64url, of every byte before the line
};

// Each without its line feed.
std::string WriteEvidenceHead(const EvidenceHead& head);
std::string WriteEvidence(const EvidenceBatch& batch);
std::string WriteEvidence(const EvidenceGap& gap);
std::string WriteEvidenceEnd(const EvidenceEnd& end, const PrivateKey& portal);

struct EvidenceSigned {
  std::string jws = {};  // to be read with ReadEvidenceEnd
};
using EvidenceLine = std::variant<EvidenceHead, EvidenceBatch, EvidenceGap, EvidenceSigned>;

// Throws BatchError that names the member, what came and what was expected.
EvidenceLine ReadEvidenceLine(std::string_view line);
// Empty unless it is whole and signed by `portal`.
std::optional<EvidenceEnd> ReadEvidenceEnd(std::string_view jws, const PublicKey& portal);

// Who may have signed what.
struct EvidenceKeys {
  std::vector<PublicKey> portal = {};  // the one that signs now, and those before it
  struct Signer {
    PublicKey key;
    // Of a key that was replaced: up to where it signed.
    std::optional<std::vector<StreamMark>> until = {};
  };
  std::map<std::string, std::vector<Signer>> collectors = {};  // by "col_…"

  static EvidenceKeys Of(const EvidenceHead& head);
};

// Whether the chain leads from the signing key with this thumbprint, each key naming the next, to
// `signing`. What the recovery key did is no such step: who replaced a stolen key says so apart.
bool LeadsTo(const std::vector<std::string>& chain, const std::string& from,
             const PublicKey& signing);

struct EvidenceReport {
  std::int64_t batches = 0;
  std::int64_t streams = 0;
  std::int64_t readings = 0;  // in the batches that are not erased
  std::int64_t jobs = 0;
  std::int64_t erased = 0;        // without P
  std::int64_t names_erased = 0;  // with P, without N
  // Sequences that are not there: given up by the collector, or not come yet.
  std::vector<std::string> voids = {};
  std::vector<std::string> missing = {};
  std::vector<std::string> notes = {};   // forks and broken chains, as the portal noted them
  std::vector<std::string> faults = {};  // the first is the first that fails

  bool is_clean() const { return faults.empty(); }
  EvidenceReport& operator+=(const EvidenceReport& other);
};

// Takes batches and gaps by collector, stream and rising sequence, of any number of streams. Of
// each batch: signature, hashes, names, address and receipt, in this order, and that it names the
// one before. Of each void: that a signed batch says so. A portal that leaves something out is
// found out.
class EvidenceCheck {
 public:
  explicit EvidenceCheck(EvidenceKeys keys) : keys_(std::move(keys)) {}

  void Add(const EvidenceBatch& batch);
  void Add(const EvidenceGap& gap);
  void Fault(std::string words) { report_.faults.push_back(std::move(words)); }
  const EvidenceReport& Finish();

 private:
  // What a signed P says that its neighbours must agree with.
  struct Looked;
  Looked LookAt(const EvidenceBatch& batch);
  void Enter(const std::string& collector, const std::string& stream, std::int64_t sequence);
  void LeaveStream();
  std::string Named(std::int64_t sequence) const;

  EvidenceKeys keys_;
  EvidenceReport report_;
  // Of the stream that is read now:
  std::string collector_ = {};
  std::string stream_ = {};
  std::int64_t sequence_ = 0;  // the last one seen
  std::string sha256_ = {};    // its hash; empty: it is no batch that is here
  std::map<std::int64_t, std::string> void_here_ = {};    // said by the portal: the hash that the
                                                          // next batch names; empty: none does
  std::map<std::int64_t, std::string> void_signed_ = {};  // said in a signed batch: the hash
  bool partly_erased_ = false;  // what was erased may have said that something is void
};

}  // namespace plotmeter
