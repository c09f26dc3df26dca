// What commands that export have in common: which printers, in which shape.

#pragma once

#include <string>

#include "common/settings.h"
#include "portal/ledger/export.h"
#include "portal/store/sqlite_store.h"

namespace plotmeter {

void CheckExport(const ExportKind& kind, const Arguments& arguments);
int RunExport(const ExportKind& kind, const Arguments& arguments);

// --format; throws UsageError.
ExportFormat FormatOf(const Arguments& arguments);

// What stands in the file of --columns, found good for the export; empty without one. Throws
// UsageError.
std::string LayoutText(const Arguments& arguments, const ExportKind& kind);

// --customer, --site and --printer, each an id or a name (of a printer, its serial). Throws
// std::runtime_error for what this reseller does not have.
PrinterFilter FilterOf(SqliteStore& store, const ResellerId& reseller, const Arguments& arguments);

}  // namespace plotmeter
