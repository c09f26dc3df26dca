// The cryptography Plotmeter uses, as values: SHA-256, HMAC, AES-128-CBC, P-256 keys, random bytes,
// base64url. With jose.cpp the door to OpenSSL.
//
//    PrivateKey key = PrivateKey::Generate();
//    std::string signature = key.Sign("message");    // 64 bytes, r then s (RFC 7518 section 3.4)
//    key.public_key().Verify("message", signature);  // true
//    Base64Url(Sha256("abc"));    // "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"
//
// Bytes are std::string. Everything here is safe from any thread. A failure of OpenSSL itself
// throws std::runtime_error; what foreign bytes can cause (a wrong point, a bad signature) is a
// value.

#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/secret.h"
#include "common/time.h"

struct evp_md_ctx_st;
struct evp_pkey_st;

namespace plotmeter {

std::string Sha256(std::string_view data);  // 32 bytes

// The same of what comes piece by piece: Add, Add, …, Finish once.
class Sha256Stream {
 public:
  Sha256Stream();
  void Add(std::string_view data);
  std::string Finish();

 private:
  std::unique_ptr<evp_md_ctx_st, void (*)(evp_md_ctx_st*)> state_;
};

// RFC 2104, RFC 4231: 32 bytes, and 64 of HmacSha512.
std::string HmacSha256(std::string_view key, std::string_view data);
// The same over the parts as if they were one text, without joining them.
std::string HmacSha256Of(std::string_view key, std::initializer_list<std::string_view> parts);
std::string HmacSha512(std::string_view key, std::string_view data);
// 20 bytes. For one-time passwords (RFC 6238), whose apps know no other; never for a new design.
std::string HmacSha1(std::string_view key, std::string_view data);
std::string RandomBytes(std::size_t count);              // from the system, or it throws
bool SameBytes(std::string_view a, std::string_view b);  // in constant time for equal lengths

// RFC 4648 section 5 without padding (RFC 7515 section 2). Reading refuses padding, other
// characters, impossible lengths, and unused bits that are not 0.
std::string Base64Url(std::string_view bytes);
std::optional<std::string> FromBase64Url(std::string_view text);

// AES-128-CBC with PKCS #7 padding (RFC 7518 section 5.2.2.1). `key` and `iv` are 16 bytes.
std::string Aes128CbcEncrypt(std::string_view key, std::string_view iv, std::string_view plaintext);
std::optional<std::string> Aes128CbcDecrypt(std::string_view key, std::string_view iv,
                                            std::string_view ciphertext);

// RFC 9562: version 4 (random), and version 7 (milliseconds of `now`, then random).
std::string NewUuidV4();
std::string NewUuidV7(Instant now);

// A P-256 public key. Copies share one immutable key.
class PublicKey {
 public:
  // From affine coordinates, 32 bytes each, big endian. Empty when they are no point on P-256.
  static std::optional<PublicKey> FromCoordinates(std::string_view x, std::string_view y);

  std::string x() const;  // 32 bytes
  std::string y() const;

  // ES256: `signature` is r and s, 32 bytes each. False for anything that is not a right signature.
  bool Verify(std::string_view message, std::string_view signature) const;
  // The same for a message whose SHA-256 is known.
  bool VerifyHash(std::string_view sha256, std::string_view signature) const;

  bool operator==(const PublicKey& other) const { return x() == other.x() && y() == other.y(); }

 private:
  friend class PrivateKey;
  explicit PublicKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}

  std::shared_ptr<evp_pkey_st> key_;
};

// A P-256 private key. Copies share one immutable key; it is wiped with the last.
class PrivateKey {
 public:
  static PrivateKey Generate();
  // PKCS #8 PEM, not encrypted. Empty when the text is no such P-256 key.
  static std::optional<PrivateKey> FromPem(const Secret& pem);
  // The private scalar, 32 bytes (RFC 7518 section 6.2.2.1, for published vectors). Empty when out
  // of range.
  static std::optional<PrivateKey> FromScalar(std::string_view d);

  Secret ToPem() const;
  PublicKey public_key() const;
  std::string Sign(std::string_view message) const;     // ES256, 64 bytes
  std::string SignHash(std::string_view sha256) const;  // the same, of its SHA-256
  Secret Agree(const PublicKey& other) const;           // ECDH: the x coordinate, 32 bytes

 private:
  explicit PrivateKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}

  std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace plotmeter
