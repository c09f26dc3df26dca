#include "portal/controllers/usage_controller.h"

#include <memory>
#include <utility>

#include "portal/controllers/filter.h"
#include "portal/ledger/export.h"

namespace plotmeter {

void UsageController::Map(Router& router) const {
  router.Get("/api/v1/usage", kViewers, this, &UsageController::List);
}

Response UsageController::List(const Request& request, const Caller& caller) const {
  request.OnlyQuery({"from", "to", "customer", "site", "printer"});
  const Period period = ReadPeriod(request);
  const PrinterFilter filter = ReadPrinterFilter(store_, lists_, request, caller);
  const auto usage =
      std::make_shared<UsageExport>(store_, caller.reseller, filter, period, ExportFormat::kJson);
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

}  // namespace plotmeter
