// The rows that lie in the leaf pages of an SQLite file, whatever leads to them: when a page of the
// tree above is torn, SQLite reaches none of the rows below it, though they are whole.
//
//    EachLeafRow("spool.db", [&](const LeafRow& row) {
//      // row.rowid, row.values: NULL is empty, numbers are text; blobs and reals end the row
//    });
//
// Which table a row is of no leaf says: whoever takes one tells by its columns. Rows that were
// deleted are not among them (their cells are no longer listed, and secure_delete wipes free
// pages); where the log is torn, rows of an older version of a page may be.
//
// Source: "Database File Format" of SQLite, sections 1.6 (b-tree pages), 2.1 (records) and 4.1
// (the write-ahead log).

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace plotmeter {

struct LeafRow {
  std::int64_t rowid = 0;
  std::vector<std::optional<std::string>> values = {};
};

// Reads `path` and the write-ahead log beside it, of each page the newest version that was
// committed; if the log is torn, the older versions after them. What does not fit the format is
// passed over. Either of the files may be missing. Throws std::runtime_error when one cannot be
// opened.
void EachLeafRow(const std::string& path, const std::function<void(const LeafRow&)>& visit);

}  // namespace plotmeter
