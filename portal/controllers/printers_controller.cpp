#include "portal/controllers/printers_controller.h"

#include <fmt/format.h>

#include "portal/controllers/body.h"
#include "portal/controllers/filter.h"
#include "portal/controllers/paging.h"
#include "portal/controllers/row_json.h"
#include "portal/controllers/sign_in.h"

namespace plotmeter {
namespace {

// What people search for is short.
struct SearchText {
  static constexpr std::string_view kExample = "1 to 100 bytes of text";
  static std::optional<SearchText> Parse(std::string_view text) {
    if (text.empty() || text.size() > 100) return std::nullopt;
    return SearchText{std::string(text)};
  }
  std::string value = {};
};

std::string SearchOf(const Request& request, const char* name) {
  return request.OptionalQuery<SearchText>(name).value_or(SearchText{}).value;
}

}  // namespace

void PrintersController::Map(Router& router) const {
  router.Get("/api/v1/printers", kViewers, this, &PrintersController::List);
  router.Get("/api/v1/printers/{printer}", kViewers, this, &PrintersController::Show);
  router
      .Patch("/api/v1/printers/{printer}", Role::kResellerAdmin, this, &PrintersController::Change)
      .TakesJson();
  router.Get("/api/v1/printers/{printer}/readings", kViewers, this, &PrintersController::Readings);
  router.Get("/api/v1/printers/{printer}/traits", kViewers, this, &PrintersController::Traits);
  router.Get("/api/v1/printers/{printer}/events", kViewers, this, &PrintersController::Events);
}

Response PrintersController::List(const Request& request, const Caller& caller) const {
  request.OnlyQuery({"customer", "site", "model", "serial", "state", "q", "limit", "cursor"});
  const PageAsked asked = ReadPageAsked(request, 0, 1);
  PrinterFilter filter = ReadFilter(store_, lists_, request, caller);
  filter.model = SearchOf(request, "model");
  filter.serial = SearchOf(request, "serial");
  filter.state = SearchOf(request, "state");
  filter.text = SearchOf(request, "q");
  const std::string after = asked.after.texts.empty() ? "" : asked.after.texts[0];
  const auto page = PageOf(store_.Printers(caller.reseller, filter, after, asked.limit + 1),
                           asked.limit, [](const PrinterRow& row) { return row.id; });
  return Ok(PageJson("printers", page, [](const PrinterRow& row) { return ToJson(row); }));
}

Response PrintersController::Show(const Request& request, const Caller& caller) const {
  request.OnlyQuery({});
  return Ok(Shown(caller, PrinterOfPath(store_, request, caller)));
}

Json PrintersController::Shown(const Caller& caller, const PrinterRow& printer) const {
  Json json = ToJson(printer);
  json["meters"] = Json::array();
  for (const ReadingRow& row :
       lists_.LatestReadings(caller.reseller, caller.customer, printer.id)) {
    json["meters"].push_back(ToJson(row));
  }
  return json;
}

Response PrintersController::Change(const Request& request, const Caller& caller) const {
  const PrinterRow printer = PrinterOfPath(store_, request, caller);
  const Body body(request, {"site"});
  const std::string site = body.Need<RowId>("site").text;
  switch (store_.MovePrinter(caller.reseller, printer.id, site, ActorOf(caller), clock_.Now())) {
    case Moved::kDone:
      break;
    case Moved::kNoPrinter:
      throw Problem(404, "the printer is gone");
    case Moved::kNoSite:
      throw Problem(422, fmt::format("'site' is '{}'; there is no such site", site))
          .With("field", "site");
  }
  return Ok(Shown(caller, PrinterOfPath(store_, request, caller)));
}

Response PrintersController::Readings(const Request& request, const Caller& caller) const {
  request.OnlyQuery({"from", "to", "meter", "limit", "cursor"});
  const PageAsked asked = ReadPageAsked(request, 2, 0);
  const PrinterRow printer = PrinterOfPath(store_, request, caller);
  const Span span = ReadSpan(request, printer.site.time_zone);
  const auto page = lists_.ListReadings(caller.reseller, caller.customer, printer.id,
                                        SearchOf(request, "meter"), span, asked.after, asked.limit);
  return Ok(PageJson("readings", page, [](const ReadingRow& row) { return ToJson(row); }));
}

Response PrintersController::Traits(const Request& request, const Caller& caller) const {
  request.OnlyQuery({"limit", "cursor"});
  const PageAsked asked = ReadPageAsked(request, 1, 3);
  const PrinterRow printer = PrinterOfPath(store_, request, caller);
  const auto page =
      lists_.ListTraits(caller.reseller, caller.customer, printer.id, asked.after, asked.limit);
  return Ok(PageJson("traits", page, [](const TraitRow& row) { return ToJson(row); }));
}

Response PrintersController::Events(const Request& request, const Caller& caller) const {
  request.OnlyQuery({"limit", "cursor"});
  const PageAsked asked = ReadPageAsked(request, 2, 3);
  const PrinterRow printer = PrinterOfPath(store_, request, caller);
  const auto page =
      lists_.ListEvents(caller.reseller, caller.customer, printer.id, asked.after, asked.limit);
  return Ok(PageJson("events", page, [](const EventRow& row) { return ToJson(row); }));
}

}  // namespace plotmeter
