#include "portal/controllers/usage_controller.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "portal/controllers/filter.h"
#include "portal/ledger/quantity.h"

namespace plotmeter {
namespace {

struct Month {
  static constexpr std::string_view kExample = "a month such as 2026-11";
  static std::optional<Month> Parse(std::string_view text) {
    const auto number = ParseMonth(text);
    return number ? std::optional(Month{*number}) : std::nullopt;
  }
  MonthNumber number = 0;
};

}  // namespace

void UsageController::Map(Router& router) const {
  router.Get("/api/v1/usage", kViewers, this, &UsageController::List);
  router.Get("/api/v1/usage/sites", kViewers, this, &UsageController::BySite);
  router.Get("/api/v1/usage.csv", kViewers, this, &UsageController::ExportCsv);
}

UsageController::Question UsageController::Read(const Request& request,
                                                const Caller& caller) const {
  request.OnlyQuery({"from", "to", "site", "printer"});
  const auto from = request.Query<PeriodEdge>("from");
  const auto to = request.Query<PeriodEdge>("to");
  if (from.In("UTC") >= to.In("UTC")) {
    throw Problem(400, fmt::format("'to' is '{}'; expected something after 'from', which is '{}'",
                                   *request.QueryText("to"), *request.QueryText("from")))
        .With("field", "to");
  }
  PrinterFilter filter{.customer = caller.customer};
  if (const std::string* site = request.QueryText("site")) {
    const auto found = store_.FindSite(caller.reseller, *site);
    if (!found || (!caller.customer.empty() && found->customer != caller.customer)) {
      throw Problem(404, fmt::format("'site' is '{}'; there is no such site", *site))
          .With("field", "site");
    }
    filter.site = found->id;
  }
  if (const std::string* printer = request.QueryText("printer")) {
    filter.printer = *printer;
    if (printer->empty() || store_.Printers(caller.reseller, filter, "", 1).empty()) {
      throw Problem(404, fmt::format("'printer' is '{}'; there is no such printer", *printer))
          .With("field", "printer");
    }
  }
  return {filter, {from, to}};
}

Response UsageController::List(const Request& request, const Caller& caller) const {
  const Question question = Read(request, caller);
  const auto usage = std::make_shared<UsageExport>(store_, books_, caller.reseller, question.filter,
                                                   question.period, ExportFormat::kJson);
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
  const Month month = request.Query<Month>("month");
  const PrinterFilter filter = ReadFilter(store_, lists_, request, caller);
  Json rows = Json::array();
  for (const SiteUsage& one : books_.UsageBySite(caller.reseller, month.number, filter)) {
    Json row = {{"site", {{"id", one.site.id}, {"name", one.site.name}}},
                {"customer", {{"id", one.site.customer}, {"name", one.site.customer_name}}},
                {"meter", one.meter},
                {"used_base", std::to_string(one.used_base)},
                {"gaps", one.gaps},
                {"printers", one.printers}};
    if (const auto unit = BaseUnitOf(one.meter)) row["base_unit"] = *unit;
    if (!one.colorant.empty()) row["colorant"] = one.colorant;
    if (!one.media.empty()) row["media"] = one.media;
    rows.push_back(std::move(row));
  }
  return Ok({{"month", FormatMonth(month.number)}, {"rows", std::move(rows)}});
}

Response UsageController::ExportCsv(const Request& request, const Caller& caller) const {
  const Question question = Read(request, caller);
  const auto usage = std::make_shared<UsageExport>(store_, books_, caller.reseller, question.filter,
                                                   question.period, ExportFormat::kCsv);
  return LongFile(
      [usage](std::string& chunk) { return usage->Next(chunk); }, "text/csv",
      fmt::format("usage-{}-{}.csv", *request.QueryText("from"), *request.QueryText("to")));
}

}  // namespace plotmeter
