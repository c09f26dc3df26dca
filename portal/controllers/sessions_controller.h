// Signing in and out.
//
//    POST /api/v1/sessions {"email":"a@north.example","password":"…","code":"287082"}
//    201 {"csrf_token":"…","expires_at":"…","user":{…}}, with two cookies
//
// 401 says that address or password is wrong, or, with "needs":"code", that the password is right
// and a code of the second factor is needed; 429 how long to wait.

#pragma once

#include "common/clock.h"
#include "portal/access/sessions.h"
#include "portal/http/router.h"
#include "portal/store/accounts.h"

namespace plotmeter {

class SessionsController {
 public:
  // All of them must outlive the controller.
  SessionsController(const Sessions& sessions, Accounts& accounts, const Clock& clock)
      : sessions_(sessions), accounts_(accounts), clock_(clock) {}

  void Map(Router& router) const;

 private:
  Response SignIn(const Request& request, const Caller& caller) const;
  Response SignOut(const Request& request, const Caller& caller) const;
  Response SignOutEverywhere(const Request& request, const Caller& caller) const;

  const Sessions& sessions_;
  Accounts& accounts_;
  const Clock& clock_;
};

}  // namespace plotmeter
