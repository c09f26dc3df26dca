#include "portal/controllers/resellers_controller.h"

#include "common/sqlite.h"
#include "portal/controllers/body.h"
#include "portal/controllers/paging.h"
#include "portal/controllers/sign_in.h"

namespace plotmeter {
namespace {

Json ToJson(const Reseller& reseller) {
  return {{"id", reseller.id.value}, {"name", reseller.name}};
}

Problem NameTaken() {
  return Problem(409, "there is a reseller of this name already").With("field", "name");
}

Problem NoSuchReseller() { return Problem(404, "there is no such reseller"); }

}  // namespace

void ResellersController::Map(Router& router) const {
  router.Get("/api/v1/resellers", Role::kOperator, this, &ResellersController::List);
  router.Post("/api/v1/resellers", Role::kOperator, this, &ResellersController::Add)
      .MaxBody(16 << 10)
      .Accepts("application/json")
      .MakesOnce();
  router.Get("/api/v1/resellers/{reseller}", Role::kOperator, this, &ResellersController::Show);
  router.Patch("/api/v1/resellers/{reseller}", Role::kOperator, this, &ResellersController::Rename)
      .MaxBody(16 << 10)
      .Accepts("application/json");
}

Response ResellersController::List(const Request& request, const Caller&) const {
  request.OnlyQuery({"limit", "cursor"});
  const PageAsked asked = ReadPageAsked(request, 0, 1);
  const std::string after = asked.after.texts.empty() ? "" : asked.after.texts[0];
  const auto page = PageOf(directory_.ResellersAfter(after, asked.limit + 1), asked.limit,
                           [](const Reseller& row) { return row.name; });
  return Ok(PageJson("resellers", page, [](const Reseller& row) { return ToJson(row); }));
}

Response ResellersController::Add(const Request& request, const Caller& caller) const {
  const Body body(request, {"name"});
  const std::string name = body.Need<Name>("name").text;
  const auto id = directory_.AddReseller(name, clock_.Now(), ActorOf(caller));
  if (!id) throw NameTaken();
  return Created("/api/v1/resellers/" + id->value, ToJson({*id, name}));
}

Response ResellersController::Show(const Request& request, const Caller&) const {
  request.OnlyQuery({});
  const ResellerId id{request.Parameter("reseller")};
  const auto reseller = accounts_.FindReseller(id);
  if (!reseller || id == kTheOperator) throw NoSuchReseller();
  return Ok(ToJson(*reseller));
}

Response ResellersController::Rename(const Request& request, const Caller& caller) const {
  const Body body(request, {"name"});
  const Reseller wanted{{request.Parameter("reseller")}, body.Need<Name>("name").text};
  try {
    if (!accounts_.RenameReseller(wanted.id, wanted.name, ActorOf(caller), clock_.Now())) {
      throw NoSuchReseller();
    }
  } catch (const SqliteError& error) {
    if (!error.is_of_values()) throw;
    throw NameTaken();
  }
  return Ok(ToJson(wanted));
}

}  // namespace plotmeter
