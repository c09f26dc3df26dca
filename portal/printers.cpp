// printer: list, and where one stands.

#include <fmt/format.h>

#include <stdexcept>

#include "common/clock.h"
#include "portal/commands.h"
#include "portal/lookup.h"
#include "portal/portal_settings.h"

namespace plotmeter {
namespace {

struct PrinterMeant {
  ResellerId reseller = {};
  PrinterRow printer = {};
};

// By id, else by serial.
PrinterMeant FindPrinter(SqliteStore& store, const Arguments& arguments, const std::string& text) {
  std::vector<PrinterMeant> found;
  for (const Reseller& reseller : ResellersMeant(store, arguments)) {
    const PrinterFilter by_id{.printer = text};
    const PrinterFilter by_serial{.serial = text};
    for (const PrinterFilter* filter : {&by_id, &by_serial}) {
      for (PrinterRow& row : store.Printers(reseller.id, *filter, "", 2)) {
        found.push_back({reseller.id, std::move(row)});
      }
    }
  }
  if (found.empty()) {
    throw std::runtime_error(
        fmt::format("there is no printer '{}'; see 'plotmeter-portal printer list'", text));
  }
  if (found.size() > 1) {
    throw std::runtime_error(
        fmt::format("more than one printer is called '{}'; give its id", text));
  }
  return std::move(found.front());
}

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
