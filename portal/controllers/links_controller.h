// The link that a person was handed: invited, or to set another password.
//
//    POST /api/v1/links/accept {"link":"pml_…","password":"…"}      204; sign in next
//
// With "code" where a second factor is on.

#pragma once

#include "portal/access/people.h"
#include "portal/http/router.h"

namespace plotmeter {

class LinksController {
 public:
  // `people` must outlive the controller.
  explicit LinksController(const People& people) : people_(people) {}

  void Map(Router& router) const;

 private:
  Response Accept(const Request& request, const Caller& caller) const;

  const People& people_;
};

}  // namespace plotmeter
