#include "portal/controllers/collectors_controller.h"

#include "portal/access/revocations.h"
#include "portal/controllers/body.h"
#include "portal/controllers/filter.h"
#include "portal/controllers/paging.h"
#include "portal/controllers/proposal.h"
#include "portal/controllers/row_json.h"
#include "portal/controllers/sign_in.h"

namespace plotmeter {
namespace {

constexpr std::size_t kGapsShown = 1000;
constexpr std::size_t kCollectorsOfSite = 1000;

Json ToJson(const StreamRow& row) {
  return {{"stream", row.stream}, {"unbroken", row.unbroken}, {"highest", row.highest}};
}

Json ToJson(const GapRow& row) {
  return {{"stream", row.gap.stream},
          {"sequence", row.gap.sequence},
          {"kind", row.gap.kind},
          {"detail", row.gap.detail},
          {"noted_at", FormatInstant(row.noted_at)}};
}

Json ProposalJson(const std::optional<SettingsProposal>& proposal) {
  if (!proposal) return {{"version", 0}, {"settings", Json::object()}};
  return {{"version", proposal->version},
          {"settings", ParseJson(proposal->settings)},
          {"made_at", FormatInstant(proposal->made_at)}};
}

// What the collector said to the proposal that holds for it.
void PutOutcome(Json& json, const std::optional<SettingsProposal>& proposal,
                const std::optional<HeartbeatNote>& heard) {
  const bool answered = proposal && heard && heard->settings_version == proposal->version;
  json["outcome"] = !proposal ? "none" : answered ? heard->settings_outcome : "waits";
  if (answered) Put(json, "reason", heard->settings_reason);
}

}  // namespace

void CollectorsController::Map(Router& router) const {
  using Self = CollectorsController;
  constexpr Role kAdmin = Role::kResellerAdmin;
  router.Get("/api/v1/collectors", kViewers, this, &Self::List);
  router.Get("/api/v1/collectors/{collector}", kViewers, this, &Self::Show);
  router.Post("/api/v1/collectors/{collector}/revocation", kAdmin, this, &Self::Revoke).TakesJson();
  router.Get("/api/v1/collectors/{collector}/settings", kResellers, this, &Self::ShowSettings);
  router.Put("/api/v1/collectors/{collector}/settings", kAdmin, this, &Self::ProposeSettings)
      .TakesJson();
  router.Get("/api/v1/sites/{site}/settings", kResellers, this, &Self::ShowSiteSettings);
  router.Put("/api/v1/sites/{site}/settings", kAdmin, this, &Self::ProposeSiteSettings).TakesJson();
}

Response CollectorsController::List(const Request& request, const Caller& caller) const {
  request.OnlyQuery({"customer", "site", "limit", "cursor"});
  const PageAsked asked = ReadPageAsked(request, 0, 1);
  const auto page = lists_.ListCollectors(
      caller.reseller, ReadFilter(store_, lists_, request, caller), asked.after, asked.limit);
  return Ok(
      PageJson("collectors", page, [](const CollectorRow& row) { return plotmeter::ToJson(row); }));
}

Response CollectorsController::Show(const Request& request, const Caller& caller) const {
  request.OnlyQuery({});
  const CollectorRow row = CollectorOfPath(lists_, request, caller);
  Json json = plotmeter::ToJson(row);
  json["streams"] = Json::array();
  for (const StreamRow& stream : lists_.StreamsOf(caller.reseller, row.collector.id)) {
    json["streams"].push_back(ToJson(stream));
  }
  json["gaps"] = Json::array();
  for (const GapRow& gap : lists_.GapsOf(caller.reseller, row.collector.id, kGapsShown)) {
    json["gaps"].push_back(ToJson(gap));
  }
  return Ok(json);
}

Response CollectorsController::Revoke(const Request& request, const Caller& caller) const {
  const CollectorRow row = CollectorOfPath(lists_, request, caller);
  const Body body(request, {});
  if (!row.collector.revoked_at) {
    const Instant now = clock_.Now();
    const std::lock_guard lock(journal_mutex_);
    // The journal first: what a power cut leaves undone is done at the next start.
    NoteRevocation(journal_, {caller.reseller, row.collector.id, now});
    store_.RevokeCollector(caller.reseller, row.collector.id, now, ActorOf(caller));
  }
  return Ok(plotmeter::ToJson(CollectorOfPath(lists_, request, caller)));
}

Json CollectorsController::SettingsJson(const Caller& caller, const CollectorRow& row) const {
  const auto proposal = store_.SettingsFor(caller.reseller, row.collector.id);
  Json json = ProposalJson(proposal);
  if (proposal) json["target"] = proposal->target;
  PutOutcome(json, proposal, row.heartbeat);
  return json;
}

Json CollectorsController::SiteSettingsJson(const Caller& caller, const Site& site) const {
  Json json = ProposalJson(store_.SettingsOf(caller.reseller, site.id));
  json["collectors"] = Json::array();
  const auto page =
      lists_.ListCollectors(caller.reseller, {.site = site.id}, {}, kCollectorsOfSite);
  for (const CollectorRow& row : page.rows) {
    const auto proposal = store_.SettingsFor(caller.reseller, row.collector.id);
    Json one = {{"collector", row.collector.id}, {"version", proposal ? proposal->version : 0}};
    PutOutcome(one, proposal, row.heartbeat);
    json["collectors"].push_back(std::move(one));
  }
  return json;
}

void CollectorsController::Propose(const Request& request, const Caller& caller,
                                   const std::string& target) const {
  const Body body(request, {"settings"});
  const SettingValues values = body.Need<Proposal>("settings").values;
  if (!store_.ProposeSettings(caller.reseller, target, JsonText(Json(values)), clock_.Now(),
                              ActorOf(caller))) {
    throw Problem(404, "it is gone");
  }
}

Response CollectorsController::ShowSettings(const Request& request, const Caller& caller) const {
  request.OnlyQuery({});
  return Ok(SettingsJson(caller, CollectorOfPath(lists_, request, caller)));
}

Response CollectorsController::ProposeSettings(const Request& request, const Caller& caller) const {
  const CollectorRow row = CollectorOfPath(lists_, request, caller);
  Propose(request, caller, row.collector.id);
  return Ok(SettingsJson(caller, row));
}

Response CollectorsController::ShowSiteSettings(const Request& request,
                                                const Caller& caller) const {
  request.OnlyQuery({});
  return Ok(SiteSettingsJson(caller, SiteOfPath(store_, request, caller)));
}

Response CollectorsController::ProposeSiteSettings(const Request& request,
                                                   const Caller& caller) const {
  const Site site = SiteOfPath(store_, request, caller);
  Propose(request, caller, site.id);
  return Ok(SiteSettingsJson(caller, site));
}

}  // namespace plotmeter
