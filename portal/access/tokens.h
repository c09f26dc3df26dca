// API tokens for programs: shown once, stored as a hash, with a role, scopes, and expiring if so
// wished.
//
//    auto token = IssueToken(store, reseller, {.role = "reseller_viewer", .name = "billing",
//                                              .scopes = {"usage.read"}}, actor, now);
//    token->text.Reveal()                      "pmt_" and 43 characters; never to be seen again
//    SignIn(directory, store, "pmt_…", now)    whose it is, or empty
//
// A scope is the first part of a path after /api/v1 and what may be done there: "usage.read" is GET
// (and HEAD) of /api/v1/usage and below, "users.write" every other method of /api/v1/users. "*" is
// all that the role may. A role bounds what scopes can give.
//
// 256 random bits need no slow hash: SHA-256 of the text, base64url, is what is stored.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/secret.h"
#include "portal/store/directory.h"
#include "portal/store/store.h"

namespace plotmeter {

// "*", or a word of a path and .read or .write.
bool IsScope(std::string_view scope);

// The scopes of a text with blanks between them, and back.
std::vector<std::string> ReadScopes(std::string_view text);
std::string WriteScopes(const std::vector<std::string>& scopes);

struct TokenWish {
  std::string role = {};
  std::string customer = {};  // for customer_viewer, and for no other
  std::string name = {};
  std::vector<std::string> scopes = {};    // empty: "*"
  std::optional<Instant> expires_at = {};  // empty: never
};

struct IssuedToken {
  std::string id = {};  // "tok_7Q2M9K4T"; not secret
  Secret text = {};
};

// Empty where the customer is not this reseller's. Throws std::invalid_argument for a role or a
// scope that is none, a customer that does not go with the role, or the role operator for a
// reseller.
std::optional<IssuedToken> IssueToken(Store& store, const ResellerId& reseller,
                                      const TokenWish& wish, Instant now, const Actor& actor);

// Empty: nobody's, expired or revoked. That it was used is noted every hour.
std::optional<KnownToken> SignIn(Directory& directory, Store& store, std::string_view token,
                                 Instant now);

}  // namespace plotmeter
