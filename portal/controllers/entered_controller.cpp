#include "portal/controllers/entered_controller.h"

#include <fmt/format.h>

#include "portal/controllers/body.h"
#include "portal/controllers/filter.h"
#include "portal/controllers/paging.h"
#include "portal/controllers/row_json.h"
#include "portal/controllers/sign_in.h"
#include "portal/ledger/by_hand.h"

namespace plotmeter {
namespace {

constexpr std::size_t kMostMeters = 100;

struct Text {
  static constexpr std::string_view kExample = "text";
  static std::optional<Text> Read(const Json& json) {
    return json.is_string() ? std::optional(Text{json.get<std::string>()}) : std::nullopt;
  }
  std::string text = {};
};

struct ReadAt {
  static constexpr std::string_view kExample = "an instant such as 2026-11-30T17:00:00Z";
  static std::optional<ReadAt> Read(const Json& json) {
    const auto at = json.is_string() ? ParseInstant(json.get<std::string>()) : std::nullopt;
    return at ? std::optional(ReadAt{*at}) : std::nullopt;
  }
  Instant at = {};
};

struct MeterList {
  static constexpr std::string_view kExample = "a list of 1 to 100 meters";
  static std::optional<MeterList> Read(const Json& json) {
    if (!json.is_array() || json.empty() || json.size() > kMostMeters) return std::nullopt;
    return MeterList{json};
  }
  Json list = {};
};

// One of `meters`; Problem 422 that names it, "meters[2].unit".
EnteredValue ReadValue(const Json& json, const std::string& where) {
  if (!json.is_object()) {
    throw Body::Unreadable(where, json, R"({"meter":…,"value":…,"unit":…})");
  }
  EnteredValue value;
  for (const auto& [name, one] : json.items()) {
    std::string* const member = name == "meter"      ? &value.meter
                                : name == "colorant" ? &value.colorant
                                : name == "media"    ? &value.media
                                : name == "unit"     ? &value.unit
                                : name == "value"    ? &value.value
                                                     : nullptr;
    const std::string path = where + "." + name.substr(0, 80);
    if (member == nullptr) {
      throw Body::Unreadable(path, one, "no such member: meter, colorant, media, value, unit");
    }
    if (!one.is_string()) throw Body::Unreadable(path, one, "text");
    *member = one.get<std::string>();
  }
  if (const auto wrong = WhatIsWrong(value)) {
    const auto came = json.find(wrong->member);
    throw Body::Unreadable(where + "." + wrong->member, came == json.end() ? Json() : *came,
                           wrong->expected);
  }
  return value;
}

std::vector<EnteredValue> ReadValues(const Json& list) {
  std::vector<EnteredValue> values;
  for (std::size_t i = 0; i < list.size(); ++i) {
    values.push_back(ReadValue(list[i], fmt::format("meters[{}]", i)));
  }
  return values;
}

Json ToJson(const EnteredReading& row) {
  Json meters = Json::array();
  for (const EnteredValue& value : row.values) {
    Json& meter = meters.emplace_back(
        Json{{"meter", value.meter}, {"value", value.value}, {"unit", value.unit}});
    Put(meter, "colorant", value.colorant);
    Put(meter, "media", value.media);
  }
  Json json = {{"id", row.id},
               {"printer", row.printer},
               {"site", {{"id", row.site.id}, {"name", row.site.name}}},
               {"customer", {{"id", row.site.customer}, {"name", row.site.customer_name}}},
               {"at", FormatInstant(row.at)},
               {"meters", std::move(meters)},
               {"who", row.who},
               {"entered_at", FormatInstant(row.entered_at)}};
  Put(json, "note", row.note);
  if (row.withdrawal) {
    json["withdrawal"] = {{"reason", row.withdrawal->reason},
                          {"who", row.withdrawal->who},
                          {"at", FormatInstant(row.withdrawal->at)}};
  }
  return json;
}

EnteredReading Find(EnteredReadings& entered, const Caller& caller, const std::string& id) {
  auto found = entered.FindEntered(caller.reseller, caller.customer, id);
  if (!found) {
    throw Problem(404, fmt::format("nothing was entered as '{}'", id)).With("field", "entered");
  }
  return *std::move(found);
}

}  // namespace

void EnteredController::Map(Router& router) const {
  router.Post("/api/v1/printers", Role::kResellerAdmin, this, &EnteredController::AddPrinter)
      .TakesJson()
      .MakesOnce();
  router.Get("/api/v1/printers/{printer}/entered", kViewers, this, &EnteredController::List);
  router.Post("/api/v1/entered", Role::kResellerAdmin, this, &EnteredController::Enter)
      .TakesJson()
      .MakesOnce();
  router.Get("/api/v1/entered/{entered}", kViewers, this, &EnteredController::Show);
  router
      .Post("/api/v1/entered/{entered}/withdrawal", Role::kResellerAdmin, this,
            &EnteredController::Withdraw)
      .TakesJson();
}

Response EnteredController::AddPrinter(const Request& request, const Caller& caller) const {
  const Body body(request, {"manufacturer", "model", "serial", "site"});
  const NewPrinter printer{.manufacturer = body.Need<Text>("manufacturer").text,
                           .model = body.Need<Text>("model").text,
                           .serial = SerialText(body.Need<Text>("serial").text),
                           .site = body.Need<RowId>("site").text};
  if (const auto wrong = WhatIsWrong(printer)) throw body.Wrong(wrong->member, wrong->expected);
  const PrinterAdded added =
      entered_.AddPrinter(caller.reseller, printer, ActorOf(caller), clock_.Now());
  switch (added.how) {
    case PrinterAdded::How::kDone:
      break;
    case PrinterAdded::How::kKnown:
      throw Problem(409,
                    fmt::format("there is a printer '{}' already: {}", printer.serial, added.id))
          .With("field", "serial");
    case PrinterAdded::How::kNoSite:
      throw Problem(422, fmt::format("'site' is '{}'; there is no such site", printer.site))
          .With("field", "site");
  }
  const auto row = store_.Printers(caller.reseller, {.printer = added.id}, "", 1);
  return Created("/api/v1/printers/" + added.id, plotmeter::ToJson(row.at(0)));
}

Response EnteredController::Enter(const Request& request, const Caller& caller) const {
  const Body body(request, {"printer", "at", "meters", "note"});
  EnteredReading reading{.printer = body.Need<RowId>("printer").text,
                         .at = body.Need<ReadAt>("at").at,
                         .values = ReadValues(body.Need<MeterList>("meters").list)};
  if (const auto note = body.Find<Name>("note")) reading.note = note->text;
  const Instant now = clock_.Now();
  if (!CanBeReadAt(reading.at, now)) {
    throw body.Wrong("at", "an instant that is past, and not before 2000");
  }
  const Entered entered = entered_.Enter(caller.reseller, reading, ActorOf(caller), now);
  switch (entered.how) {
    case Entered::How::kDone:
      break;
    case Entered::How::kNoPrinter:
      throw Problem(422,
                    fmt::format("'printer' is '{}'; there is no such printer", reading.printer))
          .With("field", "printer");
    case Entered::How::kThere:
      throw Problem(409, entered.id.empty()
                             ? "a meter is named twice"
                             : fmt::format("one of the meters was entered for that instant, in {}; "
                                           "withdraw that if it is wrong",
                                           entered.id))
          .With("field", "meters");
  }
  return Created("/api/v1/entered/" + entered.id, ToJson(Find(entered_, caller, entered.id)));
}

EnteredReading EnteredController::ReadingOfPath(const Request& request,
                                                const Caller& caller) const {
  return Find(entered_, caller, request.Parameter("entered"));
}

Response EnteredController::Show(const Request& request, const Caller& caller) const {
  request.OnlyQuery({});
  return Ok(ToJson(ReadingOfPath(request, caller)));
}

Response EnteredController::Withdraw(const Request& request, const Caller& caller) const {
  const EnteredReading reading = ReadingOfPath(request, caller);
  const Body body(request, {"reason"});
  if (entered_.Withdraw(caller.reseller, reading.id, body.Need<Name>("reason").text,
                        ActorOf(caller), clock_.Now()) == Withdrawn::kBefore) {
    throw Problem(409, "it was withdrawn before").With("field", "entered");
  }
  return Ok(ToJson(ReadingOfPath(request, caller)));
}

Response EnteredController::List(const Request& request, const Caller& caller) const {
  request.OnlyQuery({"limit", "cursor"});
  const PageAsked asked = ReadPageAsked(request, 2, 0);
  const PrinterRow printer = PrinterOfPath(store_, request, caller);
  const auto page =
      entered_.ListEntered(caller.reseller, caller.customer, printer.id, asked.after, asked.limit);
  return Ok(PageJson("entered", page, [](const EnteredReading& row) { return ToJson(row); }));
}

}  // namespace plotmeter
