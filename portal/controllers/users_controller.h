// People, as administrators see them.
//
//    GET    /api/v1/users                     {"users":[…],"next":"usr_…"}
//    POST   /api/v1/users                     {"email":"…","name":"…","role":"reseller_viewer"}
//                                             201 {"user":{…},"link":"pml_…","link_expires_at":"…"}
//    GET    /api/v1/users/{user}
//    PATCH  /api/v1/users/{user}              {"role":"…","disabled":true,"second_factor":false}
//    POST   /api/v1/users/{user}/links        another link: to reset a password, or invited again
//    DELETE /api/v1/users/{user}/sessions     signed out everywhere
//
// A link is shown to who asked for it, and goes to its person by mail where the portal knows a mail
// server ("mailed": true).
//
// The operator sees its own people, and with ?reseller=res_… those of a reseller: to invite the
// first administrator. Nobody changes the own role, or disables the own account: so the last
// administrator does not go by mistake.

#pragma once

#include <filesystem>
#include <utility>

#include "common/clock.h"
#include "portal/access/people.h"
#include "portal/controllers/link_mail.h"
#include "portal/http/router.h"
#include "portal/store/accounts.h"

namespace plotmeter {

class UsersController {
 public:
  // All of them must outlive the controller. `journal`: portal/access/revocations.h. Without `mail`
  // links are shown, and sent to nobody.
  UsersController(Accounts& accounts, std::filesystem::path journal, const Clock& clock,
                  const LinkMail* mail = nullptr)
      : accounts_(accounts), journal_(std::move(journal)), clock_(clock), mail_(mail) {}

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
  Response Linked(const IssuedLink& link, Json json, const Person& person,
                  const ResellerId& reseller) const;

  Accounts& accounts_;
  const std::filesystem::path journal_;
  const Clock& clock_;
  const LinkMail* mail_;
};

}  // namespace plotmeter
