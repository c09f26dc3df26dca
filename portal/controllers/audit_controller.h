// The audit log of whoever asks, newest first.
//
//    GET /api/v1/audit?limit=100&cursor=4711
//    {"rows":[{"number":4710,"who":"usr_…","what":"user.invite","subject":"usr_…",…}],"next":4611}
//
// With every row come the hashes of its chain (portal/store/audit.h), so that it can be checked.

#pragma once

#include "portal/http/router.h"
#include "portal/store/accounts.h"

namespace plotmeter {

class AuditController {
 public:
  // `accounts` must outlive the controller.
  explicit AuditController(Accounts& accounts) : accounts_(accounts) {}

  void Map(Router& router) const;

 private:
  Response List(const Request& request, const Caller& caller) const;

  Accounts& accounts_;
};

}  // namespace plotmeter
