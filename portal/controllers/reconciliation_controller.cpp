#include "portal/controllers/reconciliation_controller.h"

#include "portal/controllers/filter.h"
#include "portal/controllers/paging.h"
#include "portal/controllers/patience.h"
#include "portal/ledger/bookkeeping.h"
#include "portal/ledger/month.h"
#include "portal/ledger/quantity.h"

namespace plotmeter {
namespace {

Json ToJson(const NamedReconciled& named) {
  const ReconciledRow& row = named.row;
  Json json = {{"channel", named.channel},
               {"meter", named.meter.meter},
               {"outranked", named.meter.outranked},
               {"from", FormatInstant(row.from)},
               {"to", FormatInstant(row.to)},
               {"base_unit", BaseUnitOf(named.meter.meter).value_or("")},
               {"fit", row.fit}};
  if (!named.meter.colorant.empty()) json["colorant"] = named.meter.colorant;
  if (row.fit == ToText(Fit::kUnsettled)) return json;
  json["metered_base"] = std::to_string(row.metered);
  json["in_jobs_base"] = std::to_string(row.in_jobs);
  json["residue_base"] = std::to_string(row.metered - row.in_jobs);
  json["tolerance_base"] = std::to_string(row.tolerance);
  json["jobs"] = row.jobs;
  json["jobs_unsaid"] = row.unsaid;
  json["gaps"] = row.gaps;
  if (row.shows_from) json["shows_from"] = FormatInstant(*row.shows_from);
  if (row.shows_to) json["shows_to"] = FormatInstant(*row.shows_to);
  return json;
}

}  // namespace

void ReconciliationController::Map(Router& router) const {
  router.Get("/api/v1/reconciliation", kViewers, this, &ReconciliationController::List);
}

Response ReconciliationController::List(const Request& request, const Caller& caller) const {
  request.OnlyQuery({"month", "customer", "site", "printer", "limit", "cursor"});
  const MonthNumber month = *ParseMonth(request.Query<Month>("month").text());
  const PageAsked asked = ReadPageAsked(request, 0, 1);
  const PrinterFilter filter = ReadPrinterFilter(store_, lists_, request, caller);
  const std::string after = asked.after.texts.empty() ? "" : asked.after.texts[0];
  const auto page = PageOf(store_.Printers(caller.reseller, filter, after, asked.limit + 1),
                           asked.limit, [](const PrinterRow& row) { return row.id; });
  Json json = PageJson("printers", page, [&](const PrinterRow& printer) {
    Json meters = Json::array();
    CheckDeadline(request);
    const auto rows =
        ReconcileMonth(books_, store_, caller.reseller, filter.customer, printer, month);
    for (const NamedReconciled& row : rows) meters.push_back(ToJson(row));
    return Json{{"printer", printer.id},
                {"serial", printer.serial},
                {"model", printer.model},
                {"site", {{"id", printer.site.id}, {"name", printer.site.name}}},
                {"customer", {{"id", printer.site.customer}, {"name", printer.site.customer_name}}},
                {"meters", std::move(meters)}};
  });
  json["month"] = FormatMonth(month);
  return Ok(json);
}

}  // namespace plotmeter
