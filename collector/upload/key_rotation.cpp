#include "collector/upload/key_rotation.h"

#include <fmt/format.h>

#include "collector/upload/signed_part.h"
#include "common/jose.h"
#include "proto/receipt.h"
#include "proto/rotation.h"

namespace plotmeter {
namespace {

constexpr const char* kRotations = "/api/v1/rotations";
constexpr int kTries = 6;  // a nonce may be used up meanwhile by a heartbeat, and keys change

RotationStep Trouble(std::string words) { return {RotationEnd::kTrouble, std::move(words)}; }

class Asking {
 public:
  Asking(Portal& portal, const Clock& clock, const UploadIdentity& identity, const PrivateKey& next)
      : portal_(portal), clock_(clock), identity_(identity), next_(next) {}

  // One request. Empty: ask again, with the nonce that `nonce` is now.
  std::optional<RotationStep> Ask(const std::vector<StreamMark>& last, std::string& nonce,
                                  const std::function<bool()>& refresh_keys) {
    const std::string word = WriteKeyRotation({.portal = identity_.portal,
                                               .collector = identity_.collector,
                                               .nonce = nonce,
                                               .last = last,
                                               .at = clock_.Now()},
                                              *identity_.key, next_);
    const std::string sealed = SealKeyRotation(word, identity_.keys.encryption.front());
    const PortalAnswer answer = portal_.Post(kRotations, kJose, sealed);
    if (answer.seen != PortalSeen::kAnswered) {
      return Trouble(fmt::format("the portal: {}", answer.detail.empty()
                                                       ? std::string(ToText(answer.seen))
                                                       : answer.detail));
    }
    const std::string jws = SignedPart(answer);
    if (IsOfStranger(jws, identity_.keys)) {
      if (refresh_keys()) return {};
      return Trouble("the answer is signed by a key that this collector does not know");
    }
    if (const auto rotated = ReadKeyRotated(jws, *identity_.keys.signing)) {
      if (!IsAboutThis(*rotated, word)) return Trouble("the answer is to something else");
      if (rotated->rotated) return RotationStep{RotationEnd::kRotated};
      nonce = rotated->nonce;
      return {};
    }
    const std::optional<RefusalNote> note = ReadRefusal(jws, *identity_.keys.signing);
    if (!note || note->sealed_sha256 != Base64Url(Sha256(sealed))) {
      return Trouble(
          fmt::format("the answer was {} without the portal's signature", answer.status));
    }
    const std::string words = fmt::format("refused: {}: {}", note->check, note->detail);
    if (note->check == "key-retired") {
      if (refresh_keys()) return {};
      return Trouble(words);
    }
    return RotationStep{RotationEnd::kRefused, words};
  }

 private:
  bool IsAboutThis(const KeyRotated& rotated, const std::string& word) const {
    return rotated.portal == identity_.portal && rotated.collector == identity_.collector &&
           rotated.replaced == Thumbprint(identity_.key->public_key()) &&
           rotated.key == Thumbprint(next_.public_key()) &&
           rotated.sha256 == Base64Url(Sha256(word));
  }

  Portal& portal_;
  const Clock& clock_;
  const UploadIdentity& identity_;
  const PrivateKey& next_;
};

}  // namespace

RotationStep RotateKey(Spool& spool, Portal& portal, const Clock& clock,
                       const UploadIdentity& identity, const PrivateKey& next,
                       const std::function<bool()>& refresh_keys) {
  const BatchSigner signer{
      .portal = identity.portal, .collector = identity.collector, .key = &*identity.key};
  Asking asking(portal, clock, identity, next);
  std::string nonce;
  for (int tried = 0; tried < kTries; ++tried) {
    std::vector<StreamMark> last;
    if (!nonce.empty()) last = spool.Retire(signer);
    std::optional<RotationStep> step = asking.Ask(last, nonce, refresh_keys);
    if (!step) continue;
    if (step->end == RotationEnd::kRefused) spool.Reinstate(identity.key->public_key());
    return *std::move(step);
  }
  return Trouble("the portal wanted another nonce each time");
}

}  // namespace plotmeter
