// The reseller's customers.
//
//    GET   /api/v1/customers               {"customers":[{"id":"cus_…","name":"…",…}],"next":"…"}
//    GET   /api/v1/customers/{customer}
//    POST  /api/v1/customers               {"name":"Harbour Architects"}   201, and where it is
//    PATCH /api/v1/customers/{customer}    {"name":"Harbour & Sons"}
//
// 409 where another customer has that name. A customer viewer sees one customer.

#pragma once

#include "common/clock.h"
#include "portal/http/router.h"
#include "portal/store/lists.h"
#include "portal/store/store.h"

namespace plotmeter {

class CustomersController {
 public:
  // All of them must outlive the controller.
  CustomersController(Store& store, Lists& lists, const Clock& clock)
      : store_(store), lists_(lists), clock_(clock) {}

  void Map(Router& router) const;

 private:
  Response List(const Request& request, const Caller& caller) const;
  Response Show(const Request& request, const Caller& caller) const;
  Response Add(const Request& request, const Caller& caller) const;
  Response Change(const Request& request, const Caller& caller) const;

  Store& store_;
  Lists& lists_;
  const Clock& clock_;
};

}  // namespace plotmeter
