#include "portal/access/enrolments.h"

#include "common/crypto.h"
#include "common/jose.h"
#include "common/log.h"
#include "proto/enrolment.h"
#include "proto/receipt.h"
#include "proto/rotation.h"
#include "proto/seal.h"

namespace plotmeter {
namespace {

constexpr std::size_t kSecret = 16;  // bytes

// "col_" and eight of the characters that ids are made of: nothing else comes back.
bool IsCollectorId(const std::string& id) {
  return id.size() == 12 && id.starts_with("col_") &&
         id.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 4) == id.npos;
}

// What the old key says of the new one; empty: it does not say it of this one, or not rightly.
std::optional<KeyChange> ChangeOf(const EnrolmentRequest& request) {
  const auto said = ReadKeyRotation(request.rotation);
  if (!said || *said->key != *request.key || said->portal != request.portal ||
      said->collector != request.before) {
    return std::nullopt;
  }
  return KeyChange{.collector = said->collector,
                   .old = Thumbprint(*said->old),
                   .thumbprint = Thumbprint(*said->key),
                   .old_jwk = JsonText(ToJwk(*said->old)),
                   .jwk = JsonText(ToJwk(*said->key)),
                   .last = WriteMarks(said->last),
                   .rotation = request.rotation};
}

std::string HashOf(const Secret& secret) { return Base64Url(Sha256(secret.Reveal())); }

}  // namespace

std::optional<Secret> Enrolments::Offer(const ResellerId& reseller, const std::string& site,
                                         std::chrono::days valid, const Actor& actor) {
  const EnrolmentCode code{.portal = keys_.Now()->thumbprint(),
                           .secret = Secret(RandomBytes(kSecret))};
  const Instant now = clock_.Now();
  const bool added = store_.AddCode(
      reseller,
      {.hash = HashOf(code.secret), .site = site, .created_at = now, .expires_at = now + valid},
      actor);
  if (!added) return std::nullopt;
  return code.ToText();
}

EnrolmentRefused Enrolments::Refuse(const Keyring& keys, std::string_view body, int status,
                                    std::string check, std::string detail) const {
  EnrolmentRefused refused{
      .status = status, .check = std::move(check), .detail = std::move(detail)};
  refused.signed_note = SignRefusal({.portal = keys.thumbprint(),
                                     .sealed_sha256 = Base64Url(Sha256(body)),
                                     .status = refused.status,
                                     .check = refused.check,
                                     .detail = refused.detail,
                                     .at = clock_.Now()},
                                    keys.signing());
  Log(LogLevel::kInfo, "enrolment_refused", {{"check", refused.check}});
  return refused;
}

std::variant<EnrolmentAnswer, EnrolmentRefused> Enrolments::Redeem(std::string_view body) {
  const std::shared_ptr<const Keyring> in_use = keys_.Now();
  const Keyring& keys = *in_use;
  const OpenKeys open{.decryption = [&](const std::string& kid) { return keys.Decryption(kid); },
                      .signer = {}};
  const auto request = ReadEnrolmentRequest(body, open);
  if (!request || !request->key) {
    return Refuse(keys, body, 400, "form",
                  "the body is no enrolment sealed to this portal and signed by the key it names");
  }
  if (!keys.IsNamed(request->portal)) {
    return Refuse(keys, body, 422, "portal", "the enrolment was made for another portal");
  }
  const std::string hash = HashOf(request->secret);
  const auto reseller = directory_.ResellerOfCode(hash);
  if (!reseller) {
    return Refuse(keys, body, 404, "code-unknown",
                  "no such enrolment code; compare it with the one the portal showed");
  }
  const std::string thumbprint = Thumbprint(*request->key);
  Newcomer newcomer{
      .name = request->name,
      .version = request->version,
      .system = request->system,
      .jwk = JsonText(ToJwk(*request->key)),
      .thumbprint = thumbprint,
      .before = request->before,
      .before_site = request->before_site,
      .may_come_back = !revoked_.contains(request->before) && IsCollectorId(request->before)};
  if (!request->rotation.empty()) {
    newcomer.change = ChangeOf(*request);
    if (!newcomer.change) {
      return Refuse(keys, body, 400, "form",
                    "the old key's word for the new one is not what it should be");
    }
  }
  const CodeUsed used = store_.UseCode(*reseller, hash, newcomer, clock_.Now());
  switch (used.use) {
    case CodeUse::kEnrolled:
      break;
    case CodeUse::kUnknown:
      return Refuse(keys, body, 404, "code-unknown",
                    "no such enrolment code; compare it with the one the portal showed");
    case CodeUse::kExpired:
      return Refuse(keys, body, 410, "code-expired",
                    "the enrolment code has expired; ask your reseller for a new one");
    case CodeUse::kUsed:
      return Refuse(keys, body, 409, "code-used",
                    "the enrolment code was used by another collector; each needs its own");
    case CodeUse::kKeyTaken:
      return Refuse(keys, body, 409, "key-taken",
                    "this key cannot be enrolled here; let the collector make a new one");
    case CodeUse::kOtherSite:
      return Refuse(keys, body, 409, "other-site",
                    "the collector holds readings of another site than the code is for");
  }
  Log(LogLevel::kInfo, "collector_enrolled", {{"collector", used.collector}});
  return EnrolmentAnswer{WriteEnrolled({.portal = request->portal,
                                        .collector = used.collector,
                                        .key = used.thumbprint,
                                        .site = used.site_name,
                                        .site_id = used.site,
                                        .at = clock_.Now()},
                                       keys.signing())};
}

}  // namespace plotmeter
