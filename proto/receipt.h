// What the portal answers to a batch, signed: a JWS whose payload is this JSON. Unsigned answers
// are network trouble.
//
//    typ "plotmeter-receipt+jws": {"portal":…,"collector":…,"stream":…,"batch":…,"sequence":41,
//                                  "sha256":…,"stored_at":…,"resend":[38,39]}
//    typ "plotmeter-refusal+jws": {"portal":…,"collector":…,"sha256":…,"sealed_sha256":…,
//                                  "status":422,"check":"schema","detail":…,"at":…}
//
//    std::string jws = SignReceipt(receipt, portal_signing_key);
//    auto receipt = ReadReceipt(jws, portal_public_key);    // empty unless signed by it, and whole

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/crypto.h"
#include "common/time.h"

namespace plotmeter {

inline constexpr std::string_view kReceiptJws = "plotmeter-receipt+jws";
inline constexpr std::string_view kRefusalJws = "plotmeter-refusal+jws";

struct Receipt {
  std::string portal = {};  // thumbprint of the portal's signing key
  std::string collector = {};
  std::string stream = {};
  std::string batch = {};
  std::int64_t sequence = 0;
  std::string sha256 = {};  // base64url of SHA-256(P)
  Instant stored_at = {};
  std::vector<std::int64_t> resend = {};

  bool operator==(const Receipt&) const = default;
};

struct RefusalNote {
  std::string portal = {};
  std::string collector = {};      // empty when the signer was not reached
  std::string sha256 = {};         // of P; empty when P was not reached
  std::string sealed_sha256 = {};  // of E, always
  int status = 0;                  // the HTTP status it goes with
  std::string check = {};          // "schema", "fork", …
  std::string detail = {};
  Instant at = {};

  bool operator==(const RefusalNote&) const = default;
};

std::string SignReceipt(const Receipt& receipt, const PrivateKey& portal);
std::optional<Receipt> ReadReceipt(std::string_view jws, const PublicKey& portal);
std::string SignRefusal(const RefusalNote& note, const PrivateKey& portal);
std::optional<RefusalNote> ReadRefusal(std::string_view jws, const PublicKey& portal);

}  // namespace plotmeter
