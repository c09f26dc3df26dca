#include "collector/spool/legible.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>
#include <vector>

#include "collector/spool/leaf_pages.h"
#include "collector/spool/soundness.h"

namespace plotmeter {
namespace {

constexpr std::int64_t kFarthest = std::int64_t{1} << 40;  // no spool has so many rows
constexpr std::int64_t kLastRow = std::numeric_limits<std::int64_t>::max();

bool IsLegible(const SqliteError& error) { return !error.is_damage(); }

std::vector<std::string> ColumnsOf(Database& db, const std::string& table) {
  std::vector<std::string> columns;
  Statement q = db.Prepare("SELECT name FROM pragma_table_info(?)");
  for (q.Bind(table); q.Step();) columns.push_back(q.Text(0));
  return columns;
}

// Of the columns that both have.
std::vector<std::string> CommonColumns(Database& old, Database& fresh, const std::string& table) {
  std::vector<std::string> columns;
  try {
    columns = ColumnsOf(old, table);
  } catch (const SqliteError& error) {
    if (IsLegible(error)) throw;
  }
  const std::vector<std::string> known = ColumnsOf(fresh, table);
  std::erase_if(columns, [&](const std::string& column) {
    return std::find(known.begin(), known.end(), column) == known.end();
  });
  return columns;
}

bool HasRowid(Database& db, const std::string& table) {
  Statement q = db.Prepare("SELECT wr FROM pragma_table_list WHERE name = ?");
  return q.Bind(table).Step() && q.Int(0) == 0;
}

// Goes through one table.
class Reading {
 public:
  Reading(Database& old, const std::string& table, std::vector<std::string> columns,
          const std::function<void(LegibleRow&)>& visit)
      : old_(old), table_(table), columns_(std::move(columns)), visit_(visit) {}

  // By rowid. Past a place that cannot be read it leaps, farther each time, and then looks by
  // halves where it can be read again.
  std::int64_t ByRowid() {
    std::int64_t from = 0;
    for (;;) {
      if (ReadFrom(from)) return unreadable_;
      ++unreadable_;
      std::int64_t bad = from;
      std::int64_t leap = 1;
      if (from == kLastRow) return unreadable_;
      while (!CanRead(from + leap)) {
        bad = from + leap;
        leap *= 2;
        if (leap > kFarthest || from > kLastRow - leap) return unreadable_;
      }
      std::int64_t good = from + leap;
      while (good - bad > 1) {
        const std::int64_t middle = bad + (good - bad) / 2;
        (CanRead(middle) ? good : bad) = middle;
      }
      from = good;
    }
  }

  // Without a rowid: from the beginning as far as it goes, then from the end.
  std::int64_t FromBothEnds(const std::string& order) {
    for (const char* direction : {"ASC", "DESC"}) {
      if (ReadAll(fmt::format("SELECT {} FROM {} ORDER BY {}", fmt::join(columns_, ", "), table_,
                              Directed(order, direction)))) {
        break;
      }
      ++unreadable_;
    }
    return unreadable_;
  }

 private:
  static std::string Directed(const std::string& order, const char* direction) {
    std::string directed;
    for (std::size_t at = 0; at < order.size();) {
      const std::size_t end = std::min(order.find(',', at), order.size());
      directed += fmt::format("{}{} {}", at > 0 ? ", " : "", order.substr(at, end - at), direction);
      at = end + 1;
    }
    return directed;
  }

  // From this rowid on, which becomes the first that was not read. False at one that cannot be.
  bool ReadFrom(std::int64_t& from) {
    try {
      Statement q = old_.Prepare(
          fmt::format("SELECT rowid, {} FROM {} NOT INDEXED WHERE rowid >= ? ORDER BY rowid",
                      fmt::join(columns_, ", "), table_));
      for (q.Bind(from); q.Step();) {
        const bool is_last = q.Int(0) == kLastRow;
        // A leaf may hold a copy of an earlier one: never back, or it would go round for ever.
        if (!is_last) from = std::max(from, q.Int(0) + 1);
        Visit(q, 1);
        if (is_last) return true;
      }
      return true;
    } catch (const SqliteError& error) {
      if (IsLegible(error)) throw;
      return false;
    }
  }

  bool CanRead(std::int64_t from) {
    try {
      old_.Prepare(fmt::format("SELECT {} FROM {} NOT INDEXED WHERE rowid >= ? ORDER BY rowid",
                               fmt::join(columns_, ", "), table_))
          .Bind(from)
          .Step();
      return true;
    } catch (const SqliteError& error) {
      if (IsLegible(error)) throw;
      return false;
    }
  }

  bool ReadAll(const std::string& sql) {
    try {
      Statement q = old_.Prepare(sql);
      while (q.Step()) Visit(q, 0);
      return true;
    } catch (const SqliteError& error) {
      if (IsLegible(error)) throw;
      return false;
    }
  }

  void Visit(const Statement& q, int first) {
    std::map<std::string, std::optional<std::string>> values;
    std::string all;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      std::optional<std::string> value = q.MaybeText(first + static_cast<int>(i));
      if (first == 0) all += value.value_or("") + '\0';
      values.emplace(columns_[i], std::move(value));
    }
    if (first == 0 && !seen_.insert(std::move(all)).second) return;
    LegibleRow row(table_, std::move(values));
    visit_(row);
  }

