#include "portal/controllers/gaps_controller.h"

#include <fmt/format.h>

#include "portal/controllers/body.h"
#include "portal/controllers/filter.h"
#include "portal/controllers/paging.h"
#include "portal/controllers/row_json.h"
#include "portal/controllers/sign_in.h"
#include "portal/ledger/by_hand.h"
#include "portal/ledger/quantity.h"

namespace plotmeter {
namespace {

struct Undecided {
  static constexpr std::string_view kExample = "true";
  static std::optional<Undecided> Parse(std::string_view text) {
    return text == "true" ? std::optional(Undecided{}) : std::nullopt;
  }
};

// What was used in a gap: never negative.
struct UsedAmount {
  static constexpr std::string_view kExample = "decimal text such as \"12.5\", 0 or more";
  static std::optional<UsedAmount> Read(const Json& json) {
    if (!json.is_string() || !IsUsed(json.get<std::string>())) return std::nullopt;
    return UsedAmount{json.get<std::string>()};
  }
  std::string text = {};
};

Problem NoSuchGap(const std::string& id) {
  return Problem(404, fmt::format("there is no gap '{}'", id)).With("field", "gap");
}

Json ToJson(const NamedGap& named) {
  Json json = {{"id", named.gap.id},
               {"printer", named.printer},
               {"serial", named.serial},
               {"model", named.model},
               {"site", {{"id", named.site.id}, {"name", named.site.name}}},
               {"customer", {{"id", named.site.customer}, {"name", named.site.customer_name}}},
               {"channel", named.channel},
               {"meter", named.meter.meter},
               {"unit", named.meter.unit},
               {"outranked", named.meter.outranked},
               {"kind", named.gap.kind},
               {"opening", named.gap.opening},
               {"opening_at", FormatInstant(named.gap.opening_at)},
               {"closing", named.gap.closing},
               {"closing_at", FormatInstant(named.gap.closing_at)}};
  if (!named.meter.colorant.empty()) json["colorant"] = named.meter.colorant;
  if (!named.meter.media.empty()) json["media"] = named.meter.media;
  if (named.gap.hidden_base) json["hidden_base_at_most"] = std::to_string(*named.gap.hidden_base);
  if (const auto unit = BaseUnit(named.meter.meter, named.meter.unit)) json["base_unit"] = *unit;
  if (named.decision) {
    Json& decision = json["decision"] = {{"reason", named.decision->reason},
                                         {"who", named.decision->who},
                                         {"at", FormatInstant(named.decision->at)}};
    if (named.decision->used) decision["used"] = *named.decision->used;
  }
  return json;
}

}  // namespace

void GapsController::Map(Router& router) const {
  router.Get("/api/v1/gaps", kViewers, this, &GapsController::List);
  router.Get("/api/v1/gaps/{gap}", kViewers, this, &GapsController::Show);
  router.Post("/api/v1/gaps/{gap}/decisions", Role::kResellerAdmin, this, &GapsController::Decide)
      .TakesJson();
}

Response GapsController::List(const Request& request, const Caller& caller) const {
  request.OnlyQuery({"customer", "site", "from", "to", "undecided", "limit", "cursor"});
  const PageAsked asked = ReadPageAsked(request, 1, 1);
  const auto page = books_.MeterGaps(caller.reseller, ReadFilter(store_, lists_, request, caller),
                                     request.OptionalQuery<Undecided>("undecided").has_value(),
                                     ReadSpan(request, "UTC"), asked.after, asked.limit);
  return Ok(PageJson("gaps", page, [](const NamedGap& row) { return ToJson(row); }));
}

NamedGap GapsController::GapOfPath(const Request& request, const Caller& caller) const {
  const std::string& id = request.Parameter("gap");
  auto found = books_.FindGap(caller.reseller, caller.customer, id);
  if (!found) throw NoSuchGap(id);
  return *std::move(found);
}

Response GapsController::Show(const Request& request, const Caller& caller) const {
  request.OnlyQuery({});
  return Ok(ToJson(GapOfPath(request, caller)));
}

Response GapsController::Decide(const Request& request, const Caller& caller) const {
  NamedGap named = GapOfPath(request, caller);
  const Body body(request, {"used", "reason"});
  GapDecision decision{.gap = named.gap.id,
                       .meter = named.gap.meter,
                       .reason = body.Need<Name>("reason").text,
                       .who = ActorOf(caller).id,
                       .at = clock_.Now()};
  if (const auto used = body.Find<UsedAmount>("used")) {
    if (!CanBeIn(named, used->text)) throw body.Wrong("used", "no more than can be in the gap");
    decision.used = used->text;
  }
  if (!books_.Decide(caller.reseller, decision, ActorOf(caller))) {
    throw NoSuchGap(named.gap.id);  // the books were made again meanwhile
  }
  named.decision = std::move(decision);
  return Ok(ToJson(named));
}

}  // namespace plotmeter
