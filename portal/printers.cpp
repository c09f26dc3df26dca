// printer: list, where one stands, and those that no collector reaches.

#include <fmt/format.h>

#include <stdexcept>

#include "common/clock.h"
#include "portal/commands.h"
#include "portal/ledger/by_hand.h"
#include "portal/lookup.h"
#include "portal/portal_settings.h"

namespace plotmeter {
namespace {

std::string TimeText(const std::optional<Instant>& instant) {
  return instant ? FormatInstant(*instant) : "";
}

}  // namespace

int ListPrinters(const Arguments& arguments) {
  SqliteStore store(DataDirectory(arguments).existing_database());
  std::vector<std::vector<std::string>> rows;
  for (const Reseller& reseller : ResellersMeant(store, arguments)) {
    for (const PrinterRow& row : store.PrintersInOrder(reseller.id, {})) {
      rows.push_back({row.id, row.manufacturer, row.model, row.serial, row.site.id, row.site.name,
                      row.site.customer_name, TimeText(row.last_seen),
                      fmt::format("{}", fmt::join(row.claimed_by, " ")), reseller.id.value});
    }
  }
  PrintRows({"id", "manufacturer", "model", "serial", "site", "site_name", "customer_name",
             "last_seen", "also_seen_at", "reseller"},
            rows, arguments.Switch("json"));
  return 0;
}

namespace {

NewPrinter PrinterOf(const Arguments& arguments) {
  NewPrinter printer{.manufacturer = arguments.Text("manufacturer"),
                     .model = arguments.Text("model"),
                     .serial = SerialText(arguments.Text("serial"))};
  if (const auto wrong = WhatIsWrong(printer)) {
    throw UsageError(fmt::format("'{}' is '{}'; expected {}", wrong->member,
                                 arguments.Text(wrong->member), wrong->expected));
  }
  return printer;
}

}  // namespace

void CheckPrinter(const Arguments& arguments) { PrinterOf(arguments); }

int AddPrinter(const Arguments& arguments) {
  NewPrinter printer = PrinterOf(arguments);
  SqliteStore store(DataDirectory(arguments).existing_database());
  const SiteMeant where = FindSite(store, arguments, arguments.Text("site"));
  printer.site = where.site.id;
  const PrinterAdded added =
      store.AddPrinter(where.reseller, printer, kCommandLine, SystemClock().Now());
  switch (added.how) {
    case PrinterAdded::How::kDone:
      break;
    case PrinterAdded::How::kKnown:
      throw std::runtime_error(
          fmt::format("there is a printer '{}' already: {}", printer.serial, added.id));
    case PrinterAdded::How::kNoSite:
      throw std::runtime_error(fmt::format("site {} is gone", printer.site));
  }
  if (arguments.Switch("json")) {
    fmt::print("{}\n", JsonText({{"id", added.id}}));
  } else {
    fmt::print("{}\n", added.id);
    fmt::print(stderr, "Enter what its meters show with 'reading add'.\n");
  }
  return 0;
}

int MovePrinter(const Arguments& arguments) {
  SqliteStore store(DataDirectory(arguments).existing_database());
  const PrinterMeant meant = FindPrinter(store, arguments, arguments.Text("printer"));
  const SiteMeant where = FindSite(store, arguments, arguments.Text("site"));
  if (store.MovePrinter(meant.reseller, meant.printer.id, where.site.id, kCommandLine,
                        SystemClock().Now()) != Moved::kDone) {
    throw std::runtime_error(fmt::format("site {} is not of the reseller of printer {}",
                                         where.site.id, meant.printer.id));
  }
  fmt::print("printer {} ({}) stands at {} ({}) of {}\n", meant.printer.id, meant.printer.serial,
             where.site.id, where.site.name, where.site.customer_name);
  return 0;
}

}  // namespace plotmeter
