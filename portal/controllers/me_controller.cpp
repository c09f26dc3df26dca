#include "portal/controllers/me_controller.h"

#include <algorithm>

#include "portal/controllers/account_json.h"
#include "portal/controllers/sign_in.h"

namespace plotmeter {
namespace {

constexpr std::uint64_t kMaxBody = 16 << 10;

std::string CodeOf(const Body& body) {
  const auto code = body.FindSecret("code");
  return code ? code->Reveal() : "";
}

Json TextsOf(const std::vector<Secret>& codes) {
  Json texts = Json::array();
  for (const Secret& code : codes) texts.push_back(code.Reveal());
  return texts;
}

// As tokens and people have it: "reseller_admin".
std::string RoleText(Role role) {
  std::string text = Roles(role).ToString();
  std::ranges::replace(text, '-', '_');
  return text;
}

// The password, and the code where a second factor is on; throws what is to be answered.
void Prove(const People& people, const KnownPerson& who, const Body& body) {
  try {
    const Secret password = body.NeedSecret("password");
    const ProofAnswer answer = people.ProveAgain(who, password.Reveal(), CodeOf(body));
    if (answer.proved != Proved::kYes) throw NotProved(answer, "password");
  } catch (const PasswordsBusy&) {
    throw SignInBusy();
  }
}

}  // namespace

void MeController::Map(Router& router) const {
  router.Get("/api/v1/me", kEverybody, this, &MeController::Show);
  router.Put("/api/v1/me/password", kEverybody, this, &MeController::ChangePassword)
      .MaxBody(kMaxBody)
      .Accepts("application/json");
  router.Post("/api/v1/me/totp", kEverybody, this, &MeController::BeginTotp)
      .MaxBody(kMaxBody)
      .Accepts("application/json");
  router.Put("/api/v1/me/totp", kEverybody, this, &MeController::ConfirmTotp)
      .MaxBody(kMaxBody)
      .Accepts("application/json");
  router.Post("/api/v1/me/totp/removal", kEverybody, this, &MeController::RemoveTotp)
      .MaxBody(kMaxBody)
      .Accepts("application/json");
  router.Post("/api/v1/me/recovery-codes", kEverybody, this, &MeController::RenewRecoveryCodes)
      .MaxBody(kMaxBody)
      .Accepts("application/json");
}

Response MeController::Show(const Request& request, const Caller& caller) const {
  request.OnlyQuery({});
  Json json = Json::object();
  if (const auto reseller = accounts_.FindReseller(caller.reseller)) {
    json["reseller"] = {{"id", reseller->id.value}, {"name", reseller->name}};
  }
  if (caller.session.empty()) {
    json["token"] = {{"id", caller.id},
                     {"name", caller.name},
                     {"role", RoleText(caller.role)},
                     {"scopes", caller.scopes}};
    if (!caller.customer.empty()) json["token"]["customer"] = caller.customer;
    return Ok(json);
  }
  const auto person = accounts_.FindPerson(caller.reseller, caller.id);
  if (!person) throw Problem(404, "this account is gone");
  json["user"] = ToJson(*person);
  json["csrf_token"] = caller.csrf_token;
  return Ok(json);
}

Response MeController::ChangePassword(const Request& request, const Caller& caller) const {
  const KnownPerson who = PersonAsking(caller);
  const Body body(request, {"current_password", "new_password"});
  try {
    const PasswordAnswer answer =
        people_.ChangePassword(who, body.NeedSecret("current_password").Reveal(),
                               body.NeedSecret("new_password").Reveal(), caller.session);
    if (!answer.why.empty()) {
      throw Problem(422, "'new_password' is refused: " + answer.why).With("field", "new_password");
    }
    if (answer.proof.proved != Proved::kYes) throw NotProved(answer.proof, "current_password");
  } catch (const PasswordsBusy&) {
    throw SignInBusy();
  }
  return NoContent();
}

Response MeController::BeginTotp(const Request& request, const Caller& caller) const {
  const KnownPerson who = PersonAsking(caller);
  Prove(people_, who, Body(request, {"password", "code"}));
  const auto begun = people_.BeginTotp(who);
  if (!begun) throw Problem(409, "a second factor is on; remove it first");
  return Ok({{"secret", begun->secret.Reveal()}, {"uri", begun->uri.Reveal()}});
}

Response MeController::ConfirmTotp(const Request& request, const Caller& caller) const {
  const KnownPerson who = PersonAsking(caller);
  const Body body(request, {"code"});
  const Secret code = body.NeedSecret("code");
  const auto codes = people_.ConfirmTotp(who, code.Reveal());
  if (codes.empty()) {
    throw Problem(422, "'code' is not that of the secret that was shown, or none waits for one")
        .With("field", "code");
  }
  return Ok({{"recovery_codes", TextsOf(codes)}});
}

Response MeController::RemoveTotp(const Request& request, const Caller& caller) const {
  const KnownPerson who = PersonAsking(caller);
  Prove(people_, who, Body(request, {"password", "code"}));
  accounts_.DropTotp(who.reseller, who.id, ActorOf(caller), clock_.Now());
  return NoContent();
}

Response MeController::RenewRecoveryCodes(const Request& request, const Caller& caller) const {
  const KnownPerson who = PersonAsking(caller);
  Prove(people_, who, Body(request, {"password", "code"}));
  if (!accounts_.SecretsOf(who.reseller, who.id).totp_confirmed) {
    throw Problem(409, "no second factor is on");
  }
  return Ok({{"recovery_codes", TextsOf(people_.RenewRecoveryCodes(who))}});
}

}  // namespace plotmeter
