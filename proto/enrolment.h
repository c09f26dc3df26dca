// What a collector and the portal say to each other once (wire section 5).
//
//   code      "PM1-" base64url( thumbprint of the portal's signing key, 32 bytes
//                               | secret, 16 bytes | checksum, 4 bytes )
//             The checksum is the first 4 bytes of the SHA-256 of the 48 before it, so that a
//             typing mistake is named as one.
//   keys      GET /api/v1/keys answers a JWS (typ plotmeter-keys+jws) by the signing key that
//             the code names:
//             {"version":1,"signing":JWK,"encryption":[JWK…],"recovery":thumbprint,"issued_at":…}
//   request   POST /api/v1/enrolments, body: JWE (typ plotmeter-enrolment+jwe, no zip) to the
//             portal's encryption key, of a JWS (typ plotmeter-enrolment+jws) by the collector's
//             new key over
//             {"secret":base64url,"portal":thumbprint,"key":JWK,"name":…,"version":…,"system":…}
//   answer    200, JWS (typ plotmeter-enrolled+jws) by the signing key over
//             {"portal":…,"collector":"col_…","key":thumbprint of the collector's key,"site":…,
//              "settings":{},"at":…}
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

struct EnrolmentCode {
  std::string portal = {};  // thumbprint, base64url
  Secret secret = {};       // 16 bytes

  Secret ToText() const;
  // Empty when it is no code or mistyped (checksum). Blanks around it are forgiven.
  static std::optional<EnrolmentCode> Parse(std::string_view text);
};

struct PortalKeys {
  std::int64_t version = 0;
  std::optional<PublicKey> signing = {};
  std::vector<PublicKey> encryption = {};  // the first is the one to use
  std::string recovery = {};  // thumbprint of the offline recovery key; empty while there is none
  Instant issued_at = {};
};

std::string WriteKeys(const PortalKeys& keys, const PrivateKey& signing);
// Empty unless it is signed by the key whose thumbprint is `portal`.
std::optional<PortalKeys> ReadKeys(std::string_view jws, std::string_view portal);

struct EnrolmentRequest {
  Secret secret = {};
  std::string portal = {};
  std::optional<PublicKey> key = {};
  std::string name = {};     // what the collector calls itself; chosen by the administrator
  std::string version = {};  // of the collector
  std::string system = {};   // "Linux x86_64"
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
  std::string key = {};   // thumbprint of the collector's key
  std::string site = {};  // its name, for status
  Json settings = Json::object();
  Instant at = {};
};

std::string WriteEnrolled(const Enrolled& enrolled, const PrivateKey& portal);
std::optional<Enrolled> ReadEnrolled(std::string_view jws, const PublicKey& portal);

}  // namespace plotmeter
