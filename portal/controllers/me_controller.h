// Whoever asks, about itself: who it is, and a person's password and second factor.
//
//    GET  /api/v1/me                  {"user":{…},"reseller":{…},"csrf_token":"…"}, {"token":{…},…}
//    PUT  /api/v1/me/password         {"current_password":"…","new_password":"…"}
//    POST /api/v1/me/totp             {"password":"…"}          begins: secret and otpauth URI
//    PUT  /api/v1/me/totp             {"code":"287082"}         it is on: ten recovery codes, once
//    POST /api/v1/me/totp/removal     {"password":"…","code":"…"}
//    POST /api/v1/me/recovery-codes   the same: ten others
//
// What a stolen session must not do asks for the password again.

#pragma once

#include "common/clock.h"
#include "portal/access/people.h"
#include "portal/http/router.h"
#include "portal/store/accounts.h"

namespace plotmeter {

class MeController {
 public:
  // All of them must outlive the controller.
  MeController(const People& people, Accounts& accounts, const Clock& clock)
      : people_(people), accounts_(accounts), clock_(clock) {}

  void Map(Router& router) const;

 private:
  Response Show(const Request& request, const Caller& caller) const;
  Response ChangePassword(const Request& request, const Caller& caller) const;
  Response BeginTotp(const Request& request, const Caller& caller) const;
  Response ConfirmTotp(const Request& request, const Caller& caller) const;
  Response RemoveTotp(const Request& request, const Caller& caller) const;
  Response RenewRecoveryCodes(const Request& request, const Caller& caller) const;

  const People& people_;
  Accounts& accounts_;
  const Clock& clock_;
};

}  // namespace plotmeter
