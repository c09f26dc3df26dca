// Everything that leaves the house as rows, streamed, for programs and spreadsheets.
//
//    GET /api/v1/usage.csv?from=2026-11-01&to=2026-12-01        as jobs and readings
//    GET /api/v1/alerts.csv                                     with or without a period
//    GET /api/v1/supplies.ndjson                                as printers: how things are now
//        &customer=cus_9F1TB6QW &site=sit_7Q2M9K4T &printer=prn_7Q2M9K4T      all: narrower
//
// Each as .csv and .ndjson. A date is the first instant of that day in the time zone of each
// printer's site; an RFC 3339 instant is itself. docs/exports.md has the columns. 400 names the
// parameter that cannot be read, or that this export does not have; 404 is for a customer, site or
// printer the caller does not have.

#pragma once

#include "portal/http/router.h"
#include "portal/ledger/export.h"
#include "portal/store/books.h"
#include "portal/store/lists.h"
#include "portal/store/store.h"

namespace plotmeter {

class ExportsController {
 public:
  // Both must outlive the controller and every response it made.
  ExportsController(Store& store, Lists& lists, Books& books)
      : store_(store), lists_(lists), books_(books) {}

  void Map(Router& router) const;

 private:
  Response Stream(const ExportKind& kind, ExportFormat format, const Request& request,
                  const Caller& caller) const;

  Store& store_;
  Lists& lists_;
  Books& books_;
};

}  // namespace plotmeter
