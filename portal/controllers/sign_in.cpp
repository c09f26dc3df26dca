#include "portal/controllers/sign_in.h"

#include <algorithm>

#include "common/crypto.h"
#include "portal/access/tokens.h"

namespace plotmeter {
namespace {

Role RoleOf(const std::string& role) {
  if (role == "operator") return Role::kOperator;
  if (role == "reseller_admin") return Role::kResellerAdmin;
  if (role == "reseller_viewer") return Role::kResellerViewer;
  if (role == "customer_viewer") return Role::kCustomerViewer;
  return Role::kNobody;
}

bool OnlyReads(const Request& request) {
  return request.method() == "GET" || request.method() == "HEAD";
}

std::optional<Caller> Program(const Request& request, const std::optional<KnownToken>& known) {
  if (!known) return std::nullopt;
  Caller caller{.reseller = known->reseller,
                .role = RoleOf(known->role),
                .id = known->id,
                .name = known->name,
                .customer = known->customer,
                .scopes = ReadScopes(known->scopes)};
  const std::string scope = ScopeOf(request);
  const auto has = [&](std::string_view one) {
    return std::ranges::find(caller.scopes, one) != caller.scopes.end();
  };
  if (has("*") || has(scope)) return caller;
  throw Problem(403, "this token has not the scope " + scope).With("scope", scope);
}

std::optional<Caller> PersonOf(const Request& request, const Sessions& sessions) {
  const auto cookie = request.Cookie(kSessionCookie);
  if (!cookie) return std::nullopt;
  const auto open = sessions.Find(*cookie);
  if (!open) return std::nullopt;
  const std::string expected = CsrfTokenOf(*cookie);
  if (!OnlyReads(request)) {
    const std::string* said = request.Header("X-CSRF-Token");
    if (said == nullptr || !SameBytes(*said, expected)) {
      throw Problem(403, "X-CSRF-Token is missing or wrong; GET /api/v1/me tells this session's");
    }
  }
  return Caller{.reseller = open->of.reseller,
                .role = RoleOf(open->of.role),
                .id = open->of.person,
                .customer = open->of.customer,
                .session = open->hash,
                .csrf_token = expected};
}

}  // namespace

std::string ScopeOf(const Request& request) {
  const std::vector<std::string>& path = request.segments();
  const bool is_api = path.size() > 2 && path[0] == "api" && path[1] == "v1";
  std::string word = is_api ? path[2] : path.empty() ? "" : path[0];
  word.erase(std::min(word.find('.'), word.size()));
  return word + (OnlyReads(request) ? ".read" : ".write");
}

bool MayAll(const Caller& caller) {
  return !caller.session.empty() || std::ranges::find(caller.scopes, "*") != caller.scopes.end();
}

Router::Authenticator WhoAsks(Directory& directory, Store& store, const Sessions& sessions,
                              const Clock& clock) {
  return [&directory, &store, &sessions, &clock](const Request& request) -> std::optional<Caller> {
    // Never both: who names a token means that one.
    if (request.Header("Authorization") == nullptr) return PersonOf(request, sessions);
    const auto token = request.BearerToken();
    if (!token) return std::nullopt;
    return Program(request, SignIn(directory, store, *token, clock.Now()));
  };
}

}  // namespace plotmeter
