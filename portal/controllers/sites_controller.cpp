#include "portal/controllers/sites_controller.h"

#include <fmt/format.h>

#include "portal/controllers/body.h"
#include "portal/controllers/filter.h"
#include "portal/controllers/paging.h"
#include "portal/controllers/row_json.h"
#include "portal/controllers/sign_in.h"

namespace plotmeter {
namespace {

Problem Taken(const std::string& name) {
  return Problem(409, fmt::format("'name' is '{}'; the customer has a site of that name", name))
      .With("field", "name");
}

}  // namespace

void SitesController::Map(Router& router) const {
  router.Get("/api/v1/sites", kViewers, this, &SitesController::List);
  router.Get("/api/v1/sites/{site}", kViewers, this, &SitesController::Show);
  router.Post("/api/v1/sites", Role::kResellerAdmin, this, &SitesController::Add)
      .TakesJson()
      .MakesOnce();
  router.Patch("/api/v1/sites/{site}", Role::kResellerAdmin, this, &SitesController::Change)
      .TakesJson();
  router.Get("/api/v1/enrolments", kResellers, this, &SitesController::ListCodes);
  router
      .Post("/api/v1/sites/{site}/enrolments", Role::kResellerAdmin, this,
            &SitesController::OfferCode)
      .TakesJson()
      .MakesOnce();
}

Response SitesController::List(const Request& request, const Caller& caller) const {
  request.OnlyQuery({"customer", "limit", "cursor"});
  const PageAsked asked = ReadPageAsked(request, 0, 1);
  const auto page = lists_.ListSites(caller.reseller, ReadFilter(store_, lists_, request, caller),
                                     asked.after, asked.limit);
  return Ok(PageJson("sites", page, [](const Site& row) { return ToJson(row); }));
}

Response SitesController::Show(const Request& request, const Caller& caller) const {
  request.OnlyQuery({});
  return Ok(ToJson(SiteOfPath(store_, request, caller)));
}

Response SitesController::Add(const Request& request, const Caller& caller) const {
  const Body body(request, {"customer", "name", "time_zone"});
  const Site site{.customer = body.Need<RowId>("customer").text,
                  .name = body.Need<Name>("name").text,
                  .time_zone = body.Need<TimeZone>("time_zone").name};
  if (!lists_.FindCustomer(caller.reseller, site.customer)) {
    throw Problem(422, fmt::format("'customer' is '{}'; there is no such customer", site.customer))
        .With("field", "customer");
  }
  const auto id = store_.AddSite(caller.reseller, site, clock_.Now(), ActorOf(caller));
  if (!id) throw Taken(site.name);
  return Created("/api/v1/sites/" + *id, ToJson(*store_.FindSite(caller.reseller, *id)));
}

Response SitesController::Change(const Request& request, const Caller& caller) const {
  Site site = SiteOfPath(store_, request, caller);
  const Body body(request, {"name", "time_zone"});
  if (auto name = body.Find<Name>("name")) site.name = std::move(name->text);
  if (auto zone = body.Find<TimeZone>("time_zone")) site.time_zone = std::move(zone->name);
  if (store_.ChangeSite(caller.reseller, site, ActorOf(caller), clock_.Now()) == Renamed::kTaken) {
    throw Taken(site.name);
  }
  return Ok(ToJson(site));
}

Response SitesController::ListCodes(const Request& request, const Caller& caller) const {
  request.OnlyQuery({"customer", "site", "limit", "cursor"});
  const PageAsked asked = ReadPageAsked(request, 1, 1);
  const auto page = lists_.ListCodes(caller.reseller, ReadFilter(store_, lists_, request, caller),
                                     asked.after, asked.limit);
  const Instant now = clock_.Now();
  return Ok(PageJson("enrolments", page, [now](const CodeRow& row) { return ToJson(row, now); }));
}

Response SitesController::OfferCode(const Request& request, const Caller& caller) const {
  const Site site = SiteOfPath(store_, request, caller);
  const Body body(request, {"days"});
  const std::chrono::days valid = body.Find<CodeDays>("days").value_or(CodeDays{}).value;
  const Instant now = clock_.Now();
  const auto code = enrolments_.Offer(caller.reseller, site.id, valid, ActorOf(caller));
  if (!code) throw Problem(404, "the site is gone");
  Response response = Ok({{"code", code->Reveal()},
                          {"site", {{"id", site.id}, {"name", site.name}}},
                          {"expires_at", FormatInstant(now + valid)}});
  response.status = 201;
  return response;
}

}  // namespace plotmeter
