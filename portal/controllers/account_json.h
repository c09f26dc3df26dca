// People, tokens and what was proved of somebody, in the words of the API.

#pragma once

#include "portal/access/people.h"
#include "portal/controllers/members.h"
#include "portal/http/http.h"
#include "portal/store/accounts.h"
#include "portal/store/store.h"

namespace plotmeter {

inline constexpr std::size_t kLongestSecret = 1024;  // bytes of a password, code or link

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
