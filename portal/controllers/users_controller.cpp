#include "portal/controllers/users_controller.h"

#include <fmt/format.h>

#include "portal/access/people.h"
#include "portal/access/revocations.h"
#include "portal/controllers/account_json.h"
#include "portal/controllers/sign_in.h"

namespace plotmeter {
namespace {

constexpr std::uint64_t kMaxBody = 16 << 10;

// Whoever has a link, or becomes an administrator, may what no scope of the token says.
void NeedsAllScopes(const Caller& caller) {
  if (MayAll(caller)) return;
  throw Problem(403, "a token without the scope * makes nobody who may more than itself")
      .With("scope", "*");
}

bool GivesRights(const PersonChange& change) {
  return change.role || change.customer || change.disabled == false || change.drop_second_factor;
}

Problem NoSuchUser() { return Problem(404, "there is no such user"); }

}  // namespace

void UsersController::Map(Router& router) const {
  router.Get("/api/v1/users", kAdmins, this, &UsersController::List);
  router.Post("/api/v1/users", kAdmins, this, &UsersController::Invite)
      .MaxBody(kMaxBody)
      .Accepts("application/json")
      .MakesOnce();
  router.Get("/api/v1/users/{user}", kAdmins, this, &UsersController::Show);
  router.Patch("/api/v1/users/{user}", kAdmins, this, &UsersController::Change)
      .MaxBody(kMaxBody)
      .Accepts("application/json");
  router.Post("/api/v1/users/{user}/links", kAdmins, this, &UsersController::MakeLink)
      .MaxBody(0)
      .MakesOnce();
  router.Delete("/api/v1/users/{user}/sessions", kAdmins, this, &UsersController::SignOut)
      .MaxBody(0);
}

Response UsersController::Linked(const IssuedLink& link, Json json, const Person& person,
                                 const ResellerId& reseller) const {
  json["link"] = link.text.Reveal();
  json["link_expires_at"] = FormatInstant(link.expires_at);
  if (mail_ != nullptr) {
    json["mailed"] = mail_->Send(reseller, person.id, person.accepted ? "reset" : "invite",
                                 link.text, clock_.Now());
  }
  return Created("/api/v1/users/" + person.id, json);
}

ResellerId UsersController::ResellerMeant(const Request& request, const Caller& caller) const {
  const std::string* named = request.QueryText("reseller");
  if (named == nullptr || *named == caller.reseller.value) return caller.reseller;
  ResellerId meant{*named};
  if (caller.role != Role::kOperator || !accounts_.FindReseller(meant)) {
    throw Problem(404, "there is no such reseller").With("field", "reseller");
  }
  return meant;
}

Person UsersController::PersonMeant(const Request& request, const ResellerId& reseller) const {
  request.OnlyQuery({"reseller"});
  auto person = accounts_.FindPerson(reseller, request.Parameter("user"));
  if (!person) throw NoSuchUser();
  return *std::move(person);
}

Response UsersController::List(const Request& request, const Caller& caller) const {
  request.OnlyQuery({"reseller", "limit", "cursor"});
  const UserPage page = ReadUserPage(request);
  auto people = accounts_.People(ResellerMeant(request, caller), page.after, page.limit + 1);
  Json json = {{"users", Json::array()}};
  const bool more = people.size() > page.limit;
  if (more) people.pop_back();
  for (const Person& person : people) json["users"].push_back(ToJson(person));
  if (more) json["next"] = people.back().id;
  return Ok(json);
}

Response UsersController::Invite(const Request& request, const Caller& caller) const {
  request.OnlyQuery({"reseller"});
  const ResellerId reseller = ResellerMeant(request, caller);
  NeedsAllScopes(caller);
  const Body body(request, {"email", "name", "role", "customer"});
  const Person person{.email = body.Need<Email>("email").text,
                      .name = body.Need<Name>("name").text,
                      .role = body.Need<RoleName>("role").text,
                      .customer = ReadRole(body, reseller).customer.value_or("")};
  const Invited invited =
      plotmeter::Invite(accounts_, reseller, person, ActorOf(caller), clock_.Now());
  switch (invited.added.outcome) {
    case PersonAdded::Outcome::kAdded:
      break;
    case PersonAdded::Outcome::kEmailTaken:
      throw Problem(409, "there is a user with this address already").With("field", "email");
    case PersonAdded::Outcome::kNoSuchCustomer:
      throw body.Wrong("customer", "the id of a customer");
    case PersonAdded::Outcome::kNoSuchReseller:
      throw Problem(404, "there is no such reseller");
  }
  const auto added = accounts_.FindPerson(reseller, invited.added.id);
  return Linked(invited.link, {{"user", ToJson(added.value())}}, *added, reseller);
}

Response UsersController::Show(const Request& request, const Caller& caller) const {
  return Ok(ToJson(PersonMeant(request, ResellerMeant(request, caller))));
}

Response UsersController::Change(const Request& request, const Caller& caller) const {
  const ResellerId reseller = ResellerMeant(request, caller);
  const Person person = PersonMeant(request, reseller);
  const Body body(request, {"name", "role", "customer", "disabled", "second_factor"});
  const RoleAsked asked = ReadRole(body, reseller);
  PersonChange change{.role = asked.role, .customer = asked.customer};
  if (auto name = body.Find<Name>("name")) change.name = std::move(name->text);
  if (const auto disabled = body.Find<Flag>("disabled")) change.disabled = disabled->value;
  if (const auto second_factor = body.Find<Flag>("second_factor")) {
    if (second_factor->value) {
      throw body.Wrong("second_factor", "false; its owner alone can switch it on");
    }
    change.drop_second_factor = true;
  }
  if (GivesRights(change)) NeedsAllScopes(caller);
  // A session that was stolen must not do what /api/v1/me asks a password for.
  if (person.id == caller.id && (change.role || change.disabled || change.drop_second_factor)) {
    throw Problem(409,
                  "nobody changes the own role, disables the own account, or drops the own "
                  "second factor here; /api/v1/me/totp/removal does the last");
  }
  // The journal first: what a power cut leaves undone is done at the next start.
  if (change.disabled) NoteDisabled(reseller, person.id, *change.disabled);
  const PersonChanged changed =
      accounts_.ChangePerson(reseller, person.id, change, ActorOf(caller), clock_.Now());
  if (change.disabled && changed != PersonChanged::kDone) {
    NoteDisabled(reseller, person.id, person.disabled_at.has_value());
  }
  switch (changed) {
    case PersonChanged::kDone:
      break;
    case PersonChanged::kNoSuchPerson:
      throw NoSuchUser();
    case PersonChanged::kNoSuchCustomer:
      throw body.Wrong("customer", "the id of a customer");
  }
  return Ok(ToJson(PersonMeant(request, reseller)));
}

void UsersController::NoteDisabled(const ResellerId& reseller, const std::string& person,
                                   bool disabled) const {
  NoteDisabling(journal_, {reseller, person, disabled, clock_.Now()});
}

Response UsersController::MakeLink(const Request& request, const Caller& caller) const {
  const ResellerId reseller = ResellerMeant(request, caller);
  const Person person = PersonMeant(request, reseller);
  NeedsAllScopes(caller);
  if (person.id == caller.id) {
    throw Problem(409, "nobody needs a link to the own account; PUT /api/v1/me/password");
  }
  const auto link = IssueLink(accounts_, reseller, person.id, ActorOf(caller), clock_.Now());
  if (!link) throw Problem(409, "this account is disabled");
  return Linked(*link, Json::object(), person, reseller);
}

Response UsersController::SignOut(const Request& request, const Caller& caller) const {
  const ResellerId reseller = ResellerMeant(request, caller);
  const Person person = PersonMeant(request, reseller);
  accounts_.EndSessions(reseller, person.id, ActorOf(caller), clock_.Now());
  return NoContent();
}

}  // namespace plotmeter
