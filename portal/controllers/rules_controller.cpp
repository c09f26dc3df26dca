#include "portal/controllers/rules_controller.h"

#include <fmt/format.h>

#include "common/suggestion.h"
#include "portal/controllers/body.h"
#include "portal/controllers/filter.h"
#include "portal/controllers/sign_in.h"

namespace plotmeter {
namespace {

constexpr Roles kStaff = kResellers | Role::kOperator;

struct RulesAsked {
  static constexpr std::string_view kExample = "an object such as {\"supply_low_percent\":20}";
  static std::optional<RulesAsked> Read(const Json& json) {
    if (!json.is_object()) return std::nullopt;
    return RulesAsked{json};
  }
  Json json = Json::object();
};

void Check(const Json& rules) {
  const auto wrong = WhatIsWrong(rules);
  if (!wrong) return;
  const std::string member = wrong->member.substr(0, 60);
  if (!wrong->expected.empty()) {
    throw Body::Unreadable("rules." + member, rules.at(wrong->member), wrong->expected);
  }
  throw Problem(422, fmt::format("'rules.{}' is no rule; expected {}{}", member,
                                 fmt::join(RuleNames(), ", "), Suggestion(member, RuleNames())))
      .With("field", "rules." + member);
}

}  // namespace

void RulesController::Map(Router& router) const {
  using Self = RulesController;
  const std::string customer = "/api/v1/customers/{customer}/incident-rules";
  const std::string printer = "/api/v1/printers/{printer}/incident-rules";
  router.Get("/api/v1/incident-rules", kStaff, this, &Self::Show);
  router.Put("/api/v1/incident-rules", kAdmins, this, &Self::Set).TakesJson();
  router.Get(customer, kResellers, this, &Self::ShowOfCustomer);
  router.Put(customer, Role::kResellerAdmin, this, &Self::SetOfCustomer).TakesJson();
  router.Get(printer, kResellers, this, &Self::ShowOfPrinter);
  router.Put(printer, Role::kResellerAdmin, this, &Self::SetOfPrinter).TakesJson();
}

RulesController::Targets RulesController::OfCustomer(const Request& request,
                                                     const Caller& caller) const {
  request.OnlyQuery({});
  return {"", CustomerOfPath(lists_, request, caller).id};
}

RulesController::Targets RulesController::OfPrinter(const Request& request,
                                                    const Caller& caller) const {
  request.OnlyQuery({});
  const PrinterRow printer = PrinterOfPath(store_, request, caller);
  return {"", printer.site.customer, printer.id};
}

Response RulesController::Shown(const Caller& caller, const Targets& targets) const {
  RuleSettings settings;
  Json own;
  for (const std::string& target : targets) {
    own = ParseJson(incidents_.RulesOf(caller.reseller, target));
    settings = settings.With(own);
  }
  return Ok({{"rules", own}, {"effective", ToJson(settings)}});
}

Response RulesController::Put(const Request& request, const Caller& caller,
                              const Targets& targets) const {
  const Body body(request, {"rules"});
  const Json rules = body.Need<RulesAsked>("rules").json;
  Check(rules);
  incidents_.SetRules(caller.reseller, targets.back(), rules, ActorOf(caller), clock_.Now());
  return Shown(caller, targets);
}

Response RulesController::Show(const Request& request, const Caller& caller) const {
  request.OnlyQuery({});
  return Shown(caller, {""});
}

Response RulesController::Set(const Request& request, const Caller& caller) const {
  request.OnlyQuery({});
  return Put(request, caller, {""});
}

Response RulesController::ShowOfCustomer(const Request& request, const Caller& caller) const {
  return Shown(caller, OfCustomer(request, caller));
}

Response RulesController::SetOfCustomer(const Request& request, const Caller& caller) const {
  return Put(request, caller, OfCustomer(request, caller));
}

Response RulesController::ShowOfPrinter(const Request& request, const Caller& caller) const {
  return Shown(caller, OfPrinter(request, caller));
}

Response RulesController::SetOfPrinter(const Request& request, const Caller& caller) const {
  return Put(request, caller, OfPrinter(request, caller));
}

}  // namespace plotmeter
