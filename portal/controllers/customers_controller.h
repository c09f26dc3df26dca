// The reseller's customers.
//
//    GET   /api/v1/customers               {"customers":[{"id":"cus_…","name":"…",…}],"next":"…"}
//    GET   /api/v1/customers/{customer}
//    POST  /api/v1/customers               {"name":"Harbour Architects"}   201, and where it is
//    PATCH /api/v1/customers/{customer}    {"name":"Harbour & Sons"}
//    POST  /api/v1/customers/{customer}/erasure   {"name":"Harbour & Sons"}
//
// 409 where another customer has that name. A customer viewer sees one customer. An erasure
// (portal/store/forgetting.h) names the customer as it is called now, so that nobody erases another
// one by a slip; it is answered with what was erased, in numbers:
//
//    {"customer":"cus_…","erased_at":"2026-11-29T04:00:00Z","erased":{"jobs":4123,…},
//     "log_emptied":true}

#pragma once

#include <filesystem>
#include <utility>

#include "common/clock.h"
#include "portal/http/router.h"
#include "portal/store/forgetting.h"
#include "portal/store/lists.h"
#include "portal/store/store.h"

namespace plotmeter {

class CustomersController {
 public:
  // All of them must outlive the controller. `journal`: portal/access/revocations.h.
  CustomersController(Store& store, Lists& lists, Forgetting& forgetting,
                      std::filesystem::path journal, const Clock& clock)
      : store_(store),
        lists_(lists),
        forgetting_(forgetting),
        journal_(std::move(journal)),
        clock_(clock) {}

  void Map(Router& router) const;

 private:
  Response List(const Request& request, const Caller& caller) const;
  Response Show(const Request& request, const Caller& caller) const;
  Response Add(const Request& request, const Caller& caller) const;
  Response Change(const Request& request, const Caller& caller) const;
  Response Erase(const Request& request, const Caller& caller) const;

  Store& store_;
  Lists& lists_;
  Forgetting& forgetting_;
  const std::filesystem::path journal_;
  const Clock& clock_;
};

}  // namespace plotmeter
