#include "portal/controllers/tokens_controller.h"

#include <algorithm>

#include "portal/access/people.h"
#include "portal/access/revocations.h"
#include "portal/access/tokens.h"
#include "portal/controllers/account_json.h"
#include "portal/controllers/paging.h"
#include "portal/controllers/sign_in.h"
#include "portal/store/directory.h"

namespace plotmeter {
namespace {

struct Scopes {
  static constexpr std::string_view kExample =
      "a list of 1 to 50 words such as usage.read or users.write, or *";
  static std::optional<Scopes> Read(const Json& json) {
    if (!json.is_array() || json.empty() || json.size() > 50) return std::nullopt;
    Scopes scopes{{}};
    for (const Json& one : json) {
      if (!one.is_string() || !IsScope(one.get_ref<const std::string&>())) return std::nullopt;
      scopes.words.push_back(one.get<std::string>());
    }
    return scopes;
  }
  std::vector<std::string> words = {"*"};
};

// A token that nobody thinks of any more ends by itself.
struct TokenDays {
  static constexpr std::string_view kExample = "a whole number from 1 to 3650";
  static std::optional<TokenDays> Read(const Json& json) {
    if (!json.is_number_integer()) return std::nullopt;
    const auto number = json.get<std::int64_t>();
    if (number < 1 || number > 3650) return std::nullopt;
    return TokenDays{std::chrono::days(number)};
  }
  std::chrono::days value{365};
};

TokenWish ReadWish(const Body& body, const Caller& caller, Instant now) {
  return {.role = body.Need<RoleName>("role").text,
          .customer = ReadRole(body, caller.reseller).customer.value_or(""),
          .name = body.Need<Name>("name").text,
          .scopes = body.Find<Scopes>("scopes").value_or(Scopes{}).words,
          .expires_at = now + body.Find<TokenDays>("days").value_or(TokenDays{}).value};
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
      .Accepts("application/json")
      .MakesOnce();
  router.Delete("/api/v1/tokens/{token}", kAdmins, this, &TokensController::Revoke).MaxBody(0);
}

Response TokensController::List(const Request& request, const Caller& caller) const {
  request.OnlyQuery({"limit", "cursor"});
  const PageAsked asked = ReadPageAsked(request, 0, 1);
  const std::string after = asked.after.texts.empty() ? "" : asked.after.texts[0];
  const auto page = PageOf(store_.TokensAfter(caller.reseller, after, asked.limit + 1), asked.limit,
                           [](const ApiToken& row) { return row.id; });
  return Ok(PageJson("tokens", page, [](const ApiToken& row) { return ToJson(row); }));
}

Response TokensController::Make(const Request& request, const Caller& caller) const {
  const Body body(request, {"name", "role", "customer", "scopes", "days"});
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
  const std::string& id = request.Parameter("token");
  const std::vector<ApiToken> all = store_.Tokens(caller.reseller);
  const auto token = std::ranges::find(all, id, &ApiToken::id);
  if (token == all.end()) throw Problem(404, "there is no such token");
  if (!token->revoked_at) {
    const Instant now = clock_.Now();
    // The journal first: what a power cut leaves undone is done at the next start.
    NoteRevocation(journal_, {caller.reseller, id, now});
    store_.RevokeToken(caller.reseller, id, now, ActorOf(caller));
  }
  return NoContent();
}

}  // namespace plotmeter
