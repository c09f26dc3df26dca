// Reads a damaged spool round its damage: what SQLite can still give of each table, row by row.
//
//    if (auto old = OpenLegible(path))
//      unreadable = EachLegible(*old, fresh, "reading", [&](LegibleRow& row) {
//        row.Insert(fresh);                         // the columns that both know
//      });
//    EachLeaf(path, fresh, [&](LegibleRow& row) { … });    // and what SQLite cannot reach
//
// Rows come as they are: whoever takes one checks it.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "common/sqlite.h"

namespace plotmeter {

// Opened for reading only. None when not even its list of tables can be read.
std::unique_ptr<Database> OpenLegible(const std::string& path);

// One row of a table. A value is text, also where the column holds numbers; SQLite turns it back.
class LegibleRow {
 public:
  LegibleRow(std::string table, std::map<std::string, std::optional<std::string>> values)
      : table_(std::move(table)), values_(std::move(values)) {}

  const std::string& table() const { return table_; }
  std::string Text(const std::string& column) const;  // empty: NULL, or there is none
  std::int64_t Int(const std::string& column) const;  // 0: NULL, no number, or there is none
  bool Has(const std::string& column) const;          // and it is not NULL
  void Set(const std::string& column, std::optional<std::string> value);

  // False when the table does not take it, because it is there already or no such row.
  bool Insert(Database& db) const;

 private:
  std::string table_;
  std::map<std::string, std::optional<std::string>> values_;
};

// Visits what can be read of `table`, each row once, with the columns that `fresh` has too. Answers
// how often it came to something that could not be read: a page, mostly, so a few rows each.
std::int64_t EachLegible(Database& old, Database& fresh, const std::string& table,
                         const std::function<void(LegibleRow&)>& visit);

// Visits what looks like a row of the tables that matter most (printers, batches, and what waits),
// wherever it lies in the file, with or without a way to it.
void EachLeaf(const std::string& path, Database& fresh,
              const std::function<void(LegibleRow&)>& visit);

// Visits the rows of a query as far as it can be read; none where the file does not know the table.
// True when it came to something that could not be read.
bool EachOf(Database& old, const std::string& sql,
            const std::function<void(const Statement&)>& visit);

}  // namespace plotmeter
