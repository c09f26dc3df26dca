// What a collector and the portal say to each other once (wire section 5).
//
//   code      "PM1-" base64url( thumbprint of the portal's signing key, 32 bytes
//                               | secret, 16 bytes | checksum, 4 bytes )
//             The checksum is the first 4 bytes of the SHA-256 of the 48 before it, so that a
//             typing mistake is named as one.
//   keys      GET /api/v1/keys answers a JWS (typ plotmeter-keys+jws) by the signing key that
//             the code names:
//             {"version":1,"signing":JWK,"encryption":[JWK…],"recovery":thumbprint,
//              "generation":0,"chain":[JWS…],"issued_at":…}
//   chain     how today's signing key came to be, oldest first: each a JWS (typ
//             plotmeter-keys-link+jws) by the key that it names as `by` over
//             {"by":JWK,"signing":JWK,"generation":0,"at":…}
//             With the generation of the link before, `by` is the signing key that is replaced.
//             With the next one it is the offline recovery key, which alone can replace a key that
//             was lost or stolen (`replaced`, JWK, where it is known); what that one says then is
//             void.
//   request   POST /api/v1/enrolments, body: JWE (typ plotmeter-enrolment+jwe, no zip) to the
//             portal's encryption key, of a JWS (typ plotmeter-enrolment+jws) by the collector's
//             new key over
//             {"secret":base64url,"portal":thumbprint,"key":JWK,"name":…,"version":…,"system":…,
//              "before":{"collector":"col_…","site":"sit_…","rotation":word}}
//   answer    200, JWS (typ plotmeter-enrolled+jws) by the signing key over
//             {"portal":…,"collector":"col_…","key":thumbprint of the collector's key,"site":…,
//              "site_id":"sit_…","settings":{},"at":…}
//
// `before` is what a collector says that was enrolled already: who it was and at which site, and if
// it still has its old key, that key's word for the new one (proto/rotation.h). With it, at the
// same site, it stays who it was. A code of another site is refused, and stays good.
//
// Each message is written by a Write… function and read by a Read… function that verifies what
// it can.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/crypto.h"
#include "common/json.h"
#include "common/secret.h"
#include "common/time.h"

namespace plotmeter {

inline constexpr std::string_view kKeysJws = "plotmeter-keys+jws";
inline constexpr std::string_view kEnrolmentJws = "plotmeter-enrolment+jws";
inline constexpr std::string_view kEnrolmentJwe = "plotmeter-enrolment+jwe";
inline constexpr std::string_view kEnrolledJws = "plotmeter-enrolled+jws";
inline constexpr std::string_view kKeysLinkJws = "plotmeter-keys-link+jws";

struct EnrolmentCode {
  std::string portal = {};  // thumbprint, base64url
  Secret secret = {};       // 16 bytes

  Secret ToText() const;
  // Empty when it is no code or mistyped (checksum). Blanks around it are forgiven.
  static std::optional<EnrolmentCode> Parse(std::string_view text);
};

// One step from a signing key to the next.
struct KeysLink {
  std::optional<PublicKey> by = {};
  std::optional<PublicKey> signing = {};   // the new one
  std::optional<PublicKey> replaced = {};  // where it is not `by`, and known
  std::int64_t generation = 0;  // how often the recovery key was used, this time included
  Instant at = {};
};

// Signed by `by`, the replaced signing key or the recovery key.
std::string WriteKeysLink(const KeysLink& link, const PrivateKey& by);
// Empty unless it is signed by the key that it names.
std::optional<KeysLink> ReadKeysLink(std::string_view jws);

struct PortalKeys {
  std::int64_t version = 0;
  std::optional<PublicKey> signing = {};
  std::vector<PublicKey> encryption = {};  // the first is the one to use
  std::string recovery = {};  // thumbprint of the offline recovery key; empty while there is none
  std::int64_t generation = 0;
  std::vector<std::string> chain = {};  // links, oldest first
  Instant issued_at = {};
};

// What is known of a portal before its document is read. Of an enrolment code only `signing`; then
// all that the document says is taken from whoever that key, or its chosen successor, is.
struct KeysTrust {
  std::string signing = {};   // thumbprint of the key that is believed
  std::string recovery = {};  // thumbprint; empty: not known, and nobody can speak for it
  std::int64_t generation = 0;
  std::int64_t version = 0;  // 0: no document was seen yet

  static KeysTrust Of(const PortalKeys& keys);
};

std::string WriteKeys(const PortalKeys& keys, const PrivateKey& signing);
// Empty unless it is signed by the believed key, or one to which the chain leads from it, and names
// the recovery key that is known.
std::optional<PortalKeys> FollowKeys(std::string_view jws, const KeysTrust& trust);
// Whether that document is later than the one that is known: of a later generation, or of the same
// and a higher version.
bool IsNewer(const PortalKeys& keys, const KeysTrust& known);
// The same for who knows a thumbprint only.
std::optional<PortalKeys> ReadKeys(std::string_view jws, std::string_view portal);

struct EnrolmentRequest {
  Secret secret = {};
  std::string portal = {};
  std::optional<PublicKey> key = {};
  std::string name = {};     // what the collector calls itself; chosen by the administrator
  std::string version = {};  // of the collector
  std::string system = {};   // "Linux x86_64"
  // Who it was before, if it was anybody; the site is empty where it was never told.
  std::string before = {};  // "col_…"
  std::string before_site = {};
  std::string rotation = {};  // the old key's word for this one (proto/rotation.h); empty: lost
};

// Signed by `key` (whose public half is put into the request) and sealed to `portal_encryption`.
std::string WriteEnrolmentRequest(const EnrolmentRequest& request, const PrivateKey& key,
                                  const PublicKey& portal_encryption);
// Opens with `decryption` (asked by thumbprint as in OpenKeys). Empty unless sealed to us, and
// signed by the key it holds.
struct OpenKeys;
std::optional<EnrolmentRequest> ReadEnrolmentRequest(std::string_view sealed, const OpenKeys& keys);

struct Enrolled {
  std::string portal = {};
  std::string collector = {};
  std::string key = {};      // thumbprint of the collector's key
  std::string site = {};     // its name, for status
  std::string site_id = {};  // "sit_…"
  Json settings = Json::object();
  Instant at = {};
};

std::string WriteEnrolled(const Enrolled& enrolled, const PrivateKey& portal);
std::optional<Enrolled> ReadEnrolled(std::string_view jws, const PublicKey& portal);

}  // namespace plotmeter
