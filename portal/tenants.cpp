// reseller, customer and site: add and list; and a customer, erased.

#include <fmt/format.h>

#include <stdexcept>

#include "common/clock.h"
#include "common/json.h"
#include "portal/access/revocations.h"
#include "portal/commands.h"
#include "portal/ledger/period.h"
#include "portal/lookup.h"
#include "portal/portal_settings.h"

namespace plotmeter {
namespace {

int PrintAdded(const Arguments& arguments, const char* what, const std::string& id,
               const std::string& name) {
  if (arguments.Switch("json")) {
    fmt::print("{}\n", JsonText({{"id", id}}));
  } else {
    fmt::print("added {} {} ({})\n", what, id, name);
  }
  return 0;
}

std::string RequiredName(const Arguments& arguments) {
  std::string name = arguments.Text("name");
  if (name.empty() || name.size() > 200) {
    throw UsageError(fmt::format("'name' is '{}'; expected 1 to 200 bytes of text", name));
  }
  return name;
}

std::string ZoneOf(const Arguments& arguments) {
  std::string zone = arguments.Text("time-zone");
  if (IsTimeZone(zone)) return zone;
  throw UsageError(
      fmt::format("'time-zone' is '{}'; expected a name such as Europe/Berlin or UTC", zone));
}

[[noreturn]] void FailTaken(const char* what, const std::string& name) {
  throw std::runtime_error(fmt::format("there is a {} called '{}' already", what, name));
}

}  // namespace

void CheckName(const Arguments& arguments) { RequiredName(arguments); }

void CheckSite(const Arguments& arguments) {
  RequiredName(arguments);
  ZoneOf(arguments);
}

int AddReseller(const Arguments& arguments) {
  SqliteStore store(DataDirectory(arguments).existing_database());
  const std::string name = RequiredName(arguments);
  const auto id = store.AddReseller(name, SystemClock().Now(), kCommandLine);
  if (!id) FailTaken("reseller", name);
  return PrintAdded(arguments, "reseller", id->value, name);
}

int ListResellers(const Arguments& arguments) {
  SqliteStore store(DataDirectory(arguments).existing_database());
  std::vector<std::vector<std::string>> rows;
  for (const Reseller& reseller : store.Resellers()) {
    rows.push_back({reseller.id.value, reseller.name});
  }
  PrintRows({"id", "name"}, rows, arguments.Switch("json"));
  return 0;
}

int AddCustomer(const Arguments& arguments) {
  SqliteStore store(DataDirectory(arguments).existing_database());
  const std::string name = RequiredName(arguments);
  const Reseller reseller = FindReseller(store, arguments.Text("reseller"));
  const auto id = store.AddCustomer(reseller.id, name, SystemClock().Now(), kCommandLine);
  if (!id) FailTaken("customer", name);
  return PrintAdded(arguments, "customer", *id, name);
}

int ListCustomers(const Arguments& arguments) {
  SqliteStore store(DataDirectory(arguments).existing_database());
  std::vector<std::vector<std::string>> rows;
  for (const Reseller& reseller : ResellersMeant(store, arguments)) {
    for (const Customer& customer : store.Customers(reseller.id)) {
      rows.push_back({customer.id, customer.name, reseller.id.value, reseller.name});
    }
  }
  PrintRows({"id", "name", "reseller", "reseller_name"}, rows, arguments.Switch("json"));
  return 0;
}

int EraseCustomer(const Arguments& arguments) {
  const DataDirectory data(arguments);
  SqliteStore store(data.existing_database());
  const CustomerMeant meant = FindCustomer(store, arguments, arguments.Text("customer"));
  const auto report = Erase(JournalFile(data.path), store, store,
                            {meant.reseller, meant.customer.id, SystemClock().Now()}, kCommandLine);
  if (!report) throw std::runtime_error("customer " + meant.customer.id + " is erased already");
  if (arguments.Switch("json")) {
    fmt::print("{}\n", JsonText(ToJson(*report)));
    return 0;
  }
  fmt::print("erased customer {} ({})\n", report->customer, meant.customer.name);
  for (const auto& [kind, count] : report->counts) fmt::print("  {:<16} {}\n", kind, count);
  fmt::print(
      "Of batches, place and hash are kept; of collectors, their public keys, revoked. Backups of "
      "before still have the rest.\n");
  if (!report->log_emptied) {
    fmt::print(
        "Somebody reads what was before: portal.db-wal holds it until that ends and the portal "
        "is started anew.\n");
  }
  return 0;
}

int AddSite(const Arguments& arguments) {
  SqliteStore store(DataDirectory(arguments).existing_database());
  const std::string name = RequiredName(arguments);
  const std::string zone = ZoneOf(arguments);
  const CustomerMeant meant = FindCustomer(store, arguments, arguments.Text("customer"));
  const auto id = store.AddSite(meant.reseller,
                                {.customer = meant.customer.id, .name = name, .time_zone = zone},
                                SystemClock().Now(), kCommandLine);
  if (!id) FailTaken("site", name);
  return PrintAdded(arguments, "site", *id, name);
}

int ListSites(const Arguments& arguments) {
  SqliteStore store(DataDirectory(arguments).existing_database());
  std::vector<std::vector<std::string>> rows;
  for (const Reseller& reseller : ResellersMeant(store, arguments)) {
    for (const Site& site : store.Sites(reseller.id)) {
      rows.push_back({site.id, site.name, site.time_zone, site.customer, site.customer_name,
                      reseller.id.value});
    }
  }
  PrintRows({"id", "name", "time_zone", "customer", "customer_name", "reseller"}, rows,
            arguments.Switch("json"));
  return 0;
}

}  // namespace plotmeter
