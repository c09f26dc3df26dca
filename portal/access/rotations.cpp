#include "portal/access/rotations.h"

#include "common/crypto.h"
#include "common/jose.h"
#include "common/json.h"
#include "common/log.h"
#include "proto/rotation.h"

namespace plotmeter {
namespace {

constexpr std::size_t kNonce = 16;  // bytes

}  // namespace

std::variant<RotationHeard, SaidRefused> Rotations::Take(std::string_view body) {
  const std::shared_ptr<const Keyring> keys = keys_.Now();
  std::optional<KnownCollector> signer;
  const HeardRotation heard = OpenKeyRotation(body, KeysToOpen(*keys, directory_, signer));
  if (heard.check != SaidCheck::kRight) return refusing_.Because(body, heard.check, heard.detail);
  const KeyRotation& said = heard.rotation;
  if (!keys->IsNamed(said.portal)) {
    return refusing_.With(body, 422, "portal", "the rotation was made for another portal");
  }
  if (said.collector != signer->collector) {
    return refusing_.With(body, 422, "collector", "'collector' is not the one whose key signed it");
  }
  const std::string old = Thumbprint(*said.old);
  const std::string key = Thumbprint(*said.key);
  const KeyReplaced replaced =
      store_.ReplaceKey(signer->reseller,
                        {.collector = said.collector,
                         .old = old,
                         .thumbprint = key,
                         .old_jwk = JsonText(ToJwk(*said.old)),
                         .jwk = JsonText(ToJwk(*said.key)),
                         .last = WriteMarks(said.last),
                         .rotation = heard.word},
                        said.nonce, Base64Url(RandomBytes(kNonce)), clock_.Now());
  switch (replaced.use) {
    case KeyUse::kReplaced:
    case KeyUse::kOtherNonce:
      break;
    case KeyUse::kNotCurrent:
      return refusing_.Replaced(body);
    case KeyUse::kTaken:
      return refusing_.With(body, 409, "key-taken",
                            "the new key is known already; let the collector make another");
  }
  const bool rotated = replaced.use == KeyUse::kReplaced;
  if (rotated) Log(LogLevel::kInfo, "collector_key_replaced", {{"collector", said.collector}});
  return RotationHeard{WriteKeyRotated({.portal = said.portal,
                                        .collector = said.collector,
                                        .replaced = old,
                                        .key = key,
                                        .sha256 = Base64Url(Sha256(heard.word)),
                                        .rotated = rotated,
                                        .nonce = replaced.nonce,
                                        .at = clock_.Now()},
                                       keys->signing())};
}

}  // namespace plotmeter
