// Usage and jobs of a period as they leave the house: CSV (RFC 4180) or JSON objects. The
// columns are a promise (proto/openapi.yaml): other people's programs read them.
//
//    UsageExport usage(store, store, reseller, {.site = "sit_7Q2M9K4T"}, {from, to},
//    ExportFormat::kCsv); bool more = true; for (std::string chunk; more; chunk.clear()) { more =
//    usage.Next(chunk); out << chunk; }
//
// Written printer by printer, so that memory does not grow with the fleet's readings. The store
// must outlive the export. An unknown quantity is an empty field, and absent in JSON.

#pragma once

#include <string>
#include <vector>

#include "common/json.h"
#include "portal/ledger/period.h"
#include "portal/ledger/usage.h"
#include "portal/store/books.h"
#include "portal/store/store.h"

namespace plotmeter {

enum class ExportFormat {
  kCsv,
  kNdjson,  // an object a line
  kJson,    // objects with commas between them: the inside of an array
};

// {"serial":"CN9541H01M","meter":"ink.used","used":"12",…}: the columns by name, gaps as a number.
Json ToJson(const UsageRow& row);

class UsageExport {
 public:
  UsageExport(Store& store, Books& books, ResellerId reseller, const PrinterFilter& filter,
              Period period, ExportFormat format);
  // Appends the next part; false when nothing comes after it. The header line of a CSV is never
  // missing.
  bool Next(std::string& chunk);

 private:
  Books& books_;
  ResellerId reseller_;
  Period period_;
  ExportFormat format_;
  std::vector<PrinterRow> printers_;
  std::size_t next_ = 0;
  bool started_ = false;
  bool first_ = true;  // no row was written yet
};

class JobExport {
 public:
  JobExport(Store& store, ResellerId reseller, const PrinterFilter& filter, Period period,
            ExportFormat format);
  bool Next(std::string& chunk);

 private:
  Store& store_;
  ResellerId reseller_;
  Period period_;
  ExportFormat format_;
  std::vector<PrinterRow> printers_;
  std::size_t next_ = 0;
  bool started_ = false;
  bool first_ = true;
};

}  // namespace plotmeter
