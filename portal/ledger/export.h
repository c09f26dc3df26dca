// Everything the house hands out as rows: usage, jobs, readings, supplies, alerts, printers.
//
//    UsageExport usage(store, store, reseller, {.site = "sit_…"}, {from, to}, ExportFormat::kCsv);
//    bool more = true;
//    for (std::string chunk; more; chunk.clear()) { more = usage.Next(chunk); out << chunk; }
//
//    auto any = MakeExport(*FindExport("jobs"), {store, lists, reseller, filter, period}, shape);
//
// Written printer by printer in the order customer, site, serial, id, and of each printer some
// hundred rows at a time: memory grows with the printers, and not with their rows. What comes in
// meanwhile may or may not be in it. An unknown value is an empty field, and absent in JSON. The
// columns are in export_columns.h; the rows of a period are those of each site's own days.
//
// Store and lists must outlive the export. One thread at a time.

#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portal/ledger/period.h"
#include "portal/ledger/row_writer.h"
#include "portal/store/books.h"
#include "portal/store/lists.h"
#include "portal/store/store.h"

namespace plotmeter {

class Export {
 public:
  virtual ~Export() = default;
  // Appends the next part; false when nothing comes after it. The header line of a CSV is never
  // missing.
  bool Next(std::string& chunk);

 protected:
  Export(Store& store, ResellerId reseller, const PrinterFilter& filter,
         std::vector<ColumnWords> columns, RowShape shape);

  // Writes rows of the printer until `chunk` has `full` bytes: true where there may be more of it.
  virtual bool WriteOf(const PrinterRow& printer, std::string& chunk, std::size_t full) = 0;

  Store& store_;
  const ResellerId reseller_;
  const std::string customer_;  // whose view it is; empty: the reseller's own
  RowWriter writer_;

 private:
  std::vector<PrinterRow> printers_;
  std::size_t next_ = 0;
  bool started_ = false;
};

// What every meter counted. The period is needed.
class UsageExport : public Export {
 public:
  UsageExport(Store& store, Books& books, ResellerId reseller, const PrinterFilter& filter,
              Period period, RowShape shape);

 private:
  bool WriteOf(const PrinterRow& printer, std::string& chunk, std::size_t full) override;

  Books& books_;
  const Period period_;
};

// Jobs that ended in the period.
class JobExport : public Export {
 public:
  JobExport(Store& store, ResellerId reseller, const PrinterFilter& filter, Period period,
            RowShape shape);

 private:
  bool WriteOf(const PrinterRow& printer, std::string& chunk, std::size_t full) override;

  const Period period_;
  JobPlace after_ = {};
};

enum class PeriodUse {
  kNeeded,
  kAllowed,  // without one: all that there is
  kNone,     // it is how things are now
};

struct ExportKind {
  std::string_view name = {};  // "usage"
  PeriodUse period = PeriodUse::kNeeded;
  std::string_view summary = {};  // "what every meter counted in a period"
  std::string_view order = {};    // of the rows of one printer
  std::vector<ColumnWords> columns = {};
};

std::span<const ExportKind> ExportKinds();
const ExportKind* FindExport(std::string_view name);  // null: there is none

struct ExportQuestion {
  Store& store;
  Lists& lists;
  Books& books;
  ResellerId reseller;
  PrinterFilter filter = {};
  std::optional<Period> period = {};
};

// Throws std::logic_error where `period` is not as the kind uses it.
std::unique_ptr<Export> MakeExport(const ExportKind& kind, const ExportQuestion& question,
                                   RowShape shape);

}  // namespace plotmeter
