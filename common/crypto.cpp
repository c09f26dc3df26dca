#include "common/crypto.h"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include <array>
#include <climits>
#include <cstdint>
#include <stdexcept>

namespace plotmeter {
namespace {

constexpr std::size_t kCoordinate = 32;  // bytes of a P-256 coordinate, scalar, r or s
constexpr std::size_t kMaxDer = 80;  // bytes of a signature in DER: 72 at most for two such numbers
constexpr std::size_t kAesBlock = 16;
constexpr const char* kCurve = "prime256v1";  // OpenSSL's name of P-256

template <auto Free>
struct FreeWith {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
template <typename T, auto Free>
using Owned = std::unique_ptr<T, FreeWith<Free>>;

using Number = Owned<BIGNUM, BN_clear_free>;
using Memory = Owned<BIO, BIO_free>;
using KeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using CipherContext = Owned<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using Signature = Owned<ECDSA_SIG, ECDSA_SIG_free>;

[[noreturn]] void Fail(const char* what) {
  std::array<char, 200> reason{};
  ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
  ERR_clear_error();
  throw std::runtime_error(fmt::format("OpenSSL: {} failed: {}", what, reason.data()));
}

void Need(bool ok, const char* what) {
  if (!ok) Fail(what);
}

template <typename T>
T* Need(T* object, const char* what) {
  if (object == nullptr) Fail(what);
  return object;
}

// What foreign bytes caused is a value; its traces in OpenSSL's queue would be blamed on the next
// failure.
std::nullopt_t Nothing() {
  ERR_clear_error();
  return std::nullopt;
}

// OpenSSL takes a null pointer for "no key" or "no data", which is not the same as an empty one.
const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data() == nullptr ? "" : text.data());
}

unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

int Length(std::string_view text) {
  if (text.size() > INT_MAX - 2 * kAesBlock) throw std::length_error("too long for one AES call");
  return static_cast<int>(text.size());
}

std::string Hmac(const char* digest, std::size_t size, std::string_view key,
                 std::initializer_list<std::string_view> parts) {
  static const Owned<EVP_MAC, EVP_MAC_free> kHmac(
      Need(EVP_MAC_fetch(nullptr, "HMAC", nullptr), "fetching HMAC"));
  const Owned<EVP_MAC_CTX, EVP_MAC_CTX_free> mac(Need(EVP_MAC_CTX_new(kHmac.get()), "HMAC"));
  std::array<char, 16> name{};
  std::string_view(digest).copy(name.data(), name.size() - 1);
  const OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0),
      OSSL_PARAM_construct_end()};
  Need(EVP_MAC_init(mac.get(), Bytes(key), key.size(), params) == 1, "HMAC");
  for (const auto part : parts) {
    Need(EVP_MAC_update(mac.get(), Bytes(part), part.size()) == 1, "HMAC");
  }
  std::string out(size, '\0');
  std::size_t written = 0;
  Need(EVP_MAC_final(mac.get(), Bytes(out), &written, out.size()) == 1 && written == size, "HMAC");
  return out;
}

CipherContext StartAes(std::string_view key, std::string_view iv, bool encrypt) {
  if (key.size() != kAesBlock || iv.size() != kAesBlock) {
    throw std::invalid_argument("AES-128-CBC takes a key and an iv of 16 bytes");
  }
  CipherContext aes(Need(EVP_CIPHER_CTX_new(), "AES"));
  Need(EVP_CipherInit_ex2(aes.get(), EVP_aes_128_cbc(), Bytes(key), Bytes(iv), encrypt ? 1 : 0,
                          nullptr) == 1,
       "AES");
  return aes;
}

std::string Padded(const BIGNUM* number) {
  std::string out(kCoordinate, '\0');
  Need(BN_bn2binpad(number, Bytes(out), static_cast<int>(out.size())) > 0, "writing a number");
  return out;
}

