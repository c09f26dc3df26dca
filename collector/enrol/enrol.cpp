#include "collector/enrol/enrol.h"

#include <fmt/format.h>

#include <map>

#include "common/jose.h"
#include "common/json.h"
#include "proto/receipt.h"

namespace plotmeter {
namespace {

constexpr const char* kKeys = "/api/v1/keys";
constexpr const char* kEnrolments = "/api/v1/enrolments";
constexpr const char* kJose = "application/jose";

const std::map<std::string, std::string>& Advice() {
  static const std::map<std::string, std::string> kAdvice = {
      {"code-unknown", "the portal does not know this code; is it of another portal?"},
      {"code-expired", "the code has expired; ask for a new one"},
      {"code-used", "the code was already used by another collector; ask for a new one"},
  };
  return kAdvice;
}

PortalAnswer Answered(PortalAnswer answer, const std::string& url) {
  if (answer.seen != PortalSeen::kAnswered) {
    throw EnrolError(fmt::format("{} is {}: {}", url, ToText(answer.seen), answer.detail));
  }
  return answer;
}

PortalKeys FetchKeys(Portal& portal, const EnrolWishes& wishes, const std::string& thumbprint,
                     std::string& jws) {
  const PortalAnswer answer = Answered(portal.Get(kKeys), wishes.portal_url);
  if (answer.status != 200) {
    throw EnrolError(fmt::format("{}{} answered {}; is this a Plotmeter portal?", wishes.portal_url,
                                 kKeys, answer.status));
  }
  std::optional<PortalKeys> keys = ReadKeys(answer.body, thumbprint);
  if (!keys || !keys->signing || keys->encryption.empty()) {
    throw EnrolError(
        fmt::format("{} is not the portal that made this code: its keys are not signed by the key "
                    "the code names. Nothing was told to it",
                    wishes.portal_url));
  }
  jws = answer.body;
  return std::move(*keys);
}

// Why the portal said no, as far as it can be believed.
std::string Refused(const PortalAnswer& answer, const PortalKeys& keys) {
  std::string check;
  std::string detail;
  bool signed_by_portal = false;
  try {
    const Json problem = ParseJson(answer.body, {.max_bytes = 64 * 1024});
    check = problem.value("check", "");
    detail = problem.value("detail", "");
    if (const auto note = ReadRefusal(problem.value("signed", ""), *keys.signing)) {
      signed_by_portal = true;
      check = note->check;
      if (!note->detail.empty()) detail = note->detail;
    }
  } catch (const std::exception&) {
    detail = "no more was said";
  }
  const auto advice = Advice().find(check);
  return fmt::format("enrolment was refused ({}): {}{}", answer.status,
                     advice != Advice().end() ? advice->second : detail,
                     signed_by_portal ? "" : " (said without the portal's signature)");
}

}  // namespace

EnrolmentCode ParseCode(const Secret& code) {
  std::optional<EnrolmentCode> parsed = EnrolmentCode::Parse(code.Reveal());
  if (!parsed) {
    throw EnrolError(
        "'code' is mistyped: it is no enrolment code, or a letter of it is wrong; expected PM1- "
        "and 70 letters, as the portal showed it");
  }
  return std::move(*parsed);
}

Identity Enrol(Portal& portal, const EnrolWishes& wishes) {
  const EnrolmentCode code = ParseCode(wishes.code);
  const std::optional<Identity> before = LoadIdentity(wishes.directory);
  if (before && before->portal != code.portal) {
    throw EnrolError(
        fmt::format("{} belongs to collector {} of {}; what was read for one portal is never sent "
                    "to another. Use another --state",
                    wishes.directory, before->collector, before->portal_url));
  }

  Identity identity{
      .portal_url = wishes.portal_url, .portal = code.portal, .ca_file = wishes.ca_file};
  identity.keys = FetchKeys(portal, wishes, code.portal, identity.keys_jws);
  if (before && before->keys.version > identity.keys.version) {
    throw EnrolError(fmt::format("{} showed older keys (version {}) than it did before ({})",
                                 wishes.portal_url, identity.keys.version, before->keys.version));
  }

  const PrivateKey key = LoadOrMakeKey(wishes.directory);
  const std::string own = Thumbprint(key.public_key());
  EnrolmentRequest request{.secret = code.secret.Copy(),
                           .portal = code.portal,
                           .name = wishes.name,
                           .version = wishes.version,
                           .system = wishes.system};
  const PortalAnswer answer =
      Answered(portal.Post(kEnrolments, kJose,
                           WriteEnrolmentRequest(request, key, identity.keys.encryption.front())),
               wishes.portal_url);
  if (answer.status != 200) throw EnrolError(Refused(answer, identity.keys));
  const std::optional<Enrolled> enrolled = ReadEnrolled(answer.body, *identity.keys.signing);
  if (!enrolled || enrolled->portal != code.portal || enrolled->key != own) {
    throw EnrolError("the answer was not signed by the portal for this collector; try again");
  }
  if (before && before->collector != enrolled->collector) {
    throw EnrolError(
        fmt::format("{} holds the readings of collector {}, the code made collector {}; use it "
                    "with another --state",
                    wishes.directory, before->collector, enrolled->collector));
  }
  identity.collector = enrolled->collector;
  identity.site = enrolled->site;
  SaveIdentity(wishes.directory, identity);
  return identity;
}

}  // namespace plotmeter
