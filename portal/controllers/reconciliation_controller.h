// Jobs beside lifetime meters in a month (portal/ledger/reconciliation.h).
//
//    GET /api/v1/reconciliation?month=2026-11          printer by printer, a page at a time
//        &customer=cus_9F1TB6QW &site=sit_7Q2M9K4T &printer=prn_7Q2M9K4T      narrower
//
// A month is that of each printer's site. A printer whose meters have no counterpart in its jobs
// has no meters here. Amounts are whole numbers of base units.

#pragma once

#include "portal/http/router.h"
#include "portal/store/books.h"
#include "portal/store/lists.h"
#include "portal/store/store.h"

namespace plotmeter {

class ReconciliationController {
 public:
  // All must outlive the controller.
  ReconciliationController(Store& store, Lists& lists, Books& books)
      : store_(store), lists_(lists), books_(books) {}

  void Map(Router& router) const;

 private:
  Response List(const Request& request, const Caller& caller) const;

  Store& store_;
  Lists& lists_;
  Books& books_;
};

}  // namespace plotmeter