std::string NumberOf(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  Need(EVP_PKEY_get_bn_param(key, name, &number) == 1, "reading a key");
  return Padded(Number(number).get());
}

// From an uncompressed point and, for a private key, its scalar. Empty when the point is not on the
// curve.
std::shared_ptr<EVP_PKEY> BuildKey(std::string_view point, const BIGNUM* scalar) {
  const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> build(Need(OSSL_PARAM_BLD_new(), "a key"));
  Need(OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, kCurve, 0) == 1 &&
           OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                            point.size()) == 1 &&
           (scalar == nullptr ||
            OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_PRIV_KEY, scalar) == 1),
       "a key");
  const Owned<OSSL_PARAM, OSSL_PARAM_free> params(
      Need(OSSL_PARAM_BLD_to_param(build.get()), "a key"));
  const KeyContext context(Need(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr), "a key"));
  Need(EVP_PKEY_fromdata_init(context.get()) == 1, "a key");
  EVP_PKEY* key = nullptr;
  const int selection = scalar == nullptr ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR;
  if (EVP_PKEY_fromdata(context.get(), &key, selection, params.get()) != 1) {
    ERR_clear_error();
    return nullptr;
  }
  return {key, EVP_PKEY_free};
}

bool IsP256(const EVP_PKEY* key) {
  std::array<char, 32> group{};
  std::size_t length = 0;
  return EVP_PKEY_is_a(key, "EC") == 1 &&
         EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size(),
                                        &length) == 1 &&
         std::string_view(group.data(), length) == kCurve;
}

// RFC 9562 section 4: version and variant into their places, then 8-4-4-4-12.
std::string UuidText(std::string bytes, unsigned version) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned>(Bytes(bytes)[i]); };
  bytes[6] = static_cast<char>((at(6) & 0x0f) | version << 4);
  bytes[8] = static_cast<char>((at(8) & 0x3f) | 0x80);
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += fmt::format("{:02x}", at(i));
  }
  return out;
}

// Never asks the terminal for a passphrase.
int NoPassphrase(char*, int, int, void*) { return -1; }

}  // namespace

std::string Sha256(std::string_view data) {
  std::string out(32, '\0');
  unsigned size = 0;
  Need(EVP_Digest(Bytes(data), data.size(), Bytes(out), &size, EVP_sha256(), nullptr) == 1,
       "SHA-256");
  return out;
}

Sha256Stream::Sha256Stream() : state_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
  Need(EVP_DigestInit_ex2(state_.get(), EVP_sha256(), nullptr) == 1, "SHA-256");
}

void Sha256Stream::Add(std::string_view data) {
  Need(EVP_DigestUpdate(state_.get(), Bytes(data), data.size()) == 1, "SHA-256");
}

std::string Sha256Stream::Finish() {
  std::string out(32, '\0');
  Need(EVP_DigestFinal_ex(state_.get(), Bytes(out), nullptr) == 1, "SHA-256");
  return out;
}

std::string HmacSha256(std::string_view key, std::string_view data) {
  return Hmac("SHA256", 32, key, {data});
}

std::string HmacSha256Of(std::string_view key, std::initializer_list<std::string_view> parts) {
  return Hmac("SHA256", 32, key, parts);
}

std::string HmacSha512(std::string_view key, std::string_view data) {
  return Hmac("SHA512", 64, key, {data});
}

std::string HmacSha1(std::string_view key, std::string_view data) {
  return Hmac("SHA1", 20, key, {data});
}

std::string RandomBytes(std::size_t count) {
  std::string out(count, '\0');
  Need(RAND_bytes(Bytes(out), Length(out)) == 1, "reading random bytes");
  return out;
}

bool SameBytes(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(Bytes(a), Bytes(b), a.size()) == 0;
}

std::string NewUuidV4() { return UuidText(RandomBytes(16), 4); }

