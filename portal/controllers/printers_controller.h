// The fleet.
//
//    GET /api/v1/printers?limit=100&cursor=prn_7Q2M9K4T
//    {"printers":[{"id":"prn_…","manufacturer":"HP","serial":"CN9541H01M",…}],"next":"prn_…"}
//
// Ordered by id. "next" is the cursor of the following page and absent on the last. A customer
// viewer sees the customer's own printers only.

#pragma once

#include "portal/http/router.h"
#include "portal/store/store.h"

namespace plotmeter {

class PrintersController {
 public:
  // `store` must outlive the controller.
  explicit PrintersController(Store& store) : store_(store) {}

  void Map(Router& router) const;

 private:
  Response List(const Request& request, const Caller& caller) const;

  Store& store_;
};

}  // namespace plotmeter
