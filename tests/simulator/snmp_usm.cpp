#include "tests/simulator/snmp_usm.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

namespace plotmeter::simulator {

namespace {

constexpr std::int64_t kWindow = 150;  // seconds (RFC 3414 section 2.2.3)
constexpr std::uint8_t kAuthenticated = 1, kEncrypted = 2, kReportable = 4;

struct HashKind {
  std::string_view name;  // as people write it
  const char* openssl;
  std::size_t digest;  // octets of it that travel (RFC 3414 section 6, RFC 7860 section 4)
};
constexpr std::array<HashKind, 6> kHashes = {{{"MD5", "MD5", 12},
                                              {"SHA", "SHA1", 12},
                                              {"SHA-224", "SHA2-224", 16},
                                              {"SHA-256", "SHA2-256", 24},
                                              {"SHA-384", "SHA2-384", 32},
                                              {"SHA-512", "SHA2-512", 48}}};

struct PrivacyKind {
  std::string_view name;
  V3Privacy privacy;
  std::size_t key;  // octets
};
constexpr std::array<PrivacyKind, 4> kPrivacies = {{{"DES", V3Privacy::kDes, 16},
                                                    {"AES", V3Privacy::kAes128, 16},
                                                    {"AES-192", V3Privacy::kAes192, 24},
                                                    {"AES-256", V3Privacy::kAes256, 32}}};

const HashKind& HashOf(const V3User& user) {
  return *std::ranges::find_if(kHashes,
                               [&](const auto& kind) { return kind.openssl == user.hash; });
}

const unsigned char* Octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Octets(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

void Require(bool done) {
  if (!done) throw std::runtime_error("OpenSSL refused");
}

std::string Hash(const std::string& name, std::string_view text) {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  std::size_t size = 0;
  Require(EVP_Q_digest(nullptr, name.c_str(), nullptr, text.data(), text.size(), Octets(digest),
                       &size) == 1);
  digest.resize(size);
  return digest;
}

// RFC 3414 section A.2: the secret over and over until it is a megabyte, hashed.
std::string KeyOf(const std::string& hash, std::string_view secret) {
  constexpr std::size_t kMegabyte = 1'048'576;
  std::string text;
  text.reserve(kMegabyte + secret.size());
  while (text.size() < kMegabyte) text += secret;
  text.resize(kMegabyte);
  return Hash(hash, text);
}

std::string Digest(const V3User& user, const std::string& key, std::string_view message) {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  std::size_t size = 0;
  Require(EVP_Q_mac(nullptr, "HMAC", nullptr, user.hash.c_str(), nullptr, key.data(), key.size(),
                    Octets(message), message.size(), Octets(digest), digest.size(),
                    &size) != nullptr);
  digest.resize(HashOf(user).digest);
  return digest;
}

std::string BigEndian(std::uint64_t number, int octets) {
  std::string text;
  for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8) {
    text += static_cast<char>(static_cast<unsigned char>(number >> shift));
  }
  return text;
}

// Encrypts, or decrypts. DES of OpenSSL 3 lies in a provider of its own; three times the same key
// in triple DES is DES.
std::string Crypt(bool encrypt, V3Privacy privacy, const std::string& key, std::uint32_t boots,
                  std::int64_t time, const std::string& salt, std::string text) {
  const bool des = privacy == V3Privacy::kDes;
  std::string iv;
  std::string cipher_key = key;
  const EVP_CIPHER* cipher = EVP_des_ede3_cbc();
  if (des) {
    for (std::size_t i = 0; i < 8; ++i) iv += static_cast<char>(key[8 + i] ^ salt[i]);
    cipher_key = key.substr(0, 8) + key.substr(0, 8) + key.substr(0, 8);
  } else {
    iv = BigEndian(boots, 4) + BigEndian(static_cast<std::uint64_t>(time), 4) + salt;
    cipher = privacy == V3Privacy::kAes128   ? EVP_aes_128_cfb128()
             : privacy == V3Privacy::kAes192 ? EVP_aes_192_cfb128()
                                             : EVP_aes_256_cfb128();
  }
  if (des && encrypt) text.resize((text.size() + 7) / 8 * 8, '\0');
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(
      EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  std::string out(text.size() + 16, '\0');
  int size = 0;
  int rest = 0;
  Require(EVP_CipherInit_ex(context.get(), cipher, nullptr, Octets(cipher_key), Octets(iv),
                            encrypt ? 1 : 0) == 1);
  EVP_CIPHER_CTX_set_padding(context.get(), 0);
  Require(EVP_CipherUpdate(context.get(), Octets(out), &size, Octets(text),
                           static_cast<int>(text.size())) == 1);
  Require(EVP_CipherFinal_ex(context.get(), Octets(out) + size, &rest) == 1);
  out.resize(static_cast<std::size_t>(size + rest));
  return out;
}

std::vector<std::string> Split(std::string_view text) {
  std::vector<std::string> parts;
  for (auto colon = text.find(':'); colon != std::string_view::npos; colon = text.find(':')) {
    parts.emplace_back(text.substr(0, colon));
    text.remove_prefix(colon + 1);
  }
  parts.emplace_back(text);
  return parts;
}

template <typename Kinds>
auto Named(const Kinds& kinds, const std::string& name, const char* what) {
  const auto found =
      std::ranges::find_if(kinds, [&](const auto& kind) { return kind.name == name; });
  if (found != kinds.end()) return *found;
  std::string names;
  for (const auto& kind : kinds) names += (names.empty() ? "" : ", ") + std::string(kind.name);
  throw std::invalid_argument(fmt::format("{} '{}'; expected one of {}", what, name, names));
}

Oid UsmStat(std::uint32_t n) { return {1, 3, 6, 1, 6, 3, 15, 1, 1, n, 0}; }

}  // namespace

V3User ParseV3User(std::string_view text) {
  const std::vector<std::string> parts = Split(text);
  const std::string& name = parts.front();
  if (name.empty() || name.size() > 32 ||
      (parts.size() != 1 && parts.size() != 3 && parts.size() != 5)) {
    throw std::invalid_argument(
        fmt::format("user '{}'; expected NAME[:AUTH:SECRET[:PRIV:SECRET]]", name));
  }
  V3User user{.name = name};
  const auto key = [&](const std::string& secret) {
    if (secret.size() >= 8) return KeyOf(user.hash, secret);
    throw std::invalid_argument(
        fmt::format("user '{}': a secret has 8 octets or more (RFC 3414 section 11.2)", name));
  };
  if (parts.size() >= 3) {
    user.hash = Named(kHashes, parts[1], "authentication").openssl;
    user.authentication_key = key(parts[2]);
  }
  if (parts.size() == 5) {
    user.privacy = Named(kPrivacies, parts[3], "privacy").privacy;
    user.privacy_key = key(parts[4]);
  }
  return user;
}

std::string EngineId(std::uint64_t mac) { return BigEndian(0x8000000B03u, 5) + BigEndian(mac, 6); }

V3Engine::V3Engine(std::string id, Users users) : id_(std::move(id)), users_(std::move(users)) {}

const V3Engine::Keys& V3Engine::KeysOf(const V3User& user) {
  const auto known = keys_.find(user.name);
  if (known != keys_.end()) return known->second;
  const auto localise = [&](const std::string& key) {
    return key.empty() ? key : Hash(user.hash, key + id_ + key);
  };
  Keys keys{localise(user.authentication_key), localise(user.privacy_key)};
  const auto kind = std::ranges::find_if(
      kPrivacies, [&](const auto& privacy) { return privacy.privacy == user.privacy; });
  if (kind != kPrivacies.end()) {
    while (keys.privacy.size() < kind->key) keys.privacy += Hash(user.hash, keys.privacy);
    keys.privacy.resize(kind->key);
  }
  return keys_.emplace(user.name, std::move(keys)).first->second;
}

std::string V3Engine::Seal(const V3Header& asked, std::uint8_t flags, const V3User* user,
                           const V3Clock& clock, std::string scoped) {
  V3Header header{.id = asked.id,
                  .flags = flags,
                  .engine = id_,
                  .boots = clock.boots,
                  .time = clock.time,
                  .user = asked.user};
  std::string salt;
  std::string digest;
  if ((flags & kEncrypted) != 0) {
    salt = user->privacy == V3Privacy::kDes
               ? BigEndian(clock.boots, 4) + BigEndian(++salt_ & 0xFFFFFFFFu, 4)
               : BigEndian(++salt_, 8);
    scoped = Crypt(true, user->privacy, KeysOf(*user).privacy, clock.boots, clock.time, salt,
                   std::move(scoped));
    header.salt = salt;
  }
  if ((flags & kAuthenticated) != 0) {
    digest.assign(HashOf(*user).digest, '\0');
    header.digest = digest;
  }
  std::size_t digest_at = 0;
  std::string message = WriteV3Message(header, scoped, digest_at);
  if (!digest.empty()) {
    message.replace(digest_at, digest.size(), Digest(*user, KeysOf(*user).authentication, message));
  }
  return message;
}

std::optional<std::string> V3Engine::Report(const V3Header& asked, std::uint8_t flags,
                                            const V3User* user, const V3Clock& clock, Oid counter,
                                            std::int64_t request_id) {
  const std::uint32_t count = ++counts_[counter];
  if ((asked.flags & kReportable) == 0) return std::nullopt;
  SnmpReply report;
  report.variables.push_back({.name = std::move(counter), .value = Counter32(count)});
  return Seal(asked, flags, user, clock, WriteScopedPdu(id_, "", request_id, report, true));
}

std::optional<std::string> V3Engine::Answer(std::string_view datagram, const V3Clock& clock,
                                            std::size_t max_reply, const Ask& ask) {
  auto message = ReadV3Message(datagram);
  if (!message) return std::nullopt;
  const V3Header& asked = message->header;
  const bool authenticated = (asked.flags & kAuthenticated) != 0;
  const bool encrypted = (asked.flags & kEncrypted) != 0;
  if (encrypted && !authenticated) return std::nullopt;  // RFC 3412 section 7.2, step 5
  std::int64_t request_id = 0;
  if (!encrypted) {
    const auto plain = ReadScopedPdu(message->data);
    if (plain) request_id = plain->question.request_id;
  }
  if (asked.engine != id_) return Report(asked, 0, nullptr, clock, UsmStat(4), request_id);
  const auto user =
      std::ranges::find_if(*users_, [&](const V3User& u) { return u.name == asked.user; });
  if (user == users_->end()) return Report(asked, 0, nullptr, clock, UsmStat(3), request_id);
  if ((authenticated && user->hash.empty()) || (encrypted && user->privacy == V3Privacy::kNone)) {
    return Report(asked, 0, nullptr, clock, UsmStat(1), request_id);
  }

  std::string plain;
  std::string_view data = message->data;
  if (authenticated) {
    std::string blank(datagram);
    const auto at = static_cast<std::size_t>(asked.digest.data() - datagram.data());
    std::fill_n(blank.begin() + static_cast<std::ptrdiff_t>(at), asked.digest.size(), '\0');
    if (Digest(*user, KeysOf(*user).authentication, blank) != asked.digest) {
      return Report(asked, 0, nullptr, clock, UsmStat(5), request_id);
    }
    if (asked.boots != clock.boots || std::abs(asked.time - clock.time) > kWindow) {
      return Report(asked, kAuthenticated, &*user, clock, UsmStat(2), request_id);
    }
  }
  if (encrypted) {
    const bool whole = user->privacy != V3Privacy::kDes || data.size() % 8 == 0;
    if (asked.salt.size() != 8 || !whole) {
      return Report(asked, 0, nullptr, clock, UsmStat(6), request_id);
    }
    plain = Crypt(false, user->privacy, KeysOf(*user).privacy, clock.boots, asked.time,
                  std::string(asked.salt), std::string(data));
    data = plain;
  }
  auto scoped = ReadScopedPdu(data);
  if (!scoped) {
    return encrypted ? Report(asked, 0, nullptr, clock, UsmStat(6), request_id) : std::nullopt;
  }
  if (scoped->engine != id_) return std::nullopt;
  const auto level = static_cast<std::uint8_t>(asked.flags & (kAuthenticated | kEncrypted));
  const auto fits = static_cast<std::size_t>(std::clamp<std::int64_t>(asked.max_size, 484, 65507));
  constexpr std::size_t kAround = 160;  // octets of header, security parameters and padding
  const std::size_t room = std::min(max_reply, fits) - std::min(max_reply, kAround);
  SnmpQuestion& question = scoped->question;
  std::optional<SnmpReply> reply;
  if ((!user->hash.empty() && !authenticated) ||
      (user->privacy != V3Privacy::kNone && !encrypted)) {
    reply = SnmpReply{.error = SnmpError::kAuthorization};
    for (const Oid& name : question.request.names) reply->variables.push_back({.name = name});
  } else {
    reply = ask(scoped->context, question, room);
  }
  if (!reply) {  // snmpUnknownContexts (RFC 3413 section 3.2)
    return Report(asked, level, &*user, clock, {1, 3, 6, 1, 6, 3, 12, 1, 5, 0},
                  question.request_id);
  }
  return Seal(asked, level, &*user, clock,
              WriteScopedPdu(id_, scoped->context, question.request_id, *reply));
}

}  // namespace plotmeter::simulator
