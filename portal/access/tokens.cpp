#include "portal/access/tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "common/crypto.h"
#include "common/sqlite.h"
#include "portal/access/people.h"
#include "portal/access/sessions.h"

namespace plotmeter {
namespace {

constexpr std::string_view kPrefix = "pmt_";
constexpr std::size_t kRandom = 32;  // bytes
constexpr std::chrono::hours kUseNotedEvery{1};

}  // namespace

bool IsScope(std::string_view scope) {
  if (scope == "*") return true;
  const auto dot = scope.find('.');
  if (dot == scope.npos || dot == 0) return false;
  const std::string_view word = scope.substr(0, dot);
  const std::string_view what = scope.substr(dot + 1);
  return (what == "read" || what == "write") &&
         std::ranges::all_of(word, [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
}

std::vector<std::string> ReadScopes(std::string_view text) {
  std::vector<std::string> scopes;
  while (!text.empty()) {
    const auto blank = text.find(' ');
    if (blank != 0) scopes.emplace_back(text.substr(0, blank));
    text = blank == text.npos ? std::string_view() : text.substr(blank + 1);
  }
  return scopes;
}

std::string WriteScopes(const std::vector<std::string>& scopes) {
  return fmt::format("{}", fmt::join(scopes, " "));
}

std::optional<IssuedToken> IssueToken(Store& store, const ResellerId& reseller,
                                      const TokenWish& wish, Instant now, const Actor& actor) {
  if (!IsPersonRole(wish.role) || (wish.role == "operator") != (reseller == kTheOperator)) {
    throw std::invalid_argument("no such role: " + wish.role);
  }
  if ((wish.role == "customer_viewer") == wish.customer.empty()) {
    throw std::invalid_argument("a customer_viewer, and nobody else, is confined to a customer");
  }
  for (const std::string& scope : wish.scopes) {
    if (!IsScope(scope)) throw std::invalid_argument("no such scope: " + scope);
  }
  Secret token(std::string(kPrefix) + Base64Url(RandomBytes(kRandom)));
  auto id = store.AddToken(reseller,
                           {.hash = HashOfSecret(token.Reveal()),
                            .role = wish.role,
                            .customer = wish.customer,
                            .name = wish.name,
                            .scopes = wish.scopes.empty() ? "*" : WriteScopes(wish.scopes),
                            .created_at = now,
                            .expires_at = wish.expires_at},
                           actor);
  if (!id) return std::nullopt;
  return IssuedToken{*std::move(id), std::move(token)};
}

std::optional<KnownToken> SignIn(Directory& directory, Store& store, std::string_view token,
                                 Instant now) {
  if (!token.starts_with(kPrefix)) return std::nullopt;
  auto known = directory.TokenByHash(HashOfSecret(token));
  if (!known || known->revoked_at) return std::nullopt;
  if (known->expires_at && *known->expires_at <= now) return std::nullopt;
  if (!known->last_used_at || *known->last_used_at + kUseNotedEvery <= now) {
    try {
      store.NoteTokenUse(known->reseller, known->id, now);
    } catch (const SqliteBusy&) {  // another hour
    }
  }
  return known;
}

}  // namespace plotmeter
