// When incidents are raised: the settings of the rules, of the reseller, a customer or a printer.
//
//    GET /api/v1/incident-rules                          {"rules":{},"effective":{…}}
//    PUT /api/v1/incident-rules                          {"rules":{"supply_low_percent":20}}
//    GET, PUT /api/v1/customers/{customer}/incident-rules
//    GET, PUT /api/v1/printers/{printer}/incident-rules
//
// "rules" is what is set here, and PUT replaces all of it; "effective" is what holds: the narrowest
// that says something, member by member (portal/alerts/rule_settings.h).

#pragma once

#include "common/clock.h"
#include "portal/alerts/rule_settings.h"
#include "portal/http/router.h"
#include "portal/store/incidents.h"
#include "portal/store/lists.h"
#include "portal/store/store.h"

namespace plotmeter {

class RulesController {
 public:
  // All of them must outlive the controller.
  RulesController(Store& store, Lists& lists, Incidents& incidents, const Clock& clock)
      : store_(store), lists_(lists), incidents_(incidents), clock_(clock) {}

  void Map(Router& router) const;

 private:
  // Whose rules, from the widest to the one that is meant.
  using Targets = std::vector<std::string>;

  Response Show(const Request& request, const Caller& caller) const;
  Response Set(const Request& request, const Caller& caller) const;
  Response ShowOfCustomer(const Request& request, const Caller& caller) const;
  Response SetOfCustomer(const Request& request, const Caller& caller) const;
  Response ShowOfPrinter(const Request& request, const Caller& caller) const;
  Response SetOfPrinter(const Request& request, const Caller& caller) const;

  Targets OfCustomer(const Request& request, const Caller& caller) const;
  Targets OfPrinter(const Request& request, const Caller& caller) const;
  Response Shown(const Caller& caller, const Targets& targets) const;
  Response Put(const Request& request, const Caller& caller, const Targets& targets) const;

  Store& store_;
  Lists& lists_;
  Incidents& incidents_;
  const Clock& clock_;
};

}  // namespace plotmeter
