#include "portal/ledger/row_writer.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

#include "common/json.h"
#include "common/json_string.h"
#include "portal/ledger/csv.h"

namespace plotmeter {
namespace {

const Layout kAsItIs;

void AppendCount(std::string& out, std::int64_t number) {
  char digits[24];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
  out.append(digits, end);
}

// Calls visit(colorant, value, unit) for each use of [["magenta","0.21","cc"],…].
template <typename Visit>
void EachInkUse(std::string_view json, const Visit& visit) {
  if (json.find('\\') != json.npos) {
    for (const Json& use : ParseJson(json)) {
      visit(use.at(0).get<std::string>(), use.at(1).get<std::string>(),
            use.at(2).get<std::string>());
    }
    return;
  }
  // Without an escape every quote is the end of a text, and each three texts are a use.
  std::string_view texts[3];
  for (std::size_t at = 0, found = 0; (at = json.find('"', at)) != json.npos; ++at) {
    const std::size_t end = json.find('"', at + 1);
    if (end == json.npos) throw std::runtime_error("ink is no JSON: " + std::string(json));
    texts[found++] = json.substr(at + 1, end - at - 1);
    at = end;
    if (found == 3) {
      visit(texts[0], texts[1], texts[2]);
      found = 0;
    }
  }
}

void AppendInk(std::string& out, std::string_view json) {
  bool first = true;
  EachInkUse(json, [&](std::string_view colorant, std::string_view value, std::string_view unit) {
    if (!std::exchange(first, false)) out += ';';
    ((out += colorant) += '=') += value;
    (out += ' ') += unit;
  });
}

void AppendInkJson(std::string& out, std::string_view json) {
  out += '[';
  bool first = true;
  EachInkUse(json, [&](std::string_view colorant, std::string_view value, std::string_view unit) {
    if (!std::exchange(first, false)) out += ',';
    out += "{\"colorant\":";
    AppendJsonString(out, colorant);
    out += ",\"value\":";
    AppendJsonString(out, value);
    out += ",\"unit\":";
    AppendJsonString(out, unit);
    out += '}';
  });
  out += ']';
}

// As the CSV shows it, with a point, and dates as "iso".
std::string PlainText(const Cell& cell) {
  std::string text;
  switch (cell.kind) {
    case Cell::Kind::kUnknown:
      break;
    case Cell::Kind::kText:
    case Cell::Kind::kDecimal:
      text = cell.text;
      break;
    case Cell::Kind::kCount:
      AppendCount(text, cell.number);
      break;
    case Cell::Kind::kInstant:
      AppendInstant(text, FromMillis(cell.number));
      break;
    case Cell::Kind::kFlag:
      text = "yes";
      break;
    case Cell::Kind::kInk:
      AppendInk(text, cell.text);
      break;
  }
  return text;
}

}  // namespace

RowWriter::RowWriter(std::vector<ColumnWords> columns, RowShape shape)
    : shape_(std::move(shape)), layout_(shape_.layout != nullptr ? *shape_.layout : kAsItIs) {
  const auto add = [&](const std::string& name, std::size_t column, const Layout::Place* place) {
    slots_.push_back({name, JsonText(Json(name)) + ':', column, place});
  };
  if (layout_.places.empty()) {
    for (std::size_t i = 0; i < columns.size(); ++i) add(columns[i].name, i, nullptr);
    return;
  }
  for (const Layout::Place& place : layout_.places) {
    const auto found = std::ranges::find(columns, place.from, &ColumnWords::name);
    if (!place.from.empty() && found == columns.end()) {
      throw std::runtime_error("there is no column '" + place.from + "' in this export");
    }
    add(place.name, static_cast<std::size_t>(found - columns.begin()), &place);
  }
}

void RowWriter::Head(std::string& out) const {
  if (shape_.format != ExportFormat::kCsv || !layout_.header) return;
  CsvLine line(out, layout_.delimiter);
  for (const Slot& slot : slots_) line.Text(slot.name);
  line.End();
}

// The cell that stands there: of the export, mapped, or constant.
Cell RowWriter::Placed(const Slot& slot, std::span<const Cell> cells) {
  if (slot.place == nullptr) return cells[slot.column];
  if (slot.place->from.empty()) return Cell::Text(slot.place->constant);
  const Cell& cell = cells[slot.column];
  if (slot.place->values.empty()) return cell;
  const auto found = slot.place->values.find(PlainText(cell));
  if (found != slot.place->values.end()) return Cell::Text(found->second);
  if (slot.place->otherwise && cell.kind != Cell::Kind::kUnknown) {
    return Cell::Text(*slot.place->otherwise);
  }
  return cell;
}

void RowWriter::Row(std::string& out, std::span<const Cell> cells) {
  if (shape_.format == ExportFormat::kCsv) {
    CsvRow(out, cells);
  } else {
    JsonRow(out, cells);
  }
  first_ = false;
}

void RowWriter::CsvRow(std::string& out, std::span<const Cell> cells) {
  CsvLine line(out, layout_.delimiter);
  for (const Slot& slot : slots_) {
    const Cell cell = Placed(slot, cells);
    switch (cell.kind) {
      case Cell::Kind::kUnknown:
        line.NumberTo();
        break;
      case Cell::Kind::kText:
        line.Text(cell.text);
        break;
      case Cell::Kind::kDecimal:
        line.Decimal(cell.text, layout_.decimal);
        break;
      case Cell::Kind::kCount:
        AppendCount(line.NumberTo(), cell.number);
        break;
      case Cell::Kind::kInstant:
        AppendDate(line.NumberTo(), FromMillis(cell.number), DatesOf(slot), layout_.time_zone);
        break;
      case Cell::Kind::kFlag:
        line.Text("yes");
        break;
      case Cell::Kind::kInk:
        text_.clear();
        AppendInk(text_, cell.text);
        line.Text(text_);
        break;
    }
  }
  line.End();
}

void RowWriter::JsonRow(std::string& out, std::span<const Cell> cells) {
  if (shape_.format == ExportFormat::kJson && !first_) out += ',';
  char before = '{';
  for (const Slot& slot : slots_) {
    const Cell cell = Placed(slot, cells);
    if (cell.kind == Cell::Kind::kUnknown) continue;
    (out += std::exchange(before, ',')) += slot.member;
    switch (cell.kind) {
      case Cell::Kind::kUnknown:
        break;
      case Cell::Kind::kText:
      case Cell::Kind::kDecimal:
        AppendJsonString(out, cell.text);
        break;
      case Cell::Kind::kCount:
        AppendCount(out, cell.number);
        break;
      case Cell::Kind::kInstant:
        out += '"';
        AppendDate(out, FromMillis(cell.number), DatesOf(slot), layout_.time_zone);
        out += '"';
        break;
      case Cell::Kind::kFlag:
        out += "true";
        break;
      case Cell::Kind::kInk:
        AppendInkJson(out, cell.text);
        break;
    }
  }
  if (before == '{') out += '{';
  out += '}';
  if (shape_.format == ExportFormat::kNdjson) out += '\n';
}

DateFormat RowWriter::DatesOf(const Slot& slot) const {
  return slot.place != nullptr && slot.place->dates ? *slot.place->dates : layout_.dates;
}

}  // namespace plotmeter
