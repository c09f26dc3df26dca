// What every meter counted in a period.
//
//    GET /api/v1/usage?from=2026-11-01&to=2026-12-01              for the dashboard
//        &customer=cus_9F1TB6QW &site=sit_7Q2M9K4T &printer=prn_7Q2M9K4T      narrower
//    GET /api/v1/usage/sites?month=2026-11             summed by site, of the books that are kept
//    GET /api/v1/usage/jobs?month=2026-11&by=media     what jobs say they used (ledger/job_usage.h)
//
// A date is the first instant of that day in the time zone of each printer's site; an RFC 3339
// instant is itself. portal/ledger/usage.h says what the members mean; the same rows as CSV are
// exports_controller.h's. 400 names the parameter that cannot be read; 404 is for a customer, site
// or printer the caller does not have.

#pragma once

#include "portal/http/router.h"
#include "portal/store/books.h"
#include "portal/store/lists.h"
#include "portal/store/store.h"

namespace plotmeter {

class UsageController {
 public:
  // All must outlive the controller and every response it made.
  UsageController(Store& store, Lists& lists, Books& books)
      : store_(store), lists_(lists), books_(books) {}

  void Map(Router& router) const;

 private:
  Response List(const Request& request, const Caller& caller) const;
  Response BySite(const Request& request, const Caller& caller) const;
  Response ByJobs(const Request& request, const Caller& caller) const;

  Store& store_;
  Lists& lists_;
  Books& books_;
};

}  // namespace plotmeter
