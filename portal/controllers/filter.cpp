#include "portal/controllers/filter.h"

#include <fmt/format.h>

namespace plotmeter {
namespace {

bool MaySee(const Caller& caller, const std::string& customer) {
  return caller.customer.empty() || caller.customer == customer;
}

Problem NoSuch(const char* what, const std::string& id) {
  return Problem(404, fmt::format("'{0}' is '{1}'; there is no such {0}", what, id))
      .With("field", what);
}

}  // namespace

PrinterFilter ReadFilter(Store& store, Lists& lists, const Request& request, const Caller& caller) {
  PrinterFilter filter{.customer = caller.customer};
  if (const std::string* customer = request.QueryText("customer")) {
    if (!MaySee(caller, *customer) || !lists.FindCustomer(caller.reseller, *customer)) {
      throw NoSuch("customer", *customer);
    }
    filter.customer = *customer;
  }
  if (const std::string* id = request.QueryText("site")) {
    const auto site = store.FindSite(caller.reseller, *id);
    if (!site || !MaySee(caller, site->customer)) throw NoSuch("site", *id);
    filter.site = *id;
  }
  return filter;
}

PrinterFilter ReadPrinterFilter(Store& store, Lists& lists, const Request& request,
                                const Caller& caller) {
  PrinterFilter filter = ReadFilter(store, lists, request, caller);
  if (const std::string* printer = request.QueryText("printer")) {
    filter.printer = *printer;
    if (printer->empty() || store.Printers(caller.reseller, filter, "", 1).empty()) {
      throw NoSuch("printer", *printer);
    }
  }
  return filter;
}

PrinterRow PrinterOfPath(Store& store, const Request& request, const Caller& caller) {
  const std::string& id = request.Parameter("printer");
  auto found = store.Printers(caller.reseller, {.customer = caller.customer, .printer = id}, "", 1);
  if (found.empty()) throw NoSuch("printer", id);
  return std::move(found.front());
}

PrinterFilter OnlyPrinter(const Caller& caller, const PrinterRow& printer) {
  return {.customer = caller.customer, .printer = printer.id};
}

Site SiteOfPath(Store& store, const Request& request, const Caller& caller) {
  const std::string& id = request.Parameter("site");
  auto site = store.FindSite(caller.reseller, id);
  if (!site || !MaySee(caller, site->customer)) throw NoSuch("site", id);
  return *std::move(site);
}

Customer CustomerOfPath(Lists& lists, const Request& request, const Caller& caller) {
  const std::string& id = request.Parameter("customer");
  auto customer = lists.FindCustomer(caller.reseller, id);
  if (!customer || !MaySee(caller, id)) throw NoSuch("customer", id);
  return *std::move(customer);
}

CollectorRow CollectorOfPath(Lists& lists, const Request& request, const Caller& caller) {
  const std::string& id = request.Parameter("collector");
  auto collector = lists.FindCollector(caller.reseller, id);
  if (!collector || !MaySee(caller, collector->site.customer)) throw NoSuch("collector", id);
  return *std::move(collector);
}

Span ReadSpan(const Request& request, const std::string& time_zone) {
  Span span{.from = Instant{}, .to = *ParseInstant("9999-12-31T00:00:00Z")};
  if (const auto from = request.OptionalQuery<PeriodEdge>("from")) span.from = from->In(time_zone);
  if (const auto to = request.OptionalQuery<PeriodEdge>("to")) span.to = to->In(time_zone);
  if (span.from >= span.to) {
    throw Problem(400, fmt::format("'to' is '{}'; expected something after 'from'",
                                   request.QueryText("to") ? *request.QueryText("to") : ""))
        .With("field", "to");
  }
  return span;
}

Period ReadPeriod(const Request& request) {
  const auto from = request.Query<PeriodEdge>("from");
  const auto to = request.Query<PeriodEdge>("to");
  if (from.In("UTC") < to.In("UTC")) return {from, to};
  throw Problem(400, fmt::format("'to' is '{}'; expected something after 'from', which is '{}'",
                                 *request.QueryText("to"), *request.QueryText("from")))
      .With("field", "to");
}

}  // namespace plotmeter