  Database& old_;
  const std::string& table_;
  std::vector<std::string> columns_;
  const std::function<void(LegibleRow&)>& visit_;
  std::int64_t unreadable_ = 0;
  std::set<std::string> seen_;  // of a table that is read from both ends
};

}  // namespace

std::unique_ptr<Database> OpenLegible(const std::string& path) {
  if (IsHollow(path)) return {};
  try {
    auto db = std::make_unique<Database>(path, Database::Mode::kReadOnly);
    if (HasTable(*db, "stream") && HasTable(*db, "reading")) return db;
  } catch (const SqliteError& error) {
    if (IsLegible(error)) throw;
  }
  return {};
}

std::string LegibleRow::Text(const std::string& column) const {
  const auto found = values_.find(column);
  return found == values_.end() ? "" : found->second.value_or("");
}

std::int64_t LegibleRow::Int(const std::string& column) const {
  const std::string text = Text(column);
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

bool LegibleRow::Has(const std::string& column) const {
  const auto found = values_.find(column);
  return found != values_.end() && found->second;
}

void LegibleRow::Set(const std::string& column, std::optional<std::string> value) {
  values_[column] = std::move(value);
}

bool LegibleRow::Insert(Database& db) const {
  std::string columns;
  std::string places;
  for (const auto& [column, value] : values_) {
    columns += (columns.empty() ? "" : ", ") + column;
    places += places.empty() ? "?" : ", ?";
  }
  Statement insert =
      db.Prepare(fmt::format("INSERT INTO {}({}) VALUES({})", table_, columns, places));
  int index = 0;
  for (const auto& [column, value] : values_) insert.BindOne(++index, value);
  try {
    while (insert.Step()) {
    }
    return true;
  } catch (const SqliteError& error) {
    if (!error.is_of_values()) throw;  // it is the new file that is in trouble, or its disk
    return false;
  }
}

std::int64_t EachLegible(Database& old, Database& fresh, const std::string& table,
                         const std::function<void(LegibleRow&)>& visit) {
  std::vector<std::string> columns = CommonColumns(old, fresh, table);
  if (columns.empty()) return HasTable(old, table) ? 1 : 0;
  if (HasRowid(fresh, table)) return Reading(old, table, columns, visit).ByRowid();
  Statement key = fresh.Prepare(
      "SELECT group_concat(name) FROM (SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY"
      " pk)");
  key.Bind(table).Step();
  return Reading(old, table, columns, visit).FromBothEnds(key.Text(0));
}

bool EachOf(Database& old, const std::string& sql,
            const std::function<void(const Statement&)>& visit) {
  constexpr int kNoSuchThing = 1;  // SQLITE_ERROR: an older file lacks the column or the table
  try {
    Statement q = old.Prepare(sql);
    while (q.Step()) visit(q);
    return false;
  } catch (const SqliteError& error) {
    if (IsLegible(error) && (error.code & 0xff) != kNoSuchThing) throw;
    return !IsLegible(error);
  }
}

namespace {

// What a table's records look like: a letter a column. n: NULL, which is how a rowid's own column
// is written; i: a number; t: text; j: text that begins as JSON does; I, T: or NULL. Columns that
// were added later may be missing from the end.
struct Shape {
  const char* table;
  std::string_view columns;
  std::size_t least;
};
constexpr Shape kShapes[] = {{"printer", "ntttttIT", 6},
                             {"reading", "nijI", 4},
                             {"job", "nittTjiti", 9},
                             {"event", "nitttjii", 8},
                             {"alert", "nittttTiIiTTTT", 10},
                             {"batch", "nttitTiitiITITiI", 15},
                             {"known_printer", "ntiittttttitttttt", 17}};

bool Fits(const std::optional<std::string>& value, char kind) {
  if (!value) return kind == 'n' || kind == 'I' || kind == 'T';
  const bool is_number =
      !value->empty() && value->find_first_not_of("-0123456789") == std::string::npos;
  switch (kind) {
    case 'i':
    case 'I':
      return is_number;
    case 'j':
      return value->starts_with('{');
    default:
      return kind != 'n';
  }
}

}  // namespace

void EachLeaf(const std::string& path, Database& fresh,
              const std::function<void(LegibleRow&)>& visit) {
  std::map<std::string, std::vector<std::string>> columns;
  for (const Shape& shape : kShapes) columns[shape.table] = ColumnsOf(fresh, shape.table);
  EachLeafRow(path, [&](const LeafRow& leaf) {
    for (const Shape& shape : kShapes) {
      const std::size_t count = leaf.values.size();
      if (count < shape.least || count > shape.columns.size()) continue;
      bool fits = true;
      for (std::size_t i = 0; fits && i < count; ++i) fits = Fits(leaf.values[i], shape.columns[i]);
      if (!fits) continue;
      std::map<std::string, std::optional<std::string>> values;
      for (std::size_t i = 0; i < count; ++i) values[columns[shape.table][i]] = leaf.values[i];
      values["id"] = std::to_string(leaf.rowid);
      LegibleRow row(shape.table, std::move(values));
      visit(row);
    }
  });
}

}  // namespace plotmeter
