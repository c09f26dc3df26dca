// The fleet, and one printer.
//
//    GET /api/v1/printers?customer=&site=&model=&serial=&state=&q=&limit=100&cursor=…
//    {"printers":[{"id":"prn_…","manufacturer":"HP","serial":"CN9541H01M",…}],"next":"…"}
//    GET /api/v1/printers/prn_7Q2M9K4T              the same, and "meters": the last word of each
//    GET /api/v1/printers/prn_…/readings?from=&to=&meter=ink.used      as they came, with evidence
//    GET /api/v1/printers/prn_…/events              newest first
//
// Printers are ordered by id; readings meter by meter, rising in time. A customer viewer sees the
// customer's own printers only.

#pragma once

#include "portal/http/router.h"
#include "portal/store/lists.h"
#include "portal/store/store.h"

namespace plotmeter {

class PrintersController {
 public:
  // Both must outlive the controller.
  PrintersController(Store& store, Lists& lists) : store_(store), lists_(lists) {}

  void Map(Router& router) const;

 private:
  Response List(const Request& request, const Caller& caller) const;
  Response Show(const Request& request, const Caller& caller) const;
  Response Readings(const Request& request, const Caller& caller) const;
  Response Events(const Request& request, const Caller& caller) const;

  Store& store_;
  Lists& lists_;
};

}  // namespace plotmeter
