// The customers' sites, and the codes with which collectors enrol there.
//
//    GET   /api/v1/sites?customer=cus_…    {"sites":[{"id":"sit_…","name":"…",…}],"next":"…"}
//    GET   /api/v1/sites/{site}
//    POST  /api/v1/sites                   {"customer":"cus_…","name":"Yard","time_zone":"UTC"}
//    PATCH /api/v1/sites/{site}            {"name":"…"} or {"time_zone":"Europe/Madrid"}
//    GET   /api/v1/enrolments?site=sit_…   which codes there are; never the codes
//    POST  /api/v1/sites/{site}/enrolments {"days":7}      201 {"code":"PM1-…",…}, shown once
//
// 409 where the customer has another site of that name. The time zone cuts the billing periods of
// the site, also those that are over: statements that were made stay as they are.

#pragma once

#include "common/clock.h"
#include "portal/access/enrolments.h"
#include "portal/http/router.h"
#include "portal/store/lists.h"
#include "portal/store/store.h"

namespace plotmeter {

class SitesController {
 public:
  // All of them must outlive the controller.
  SitesController(Store& store, Lists& lists, Enrolments& enrolments, const Clock& clock)
      : store_(store), lists_(lists), enrolments_(enrolments), clock_(clock) {}

  void Map(Router& router) const;

 private:
  Response List(const Request& request, const Caller& caller) const;
  Response Show(const Request& request, const Caller& caller) const;
  Response Add(const Request& request, const Caller& caller) const;
  Response Change(const Request& request, const Caller& caller) const;
  Response ListCodes(const Request& request, const Caller& caller) const;
  Response OfferCode(const Request& request, const Caller& caller) const;

  Store& store_;
  Lists& lists_;
  Enrolments& enrolments_;
  const Clock& clock_;
};

}  // namespace plotmeter
