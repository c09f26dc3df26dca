// As much of JOSE as Plotmeter uses, and no more: JWK for P-256, JWS with ES256, JWE with ECDH-ES
// and A128CBC-HS256. RFC 7515, 7516, 7517, 7518, 7638.
//
//    std::string kid = Thumbprint(key.public_key());    // RFC 7638, 43 characters
//    // header {"alg":"ES256","kid":kid,"typ":…}
//    std::string jws = SignJws("plotmeter-receipt+jws", payload, key);
//    auto read = ReadJws(jws);                          // parts; nothing is verified yet
//    if (read && read->header.typ == "plotmeter-receipt+jws" && read->Verify(portal_key)) {
//      use(read->payload);
//    }
//
// Header members other than those named are refused, `crit` too: zero-initialised is closed.
// Foreign bytes never throw; they are simply not a JWS or JWE.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/crypto.h"
#include "common/json.h"

namespace plotmeter {

// {"crv":"P-256","kty":"EC","x":…,"y":…}; other members of a JWK read are ignored (kid, use, alg).
Json ToJwk(const PublicKey& key);
std::optional<PublicKey> FromJwk(const Json& jwk);

// base64url of the SHA-256 of the canonical JWK (RFC 7638 section 3).
std::string Thumbprint(const PublicKey& key);

struct JwsHeader {
  std::string alg = {};
  std::string kid = {};
  std::string typ = {};
};

// The three parts of a compact JWS, decoded. A detached one (RFC 7515 appendix F) has an empty
// payload part.
struct Jws {
  JwsHeader header = {};
  std::string payload = {};
  std::string signature = {};       // 64 bytes
  std::string signing_header = {};  // the first part as it came, for Verify

  // Over this->payload; use VerifyDetached for a payload that travelled apart.
  bool Verify(const PublicKey& key) const;
  bool VerifyDetached(const PublicKey& key, std::string_view payload_elsewhere) const;
};

std::string SignJws(std::string_view typ, std::string_view payload, const PrivateKey& key);
std::string SignDetachedJws(std::string_view typ, std::string_view payload, const PrivateKey& key);

// Empty unless it is compact, its header has exactly alg, kid and typ as strings, alg is ES256, and
// it is at most 4 KiB of header. Does not verify.
std::optional<Jws> ReadJws(std::string_view compact);

// Only the header part, before the rest has arrived: `part` is what stands before the first dot.
std::optional<JwsHeader> ReadJwsHeader(std::string_view part);

struct JweHeader {
  std::string kid = {};  // thumbprint of the recipient's key
  std::string typ = {};  // "plotmeter-batch+jwe"
  bool zip = false;      // the plaintext is raw DEFLATE; whoever calls compresses and inflates
};

// Encrypts to `recipient` with a fresh ephemeral key. The header is {"alg":"ECDH-ES",
// "enc":"A128CBC-HS256","epk":…,"kid":…,"typ":…[,"zip":"DEF"]}; `header.kid` is filled in when
// empty.
std::string EncryptJwe(std::string_view plaintext, const PublicKey& recipient, JweHeader header);

// The parts of a compact JWE, decoded, checked for form only: five parts (the second empty), header
// of at most 4 KiB with exactly the members above and those algorithms, a P-256 point as epk, an iv
// of 16 and a tag of 16 bytes.
struct Jwe {
  JweHeader header = {};
  std::optional<PublicKey> epk = {};
  std::string protected_header = {};  // as it came: it is what the MAC covers
  std::string iv = {};
  std::string ciphertext = {};
  std::string tag = {};

  // The plaintext, or empty when the MAC is wrong. The MAC is checked, in constant time, before
  // anything is decrypted.
  std::optional<std::string> Decrypt(const PrivateKey& recipient) const;
};

// What the form check found, in the order of the checks. With kKeyPoint the rest of the Jwe is
// filled in, so that `kid` can be asked for before the point is judged.
enum class JweFault { kNone, kParts, kHeader, kKeyPoint };

struct JweRead {
  JweFault fault = JweFault::kParts;
  Jwe jwe = {};
};

JweRead ReadJwe(std::string_view compact);

// The pieces, for published vectors: RFC 7518 section 4.6 (Concat KDF for A128CBC-HS256, empty apu
// and apv) and section 5.2.3. `key` is 32 bytes: MAC key, then encryption key.
Secret DeriveEcdhEs(const Secret& agreed, std::string_view algorithm, std::size_t bits,
                    std::string_view apu, std::string_view apv);
struct Encrypted {
  std::string ciphertext = {};
  std::string tag = {};
};
Encrypted EncryptA128CbcHs256(std::string_view key, std::string_view iv, std::string_view aad,
                              std::string_view plaintext);
std::optional<std::string> DecryptA128CbcHs256(std::string_view key, std::string_view iv,
                                               std::string_view aad, const Encrypted& encrypted);

}  // namespace plotmeter
