// What every meter counted in a period.
//
//    GET /api/v1/usage?from=2026-11-01&to=2026-12-01              for the dashboard
//    GET /api/v1/usage.csv?from=2026-11-01&to=2026-12-01          for the billing system, streamed
//    GET /api/v1/usage/sites?month=2026-11             summed by site, of the books that are kept
//        &site=sit_7Q2M9K4T &printer=prn_7Q2M9K4T                 both: narrower
//
// A date is the first instant of that day in the time zone of each printer's site; an RFC 3339
// instant is itself. The columns are documented in proto/openapi.yaml; portal/ledger/usage.h says
// what they mean. 400 names the parameter that cannot be read; 404 is for a site or printer the
// caller does not have.

#pragma once

#include "portal/http/router.h"
#include "portal/ledger/export.h"
#include "portal/store/lists.h"
#include "portal/store/store.h"

namespace plotmeter {

class UsageController {
 public:
  // `store` must outlive the controller and every response it made.
  UsageController(Store& store, Lists& lists, Books& books)
      : store_(store), lists_(lists), books_(books) {}

  void Map(Router& router) const;

 private:
  struct Question {
    PrinterFilter filter;
    Period period;
  };
  Question Read(const Request& request, const Caller& caller) const;
  Response List(const Request& request, const Caller& caller) const;
  Response BySite(const Request& request, const Caller& caller) const;
  Response ExportCsv(const Request& request, const Caller& caller) const;

  Store& store_;
  Lists& lists_;
  Books& books_;
};

}  // namespace plotmeter