std::string NewUuidV7(Instant now) {
  std::string bytes = RandomBytes(16);
  const auto millis = static_cast<std::uint64_t>(ToMillis(now));
  for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<char>(millis >> (40 - 8 * i) & 0xff);
  return UuidText(std::move(bytes), 7);
}

std::string Aes128CbcEncrypt(std::string_view key, std::string_view iv,
                             std::string_view plaintext) {
  const CipherContext aes = StartAes(key, iv, true);
  std::string out(static_cast<std::size_t>(Length(plaintext)) + kAesBlock, '\0');
  int head = 0;
  int tail = 0;
  Need(EVP_CipherUpdate(aes.get(), Bytes(out), &head, Bytes(plaintext), Length(plaintext)) == 1 &&
           EVP_CipherFinal_ex(aes.get(), Bytes(out) + head, &tail) == 1,
       "AES");
  out.resize(static_cast<std::size_t>(head + tail));
  return out;
}

std::optional<std::string> Aes128CbcDecrypt(std::string_view key, std::string_view iv,
                                            std::string_view ciphertext) {
  const CipherContext aes = StartAes(key, iv, false);
  std::string out(static_cast<std::size_t>(Length(ciphertext)) + kAesBlock, '\0');
  int head = 0;
  int tail = 0;
  Need(EVP_CipherUpdate(aes.get(), Bytes(out), &head, Bytes(ciphertext), Length(ciphertext)) == 1,
       "AES");
  if (EVP_CipherFinal_ex(aes.get(), Bytes(out) + head, &tail) != 1) return Nothing();
  out.resize(static_cast<std::size_t>(head + tail));
  return out;
}

std::optional<PublicKey> PublicKey::FromCoordinates(std::string_view x, std::string_view y) {
  if (x.size() != kCoordinate || y.size() != kCoordinate) return std::nullopt;
  auto key = BuildKey('\4' + std::string(x) + std::string(y), nullptr);
  if (key == nullptr) return std::nullopt;
  // The cofactor of P-256 is 1: a point on the curve is a point of its group.
  const KeyContext context(Need(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr), "a key"));
  if (EVP_PKEY_public_check_quick(context.get()) != 1) return Nothing();
  return PublicKey(std::move(key));
}

std::string PublicKey::x() const { return NumberOf(key_.get(), OSSL_PKEY_PARAM_EC_PUB_X); }
std::string PublicKey::y() const { return NumberOf(key_.get(), OSSL_PKEY_PARAM_EC_PUB_Y); }

bool PublicKey::Verify(std::string_view message, std::string_view signature) const {
  return VerifyHash(Sha256(message), signature);
}

bool PublicKey::VerifyHash(std::string_view sha256, std::string_view signature) const {
  if (signature.size() != 2 * kCoordinate) return false;
  const auto number = [&](std::size_t at) {
    return Need(BN_bin2bn(Bytes(signature.substr(at)), kCoordinate, nullptr), "a number");
  };
  const Signature parts(Need(ECDSA_SIG_new(), "a signature"));
  Need(ECDSA_SIG_set0(parts.get(), number(0), number(kCoordinate)) == 1, "a signature");
  std::array<unsigned char, kMaxDer> der{};
  unsigned char* at = der.data();
  const int size = i2d_ECDSA_SIG(parts.get(), &at);
  Need(size > 0, "a signature");

  const KeyContext context(Need(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr), "ECDSA"));
  Need(EVP_PKEY_verify_init(context.get()) == 1, "verifying");
  const bool right = EVP_PKEY_verify(context.get(), der.data(), static_cast<std::size_t>(size),
                                     Bytes(sha256), sha256.size()) == 1;
  ERR_clear_error();
  return right;
}

PrivateKey PrivateKey::Generate() {
  return PrivateKey({Need(EVP_EC_gen(kCurve), "making a key"), EVP_PKEY_free});
}

