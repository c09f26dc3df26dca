// What printers said of themselves, across the fleet or of one printer.
//
//    GET /api/v1/supplies                          the latest word on each: ink, heads, waste boxes
//    GET /api/v1/jobs?from=2026-11-01&to=2026-12-01     by when they ended, newest first
//    GET /api/v1/alerts?active=true                newest first; without 'active' all that ever was
//    GET /api/v1/printers/{printer}/supplies, …/jobs, …/alerts       the same of one printer
//
// 'customer' and 'site' narrow; 'limit' and 'cursor' as everywhere. A date in 'from' and 'to' is
// the first instant of that day where the site or printer is; across sites, in UTC.

#pragma once

#include "portal/http/router.h"
#include "portal/store/lists.h"
#include "portal/store/store.h"

namespace plotmeter {

class HappeningsController {
 public:
  // Both must outlive the controller.
  HappeningsController(Store& store, Lists& lists) : store_(store), lists_(lists) {}

  void Map(Router& router) const;

 private:
  Response Supplies(const Request& request, const Caller& caller) const;
  Response SuppliesOfPrinter(const Request& request, const Caller& caller) const;
  Response Jobs(const Request& request, const Caller& caller) const;
  Response JobsOfPrinter(const Request& request, const Caller& caller) const;
  Response Alerts(const Request& request, const Caller& caller) const;
  Response AlertsOfPrinter(const Request& request, const Caller& caller) const;

  Response AnswerSupplies(const Request& request, const Caller& caller,
                          const PrinterFilter& filter) const;
  Response AnswerJobs(const Request& request, const Caller& caller, const PrinterFilter& filter,
                      const std::string& time_zone) const;
  Response AnswerAlerts(const Request& request, const Caller& caller,
                        const PrinterFilter& filter) const;

  Store& store_;
  Lists& lists_;
};

}  // namespace plotmeter
