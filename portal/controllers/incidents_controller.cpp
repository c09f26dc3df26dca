#include "portal/controllers/incidents_controller.h"

#include <fmt/format.h>

#include <algorithm>

#include "portal/alerts/rules.h"
#include "portal/controllers/body.h"
#include "portal/controllers/filter.h"
#include "portal/controllers/paging.h"
#include "portal/controllers/sign_in.h"

namespace plotmeter {
namespace {

constexpr std::chrono::days kLongestSnooze{366};
constexpr std::size_t kLongestComment = 4000;  // bytes

struct State {
  static constexpr std::string_view kExample = "open or cleared";
  static std::optional<State> Parse(std::string_view text) {
    if (text != "open" && text != "cleared") return std::nullopt;
    return State{text == "open"};
  }
  bool open = false;
};

struct SeverityWord {
  static constexpr std::string_view kExample = "warning or critical";
  static std::optional<SeverityWord> Parse(std::string_view text) {
    if (text != "warning" && text != "critical") return std::nullopt;
    return SeverityWord{std::string(text)};
  }
  std::string text = {};
};

struct KindWord {
  static constexpr std::string_view kExample = "a kind such as supply-low";
  static std::optional<KindWord> Parse(std::string_view text) {
    const auto& kinds = ConditionKinds();
    if (std::ranges::find(kinds, text) == kinds.end()) return std::nullopt;
    return KindWord{std::string(text)};
  }
  std::string text = {};
};

struct InstantOrNull {
  static constexpr std::string_view kExample = "an instant such as 2026-12-01T09:00:00Z, or null";
  static std::optional<InstantOrNull> Read(const Json& json) {
    if (json.is_null()) return InstantOrNull{};
    if (!json.is_string()) return std::nullopt;
    const auto at = ParseInstant(json.get<std::string>());
    return at ? std::optional(InstantOrNull{at}) : std::nullopt;
  }
  std::optional<Instant> at = {};
};

struct PersonOrNull {
  static constexpr std::string_view kExample =
      "the id of somebody of your own such as usr_9F1TB6QW, or null";
  static std::optional<PersonOrNull> Read(const Json& json) {
    if (json.is_null()) return PersonOrNull{};
    const auto id = RowId::Read(json);
    return id ? std::optional(PersonOrNull{id->text}) : std::nullopt;
  }
  std::string id = {};
};

struct CommentText {
  static constexpr std::string_view kExample = "1 to 4000 bytes of text";
  static std::optional<CommentText> Read(const Json& json) {
    if (!json.is_string()) return std::nullopt;
    CommentText text{json.get<std::string>()};
    const bool is_plain = std::ranges::none_of(text.text, [](char c) {
      return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
    });
    if (text.text.empty() || text.text.size() > kLongestComment || !is_plain) return std::nullopt;
    return text;
  }
  std::string text = {};
};

Json ToJson(const IncidentComment& comment) {
  return {{"number", comment.number},
          {"at", FormatInstant(comment.at)},
          {"who", comment.who},
          {"text", comment.text}};
}

// Who does what about it is nothing of the customer's.
Json Shown(const IncidentRow& row, const Caller& caller) {
  Json json = plotmeter::ToJson(row);
  if (caller.customer.empty()) return json;
  json.erase("acknowledged_by");
  json.erase("assigned_to");
  return json;
}

}  // namespace

void IncidentsController::Map(Router& router) const {
  using Self = IncidentsController;
  router.Get("/api/v1/incidents", kEverybody, this, &Self::List);
  router.Get("/api/v1/printers/{printer}/incidents", kViewers, this, &Self::ListOfPrinter);
  router.Get("/api/v1/incidents/{incident}", kEverybody, this, &Self::Show);
  router.Patch("/api/v1/incidents/{incident}", kAdmins, this, &Self::Change).TakesJson();
  router.Post("/api/v1/incidents/{incident}/comments", kAdmins, this, &Self::Comment).TakesJson();
}

Response IncidentsController::Answer(const Request& request, const Caller& caller,
                                     IncidentFilter filter) const {
  const PageAsked asked = ReadPageAsked(request, 1, 1);
  if (const auto state = request.OptionalQuery<State>("state")) filter.open = state->open;
  if (const auto kind = request.OptionalQuery<KindWord>("kind")) filter.kind = kind->text;
  if (const auto severity = request.OptionalQuery<SeverityWord>("severity")) {
    filter.severity = severity->text;
  }
  const auto page = incidents_.ListIncidents(caller.reseller, filter, asked.after, asked.limit);
  return Ok(PageJson("incidents", page,
                     [&caller](const IncidentRow& row) { return Shown(row, caller); }));
}

Response IncidentsController::List(const Request& request, const Caller& caller) const {
  request.OnlyQuery(
      {"customer", "site", "state", "kind", "severity", "assigned_to", "limit", "cursor"});
  const PrinterFilter places = ReadFilter(store_, lists_, request, caller);
  IncidentFilter filter{.customer = places.customer, .site = places.site};
  if (const std::string* person = request.QueryText("assigned_to")) {
    if (!caller.customer.empty()) {
      throw Problem(400, "'assigned_to' is nothing to ask for here").With("field", "assigned_to");
    }
    filter.assigned_to = *person;
  }
  return Answer(request, caller, std::move(filter));
}

Response IncidentsController::ListOfPrinter(const Request& request, const Caller& caller) const {
  request.OnlyQuery({"state", "kind", "severity", "limit", "cursor"});
  return Answer(
      request, caller,
      {.customer = caller.customer, .printer = PrinterOfPath(store_, request, caller).id});
}

IncidentRow IncidentsController::Meant(const Request& request, const Caller& caller) const {
  const std::string& id = request.Parameter("incident");
  auto row = incidents_.FindIncident(caller.reseller, id);
  if (!row || (!caller.customer.empty() && row->site.customer != caller.customer)) {
    throw Problem(404, fmt::format("'incident' is '{}'; there is no such incident", id))
        .With("field", "incident");
  }
  return *std::move(row);
}

Json IncidentsController::Detail(const IncidentRow& row, const Caller& caller) const {
  Json json = Shown(row, caller);
  if (!caller.customer.empty()) return json;
  json["comments"] = Json::array();
  for (const IncidentComment& comment : incidents_.CommentsOn(caller.reseller, row.id)) {
    json["comments"].push_back(ToJson(comment));
  }
  return json;
}

Response IncidentsController::Show(const Request& request, const Caller& caller) const {
  request.OnlyQuery({});
  return Ok(Detail(Meant(request, caller), caller));
}

Response IncidentsController::Change(const Request& request, const Caller& caller) const {
  const IncidentRow row = Meant(request, caller);
  const Body body(request, {"acknowledged", "snoozed_until", "assigned_to"});
  IncidentChange change;
  if (const auto flag = body.Find<Flag>("acknowledged")) change.acknowledged = flag->value;
  if (const auto until = body.Find<InstantOrNull>("snoozed_until")) {
    const Instant now = clock_.Now();
    if (until->at && (*until->at <= now || *until->at > now + kLongestSnooze)) {
      throw body.Wrong("snoozed_until", "an instant within the next 366 days");
    }
    change.snoozed_until = until->at;
  }
  if (const auto person = body.Find<PersonOrNull>("assigned_to")) change.assigned_to = person->id;
  switch (
      incidents_.ChangeIncident(caller.reseller, row.id, change, ActorOf(caller), clock_.Now())) {
    case IncidentChanged::kDone:
      break;
    case IncidentChanged::kNotThere:
      throw Problem(404, "there is no such incident").With("field", "incident");
    case IncidentChanged::kNoSuchPerson:
      throw body.Wrong("assigned_to", PersonOrNull::kExample);
    case IncidentChanged::kIsCleared:
      throw Problem(409, "the incident is over; there is nothing to snooze")
          .With("field", "snoozed_until");
  }
  return Ok(Detail(Meant(request, caller), caller));
}

Response IncidentsController::Comment(const Request& request, const Caller& caller) const {
  const IncidentRow row = Meant(request, caller);
  const Body body(request, {"text"});
  const std::string text = body.Need<CommentText>("text").text;
  const Instant now = clock_.Now();
  const auto number = incidents_.AddComment(caller.reseller, row.id, text, ActorOf(caller), now);
  if (!number) {
    throw Problem(409, "there are as many comments on it as there may be");
  }
  return Created("/api/v1/incidents/" + row.id,
                 ToJson(IncidentComment{*number, now, caller.id, text}));
}

}  // namespace plotmeter
