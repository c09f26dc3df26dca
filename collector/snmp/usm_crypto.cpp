#include "collector/snmp/usm_crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <memory>

namespace plotmeter {
namespace {

constexpr std::size_t kPassphraseOctets = std::size_t{1} << 20;  // RFC 3414 section A.2
constexpr std::size_t kDesKeyOctets = 8;
constexpr std::size_t kDesBlock = 8;

const unsigned char* Bytes(std::string_view octets) {
  return reinterpret_cast<const unsigned char*>(octets.data());
}

struct FreeHash {
  void operator()(EVP_MD_CTX* hash) const { EVP_MD_CTX_free(hash); }
};
struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* cipher) const { EVP_CIPHER_CTX_free(cipher); }
};

const EVP_MD* HashOf(SnmpAuth auth) {
  switch (auth) {
    case SnmpAuth::kMd5:
      return EVP_md5();
    case SnmpAuth::kSha1:
      return EVP_sha1();
    case SnmpAuth::kSha224:
      return EVP_sha224();
    case SnmpAuth::kSha256:
      return EVP_sha256();
    case SnmpAuth::kSha384:
      return EVP_sha384();
    case SnmpAuth::kSha512:
      return EVP_sha512();
    case SnmpAuth::kNone:
      break;
  }
  return nullptr;
}

// Single DES is not among OpenSSL 3's usual ciphers; triple DES with one key three times is it.
const EVP_CIPHER* CipherOf(SnmpPrivacy privacy) {
  switch (privacy) {
    case SnmpPrivacy::kDes:
      return EVP_des_ede3_cbc();
    case SnmpPrivacy::kAes128:
      return EVP_aes_128_cfb128();
    case SnmpPrivacy::kAes192:
      return EVP_aes_192_cfb128();
    case SnmpPrivacy::kAes256:
      return EVP_aes_256_cfb128();
    case SnmpPrivacy::kNone:
      break;
  }
  return nullptr;
}

// Hashes what `add` adds; empty when OpenSSL refuses.
template <typename Add>
Secret Hashed(SnmpAuth auth, Add add) {
  const std::unique_ptr<EVP_MD_CTX, FreeHash> hash(EVP_MD_CTX_new());
  std::array<unsigned char, EVP_MAX_MD_SIZE> out = {};
  unsigned length = 0;
  const EVP_MD* kind = HashOf(auth);
  if (!hash || !kind || EVP_DigestInit_ex(hash.get(), kind, nullptr) != 1 || !add(hash.get()) ||
      EVP_DigestFinal_ex(hash.get(), out.data(), &length) != 1) {
    return {};
  }
  Secret digest(std::string(reinterpret_cast<const char*>(out.data()), length));
  OPENSSL_cleanse(out.data(), out.size());
  return digest;
}

bool Add(EVP_MD_CTX* hash, std::string_view octets) {
  return EVP_DigestUpdate(hash, octets.data(), octets.size()) == 1;
}

std::size_t CipherKeyOctets(SnmpPrivacy privacy) {
  switch (privacy) {
    case SnmpPrivacy::kDes:
      return kDesKeyOctets + kDesBlock;  // the key, then the pre-IV
    case SnmpPrivacy::kAes128:
      return 16;
    case SnmpPrivacy::kAes192:
      return 24;
    case SnmpPrivacy::kAes256:
      return 32;
    case SnmpPrivacy::kNone:
      break;
  }
  return 0;
}

struct KeyAndIv {
  Secret key;
  std::string iv;
};

// DES: the salt over the pre-IV (RFC 3414 section 8.1.1.1). AES: boots, time, salt (RFC 3826
// section 3.1.2.1).
KeyAndIv StartOf(SnmpPrivacy privacy, const Secret& cipher_key, const CipherStart& start) {
  const std::string& key = cipher_key.Reveal();
  if (privacy != SnmpPrivacy::kDes) {
    std::string iv;
    for (const std::int32_t number : {start.boots, start.time}) {
      for (int shift = 24; shift >= 0; shift -= 8) {
        iv += static_cast<char>((static_cast<std::uint32_t>(number) >> shift) & 0xFF);
      }
    }
    return {cipher_key.Copy(), iv + start.salt};
  }
  std::string iv = start.salt;
  for (std::size_t i = 0; i < kDesBlock; ++i) {
    iv[i] = static_cast<char>(iv[i] ^ key[kDesKeyOctets + i]);
  }
  const Secret once(key.substr(0, kDesKeyOctets));
  return {Secret(once.Reveal() + once.Reveal() + once.Reveal()), iv};
}

