// The resellers of this portal, for its operator: list, add, show and rename. What a reseller has
// (printers, usage) the operator does not see.

#pragma once

#include "common/clock.h"
#include "portal/http/router.h"
#include "portal/store/accounts.h"
#include "portal/store/directory.h"

namespace plotmeter {

class ResellersController {
 public:
  // All of them must outlive the controller.
  ResellersController(Directory& directory, Accounts& accounts, const Clock& clock)
      : directory_(directory), accounts_(accounts), clock_(clock) {}

  void Map(Router& router) const;

 private:
  Response List(const Request& request, const Caller& caller) const;
  Response Add(const Request& request, const Caller& caller) const;
  Response Show(const Request& request, const Caller& caller) const;
  Response Rename(const Request& request, const Caller& caller) const;

  Directory& directory_;
  Accounts& accounts_;
  const Clock& clock_;
};

}  // namespace plotmeter
