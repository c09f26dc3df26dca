// Rows of cells as text: CSV (csv.h), an object a line, or the inside of a JSON array.
//
//    RowWriter writer({"serial", "pages"} as ColumnWords, ExportFormat::kCsv);
//    writer.Head(out);                                        serial,pages CRLF
//    writer.Row(out, {Cell::Text("CN1"), Cell::Count(12)});   CN1,12 CRLF
//    as NDJSON                                                {"serial":"CN1","pages":12} LF
//
// Members stand in the order of the columns; what is unknown is empty in CSV and absent in JSON. A
// Layout picks, orders and renames; in JSON its delimiter and decimal separator do not count.
// One thread at a time.

#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "portal/ledger/cell.h"
#include "portal/ledger/layout.h"

namespace plotmeter {

enum class ExportFormat {
  kCsv,
  kNdjson,  // an object a line
  kJson,    // objects with commas between them: the inside of an array
};

// How rows are to look. A format alone is one.
struct RowShape {
  RowShape(ExportFormat format_in,  // NOLINT: a format is the shape without a layout
           std::shared_ptr<const Layout> layout_in = {})
      : format(format_in), layout(std::move(layout_in)) {}

  ExportFormat format;
  std::shared_ptr<const Layout> layout;  // null: the columns as they are
};

class RowWriter {
 public:
  // Throws std::runtime_error where the layout names a column that there is not.
  RowWriter(std::vector<ColumnWords> columns, RowShape shape);

  void Head(std::string& out) const;  // of CSV; nothing otherwise
  // As many cells as there are columns.
  void Row(std::string& out, std::span<const Cell> cells);

 private:
  struct Slot {
    std::string name = {};
    std::string member = {};               // "name": as JSON has it, with the colon
    std::size_t column = 0;                // of the cells
    const Layout::Place* place = nullptr;  // null: the cell as it is
  };

  void CsvRow(std::string& out, std::span<const Cell> cells);
  void JsonRow(std::string& out, std::span<const Cell> cells);
  static Cell Placed(const Slot& slot, std::span<const Cell> cells);
  DateFormat DatesOf(const Slot& slot) const;

  const RowShape shape_;
  const Layout& layout_;
  std::vector<Slot> slots_;
  bool first_ = true;  // no row was written yet
  std::string text_;   // of one cell, while it is written
};

}  // namespace plotmeter
