#include "portal/lookup.h"

#include <fmt/format.h>

#include <cstdio>
#include <stdexcept>

#include "common/jose.h"
#include "common/json.h"
#include "portal/access/keys_lock.h"
#include "portal/access/people.h"

namespace plotmeter {
namespace {

// The one among `all` with that id, or else the one with that name.
template <typename T, typename Id, typename Name>
const T& Only(const std::vector<T>& all, const std::string& text, const char* what, Id id,
              Name name) {
  const T* found = nullptr;
  for (const T& one : all) {
    if (id(one) == text) return one;
  }
  for (const T& one : all) {
    if (name(one) != text) continue;
    if (found != nullptr) {
      throw std::runtime_error(
          fmt::format("more than one {} is called '{}'; give its id", what, text));
    }
    found = &one;
  }
  if (found == nullptr) {
    throw std::runtime_error(fmt::format("there is no {0} '{1}'; see '{0} list'", what, text));
  }
  return *found;
}

}  // namespace

void PrintRows(const std::vector<std::string>& columns,
               const std::vector<std::vector<std::string>>& rows, bool json) {
  if (json) {
    Json list = Json::array();
    for (const auto& row : rows) {
      Json object = Json::object();
      for (std::size_t i = 0; i < columns.size(); ++i) {
        if (!row[i].empty()) object[columns[i]] = row[i];
      }
      list.push_back(std::move(object));
    }
    fmt::print("{}\n", JsonText(list));
    return;
  }
  fmt::print("{}\n", fmt::join(columns, "\t"));
  for (const auto& row : rows) fmt::print("{}\n", fmt::join(row, "\t"));
}

Reseller FindReseller(SqliteStore& store, const std::string& text) {
  return Only(
      store.Resellers(), text, "reseller", [](const Reseller& r) { return r.id.value; },
      [](const Reseller& r) { return r.name; });
}

std::vector<Reseller> ResellersMeant(SqliteStore& store, const Arguments& arguments) {
  if (!arguments.Has("reseller")) return store.Resellers();
  return {FindReseller(store, arguments.Text("reseller"))};
}

std::vector<ResellerId> WithOperator(SqliteStore& store, const Arguments& arguments) {
  std::vector<ResellerId> all;
  for (const Reseller& reseller : ResellersMeant(store, arguments)) all.push_back(reseller.id);
  if (!arguments.Has("reseller")) all.push_back(kTheOperator);
  return all;
}

void CheckRole(const Arguments& arguments) {
  const std::string role = arguments.Text("role");
  if (!IsPersonRole(role)) {
    throw UsageError(
        fmt::format("'role' is '{}'; expected operator, reseller_admin, reseller_viewer or "
                    "customer_viewer",
                    role));
  }
  if ((role == "operator") != !arguments.Has("reseller")) {
    throw UsageError("--reseller goes with every role but operator");
  }
  if ((role == "customer_viewer") != arguments.Has("customer")) {
    throw UsageError("--customer goes with --role customer_viewer, and with no other");
  }
}

ResellerId ResellerOfRole(SqliteStore& store, const Arguments& arguments) {
  CheckRole(arguments);
  if (arguments.Text("role") == "operator") return kTheOperator;
  return FindReseller(store, arguments.Text("reseller")).id;
}

CustomerMeant FindCustomer(SqliteStore& store, const Arguments& arguments,
                           const std::string& text) {
  std::vector<CustomerMeant> all;
  for (const Reseller& reseller : ResellersMeant(store, arguments)) {
    for (Customer& customer : store.Customers(reseller.id)) {
      all.push_back({reseller.id, std::move(customer)});
    }
  }
  return Only(
      all, text, "customer", [](const CustomerMeant& c) { return c.customer.id; },
      [](const CustomerMeant& c) { return c.customer.name; });
}

SiteMeant FindSite(SqliteStore& store, const Arguments& arguments, const std::string& text) {
  std::vector<SiteMeant> all;
  for (const Reseller& reseller : ResellersMeant(store, arguments)) {
    for (Site& site : store.Sites(reseller.id)) all.push_back({reseller.id, std::move(site)});
  }
  return Only(
      all, text, "site", [](const SiteMeant& s) { return s.site.id; },
      [](const SiteMeant& s) { return s.site.name; });
}

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

Keyring LoadKeys(const DataDirectory& data) {
  const KeysLock lock = KeysLock::ToRead(data.path);
  return Keyring::Load(data.path);
}

PortalIdentity IdentityOf(const std::shared_ptr<const Keyring>& keys) {
  PortalIdentity identity{
      .signing = keys->signing(),
      .thumbprint = keys->thumbprint(),
      .decryption = [keys](const std::string& kid) { return keys->Decryption(kid); }};
  for (const PublicKey& key : keys->all_signing()) identity.earlier.insert(Thumbprint(key));
  return identity;
}

}  // namespace plotmeter
