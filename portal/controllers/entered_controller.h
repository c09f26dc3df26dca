// Printers without network: entered by hand, and their meters read off by a person.
//
//    POST /api/v1/printers   {"manufacturer":"HP","model":"HP DesignJet T730","serial":"CN0001",
//                             "site":"sit_…"}
//    POST /api/v1/entered    {"printer":"prn_…","at":"2026-11-30T17:00:00Z",
//                             "note":"panel, by phone",
//                             "meters":[{"meter":"media.area","value":"433.5","unit":"m2"}]}
//    GET  /api/v1/entered/ent_…
//    POST /api/v1/entered/ent_…/withdrawal   {"reason":"a slip of the pen"}
//    GET  /api/v1/printers/prn_…/entered     newest first, withdrawn ones too
//
// `meters` are lifetime counts, as the printer shows them, and never what was used. Nothing is
// edited: what is wrong is withdrawn, and entered anew. The usage changes within seconds.

#pragma once

#include "common/clock.h"
#include "portal/http/router.h"
#include "portal/store/entered.h"
#include "portal/store/store.h"

namespace plotmeter {

class EnteredController {
 public:
  // All must outlive the controller.
  EnteredController(Store& store, EnteredReadings& entered, const Clock& clock)
      : store_(store), entered_(entered), clock_(clock) {}

  void Map(Router& router) const;

 private:
  Response AddPrinter(const Request& request, const Caller& caller) const;
  Response Enter(const Request& request, const Caller& caller) const;
  Response Show(const Request& request, const Caller& caller) const;
  Response Withdraw(const Request& request, const Caller& caller) const;
  Response List(const Request& request, const Caller& caller) const;
  EnteredReading ReadingOfPath(const Request& request, const Caller& caller) const;

  Store& store_;
  EnteredReadings& entered_;
  const Clock& clock_;
};

}  // namespace plotmeter