std::string Crypt(SnmpPrivacy privacy, const Secret& cipher_key, const CipherStart& start,
                  std::string_view octets, bool encrypt) {
  const EVP_CIPHER* kind = CipherOf(privacy);
  if (!kind || cipher_key.Reveal().size() != CipherKeyOctets(privacy)) return {};
  const auto [key, iv] = StartOf(privacy, cipher_key, start);
  const std::unique_ptr<EVP_CIPHER_CTX, FreeCipher> cipher(EVP_CIPHER_CTX_new());
  std::string out(octets.size() + EVP_MAX_BLOCK_LENGTH, '\0');
  auto* to = reinterpret_cast<unsigned char*>(out.data());
  int length = 0;
  int last = 0;
  if (!cipher ||
      EVP_CipherInit_ex(cipher.get(), kind, nullptr, Bytes(key.Reveal()), Bytes(iv),
                        encrypt ? 1 : 0) != 1 ||
      EVP_CIPHER_CTX_set_padding(cipher.get(), 0) != 1 ||
      EVP_CipherUpdate(cipher.get(), to, &length, Bytes(octets), static_cast<int>(octets.size())) !=
          1 ||
      EVP_CipherFinal_ex(cipher.get(), to + length, &last) != 1) {
    return {};
  }
  out.resize(static_cast<std::size_t>(length + last));
  return out;
}

}  // namespace

std::size_t MacOctets(SnmpAuth auth) {
  switch (auth) {
    case SnmpAuth::kMd5:
    case SnmpAuth::kSha1:
      return 12;
    case SnmpAuth::kSha224:
      return 16;
    case SnmpAuth::kSha256:
      return 24;
    case SnmpAuth::kSha384:
      return 32;
    case SnmpAuth::kSha512:
      return 48;
    case SnmpAuth::kNone:
      break;
  }
  return 0;
}

Secret PassphraseKey(SnmpAuth auth, const Secret& passphrase) {
  const std::string& once = passphrase.Reveal();
  if (once.empty()) return {};
  std::string often;  // many at a time: a call for each costs more than the hash
  often.reserve(4096 + once.size());
  while (often.size() < 4096) often += once;
  const Secret block(std::move(often));
  return Hashed(auth, [&](EVP_MD_CTX* hash) {
    const std::string_view all = block.Reveal();
    bool well = true;
    for (std::size_t left = kPassphraseOctets; left > 0 && well;) {
      const std::size_t part = std::min(left, all.size());
      well = Add(hash, all.substr(0, part));
      left -= part;
    }
    return well;
  });
}

Secret LocalKey(SnmpAuth auth, const Secret& passphrase_key, std::string_view engine_id) {
  const std::string& key = passphrase_key.Reveal();
  if (key.empty()) return {};
  return Hashed(auth, [&](EVP_MD_CTX* hash) {
    return Add(hash, key) && Add(hash, engine_id) && Add(hash, key);
  });
}

Secret CipherKey(SnmpAuth auth, SnmpPrivacy privacy, const Secret& local_key) {
  const std::size_t wanted = CipherKeyOctets(privacy);
  Secret key = local_key.Copy();
  while (key.Reveal().size() < wanted) {
    const Secret more = Hashed(auth, [&](EVP_MD_CTX* hash) { return Add(hash, key.Reveal()); });
    if (more.empty()) return {};
    key = Secret(key.Reveal() + more.Reveal());
  }
  return Secret(key.Reveal().substr(0, wanted));
}

std::string Mac(SnmpAuth auth, const Secret& local_key, std::string_view message) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out = {};
  unsigned length = 0;
  const std::string& key = local_key.Reveal();
  const EVP_MD* kind = HashOf(auth);
  if (!kind || key.empty() ||
      !HMAC(kind, key.data(), static_cast<int>(key.size()), Bytes(message), message.size(),
            out.data(), &length) ||
      length < MacOctets(auth)) {
    return {};
  }
  return {reinterpret_cast<const char*>(out.data()), MacOctets(auth)};
}

std::string Encrypt(SnmpPrivacy privacy, const Secret& cipher_key, const CipherStart& start,
                    std::string_view text) {
  if (start.salt.size() != CipherStart::kSaltOctets) return {};
  std::string filled(text);
  if (privacy == SnmpPrivacy::kDes) filled.resize((text.size() + kDesBlock - 1) / kDesBlock * 8);
  return Crypt(privacy, cipher_key, start, filled, true);
}

std::optional<std::string> Decrypt(SnmpPrivacy privacy, const Secret& cipher_key,
                                   const CipherStart& start, std::string_view octets) {
  if (start.salt.size() != CipherStart::kSaltOctets || octets.empty()) return std::nullopt;
  if (privacy == SnmpPrivacy::kDes && octets.size() % kDesBlock != 0) return std::nullopt;
  std::string text = Crypt(privacy, cipher_key, start, octets, false);
  if (text.empty()) return std::nullopt;
  return text;
}

}  // namespace plotmeter
