// People, as administrators see them.
//
//    GET    /api/v1/users                     {"users":[…],"next":"usr_…"}
//    POST   /api/v1/users                     {"email":"…","name":"…","role":"reseller_viewer"}
//                                             201 {"user":{…},"link":"pml_…","link_expires_at":"…"}
//    GET    /api/v1/users/{user}
//    PATCH  /api/v1/users/{user}              {"role":"…"} {"disabled":true}
//    {"second_factor":false} POST   /api/v1/users/{user}/links        another link: to reset a
//    password, or invited again DELETE /api/v1/users/{user}/sessions     signed out everywhere
//
// The operator sees its own people, and with ?reseller=res_… those of a reseller: to invite the
// first administrator. Nobody changes the own role, or disables the own account: so the last
// administrator does not go by mistake.

#pragma once

#include <filesystem>
#include <utility>

#include "common/clock.h"
#include "portal/http/router.h"
#include "portal/store/accounts.h"

namespace plotmeter {

class UsersController {
 public:
  // Both must outlive the controller. `journal`: portal/access/revocations.h.
  UsersController(Accounts& accounts, std::filesystem::path journal, const Clock& clock)
      : accounts_(accounts), journal_(std::move(journal)), clock_(clock) {}

  void Map(Router& router) const;

 private:
  Response List(const Request& request, const Caller& caller) const;
  Response Invite(const Request& request, const Caller& caller) const;
  Response Show(const Request& request, const Caller& caller) const;
  Response Change(const Request& request, const Caller& caller) const;
  Response MakeLink(const Request& request, const Caller& caller) const;
  Response SignOut(const Request& request, const Caller& caller) const;

  ResellerId ResellerMeant(const Request& request, const Caller& caller) const;
  Person PersonMeant(const Request& request, const ResellerId& reseller) const;

  void NoteDisabled(const ResellerId& reseller, const std::string& person, bool disabled) const;

  Accounts& accounts_;
  const std::filesystem::path journal_;
  const Clock& clock_;
};

}  // namespace plotmeter
