#include "portal/controllers/usage_controller.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

namespace plotmeter {

void UsageController::Map(Router& router) const {
  router.Get("/api/v1/usage", kViewers, this, &UsageController::List);
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

Response UsageController::ExportCsv(const Request& request, const Caller& caller) const {
  const Question question = Read(request, caller);
  const auto usage = std::make_shared<UsageExport>(store_, books_, caller.reseller, question.filter,
                                                   question.period, ExportFormat::kCsv);
  return LongFile(
      [usage](std::string& chunk) { return usage->Next(chunk); }, "text/csv",
      fmt::format("usage-{}-{}.csv", *request.QueryText("from"), *request.QueryText("to")));
}

}  // namespace plotmeter
