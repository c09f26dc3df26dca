#include "portal/controllers/customers_controller.h"

#include <fmt/format.h>

#include "portal/access/revocations.h"
#include "portal/controllers/body.h"
#include "portal/controllers/filter.h"
#include "portal/controllers/paging.h"
#include "portal/controllers/row_json.h"
#include "portal/controllers/sign_in.h"

namespace plotmeter {
namespace {

Problem Taken(const std::string& name) {
  return Problem(409, fmt::format("'name' is '{}'; there is a customer of that name", name))
      .With("field", "name");
}

}  // namespace

void CustomersController::Map(Router& router) const {
  router.Get("/api/v1/customers", kViewers, this, &CustomersController::List);
  router.Get("/api/v1/customers/{customer}", kViewers, this, &CustomersController::Show);
  router.Post("/api/v1/customers", Role::kResellerAdmin, this, &CustomersController::Add)
      .TakesJson()
      .MakesOnce();
  router
      .Patch("/api/v1/customers/{customer}", Role::kResellerAdmin, this,
             &CustomersController::Change)
      .TakesJson();
  router
      .Post("/api/v1/customers/{customer}/erasure", Role::kResellerAdmin, this,
            &CustomersController::Erase)
      .TakesJson();
}

Response CustomersController::List(const Request& request, const Caller& caller) const {
  request.OnlyQuery({"limit", "cursor"});
  const PageAsked asked = ReadPageAsked(request, 0, 1);
  const auto page = lists_.ListCustomers(caller.reseller, {.customer = caller.customer},
                                         asked.after, asked.limit);
  return Ok(PageJson("customers", page, [](const Customer& row) { return ToJson(row); }));
}

Response CustomersController::Show(const Request& request, const Caller& caller) const {
  request.OnlyQuery({});
  return Ok(ToJson(CustomerOfPath(lists_, request, caller)));
}

Response CustomersController::Add(const Request& request, const Caller& caller) const {
  const Body body(request, {"name"});
  const std::string name = body.Need<Name>("name").text;
  const auto id = store_.AddCustomer(caller.reseller, name, clock_.Now(), ActorOf(caller));
  if (!id) throw Taken(name);
  return Created("/api/v1/customers/" + *id, ToJson(*lists_.FindCustomer(caller.reseller, *id)));
}

Response CustomersController::Change(const Request& request, const Caller& caller) const {
  Customer customer = CustomerOfPath(lists_, request, caller);
  const Body body(request, {"name"});
  if (auto name = body.Find<Name>("name")) customer.name = std::move(name->text);
  if (store_.RenameCustomer(caller.reseller, customer, ActorOf(caller), clock_.Now()) ==
      Renamed::kTaken) {
    throw Taken(customer.name);
  }
  return Ok(ToJson(customer));
}

Response CustomersController::Erase(const Request& request, const Caller& caller) const {
  const Customer customer = CustomerOfPath(lists_, request, caller);
  const Body body(request, {"name"});
  if (const std::string name = body.Need<Name>("name").text; name != customer.name) {
    throw Body::Unreadable("name", name, "what the customer to be erased is called");
  }
  const auto report = plotmeter::Erase(
      journal_, store_, forgetting_, {caller.reseller, customer.id, clock_.Now()}, ActorOf(caller));
  // Another request was faster.
  if (!report) {
    throw Problem(404, fmt::format("'customer' is '{}'; there is no such customer", customer.id))
        .With("field", "customer");
  }
  return Ok(plotmeter::ToJson(*report));
}

}  // namespace plotmeter
