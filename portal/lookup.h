// Whom a person means on the command line: an id, or else a name.
//
// Each throws std::runtime_error that says what was not found, or that a name means several.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/settings.h"
#include "portal/access/keyring.h"
#include "portal/ledger/ingest.h"
#include "portal/portal_settings.h"
#include "portal/store/sqlite_store.h"

namespace plotmeter {

// Prints rows for people, tab-separated with a header, or as a JSON array of objects.
void PrintRows(const std::vector<std::string>& columns,
               const std::vector<std::vector<std::string>>& rows, bool json);

Reseller FindReseller(SqliteStore& store, const std::string& text);

// Whoever sits at the machine, for the audit log.
inline const Actor kCommandLine{"command line"};

// The resellers to look at: the one --reseller names, or all.
std::vector<Reseller> ResellersMeant(SqliteStore& store, const Arguments& arguments);

// The same, and the operator where none is named.
std::vector<ResellerId> WithOperator(SqliteStore& store, const Arguments& arguments);

// Throws UsageError where --role is none, or does not go with --reseller: the operator's own people
// and programs belong to no reseller, and all others to one.
void CheckRole(const Arguments& arguments);
// Whose somebody with this --role is.
ResellerId ResellerOfRole(SqliteStore& store, const Arguments& arguments);

struct CustomerMeant {
  ResellerId reseller = {};
  Customer customer = {};
};
CustomerMeant FindCustomer(SqliteStore& store, const Arguments& arguments, const std::string& text);

struct SiteMeant {
  ResellerId reseller = {};
  Site site = {};
};
SiteMeant FindSite(SqliteStore& store, const Arguments& arguments, const std::string& text);

struct PrinterMeant {
  ResellerId reseller = {};
  PrinterRow printer = {};
};
// By id, else by serial.
PrinterMeant FindPrinter(SqliteStore& store, const Arguments& arguments, const std::string& text);

// Keyring::Load, once no other command changes them.
Keyring LoadKeys(const DataDirectory& data);

// The portal's keys as Ingest needs them.
PortalIdentity IdentityOf(const std::shared_ptr<const Keyring>& keys);

}  // namespace plotmeter
