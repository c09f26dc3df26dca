// The fleet, and one printer.
//
//    GET /api/v1/printers?customer=&site=&model=&serial=&state=&q=&limit=100&cursor=…
//    {"printers":[{"id":"prn_…","manufacturer":"HP","serial":"CN9541H01M",…}],"next":"…"}
//    GET /api/v1/printers/prn_7Q2M9K4T              the same, and "meters": the last word of each
//    PATCH /api/v1/printers/prn_…   {"site":"sit_…"}       it stands there now; a claim is settled
//    GET /api/v1/printers/prn_…/readings?from=&to=&meter=ink.used      as they came, with evidence
//    GET /api/v1/printers/prn_…/traits              what it says of itself, its latest word on each
//    GET /api/v1/printers/prn_…/events              newest first
//
// Printers are ordered by id; readings meter by meter, rising in time. A customer viewer sees the
// printers that stand at the customer's, and those that its collectors told of; and of each only
// what they told. That stays so when a printer moves.

#pragma once

#include "common/clock.h"
#include "common/json.h"
#include "portal/http/router.h"
#include "portal/store/lists.h"
#include "portal/store/store.h"

namespace plotmeter {

class PrintersController {
 public:
  // All of them must outlive the controller.
  PrintersController(Store& store, Lists& lists, const Clock& clock)
      : store_(store), lists_(lists), clock_(clock) {}

  void Map(Router& router) const;

 private:
  Response List(const Request& request, const Caller& caller) const;
  Response Show(const Request& request, const Caller& caller) const;
  Response Change(const Request& request, const Caller& caller) const;
  Response Readings(const Request& request, const Caller& caller) const;
  Response Traits(const Request& request, const Caller& caller) const;
  Response Events(const Request& request, const Caller& caller) const;

  Json Shown(const Caller& caller, const PrinterRow& printer) const;

  Store& store_;
  Lists& lists_;
  const Clock& clock_;
};

}  // namespace plotmeter
