// People, tokens and what was proved of somebody, in the words of the API.

#pragma once

#include "portal/access/people.h"
#include "portal/controllers/body.h"
#include "portal/http/http.h"
#include "portal/store/accounts.h"
#include "portal/store/store.h"

namespace plotmeter {

// "Anna@North.Example" of a body, as it is kept: "anna@north.example".
struct Email {
  static constexpr std::string_view kExample = "an address such as anna@north.example";
  static std::optional<Email> Read(const Json& json);
  std::string text = {};
};

// A role that a person may have; whether in this reseller is another question.
struct RoleName {
  static constexpr std::string_view kExample =
      "operator, reseller_admin, reseller_viewer or customer_viewer";
  static std::optional<RoleName> Read(const Json& json);
  std::string text = {};
};

// A role, and the customer that goes with customer_viewer. Both empty: neither is there.
struct RoleAsked {
  std::optional<std::string> role = {};
  std::optional<std::string> customer = {};
};

// 'role' and 'customer' of a body, for somebody of that reseller. Problem 422.
RoleAsked ReadRole(const Body& body, const ResellerId& reseller);

Json ToJson(const Person& person);
Json ToJson(const ApiToken& token);

// 429 with Retry-After.
Problem TooManyAttempts(std::chrono::seconds wait);
// 503: too many sign in just now.
Problem SignInBusy();
// 403 about password or code of somebody whose session is good; `field` is the password's.
Problem NotProved(const ProofAnswer& answer, const std::string& field);

// Who asks, where it has to be a person; 403 for a token.
KnownPerson PersonAsking(const Caller& caller);

// "limit": 1 to 1000, and 100 if it is not given.
std::size_t ReadLimit(const Request& request);

// It, and "cursor": the id of the last user of the page before.
struct UserPage {
  std::size_t limit = 100;
  std::string after = {};
};
UserPage ReadUserPage(const Request& request);

}  // namespace plotmeter