std::optional<PrivateKey> PrivateKey::FromPem(const Secret& pem) {
  const std::string& text = pem.Reveal();
  if (!text.starts_with("-----BEGIN PRIVATE KEY-----")) return std::nullopt;
  const Memory in(Need(BIO_new_mem_buf(text.data(), Length(text)), "reading a key"));
  std::shared_ptr<EVP_PKEY> key(PEM_read_bio_PrivateKey(in.get(), nullptr, NoPassphrase, nullptr),
                                EVP_PKEY_free);
  if (key == nullptr || !IsP256(key.get())) return Nothing();
  const KeyContext context(Need(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr), "a key"));
  if (EVP_PKEY_check(context.get()) != 1) return Nothing();
  return PrivateKey(std::move(key));
}

std::optional<PrivateKey> PrivateKey::FromScalar(std::string_view d) {
  if (d.size() != kCoordinate) return std::nullopt;
  const Owned<EC_GROUP, EC_GROUP_free> group(
      Need(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1), "P-256"));
  const Number scalar(Need(BN_bin2bn(Bytes(d), kCoordinate, nullptr), "a number"));
  if (BN_is_zero(scalar.get()) == 1 ||
      BN_cmp(scalar.get(), EC_GROUP_get0_order(group.get())) >= 0) {
    return std::nullopt;
  }
  const Owned<EC_POINT, EC_POINT_free> point(Need(EC_POINT_new(group.get()), "P-256"));
  std::string encoded(1 + 2 * kCoordinate, '\0');
  Need(EC_POINT_mul(group.get(), point.get(), scalar.get(), nullptr, nullptr, nullptr) == 1 &&
           EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED,
                              Bytes(encoded), encoded.size(), nullptr) == encoded.size(),
       "P-256");
  auto key = BuildKey(encoded, scalar.get());
  Need(key.get(), "a key");
  return PrivateKey(std::move(key));
}

Secret PrivateKey::ToPem() const {
  const Memory out(Need(BIO_new(BIO_s_secmem()), "writing a key"));
  Need(PEM_write_bio_PKCS8PrivateKey(out.get(), key_.get(), nullptr, nullptr, 0, nullptr,
                                     nullptr) == 1,
       "writing a key");
  char* text = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &text);
  return Secret(std::string(text, static_cast<std::size_t>(size)));
}

PublicKey PrivateKey::public_key() const {
  auto key = PublicKey::FromCoordinates(NumberOf(key_.get(), OSSL_PKEY_PARAM_EC_PUB_X),
                                        NumberOf(key_.get(), OSSL_PKEY_PARAM_EC_PUB_Y));
  Need(key.has_value(), "a public key");
  return *std::move(key);
}

std::string PrivateKey::Sign(std::string_view message) const { return SignHash(Sha256(message)); }

std::string PrivateKey::SignHash(std::string_view sha256) const {
  const KeyContext context(Need(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr), "ECDSA"));
  std::array<unsigned char, kMaxDer> der{};
  std::size_t size = der.size();
  Need(EVP_PKEY_sign_init(context.get()) == 1 &&
           EVP_PKEY_sign(context.get(), der.data(), &size, Bytes(sha256), sha256.size()) == 1,
       "signing");
  const unsigned char* at = der.data();
  const Signature parts(
      Need(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)), "reading a signature"));
  return Padded(ECDSA_SIG_get0_r(parts.get())) + Padded(ECDSA_SIG_get0_s(parts.get()));
}

Secret PrivateKey::Agree(const PublicKey& other) const {
  const KeyContext context(Need(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr), "ECDH"));
  std::string x(kCoordinate, '\0');
  std::size_t size = x.size();
  Need(EVP_PKEY_derive_init(context.get()) == 1 &&
           EVP_PKEY_derive_set_peer(context.get(), other.key_.get()) == 1 &&
           EVP_PKEY_derive(context.get(), Bytes(x), &size) == 1 && size == kCoordinate,
       "ECDH");
  return Secret(std::move(x));
}

}  // namespace plotmeter
