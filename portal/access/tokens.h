// API tokens for programs: shown once, stored as a hash, with a role, and expiring if so wished.
//
//    auto token = IssueToken(store, reseller, {.role = "reseller_viewer", .name = "billing"}, now);
//    token->text.Reveal()                      "pmt_" and 43 characters; never to be seen again
//    SignIn(directory, "pmt_…", now)           whose it is, or empty
//
// 256 random bits need no slow hash: SHA-256 of the text, base64url, is what is stored.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/secret.h"
#include "portal/store/directory.h"
#include "portal/store/store.h"

namespace plotmeter {

// Whether it is one of reseller_admin, reseller_viewer, customer_viewer.
bool IsTokenRole(std::string_view role);

struct TokenWish {
  std::string role = {};
  std::string customer = {};  // for customer_viewer, and for no other
  std::string name = {};
  std::optional<Instant> expires_at = {};  // empty: never
};

struct IssuedToken {
  std::string id = {};  // "tok_7Q2M9K4T"; not secret
  Secret text = {};
};

// Empty where the customer is not this reseller's. Throws std::invalid_argument for a role that is
// none, or a customer that does not go with it.
std::optional<IssuedToken> IssueToken(Store& store, const ResellerId& reseller,
                                      const TokenWish& wish, Instant now);

// Empty: nobody's, or expired.
std::optional<KnownToken> SignIn(Directory& directory, std::string_view token, Instant now);

}  // namespace plotmeter
