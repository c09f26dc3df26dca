// Sealing a batch and opening it again: compress, encrypt, authenticate. To the byte: PROTOCOL.md.
//
//    S = detached JWS of P          M = S LF P LF N          E = compact JWE of DEFLATE(M)
//
//    std::string m = JoinMessage(SignDetachedJws(kBatchJws, text.payload, collector_key), text);
//    std::string e = Seal(m, portal_encryption_key);   // what is POSTed; differs at each sealing
//    OpenResult r = Open(e, keys);                     // r.refusal: kNone, or which check failed
//
// The door to zlib. Functions without state: safe from any thread.

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "common/crypto.h"
#include "proto/batch.h"

namespace plotmeter {

inline constexpr std::string_view kBatchJws = "plotmeter-batch+jws";
inline constexpr std::string_view kBatchJwe = "plotmeter-batch+jwe";

inline constexpr std::size_t kMaxSealed = std::size_t{4} << 20;    // bytes of E
inline constexpr std::size_t kMaxMessage = std::size_t{64} << 20;  // bytes of M
inline constexpr std::size_t kMaxInflation = 200;  // M is at most this many times its DEFLATE

// M. Neither S nor P contains a line feed.
std::string JoinMessage(std::string_view jws, const BatchText& text);

std::string Seal(std::string_view message, const PublicKey& portal);

// Whether the portal will take it: M of at most 64 MiB that seals to at most 4 MiB. Whoever cuts a
// batch asks before it is cut. The ratio needs no asking: Deflate keeps it. Costs one compression.
bool FitsLimits(std::string_view message);

// Seals other messages (enrolment …) without compression.
std::string SealPlain(std::string_view message, std::string_view typ, const PublicKey& portal);

// Which check refused, in the order of the checks (wire section 3). The text forms are the
// problem's "check" member.
enum class Refusal {
  kNone,
  kTooLarge,       // 1 "too-large"
  kForm,           // 2 "form"           five parts, header, algorithms
  kKeyUnknown,     // 3 "key-retired"    kid is none of ours
  kPoint,          // 4 "form"           epk is no point on P-256
  kMac,            // 5 "authentication"
  kSignerUnknown,  // 6 "signer"         a stranger, or no JWS header in the first KiB
  kInflation,      // 6 "inflation"      larger than 64 MiB or 200 times
  kNoRoom,         // 6 "busy"           not this batch's fault: OpenKeys::room said no
  kSignature,      // 7 "signature"
  kRevoked,        // 7 "revoked"
};

std::string_view ToText(Refusal refusal);

// What Open needs to know, asked in order. The first two functions are called at most once.
struct OpenKeys {
  // The private key with this thumbprint, or empty when it is none of ours.
  std::function<std::optional<PrivateKey>(const std::string& kid)> decryption;
  struct Signer {
    PublicKey key;
    bool revoked = false;
  };
  // The collector's key with this thumbprint, or empty for a stranger.
  std::function<std::optional<Signer>(const std::string& kid)> signer;
  // Asked before M grows by that many bytes more, a MiB at most at a time; false ends it there.
  // None: M has only its own limit.
  std::function<bool(std::size_t bytes)> room = {};
};

struct OpenResult {
  Refusal refusal = Refusal::kForm;
  std::string detail = {};  // for people; nothing about keys
  std::string signer = {};  // thumbprint, as soon as the signature was right
  std::string jws = {};     // S
  BatchText text = {};      // P and N, byte for byte
};

OpenResult Open(std::string_view sealed, const OpenKeys& keys);

// Opens what SealPlain made: form, key, MAC, exact `typ`. Empty for anything else.
std::optional<std::string> OpenPlain(std::string_view sealed, std::string_view typ,
                                     const OpenKeys& keys);

// Raw DEFLATE (RFC 1951), never smaller than 1/kMaxInflation of the data: idle printers say the
// same for days, and an honest batch of that must not look like a bomb. Inflate stops and answers
// empty when `limit` bytes would be passed or the data is not whole.
enum class Effort {
  kUsual,  // for what travels
  kLittle  // four times as fast and a third larger, for what a disk keeps
};
std::string Deflate(std::string_view data, Effort effort = Effort::kUsual);
std::optional<std::string> Inflate(std::string_view data, std::size_t limit);

}  // namespace plotmeter
