#include "portal/controllers/sessions_controller.h"

#include <fmt/format.h>

#include "portal/controllers/account_json.h"
#include "portal/controllers/sign_in.h"

namespace plotmeter {
namespace {

constexpr std::uint64_t kMaxBody = 16 << 10;

std::string CookieOf(std::string_view name, const Secret& value, std::chrono::seconds lives) {
  return fmt::format("{}={}; Path=/; Max-Age={}; Secure; HttpOnly; SameSite=Strict", name,
                     value.Reveal(), lives.count());
}

std::string NoCookie(std::string_view name) { return CookieOf(name, {}, std::chrono::seconds(0)); }

Problem Refused(const ProofAnswer& answer) {
  if (answer.proved == Proved::kWait) return TooManyAttempts(answer.wait);
  Problem problem(401, "e-mail address or password is wrong");
  if (answer.proved == Proved::kCodeNeeded) {
    problem = Problem(401, "'code' is missing; expected one of the second factor");
  } else if (answer.proved == Proved::kCodeWrong) {
    problem = Problem(401, "'code' is wrong, or was used before");
  }
  if (answer.proved != Proved::kWrong) problem.With("field", "code").With("needs", "code");
  return problem.WithHeader("WWW-Authenticate", "Bearer realm=\"plotmeter\"");
}

}  // namespace

void SessionsController::Map(Router& router) const {
  // JSON alone: a form of another site cannot send it.
  router.Post("/api/v1/sessions", kAnyone, this, &SessionsController::SignIn)
      .MaxBody(kMaxBody)
      .Accepts("application/json");
  router.Delete("/api/v1/sessions/current", kEverybody, this, &SessionsController::SignOut)
      .MaxBody(0);
  router.Delete("/api/v1/sessions", kEverybody, this, &SessionsController::SignOutEverywhere)
      .MaxBody(0);
}

Response SessionsController::SignIn(const Request& request, const Caller&) const {
  const Body body(request, {"email", "password", "code"});
  SignInWish wish{.email = body.Need<Email>("email").text,
                  .password = body.NeedSecret("password"),
                  .address = request.peer().address,
                  .device = Secret(request.Cookie(kDeviceCookie).value_or(""))};
  if (const auto code = body.FindSecret("code")) wish.code = code->Reveal();
  const auto result = [&] {
    try {
      return sessions_.SignIn(wish);
    } catch (const PasswordsBusy&) {
      throw SignInBusy();
    }
  }();
  if (const auto* refused = std::get_if<ProofAnswer>(&result)) throw Refused(*refused);
  const auto& in = std::get<SignedIn>(result);
  Json user;
  if (const auto person = accounts_.FindPerson(in.who.reseller, in.who.id)) user = ToJson(*person);
  Response response =
      Created("/api/v1/sessions/current", {{"user", user},
                                           {"csrf_token", CsrfTokenOf(in.session.Reveal())},
                                           {"expires_at", FormatInstant(in.expires_at)}});
  response.cookies = {CookieOf(kSessionCookie, in.session, kSessionLongest),
                      CookieOf(kDeviceCookie, in.device, kDeviceKept)};
  return response;
}

Response SessionsController::SignOut(const Request&, const Caller& caller) const {
  accounts_.EndSession(PersonAsking(caller).reseller, caller.session);
  Response response = NoContent();
  response.cookies = {NoCookie(kSessionCookie)};
  return response;
}

Response SessionsController::SignOutEverywhere(const Request&, const Caller& caller) const {
  const KnownPerson who = PersonAsking(caller);
  accounts_.EndSessions(who.reseller, who.id, ActorOf(caller), clock_.Now());
  Response response = NoContent();
  response.cookies = {NoCookie(kSessionCookie), NoCookie(kDeviceCookie)};
  return response;
}

}  // namespace plotmeter
