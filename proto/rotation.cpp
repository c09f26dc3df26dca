#include "proto/rotation.h"

#include <algorithm>

#include "common/jose.h"
#include "common/json.h"
#include "proto/signed_json.h"

namespace plotmeter {
namespace {

constexpr std::size_t kHash = 32;
constexpr std::size_t kNonce = 16;

PublicKey KeyOf(const Field& field) {
  const auto key = FromJwk(field.Object());
  if (!key) field.Refuse("a P-256 key (JWK)");
  return *key;
}

std::string NonceOrNothing(const Field& field) {
  return field.is_present() ? field.Bytes(kNonce) : std::string();
}

Json MarksJson(const std::vector<StreamMark>& marks) {
  Json out = Json::array();
  for (const StreamMark& mark : marks) {
    out.push_back({{"stream", mark.stream}, {"sequence", mark.sequence}});
  }
  return out;
}

std::vector<StreamMark> MarksFrom(const Field& in) {
  std::vector<StreamMark> marks;
  const std::size_t count = in.Array(kMaxMarks);
  for (std::size_t i = 0; i < count; ++i) {
    marks.push_back({.stream = in[i]["stream"].Uuid('*'),
                     .sequence = in[i]["sequence"].Integer(0, kMaxInteger)});
  }
  return marks;
}

KeyRotation FromPayload(const Field& in) {
  return {.portal = in["portal"].Bytes(kHash),
          .collector = in["collector"].SomeText(),
          .old = KeyOf(in["old"]),
          .key = KeyOf(in["key"]),
          .nonce = NonceOrNothing(in["nonce"]),
          .last = MarksFrom(in["last"]),
          .at = in["at"].Time()};
}

// Both signatures; `outer` was read from the word.
std::optional<KeyRotation> FromWord(const Jws& outer) {
  if (outer.header.typ != kKeyRotationJws) return std::nullopt;
  const auto inner = ReadJws(outer.payload);
  if (!inner || inner->header.typ != kNewKeyJws) return std::nullopt;
  try {
    const Json json = ParseJson(inner->payload, {.max_bytes = kMaxRotation});
    KeyRotation rotation = FromPayload(Field(json));
    const bool both = outer.header.kid == Thumbprint(*rotation.old) &&
                      inner->header.kid == Thumbprint(*rotation.key) &&
                      outer.header.kid != inner->header.kid && outer.Verify(*rotation.old) &&
                      inner->Verify(*rotation.key);
    if (both) return rotation;
  } catch (const JsonError&) {  // then it is none
  } catch (const BatchError&) {
  }
  return std::nullopt;
}

}  // namespace

bool IsWithin(const std::vector<StreamMark>& marks, const std::string& stream,
              std::int64_t sequence) {
  return std::ranges::any_of(marks, [&](const StreamMark& mark) {
    return mark.stream == stream && sequence <= mark.sequence;
  });
}

std::string WriteMarks(const std::vector<StreamMark>& marks) { return JsonText(MarksJson(marks)); }

std::vector<StreamMark> ReadMarks(std::string_view json) {
  try {
    const Json parsed = ParseJson(json, {.max_bytes = kMaxRotation});
    return MarksFrom(Field(parsed));
  } catch (const JsonError& error) {
    throw BatchError(error.what());
  }
}

std::string WriteKeyRotation(const KeyRotation& rotation, const PrivateKey& old,
                             const PrivateKey& next) {
  Json out = {{"portal", rotation.portal},        {"collector", rotation.collector},
              {"old", ToJwk(old.public_key())},   {"key", ToJwk(next.public_key())},
              {"last", MarksJson(rotation.last)}, {"at", FormatInstant(rotation.at)}};
  if (!rotation.nonce.empty()) out["nonce"] = rotation.nonce;
  return SignJws(kKeyRotationJws, SignJws(kNewKeyJws, JsonText(out), next), old);
}

std::optional<KeyRotation> ReadKeyRotation(std::string_view word) {
  const auto outer = ReadJws(word);
  return outer ? FromWord(*outer) : std::nullopt;
}

std::string SealKeyRotation(std::string_view word, const PublicKey& portal_encryption) {
  return SealPlain(word, kKeyRotationJwe, portal_encryption);
}

HeardRotation OpenKeyRotation(std::string_view sealed, const OpenKeys& keys) {
  const OpenedSaid said =
      OpenSaid(sealed, {"key rotation", kKeyRotationJwe, kKeyRotationJws, kMaxRotation}, keys);
  if (said.check != SaidCheck::kRight) return {.check = said.check, .detail = said.detail};
  auto rotation = ReadKeyRotation(said.jws);
  if (!rotation) {
    return {.check = SaidCheck::kSchema,
            .detail = "it does not name the two keys that signed it, or not as expected"};
  }
  return {.check = SaidCheck::kRight, .word = said.jws, .rotation = *std::move(rotation)};
}

std::string WriteKeyRotated(const KeyRotated& rotated, const PrivateKey& portal) {
  Json out = {{"portal", rotated.portal},       {"collector", rotated.collector},
              {"replaced", rotated.replaced},   {"key", rotated.key},
              {"sha256", rotated.sha256},       {"rotated", rotated.rotated},
              {"at", FormatInstant(rotated.at)}};
  if (!rotated.nonce.empty()) out["nonce"] = rotated.nonce;
  return SignJws(kKeyRotatedJws, JsonText(out), portal);
}

std::optional<KeyRotated> ReadKeyRotated(std::string_view jws, const PublicKey& portal) {
  return ReadSigned<KeyRotated>(jws, kKeyRotatedJws, portal, [](const Field& in) {
    return KeyRotated{.portal = in["portal"].Bytes(kHash),
                      .collector = in["collector"].SomeText(),
                      .replaced = in["replaced"].Bytes(kHash),
                      .key = in["key"].Bytes(kHash),
                      .sha256 = in["sha256"].Bytes(kHash),
                      .rotated = in["rotated"].Boolean(),
                      .nonce = NonceOrNothing(in["nonce"]),
                      .at = in["at"].Time()};
  });
}

}  // namespace plotmeter
