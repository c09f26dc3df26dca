#include "portal/controllers/links_controller.h"

#include "portal/controllers/account_json.h"

namespace plotmeter {

void LinksController::Map(Router& router) const {
  router.Post("/api/v1/links/accept", kAnyone, this, &LinksController::Accept)
      .MaxBody(16 << 10)
      .Accepts("application/json");
}

Response LinksController::Accept(const Request& request, const Caller&) const {
  const Body body(request, {"link", "password", "code"});
  const Secret link = body.NeedSecret("link");
  const Secret password = body.NeedSecret("password");
  const Secret code = body.FindSecret("code").value_or(Secret());
  const AcceptAnswer answer = [&] {
    try {
      return people_.Accept(link.Reveal(), password.Reveal(), code.Reveal());
    } catch (const PasswordsBusy&) {
      throw SignInBusy();
    }
  }();
  switch (answer.accepted) {
    case LinkUse::kYes:
      return NoContent();
    case LinkUse::kRefusedPassword:
      throw Problem(422, "'password' is refused: " + answer.why).With("field", "password");
    case LinkUse::kCodeNeeded:
      throw NotProved({.proved = Proved::kCodeNeeded}, "password");
    case LinkUse::kCodeWrong:
      throw NotProved({.proved = Proved::kCodeWrong}, "password");
    case LinkUse::kWait:
      throw TooManyAttempts(answer.wait);
    case LinkUse::kNoSuchLink:
      break;
  }
  throw Problem(404, "this link was used, has expired, or was never made; ask for another")
      .With("field", "link");
}

}  // namespace plotmeter
