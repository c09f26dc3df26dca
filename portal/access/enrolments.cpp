#include "portal/access/enrolments.h"

#include "common/crypto.h"
#include "common/jose.h"
#include "common/log.h"
#include "proto/enrolment.h"
#include "proto/receipt.h"
#include "proto/seal.h"

namespace plotmeter {
namespace {

constexpr std::size_t kSecret = 16;  // bytes

std::string HashOf(const Secret& secret) { return Base64Url(Sha256(secret.Reveal())); }

}  // namespace

std::optional<Secret> Enrolments::Offer(const ResellerId& reseller, const std::string& site,
                                        std::chrono::days valid) {
  const EnrolmentCode code{.portal = keys_.thumbprint(), .secret = Secret(RandomBytes(kSecret))};
  const Instant now = clock_.Now();
  const bool added = store_.AddCode(
      reseller,
      {.hash = HashOf(code.secret), .site = site, .created_at = now, .expires_at = now + valid});
  if (!added) return std::nullopt;
  return code.ToText();
}

EnrolmentRefused Enrolments::Refuse(std::string_view body, int status, std::string check,
                                    std::string detail) const {
  EnrolmentRefused refused{
      .status = status, .check = std::move(check), .detail = std::move(detail)};
  refused.signed_note = SignRefusal({.portal = keys_.thumbprint(),
                                     .sealed_sha256 = Base64Url(Sha256(body)),
                                     .status = refused.status,
                                     .check = refused.check,
                                     .detail = refused.detail,
                                     .at = clock_.Now()},
                                    keys_.signing());
  Log(LogLevel::kInfo, "enrolment_refused", {{"check", refused.check}});
  return refused;
}

std::variant<EnrolmentAnswer, EnrolmentRefused> Enrolments::Redeem(std::string_view body) {
  const OpenKeys open{
      .decryption = [this](const std::string& kid) { return keys_.Decryption(kid); }, .signer = {}};
  const auto request = ReadEnrolmentRequest(body, open);
  if (!request || !request->key) {
    return Refuse(body, 400, "form",
                  "the body is no enrolment sealed to this portal and signed by the key it names");
  }
  if (request->portal != keys_.thumbprint()) {
    return Refuse(body, 422, "portal", "the enrolment was made for another portal");
  }
  const std::string hash = HashOf(request->secret);
  const auto reseller = directory_.ResellerOfCode(hash);
  if (!reseller) {
    return Refuse(body, 404, "code-unknown",
                  "no such enrolment code; compare it with the one the portal showed");
  }
  const std::string thumbprint = Thumbprint(*request->key);
  const CodeUsed used = store_.UseCode(*reseller, hash,
                                       {.name = request->name,
                                        .version = request->version,
                                        .system = request->system,
                                        .jwk = JsonText(ToJwk(*request->key)),
                                        .thumbprint = thumbprint},
                                       clock_.Now());
  switch (used.use) {
    case CodeUse::kEnrolled:
      break;
    case CodeUse::kUnknown:
      return Refuse(body, 404, "code-unknown",
                    "no such enrolment code; compare it with the one the portal showed");
    case CodeUse::kExpired:
      return Refuse(body, 410, "code-expired",
                    "the enrolment code has expired; ask your reseller for a new one");
    case CodeUse::kUsed:
      return Refuse(body, 409, "code-used",
                    "the enrolment code was used by another collector; each needs its own");
    case CodeUse::kKeyTaken:
      return Refuse(body, 409, "key-taken",
                    "this key cannot be enrolled here; let the collector make a new one");
  }
  Log(LogLevel::kInfo, "collector_enrolled", {{"collector", used.collector}});
  return EnrolmentAnswer{WriteEnrolled({.portal = keys_.thumbprint(),
                                        .collector = used.collector,
                                        .key = thumbprint,
                                        .site = used.site_name,
                                        .at = clock_.Now()},
                                       keys_.signing())};
}

}  // namespace plotmeter
