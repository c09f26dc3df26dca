#include "proto/enrolment.h"

#include <algorithm>

#include "common/jose.h"
#include "proto/seal.h"
#include "proto/signed_json.h"

namespace plotmeter {
namespace {

constexpr std::string_view kPrefix = "PM1-";
constexpr std::size_t kHash = 32;
constexpr std::size_t kCodeSecret = 16;
constexpr std::size_t kChecksum = 4;
constexpr std::size_t kMaxKeys = 100;
constexpr std::string_view kBlanks = " \t\r\n";

PublicKey KeyOf(const Field& field) {
  const auto key = FromJwk(field.Object());
  if (!key) field.Refuse("a P-256 key (JWK)");
  return *key;
}

std::string HashOrNothing(const Field& field) {
  return field.is_present() ? field.Bytes(kHash) : std::string();
}

std::string TextOrNothing(const Field& field) {
  return field.is_present() ? field.Text() : std::string();
}

// The key that a message says it is signed by; whether it is, ReadSigned tells.
std::optional<PublicKey> ClaimedKey(std::string_view compact, const char* member) {
  const auto jws = ReadJws(compact);
  if (!jws) return std::nullopt;
  try {
    const Json json = ParseJson(jws->payload, {.max_bytes = kMaxSignedJson});
    return KeyOf(Field(json)[member]);
  } catch (const JsonError&) {
    return std::nullopt;
  } catch (const BatchError&) {
    return std::nullopt;
  }
}

}  // namespace

Secret EnrolmentCode::ToText() const {
  const auto thumbprint = FromBase64Url(portal);
  if (!thumbprint || thumbprint->size() != kHash || secret.Reveal().size() != kCodeSecret) {
    throw std::invalid_argument("an enrolment code holds a thumbprint and a secret of 16 bytes");
  }
  const Secret body(*thumbprint + secret.Reveal());
  const Secret whole(body.Reveal() + Sha256(body.Reveal()).substr(0, kChecksum));
  return Secret(std::string(kPrefix) + Base64Url(whole.Reveal()));
}

std::optional<EnrolmentCode> EnrolmentCode::Parse(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  text = text.substr(0, text.find_last_not_of(kBlanks) + 1);
  if (!text.starts_with(kPrefix)) return std::nullopt;
  auto decoded = FromBase64Url(text.substr(kPrefix.size()));
  if (!decoded) return std::nullopt;
  const Secret whole(*std::move(decoded));
  const std::string_view bytes = whole.Reveal();
  if (bytes.size() != kHash + kCodeSecret + kChecksum) return std::nullopt;
  const auto body = bytes.substr(0, kHash + kCodeSecret);
  if (!SameBytes(Sha256(body).substr(0, kChecksum), bytes.substr(body.size()))) {
    return std::nullopt;
  }
  return EnrolmentCode{.portal = Base64Url(body.substr(0, kHash)),
                       .secret = Secret(std::string(body.substr(kHash)))};
}

std::string WriteKeysLink(const KeysLink& link, const PrivateKey& by) {
  Json out = {{"by", ToJwk(by.public_key())},
              {"signing", ToJwk(*link.signing)},
              {"generation", link.generation},
              {"at", FormatInstant(link.at)}};
  if (link.replaced) out["replaced"] = ToJwk(*link.replaced);
  return SignJws(kKeysLinkJws, JsonText(out), by);
}

std::optional<KeysLink> ReadKeysLink(std::string_view jws) {
  const auto by = ClaimedKey(jws, "by");
  if (!by) return std::nullopt;
  return ReadSigned<KeysLink>(jws, kKeysLinkJws, *by, [&](const Field& in) {
    KeysLink link{.by = by,
                  .signing = KeyOf(in["signing"]),
                  .generation = in["generation"].Integer(0, kMaxInteger),
                  .at = in["at"].Time()};
    if (in["replaced"].is_present()) link.replaced = KeyOf(in["replaced"]);
    return link;
  });
}

KeysTrust KeysTrust::Of(const PortalKeys& keys) {
  return {.signing = Thumbprint(*keys.signing),
          .recovery = keys.recovery,
          .generation = keys.generation,
          .version = keys.version};
}

std::string WriteKeys(const PortalKeys& keys, const PrivateKey& signing) {
  Json encryption = Json::array();
  for (const auto& key : keys.encryption) encryption.push_back(ToJwk(key));
  Json out = {{"version", keys.version},
              {"signing", ToJwk(signing.public_key())},
              {"encryption", std::move(encryption)},
              {"issued_at", FormatInstant(keys.issued_at)}};
  if (!keys.recovery.empty()) out["recovery"] = keys.recovery;
  if (keys.generation > 0) out["generation"] = keys.generation;
  if (!keys.chain.empty()) out["chain"] = keys.chain;
  return SignJws(kKeysJws, JsonText(out), signing);
}

namespace {

PortalKeys KeysFrom(const Field& in, const PublicKey& signing) {
  PortalKeys keys{.version = in["version"].Integer(1, kMaxInteger),
                  .signing = signing,
                  .recovery = HashOrNothing(in["recovery"]),
                  .issued_at = in["issued_at"].Time()};
  const Field encryption = in["encryption"];
  std::size_t count = encryption.Array(kMaxKeys);
  for (std::size_t i = 0; i < count; ++i) keys.encryption.push_back(KeyOf(encryption[i]));
  if (keys.encryption.empty()) encryption.Refuse("at least one key");
  if (const Field generation = in["generation"]; generation.is_present()) {
    keys.generation = generation.Integer(1, kMaxInteger);
  }
  const Field chain = in["chain"];
  count = chain.is_present() ? chain.Array(kMaxKeys) : 0;
  for (std::size_t i = 0; i < count; ++i) keys.chain.push_back(chain[i].Compact());
  return keys;
}

// Where the chain leads from what is known. A link that does not begin there is of before.
KeysTrust Led(KeysTrust trust, const std::vector<std::string>& chain) {
  for (const std::string& text : chain) {
    const auto link = ReadKeysLink(text);
    if (!link) continue;
    const std::string by = Thumbprint(*link->by);
    const bool handed_on = by == trust.signing && link->generation == trust.generation;
    const bool recovered = by == trust.recovery && link->generation > trust.generation;
    if (!handed_on && !recovered) continue;
    trust.signing = Thumbprint(*link->signing);
    trust.generation = link->generation;
  }
  return trust;
}

}  // namespace

std::optional<PortalKeys> FollowKeys(std::string_view jws, const KeysTrust& trust) {
  const auto signing = ClaimedKey(jws, "signing");
  if (!signing) return std::nullopt;
  auto keys = ReadSigned<PortalKeys>(jws, kKeysJws, *signing,
                                     [&](const Field& in) { return KeysFrom(in, *signing); });
  if (!keys) return std::nullopt;
  KeysTrust from = trust;
  // Who knows a thumbprint only has nobody's word for the generation but that of the key itself.
  if (trust.version == 0) from.generation = keys->generation;
  const KeysTrust led = Led(from, keys->chain);
  if (led.signing != Thumbprint(*signing) || led.generation != keys->generation) {
    return std::nullopt;
  }
  if (!trust.recovery.empty() && keys->recovery != trust.recovery) return std::nullopt;
  return keys;
}

bool IsNewer(const PortalKeys& keys, const KeysTrust& known) {
  return keys.generation > known.generation ||
         (keys.generation == known.generation && keys.version > known.version);
}

std::optional<PortalKeys> ReadKeys(std::string_view jws, std::string_view portal) {
  return FollowKeys(jws, {.signing = std::string(portal)});
}

std::string WriteEnrolmentRequest(const EnrolmentRequest& request, const PrivateKey& key,
                                  const PublicKey& portal_encryption) {
  Json out = {{"secret", Base64Url(request.secret.Reveal())},
              {"portal", request.portal},
              {"key", ToJwk(key.public_key())},
              {"name", request.name},
              {"version", request.version},
              {"system", request.system}};
  if (!request.before.empty()) {
    out["before"] = {{"collector", request.before}};
    if (!request.before_site.empty()) out["before"]["site"] = request.before_site;
    if (!request.rotation.empty()) out["before"]["rotation"] = request.rotation;
  }
  const Secret payload(JsonText(out));
  const Secret jws(SignJws(kEnrolmentJws, payload.Reveal(), key));
  return SealPlain(jws.Reveal(), kEnrolmentJwe, portal_encryption);
}

std::optional<EnrolmentRequest> ReadEnrolmentRequest(std::string_view sealed,
                                                     const OpenKeys& keys) {
  const auto jws = OpenPlain(sealed, kEnrolmentJwe, keys);
  if (!jws) return std::nullopt;
  const auto key = ClaimedKey(*jws, "key");
  if (!key) return std::nullopt;
  return ReadSigned<EnrolmentRequest>(*jws, kEnrolmentJws, *key, [&](const Field& in) {
    EnrolmentRequest request{.secret = Secret(*FromBase64Url(in["secret"].Bytes(kCodeSecret))),
                             .portal = in["portal"].Bytes(kHash),
                             .key = key,
                             .name = in["name"].Text(),
                             .version = in["version"].Text(),
                             .system = in["system"].Text()};
    if (const Field before = in["before"]; before.is_present()) {
      request.before = before["collector"].SomeText();
      request.before_site = TextOrNothing(before["site"]);
      if (before["rotation"].is_present()) request.rotation = before["rotation"].Compact();
    }
    return request;
  });
}

std::string WriteEnrolled(const Enrolled& enrolled, const PrivateKey& portal) {
  return SignJws(kEnrolledJws,
                 JsonText({{"portal", enrolled.portal},
                           {"collector", enrolled.collector},
                           {"key", enrolled.key},
                           {"site", enrolled.site},
                           {"site_id", enrolled.site_id},
                           {"settings", enrolled.settings},
                           {"at", FormatInstant(enrolled.at)}}),
                 portal);
}

std::optional<Enrolled> ReadEnrolled(std::string_view jws, const PublicKey& portal) {
  return ReadSigned<Enrolled>(jws, kEnrolledJws, portal, [](const Field& in) {
    return Enrolled{.portal = in["portal"].Bytes(kHash),
                    .collector = in["collector"].SomeText(),
                    .key = in["key"].Bytes(kHash),
                    .site = in["site"].Text(),
                    .site_id = TextOrNothing(in["site_id"]),
                    .settings = in["settings"].Object(),
                    .at = in["at"].Time()};
  });
}

}  // namespace plotmeter
