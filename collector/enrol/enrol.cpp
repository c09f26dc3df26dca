#include "collector/enrol/enrol.h"

#include <fmt/format.h>

#include <map>

#include "common/jose.h"
#include "common/json.h"
#include "proto/receipt.h"
#include "proto/rotation.h"

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
      {"other-site",
       "the code is for another site than that of the readings here; use it with another --state"},
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
struct SaidNo {
  std::string words = {};
  bool is_signed = false;
};

SaidNo Refused(const PortalAnswer& answer, const PortalKeys& keys, const std::string& sent) {
  std::string check;
  std::string detail;
  bool signed_by_portal = false;
  try {
    const Json problem = ParseJson(answer.body, {.max_bytes = 64 * 1024});
    check = problem.value("check", "");
    detail = problem.value("detail", "");
    const auto note = ReadRefusal(problem.value("signed", ""), *keys.signing);
    if (note && note->sealed_sha256 == Base64Url(Sha256(sent))) {
      signed_by_portal = true;
      check = note->check;
      if (!note->detail.empty()) detail = note->detail;
    }
  } catch (const std::exception&) {
    detail = "no more was said";
  }
  const auto advice = Advice().find(check);
  return {fmt::format("enrolment was refused ({}): {}{}", answer.status,
                      advice != Advice().end() ? advice->second : detail,
                      signed_by_portal ? "" : " (said without the portal's signature)"),
          signed_by_portal};
}

// What a directory that was enrolled before says of that.
void SayWhoItWas(EnrolmentRequest& request, const Identity& before,
                 const std::optional<PrivateKey>& old, const PrivateKey& key,
                 const EnrolWishes& wishes) {
  request.before = before.collector;
  request.before_site = before.site_id;
  if (!old) return;
  KeyRotation rotation{.portal = request.portal, .collector = before.collector, .at = wishes.at};
  if (wishes.spool.retire) rotation.last = wishes.spool.retire(before, *old);
  request.rotation = WriteKeyRotation(rotation, *old, key);
}

EnrolError OtherPortal(const std::string& directory, const Identity& before) {
  return EnrolError(
      fmt::format("{} belongs to collector {} of {}; what was read for one portal is never sent to "
                  "another. Use another --state",
                  directory, before.collector, before.portal_url));
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
  if (before && before->portal_url != wishes.portal_url && before->portal != code.portal) {
    throw OtherPortal(wishes.directory, *before);
  }

  Identity identity{.portal_url = wishes.portal_url,
                    .portal = before ? before->portal : code.portal,
                    .ca_file = wishes.ca_file};
  identity.keys = FetchKeys(portal, wishes, code.portal, identity.keys_jws);
  if (before) {
    const KeysTrust known = KeysTrust::Of(before->keys);
    // The code's portal has to be the one that was known, by its own word.
    const auto followed = FollowKeys(identity.keys_jws, known);
    if (!followed && before->portal != code.portal) throw OtherPortal(wishes.directory, *before);
    if (IsNewer(before->keys, KeysTrust::Of(identity.keys))) {
      throw EnrolError(fmt::format("{} showed older keys (version {}) than it did before ({})",
                                   wishes.portal_url, identity.keys.version, before->keys.version));
    }
  }

  const std::optional<PrivateKey> old = before ? LoadKey(wishes.directory) : std::nullopt;
  const PrivateKey key =
      before ? LoadOrMakeNextKey(wishes.directory) : LoadOrMakeKey(wishes.directory);
  EnrolmentRequest request{.secret = code.secret.Copy(),
                           .portal = code.portal,
                           .name = wishes.name,
                           .version = wishes.version,
                           .system = wishes.system};
  if (before) SayWhoItWas(request, *before, old, key, wishes);
  const std::string sealed = WriteEnrolmentRequest(request, key, identity.keys.encryption.front());
  const PortalAnswer answer = Answered(portal.Post(kEnrolments, kJose, sealed), wishes.portal_url);
  const auto keep_old = [&] {
    if (old && wishes.spool.reinstate) wishes.spool.reinstate(*old);
  };
  if (answer.status != 200) {
    const SaidNo refusal = Refused(answer, identity.keys, sealed);
    if (refusal.is_signed) keep_old();
    throw EnrolError(refusal.words);
  }
  const std::optional<Enrolled> enrolled = ReadEnrolled(answer.body, *identity.keys.signing);
  const bool is_next = enrolled && enrolled->key == Thumbprint(key.public_key());
  const bool is_old = enrolled && old && enrolled->key == Thumbprint(old->public_key());
  if (!enrolled || enrolled->portal != code.portal || (!is_next && !is_old)) {
    throw EnrolError("the answer was not signed by the portal for this collector; try again");
  }
  if (before && !before->site_id.empty() && enrolled->site_id != before->site_id) {
    throw EnrolError(
        fmt::format("{} holds the readings of site {}, the code is for {}; use it with another "
                    "--state",
                    wishes.directory, before->site, enrolled->site));
  }
  identity.collector = enrolled->collector;
  identity.site = enrolled->site;
  identity.site_id = enrolled->site_id;
  if (before && before->collector != enrolled->collector) {
    if (wishes.spool.move) wishes.spool.move();
    identity.portal = code.portal;
  }
  identity.key = enrolled->key;
  SaveIdentity(wishes.directory, identity);
  if (is_old) {  // the code had made this collector before: nothing is new
    keep_old();
    DropNextKey(wishes.directory);
  }
  LoadKey(wishes.directory);  // puts the next key into its place
  return identity;
}

}  // namespace plotmeter
