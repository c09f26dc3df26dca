// The columns of every export, in one table each. CSV headers and rows, JSON members and
// docs/exports.md are made from them.
//
//    for (const Column<UsageRow>& column : UsageColumns()) cells.push_back(column.of(row));
//
// Their names and order are a promise: other people's programs read them. New ones come at the end.

#pragma once

#include <string>
#include <vector>

#include "portal/ledger/cell.h"
#include "portal/ledger/usage.h"
#include "portal/store/lists.h"
#include "portal/store/store.h"

namespace plotmeter {

// A row, and the printer that it is of.
template <typename Row>
struct Of {
  const PrinterRow& printer;
  const Row& row;
};

// A printer, with its lists as one text: "00:1b:78:00:00:01 00:1b:78:00:00:02".
struct PrinterTexts {
  explicit PrinterTexts(const PrinterRow& row);

  const PrinterRow& printer;
  std::string macs;
  std::string also_seen_at;
};

const std::vector<Column<UsageRow>>& UsageColumns();
const std::vector<Column<Of<JobRow>>>& JobColumns();
const std::vector<Column<Of<ReadingRow>>>& ReadingColumns();
const std::vector<Column<Of<SupplyRow>>>& SupplyColumns();
const std::vector<Column<Of<AlertRow>>>& AlertColumns();
const std::vector<Column<PrinterTexts>>& PrinterColumns();

}  // namespace plotmeter
