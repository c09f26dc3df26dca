// What stands in one place of a row that leaves the house, before it is CSV or JSON; and what its
// column is.
//
//    Cell::Text(job.media)           text of strangers; unknown where it is empty
//    Cell::Number(row.used)          decimal text, as the printer wrote it; unknown where empty
//    Cell::At(job.finished)          an instant, if there is one
//
//    Column<JobRow>{{"pages", ColumnKind::kCount, "pages of the document", "1"},
//                   [](const JobRow& job) { return Cell::Count(job.pages); }}
//
// Texts are not copied: a cell lives no longer than the row it is of. Plain values.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/time.h"

namespace plotmeter {

enum class ColumnKind {
  kText,
  kDecimal,  // decimal text with a point, exact
  kCount,    // a whole number
  kInstant,  // RFC 3339 in UTC
  kFlag,     // "yes" or empty; true or absent in JSON
  kInk,      // "magenta=0.21 cc;yellow=0.05 cc"; objects in JSON
};

struct Cell {
  enum class Kind : std::uint8_t { kUnknown, kText, kDecimal, kCount, kInstant, kFlag, kInk };

  static Cell Unknown() { return {}; }
  static Cell Text(std::string_view text) {
    return {.kind = text.empty() ? Kind::kUnknown : Kind::kText, .text = text};
  }
  static Cell Text(const std::string& text) { return Text(std::string_view(text)); }
  static Cell Text(const std::optional<std::string>& text) {
    return text ? Text(*text) : Unknown();
  }
  // Never absent, also where it is empty.
  static Cell Always(std::string_view text) { return {.kind = Kind::kText, .text = text}; }
  static Cell Number(std::string_view decimal) {
    return {.kind = decimal.empty() ? Kind::kUnknown : Kind::kDecimal, .text = decimal};
  }
  static Cell Number(const std::string& decimal) { return Number(std::string_view(decimal)); }
  static Cell Number(const std::optional<std::string>& decimal) {
    return decimal ? Number(*decimal) : Unknown();
  }
  static Cell Count(std::int64_t number) { return {.kind = Kind::kCount, .number = number}; }
  static Cell Count(const std::optional<std::int64_t>& number) {
    return number ? Count(*number) : Unknown();
  }
  static Cell At(Instant at) { return {.kind = Kind::kInstant, .number = ToMillis(at)}; }
  static Cell At(const std::optional<Instant>& at) { return at ? At(*at) : Unknown(); }
  // RFC 3339, or empty.
  static Cell At(const std::string& text) { return At(ParseInstant(text)); }
  static Cell Flag(bool is_set) { return {.kind = is_set ? Kind::kFlag : Kind::kUnknown}; }
  // The ledger's own JSON, [["magenta","0.21","cc"]]; [] is unknown.
  static Cell Ink(std::string_view json) {
    return {.kind = json.size() <= 2 ? Kind::kUnknown : Kind::kInk, .text = json};
  }

  Kind kind = Kind::kUnknown;
  std::string_view text = {};
  std::int64_t number = 0;  // a count, or milliseconds since 1970
};

// What people are told of a column. Names are a promise: never changed, new ones come at the end.
struct ColumnWords {
  const char* name = "";
  ColumnKind kind = ColumnKind::kText;
  const char* meaning = "";  // with its unit, and what empty means where that is no plain "unknown"
  const char* example = "";
};

template <typename Row>
struct Column {
  ColumnWords words = {};
  Cell (*of)(const Row&) = nullptr;
};

template <typename Row>
std::vector<ColumnWords> WordsOf(const std::vector<Column<Row>>& columns) {
  std::vector<ColumnWords> words;
  for (const Column<Row>& column : columns) words.push_back(column.words);
  return words;
}

}  // namespace plotmeter
