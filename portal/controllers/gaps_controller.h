// Gaps between the epochs of meters (portal/ledger/account.h), and what people say about them.
//
//    GET  /api/v1/gaps?undecided=true&customer=…&site=…     by when they closed
//    GET  /api/v1/gaps/{gap}
//    POST /api/v1/gaps/{gap}/decisions   {"used":"12.5","reason":"the service report of May 3"}
//    POST /api/v1/gaps/{gap}/decisions   {"reason":"it was another printer"}     undoes the last
//                                                                                one
//
// `used` is in the meter's own unit. Decisions are only added; the last one counts. The usage that
// holds the gap changes within seconds.

#pragma once

#include "common/clock.h"
#include "portal/http/router.h"
#include "portal/store/books.h"
#include "portal/store/lists.h"
#include "portal/store/store.h"

namespace plotmeter {

class GapsController {
 public:
  // All must outlive the controller.
  GapsController(Store& store, Lists& lists, Books& books, const Clock& clock)
      : store_(store), lists_(lists), books_(books), clock_(clock) {}

  void Map(Router& router) const;

 private:
  Response List(const Request& request, const Caller& caller) const;
  Response Show(const Request& request, const Caller& caller) const;
  Response Decide(const Request& request, const Caller& caller) const;
  NamedGap GapOfPath(const Request& request, const Caller& caller) const;

  Store& store_;
  Lists& lists_;
  Books& books_;
  const Clock& clock_;
};

}  // namespace plotmeter
