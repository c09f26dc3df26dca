#include "portal/controllers/usage_controller.h"

#include <memory>
#include <utility>

#include "portal/controllers/filter.h"
#include "portal/controllers/patience.h"
#include "portal/ledger/export.h"
#include "portal/ledger/job_usage.h"
#include "portal/ledger/month.h"
#include "portal/ledger/period.h"
#include "portal/ledger/quantity.h"

namespace plotmeter {
namespace {

constexpr std::size_t kAtOnce = 500;  // printers

// {"base":"24","base_unit":"1","jobs":12}
Json ToJson(const JobSum& sum, std::string_view meter) {
  return {{"base", std::to_string(sum.amount)},
          {"base_unit", BaseUnitOf(meter).value_or("")},
          {"jobs", sum.jobs}};
}

Json ToJson(const JobUsageRow& row) {
  Json json = {{"jobs", row.jobs}};
  if (row.key) json["key"] = *row.key;
  if (row.is_rest) json["rest"] = true;
  if (row.pages) json["pages"] = ToJson(*row.pages, "impressions");
  if (row.area) json["area"] = ToJson(*row.area, "media.area");
  if (row.length) json["length"] = ToJson(*row.length, "media.length");
  for (const auto& [colorant, sum] : row.ink) json["ink"][colorant] = ToJson(sum, "ink.used");
  return json;
}

}  // namespace

void UsageController::Map(Router& router) const {
  router.Get("/api/v1/usage", kViewers, this, &UsageController::List);
  router.Get("/api/v1/usage/sites", kViewers, this, &UsageController::BySite);
  router.Get("/api/v1/usage/jobs", kViewers, this, &UsageController::ByJobs);
}

Response UsageController::List(const Request& request, const Caller& caller) const {
  request.OnlyQuery({"from", "to", "customer", "site", "printer"});
  const Period period = ReadPeriod(request);
  const PrinterFilter filter = ReadPrinterFilter(store_, lists_, request, caller);
  const auto usage = std::make_shared<UsageExport>(store_, books_, caller.reseller, filter, period,
                                                   ExportFormat::kJson);
  std::string head = JsonText({{"from", *request.QueryText("from")}});
  head.back() = ',';
  head += "\"rows\":[";
  std::string tail = "]," + JsonText({{"to", *request.QueryText("to")}}).substr(1);
  // A large fleet is hundreds of megabytes as a value: it is written as it is read.
  return {.pull = [usage, head, tail](std::string& chunk) mutable {
    chunk += std::exchange(head, "");
    const bool more = usage->Next(chunk);
    if (!more) chunk += tail;
    return more;
  }};
}

Response UsageController::BySite(const Request& request, const Caller& caller) const {
  request.OnlyQuery({"month", "customer", "site"});
  const MonthNumber month = *ParseMonth(request.Query<Month>("month").text());
  const PrinterFilter filter = ReadFilter(store_, lists_, request, caller);
  Json rows = Json::array();
  for (const SiteUsage& one : books_.UsageBySite(caller.reseller, month, filter)) {
    Json row = {{"site", {{"id", one.site.id}, {"name", one.site.name}}},
                {"customer", {{"id", one.site.customer}, {"name", one.site.customer_name}}},
                {"meter", one.meter},
                {"gaps", one.gaps},
                {"printers", one.printers},
                {"unconverted", one.unconverted}};
    if (one.printers > 0) {  // of what is not known the sum is not 0
      row["used_base"] = std::to_string(one.used_base);
      row["base_unit"] = BaseUnitOf(one.meter).value_or("");
    }
    if (!one.colorant.empty()) row["colorant"] = one.colorant;
    if (!one.media.empty()) row["media"] = one.media;
    rows.push_back(std::move(row));
  }
  return Ok({{"month", FormatMonth(month)}, {"rows", std::move(rows)}});
}

Response UsageController::ByJobs(const Request& request, const Caller& caller) const {
  request.OnlyQuery({"month", "by", "customer", "site", "printer"});
  const Month month = request.Query<Month>("month");
  const auto by = request.Query<JobWordName>("by");
  const PrinterFilter filter = ReadPrinterFilter(store_, lists_, request, caller);
  JobUsage usage(by.word);
  std::string after;
  for (;;) {
    const auto printers = store_.Printers(caller.reseller, filter, after, kAtOnce);
    for (const PrinterRow& printer : printers) {
      CheckDeadline(request);
      const std::string& zone = printer.site.time_zone;
      store_.EachJob(caller.reseller, filter.customer, printer.id,
                     FromLocalTime(month.first_day(), zone),
                     FromLocalTime(month.Next().first_day(), zone), {}, [&](const JobRow& job) {
                       usage.Add(job, zone);
                       return true;
                     });
    }
    if (printers.size() < kAtOnce) break;
    after = printers.back().id;
  }
  Json rows = Json::array();
  for (const JobUsageRow& row : usage.Rows()) rows.push_back(ToJson(row));
  return Ok({{"month", month.text()}, {"by", by.text}, {"rows", std::move(rows)}});
}

}  // namespace plotmeter
