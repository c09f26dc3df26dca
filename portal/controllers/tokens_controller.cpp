#include "portal/controllers/tokens_controller.h"

#include <algorithm>

#include "portal/access/people.h"
#include "portal/access/tokens.h"
#include "portal/controllers/account_json.h"
#include "portal/controllers/sign_in.h"
#include "portal/store/directory.h"

namespace plotmeter {
namespace {

constexpr std::int64_t kUsualDays = 365;  // a token that nobody thinks of any more ends by itself
constexpr std::int64_t kMostDays = 3650;
constexpr std::size_t kMostScopes = 50;

TokenWish ReadWish(const Members& body, const Caller& caller, Instant now) {
  TokenWish wish{
      .role = body.Text("role"),
      .customer = body.MaybeText("customer").value_or(""),
      .name = body.Text("name"),
      .scopes = body.MaybeTexts("scopes", kMostScopes).value_or(std::vector<std::string>{"*"}),
      .expires_at =
          now + std::chrono::days(body.MaybeNumber("days", 1, kMostDays).value_or(kUsualDays))};
  const bool is_operators = caller.reseller == kTheOperator;
  if (!IsPersonRole(wish.role) || (wish.role == "operator") != is_operators) {
    throw body.Wrong(
        "role", is_operators ? "operator" : "reseller_admin, reseller_viewer or customer_viewer");
  }
  if (wish.customer.empty() == (wish.role == "customer_viewer")) {
    throw body.Wrong("customer", "the id of one with the role customer_viewer, and none without");
  }
  if (!std::ranges::all_of(wish.scopes, IsScope)) {
    throw body.Wrong("scopes", "words such as usage.read or users.write, or *");
  }
  return wish;
}

void CheckScopes(const TokenWish& wish, const Caller& caller) {
  const auto has = [&](const std::string& scope) {
    return std::ranges::find(caller.scopes, scope) != caller.scopes.end();
  };
  if (MayAll(caller)) return;
  for (const std::string& scope : wish.scopes) {
    if (has(scope)) continue;
    throw Problem(403, "a token gives no scope that it has not itself: " + scope)
        .With("scope", scope);
  }
}

}  // namespace

void TokensController::Map(Router& router) const {
  router.Get("/api/v1/tokens", kAdmins, this, &TokensController::List);
  router.Post("/api/v1/tokens", kAdmins, this, &TokensController::Make)
      .MaxBody(16 << 10)
      .Accepts("application/json");
  router.Delete("/api/v1/tokens/{token}", kAdmins, this, &TokensController::Revoke).MaxBody(0);
}

Response TokensController::List(const Request& request, const Caller& caller) const {
  request.OnlyQuery({});
  Json json = {{"tokens", Json::array()}};
  for (const ApiToken& token : store_.Tokens(caller.reseller)) {
    json["tokens"].push_back(ToJson(token));
  }
  return Ok(json);
}

Response TokensController::Make(const Request& request, const Caller& caller) const {
  const Members body(request, {"name", "role", "customer", "scopes", "days"});
  const Instant now = clock_.Now();
  const TokenWish wish = ReadWish(body, caller, now);
  CheckScopes(wish, caller);
  const auto issued = IssueToken(store_, caller.reseller, wish, now, ActorOf(caller));
  if (!issued) throw body.Wrong("customer", "the id of a customer");
  const Json token = ToJson(ApiToken{.id = issued->id,
                                     .role = wish.role,
                                     .customer = wish.customer,
                                     .name = wish.name,
                                     .scopes = WriteScopes(wish.scopes),
                                     .created_at = now,
                                     .expires_at = wish.expires_at});
  return Created("/api/v1/tokens", {{"token", token}, {"text", issued->text.Reveal()}});
}

Response TokensController::Revoke(const Request& request, const Caller& caller) const {
  const bool is_ours = store_.RevokeToken(caller.reseller, request.Parameter("token"), clock_.Now(),
                                          ActorOf(caller));
  if (!is_ours) throw Problem(404, "there is no such token");
  return NoContent();
}

}  // namespace plotmeter
