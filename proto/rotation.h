// A collector's new key, vouched for by its old one (wire section 5).
//
//   word       the new key's JWS (typ plotmeter-new-key+jws) over
//              {"portal":thumbprint,"collector":"col_…","old":JWK,"key":JWK,"nonce":base64url,
//               "last":[{"stream":…,"sequence":41}],"at":…}
//              as the payload of a JWS (typ plotmeter-key-rotation+jws) by the old key: both agree
//   request    POST /api/v1/rotations, body: JWE (typ plotmeter-key-rotation+jwe, no zip) of it
//   answer     200, JWS (typ plotmeter-key-rotated+jws) by the portal's signing key over
//              {"portal":…,"collector":…,"replaced":thumbprint,"key":thumbprint,
//               "sha256":of the word,"rotated":true,"at":…}
//
// `last` names, of the stream that is written and of those before, the last batch that the old key
// signed. Of these and those below the portal takes what comes late; beyond them the old key signs
// nothing. `nonce` is the portal's last, as in a heartbeat: with another one the answer is
// {"rotated":false,"nonce":…} and nothing was done. Asked again for the same two keys the answer is
// the same, so that a lost one burns nothing.
//
// The word stands for itself: it is kept as evidence, and goes with a new enrolment code as proof
// of who asks (proto/enrolment.h; without nonce).

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/crypto.h"
#include "common/time.h"
#include "proto/said.h"

namespace plotmeter {

inline constexpr std::string_view kNewKeyJws = "plotmeter-new-key+jws";
inline constexpr std::string_view kKeyRotationJws = "plotmeter-key-rotation+jws";
inline constexpr std::string_view kKeyRotationJwe = "plotmeter-key-rotation+jwe";
inline constexpr std::string_view kKeyRotatedJws = "plotmeter-key-rotated+jws";
inline constexpr std::size_t kMaxRotation = 16 << 10;  // bytes, sealed; one is about 3 KiB
inline constexpr std::size_t kMaxMarks = 11;           // the stream that is written, ten before

// A place in a stream.
struct StreamMark {
  std::string stream = {};
  std::int64_t sequence = 0;  // 0: none was cut in it

  bool operator==(const StreamMark&) const = default;
};

// Whether a key that signed up to these may have signed that: at or below a mark of its stream.
bool IsWithin(const std::vector<StreamMark>& marks, const std::string& stream,
              std::int64_t sequence);
// [{"stream":…,"sequence":41}], for whoever keeps them. Reading throws BatchError.
std::string WriteMarks(const std::vector<StreamMark>& marks);
std::vector<StreamMark> ReadMarks(std::string_view json);

struct KeyRotation {
  std::string portal = {};
  std::string collector = {};
  std::optional<PublicKey> old = {};
  std::optional<PublicKey> key = {};  // the new one
  std::string nonce = {};             // empty in an enrolment
  std::vector<StreamMark> last = {};
  Instant at = {};
};

// The word. `old` and `key` of the rotation are filled in.
std::string WriteKeyRotation(const KeyRotation& rotation, const PrivateKey& old,
                             const PrivateKey& next);
// Empty unless both keys that it names signed it. Whether the old one is anybody's, who asks knows.
std::optional<KeyRotation> ReadKeyRotation(std::string_view word);

std::string SealKeyRotation(std::string_view word, const PublicKey& portal_encryption);

struct HeardRotation {
  SaidCheck check = SaidCheck::kForm;
  std::string detail = {};  // for people
  std::string word = {};    // once both signatures were right
  KeyRotation rotation = {};
};
// `keys.signer` is asked for the old key.
HeardRotation OpenKeyRotation(std::string_view sealed, const OpenKeys& keys);

struct KeyRotated {
  std::string portal = {};
  std::string collector = {};
  std::string replaced = {};  // thumbprints
  std::string key = {};
  std::string sha256 = {};  // of the word
  bool rotated = false;
  std::string nonce = {};  // unless rotated: the one to name
  Instant at = {};

  bool operator==(const KeyRotated&) const = default;
};

std::string WriteKeyRotated(const KeyRotated& rotated, const PrivateKey& portal);
std::optional<KeyRotated> ReadKeyRotated(std::string_view jws, const PublicKey& portal);

}  // namespace plotmeter
