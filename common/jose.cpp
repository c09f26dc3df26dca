#include "common/jose.h"

#include <array>
#include <vector>

namespace plotmeter {
namespace {

constexpr std::size_t kMaxHeader = 4096;  // bytes of a header, as it travels
constexpr std::size_t kHalfKey = 16;      // A128CBC-HS256: a MAC key, then an encryption key
constexpr std::size_t kTag = 16;
constexpr std::size_t kIv = 16;
constexpr std::string_view kEnc = "A128CBC-HS256";

std::string BigEndian(std::uint64_t value, std::size_t bytes) {
  std::string out;
  for (std::size_t i = bytes; i-- > 0;) out += static_cast<char>(value >> (8 * i) & 0xff);
  return out;
}

// RFC 7518 section 4.6.2: Datalen and Data.
std::string WithLength(std::string_view data) {
  return BigEndian(data.size(), 4) + std::string(data);
}

// The text of a member, or empty when it is absent or no string.
std::string TextOf(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// A header part as a JSON object; null for anything else.
Json HeaderOf(std::string_view part) {
  if (part.size() > kMaxHeader) return nullptr;
  const auto text = FromBase64Url(part);
  if (!text) return nullptr;
  try {
    Json header = ParseJson(*text, {.max_bytes = kMaxHeader, .max_depth = 4});
    return header.is_object() ? header : Json(nullptr);
  } catch (const JsonError&) {
    return nullptr;
  }
}

std::vector<std::string_view> Split(std::string_view compact, std::size_t most) {
  std::vector<std::string_view> parts;
  while (parts.size() < most) {
    const auto dot = compact.find('.');
    parts.push_back(compact.substr(0, dot));
    if (dot == std::string_view::npos) return parts;
    compact.remove_prefix(dot + 1);
  }
  parts.push_back(compact);
  return parts;
}

std::string JwsHeaderPart(std::string_view typ, const PrivateKey& key) {
  return Base64Url(
      JsonText({{"alg", "ES256"}, {"kid", Thumbprint(key.public_key())}, {"typ", typ}}));
}

// RFC 7515 section 5.1: the SHA-256 of header "." BASE64URL(payload), which is never there as a
// whole.
std::string SigningHash(std::string_view header, std::string_view payload) {
  constexpr std::size_t kPiece =
      3 * 4096;  // a multiple of 3: no piece but the last ends within a group
  Sha256Stream hash;
  hash.Add(header);
  hash.Add(".");
  for (std::size_t at = 0; at < payload.size(); at += kPiece) {
    hash.Add(Base64Url(payload.substr(at, kPiece)));
  }
  return hash.Finish();
}

std::string Tag(std::string_view mac_key, std::string_view iv, std::string_view aad,
                std::string_view ciphertext) {
  const std::string bits = BigEndian(std::uint64_t{aad.size()} * 8, 8);
  return HmacSha256Of(mac_key, {aad, iv, ciphertext, bits}).substr(0, kTag);
}

// RFC 7518 section 4.6: with ECDH-ES alone the algorithm named is the content encryption.
Secret ContentKey(const PrivateKey& ours, const PublicKey& theirs) {
  return DeriveEcdhEs(ours.Agree(theirs), kEnc, 256, "", "");
}

// Exactly alg, enc, epk, kid, typ and perhaps zip, with the algorithms we speak.
bool IsOurJweHeader(const Json& header) {
  if (!header.is_object() || !header.contains("epk")) return false;
  const auto zip = header.find("zip");
  if (zip != header.end() && *zip != "DEF") return false;
  return header.size() == (zip == header.end() ? 5U : 6U) && TextOf(header, "alg") == "ECDH-ES" &&
         TextOf(header, "enc") == kEnc && !TextOf(header, "kid").empty() &&
         !TextOf(header, "typ").empty();
}

}  // namespace

Json ToJwk(const PublicKey& key) {
  return {{"crv", "P-256"}, {"kty", "EC"}, {"x", Base64Url(key.x())}, {"y", Base64Url(key.y())}};
}

std::optional<PublicKey> FromJwk(const Json& jwk) {
  if (!jwk.is_object() || TextOf(jwk, "kty") != "EC" || TextOf(jwk, "crv") != "P-256") {
    return std::nullopt;
  }
  const auto x = FromBase64Url(TextOf(jwk, "x"));
  const auto y = FromBase64Url(TextOf(jwk, "y"));
  if (!x || !y) return std::nullopt;
  return PublicKey::FromCoordinates(*x, *y);
}

std::string Thumbprint(const PublicKey& key) { return Base64Url(Sha256(JsonText(ToJwk(key)))); }

std::string SignJws(std::string_view typ, std::string_view payload, const PrivateKey& key) {
  const std::string header = JwsHeaderPart(typ, key);
  const std::string signature = key.SignHash(SigningHash(header, payload));
  return header + '.' + Base64Url(payload) + '.' + Base64Url(signature);
}

std::string SignDetachedJws(std::string_view typ, std::string_view payload, const PrivateKey& key) {
  const std::string header = JwsHeaderPart(typ, key);
  return header + ".." + Base64Url(key.SignHash(SigningHash(header, payload)));
}

std::optional<JwsHeader> ReadJwsHeader(std::string_view part) {
  const Json header = HeaderOf(part);
  if (!header.is_object() || header.size() != 3) return std::nullopt;
  JwsHeader out{
      .alg = TextOf(header, "alg"), .kid = TextOf(header, "kid"), .typ = TextOf(header, "typ")};
  if (out.alg != "ES256" || out.kid.empty() || out.typ.empty()) return std::nullopt;
  return out;
}

std::optional<Jws> ReadJws(std::string_view compact) {
  const auto parts = Split(compact, 3);
  if (parts.size() != 3) return std::nullopt;
  auto header = ReadJwsHeader(parts[0]);
  auto payload = FromBase64Url(parts[1]);
  auto signature = FromBase64Url(parts[2]);
  if (!header || !payload || !signature || signature->size() != 64) return std::nullopt;
  return Jws{.header = *std::move(header),
             .payload = *std::move(payload),
             .signature = *std::move(signature),
             .signing_header = std::string(parts[0])};
}

bool Jws::Verify(const PublicKey& key) const { return VerifyDetached(key, payload); }

bool Jws::VerifyDetached(const PublicKey& key, std::string_view payload_elsewhere) const {
  return key.VerifyHash(SigningHash(signing_header, payload_elsewhere), signature);
}

std::string EncryptJwe(std::string_view plaintext, const PublicKey& recipient, JweHeader header) {
  const PrivateKey ephemeral = PrivateKey::Generate();
  if (header.kid.empty()) header.kid = Thumbprint(recipient);
  Json members = {{"alg", "ECDH-ES"},
                  {"enc", kEnc},
                  {"epk", ToJwk(ephemeral.public_key())},
                  {"kid", header.kid},
                  {"typ", header.typ}};
  if (header.zip) members["zip"] = "DEF";
  const std::string protected_header = Base64Url(JsonText(members));
  const std::string iv = RandomBytes(kIv);
  const auto sealed = EncryptA128CbcHs256(ContentKey(ephemeral, recipient).Reveal(), iv,
                                          protected_header, plaintext);
  return protected_header + ".." + Base64Url(iv) + '.' + Base64Url(sealed.ciphertext) + '.' +
         Base64Url(sealed.tag);
}

JweRead ReadJwe(std::string_view compact) {
  const auto parts = Split(compact, 5);
  if (parts.size() != 5 || !parts[1].empty() || parts[0].size() > kMaxHeader) {
    return {.fault = JweFault::kParts};
  }
  auto iv = FromBase64Url(parts[2]);
  auto ciphertext = FromBase64Url(parts[3]);
  auto tag = FromBase64Url(parts[4]);
  if (!iv || !ciphertext || !tag || iv->size() != kIv || tag->size() != kTag) {
    return {.fault = JweFault::kParts};
  }
  const Json header = HeaderOf(parts[0]);
  if (!IsOurJweHeader(header)) return {.fault = JweFault::kHeader};
  JweRead read{.fault = JweFault::kNone,
               .jwe = {.header = {.kid = TextOf(header, "kid"),
                                  .typ = TextOf(header, "typ"),
                                  .zip = header.contains("zip")},
                       .epk = FromJwk(header.at("epk")),
                       .protected_header = std::string(parts[0]),
                       .iv = *std::move(iv),
                       .ciphertext = *std::move(ciphertext),
                       .tag = *std::move(tag)}};
  // The other parts stay readable: the key is asked for by kid before the point is judged.
  if (!read.jwe.epk) read.fault = JweFault::kKeyPoint;
  return read;
}

std::optional<std::string> Jwe::Decrypt(const PrivateKey& recipient) const {
  if (!epk) return std::nullopt;
  return DecryptA128CbcHs256(ContentKey(recipient, *epk).Reveal(), iv, protected_header,
                             {.ciphertext = ciphertext, .tag = tag});
}

Secret DeriveEcdhEs(const Secret& agreed, std::string_view algorithm, std::size_t bits,
                    std::string_view apu, std::string_view apv) {
  const std::string other = WithLength(algorithm) + WithLength(apu) + WithLength(apv) +
                            BigEndian(bits, 4);  // SuppPubInfo; SuppPrivInfo is empty
  std::string key;
  for (std::uint64_t round = 1; key.size() * 8 < bits; ++round) {
    const Secret input(BigEndian(round, 4) + agreed.Reveal() + other);
    key += Sha256(input.Reveal());
  }
  key.resize(bits / 8);
  return Secret(std::move(key));
}

Encrypted EncryptA128CbcHs256(std::string_view key, std::string_view iv, std::string_view aad,
                              std::string_view plaintext) {
  Encrypted out{.ciphertext = Aes128CbcEncrypt(key.substr(kHalfKey), iv, plaintext)};
  out.tag = Tag(key.substr(0, kHalfKey), iv, aad, out.ciphertext);
  return out;
}

std::optional<std::string> DecryptA128CbcHs256(std::string_view key, std::string_view iv,
                                               std::string_view aad, const Encrypted& encrypted) {
  const std::string tag = Tag(key.substr(0, kHalfKey), iv, aad, encrypted.ciphertext);
  if (!SameBytes(tag, encrypted.tag)) return std::nullopt;
  return Aes128CbcDecrypt(key.substr(kHalfKey), iv, encrypted.ciphertext);
}

}  // namespace plotmeter
