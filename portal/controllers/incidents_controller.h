// What needs a person, and what people do about it.
//
//    GET   /api/v1/incidents?state=open&severity=critical      newest first
//    GET   /api/v1/printers/{printer}/incidents                the same of one printer
//    GET   /api/v1/incidents/{incident}                        with its comments
//    PATCH /api/v1/incidents/{incident}    {"acknowledged":true}, {"snoozed_until":"…"} (null: no
//                                          more), {"assigned_to":"usr_…"} (null: to nobody)
//    POST  /api/v1/incidents/{incident}/comments   {"text":"ordered"}
//
// 'customer', 'site', 'kind', 'severity' and 'assigned_to' narrow. Who belongs to a customer sees
// that one's, without comments and without who does what about it. The operator has incidents of
// its own: certificate and keys. 409 where one that is over is to be snoozed.

#pragma once

#include "common/clock.h"
#include "portal/http/router.h"
#include "portal/store/incidents.h"
#include "portal/store/lists.h"
#include "portal/store/store.h"

namespace plotmeter {

class IncidentsController {
 public:
  // All of them must outlive the controller.
  IncidentsController(Store& store, Lists& lists, Incidents& incidents, const Clock& clock)
      : store_(store), lists_(lists), incidents_(incidents), clock_(clock) {}

  void Map(Router& router) const;

 private:
  Response List(const Request& request, const Caller& caller) const;
  Response ListOfPrinter(const Request& request, const Caller& caller) const;
  Response Show(const Request& request, const Caller& caller) const;
  Response Change(const Request& request, const Caller& caller) const;
  Response Comment(const Request& request, const Caller& caller) const;

  Response Answer(const Request& request, const Caller& caller, IncidentFilter filter) const;
  IncidentRow Meant(const Request& request, const Caller& caller) const;
  Json Detail(const IncidentRow& row, const Caller& caller) const;

  Store& store_;
  Lists& lists_;
  Incidents& incidents_;
  const Clock& clock_;
};

}  // namespace plotmeter
