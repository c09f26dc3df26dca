#include "portal/controllers/happenings_controller.h"

#include "portal/controllers/filter.h"
#include "portal/controllers/paging.h"
#include "portal/controllers/row_json.h"

namespace plotmeter {
namespace {

struct Active {
  static constexpr std::string_view kExample = "true or false";
  static std::optional<Active> Parse(std::string_view text) {
    if (text == "true") return Active{AlertsWanted::kLasting};
    if (text == "false") return Active{AlertsWanted::kCleared};
    return std::nullopt;
  }
  AlertsWanted wanted = AlertsWanted::kAll;
};

}  // namespace

void HappeningsController::Map(Router& router) const {
  using Self = HappeningsController;
  router.Get("/api/v1/supplies", kViewers, this, &Self::Supplies);
  router.Get("/api/v1/printers/{printer}/supplies", kViewers, this, &Self::SuppliesOfPrinter);
  router.Get("/api/v1/jobs", kViewers, this, &Self::Jobs);
  router.Get("/api/v1/printers/{printer}/jobs", kViewers, this, &Self::JobsOfPrinter);
  router.Get("/api/v1/alerts", kViewers, this, &Self::Alerts);
  router.Get("/api/v1/printers/{printer}/alerts", kViewers, this, &Self::AlertsOfPrinter);
}

Response HappeningsController::AnswerSupplies(const Request& request, const Caller& caller,
                                              const PrinterFilter& filter) const {
  const PageAsked asked = ReadPageAsked(request, 1, 3);
  const auto page = lists_.ListSupplies(caller.reseller, filter, asked.after, asked.limit);
  return Ok(PageJson("supplies", page, [](const SupplyRow& row) { return ToJson(row); }));
}

Response HappeningsController::AnswerJobs(const Request& request, const Caller& caller,
                                          const PrinterFilter& filter,
                                          const std::string& time_zone) const {
  const PageAsked asked = ReadPageAsked(request, 3, 2);
  const Span span = ReadSpan(request, time_zone);
  const auto page = lists_.ListJobs(caller.reseller, filter, span, asked.after, asked.limit);
  return Ok(PageJson("jobs", page, [](const JobEntry& row) { return ToJson(row); }));
}

Response HappeningsController::AnswerAlerts(const Request& request, const Caller& caller,
                                            const PrinterFilter& filter) const {
  const PageAsked asked = ReadPageAsked(request, 3, 2);
  const AlertsWanted wanted = request.OptionalQuery<Active>("active").value_or(Active{}).wanted;
  const auto page = lists_.ListAlerts(caller.reseller, filter, wanted, asked.after, asked.limit);
  return Ok(PageJson("alerts", page, [](const AlertRow& row) { return ToJson(row); }));
}

Response HappeningsController::Supplies(const Request& request, const Caller& caller) const {
  request.OnlyQuery({"customer", "site", "limit", "cursor"});
  return AnswerSupplies(request, caller, ReadFilter(store_, lists_, request, caller));
}

Response HappeningsController::SuppliesOfPrinter(const Request& request,
                                                 const Caller& caller) const {
  request.OnlyQuery({"limit", "cursor"});
  return AnswerSupplies(request, caller,
                        OnlyPrinter(caller, PrinterOfPath(store_, request, caller)));
}

Response HappeningsController::Jobs(const Request& request, const Caller& caller) const {
  request.OnlyQuery({"customer", "site", "from", "to", "limit", "cursor"});
  const PrinterFilter filter = ReadFilter(store_, lists_, request, caller);
  const auto site = store_.FindSite(caller.reseller, filter.site);
  return AnswerJobs(request, caller, filter, site ? site->time_zone : "UTC");
}

Response HappeningsController::JobsOfPrinter(const Request& request, const Caller& caller) const {
  request.OnlyQuery({"from", "to", "limit", "cursor"});
  const PrinterRow printer = PrinterOfPath(store_, request, caller);
  return AnswerJobs(request, caller, OnlyPrinter(caller, printer), printer.site.time_zone);
}

Response HappeningsController::Alerts(const Request& request, const Caller& caller) const {
  request.OnlyQuery({"customer", "site", "active", "limit", "cursor"});
  return AnswerAlerts(request, caller, ReadFilter(store_, lists_, request, caller));
}

Response HappeningsController::AlertsOfPrinter(const Request& request, const Caller& caller) const {
  request.OnlyQuery({"active", "limit", "cursor"});
  return AnswerAlerts(request, caller, OnlyPrinter(caller, PrinterOfPath(store_, request, caller)));
}

}  // namespace plotmeter
