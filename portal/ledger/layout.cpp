#include "portal/ledger/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <set>

#include "common/settings.h"
#include "common/suggestion.h"
#include "common/toml.h"
#include "portal/ledger/period.h"

namespace plotmeter {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20;
constexpr std::size_t kMostPlaces = 200;

constexpr std::array<DateFormatName, 10> kDateFormats = {{
    {"iso", DateFormat::kIso},
    {"yyyy-mm-ddThh:mm:ss", DateFormat::kIsoLocal},
    {"yyyy-mm-dd hh:mm:ss", DateFormat::kSpacedLocal},
    {"yyyy-mm-dd", DateFormat::kIsoDate},
    {"dd.mm.yyyy", DateFormat::kGermanDate},
    {"dd.mm.yyyy hh:mm:ss", DateFormat::kGermanTime},
    {"dd/mm/yyyy", DateFormat::kBritishDate},
    {"mm/dd/yyyy", DateFormat::kAmericanDate},
    {"yyyymmdd", DateFormat::kCompactDate},
    {"yyyymmddhhmmss", DateFormat::kCompactTime},
}};

// One table of the file, from which keys are taken; what is left at the end nobody knows.
class Keys {
 public:
  Keys(const std::string& file, const TomlNode& table, std::vector<std::string> known)
      : file_(file), table_(table), known_(std::move(known)) {
    for (const auto& [key, node] : table_.members) {
      if (std::ranges::find(known_, key) != known_.end()) continue;
      throw UsageError(fmt::format("{}, line {}: '{}' is no key of a column profile{}", file_,
                                   node.line, key, Suggestion(key, known_)));
    }
  }

  const TomlNode* Find(std::string_view key) const {
    const auto found =
        std::ranges::find(table_.members, key, [](const auto& member) { return member.first; });
    return found == table_.members.end() ? nullptr : &found->second;
  }

  [[noreturn]] void Refuse(const TomlNode& node, std::string_view key,
                           std::string_view expected) const {
    const std::string came = node.is_scalar() ? "'" + node.text + "'" : "a " + node.type;
    throw UsageError(
        fmt::format("{}, line {}: '{}' is {}; expected {}", file_, node.line, key, came, expected));
  }

  const std::string* Text(std::string_view key) const {
    const TomlNode* node = Find(key);
    if (node == nullptr) return nullptr;
    if (node->kind != TomlNode::Kind::kText) Refuse(*node, key, "text in quotes");
    return &node->text;
  }

  std::optional<char> OneOf(std::string_view key, std::string_view choice,
                            std::string_view expected) const {
    const std::string* text = Text(key);
    if (text == nullptr) return std::nullopt;
    if (*text == "tab" && choice.find('\t') != choice.npos) return '\t';
    if (text->size() == 1 && choice.find((*text)[0]) != choice.npos) return (*text)[0];
    Refuse(*Find(key), key, expected);
  }

  std::optional<DateFormat> Dates() const {
    const std::string* text = Text("dates");
    if (text == nullptr) return std::nullopt;
    const auto found = std::ranges::find(kDateFormats, *text, &DateFormatName::name);
    if (found != kDateFormats.end()) return found->format;
    std::string names;
    for (const DateFormatName& one : kDateFormats) {
      names += fmt::format("{}\"{}\"", names.empty() ? "one of " : ", ", one.name);
    }
    Refuse(*Find("dates"), "dates", names);
  }

 private:
  const std::string& file_;
  const TomlNode& table_;
  const std::vector<std::string> known_;
};

Layout::Place PlaceOf(const std::string& file, const TomlNode& table,
                      const std::vector<std::string>& columns) {
  if (!table.is_table()) {
    throw UsageError(fmt::format("{}, line {}: 'column' is a {}; expected tables [[column]]", file,
                                 table.line, table.type));
  }
  const Keys keys(file, table, {"name", "from", "constant", "map", "otherwise", "dates"});
  Layout::Place place;
  const std::string* from = keys.Text("from");
  const std::string* constant = keys.Text("constant");
  if ((from == nullptr) == (constant == nullptr)) {
    throw UsageError(fmt::format(
        "{}, line {}: a [[column]] has either 'from', a column of the export, or 'constant'", file,
        table.line));
  }
  if (constant != nullptr) {
    place.constant = *constant;
    for (const char* key : {"map", "otherwise", "dates"}) {
      if (const TomlNode* node = keys.Find(key)) keys.Refuse(*node, key, "'from' beside it");
    }
  } else if (std::ranges::find(columns, *from) == columns.end()) {
    const TomlNode& node = *keys.Find("from");
    throw UsageError(fmt::format("{}, line {}: 'from' is '{}'; expected a column of the export{}",
                                 file, node.line, *from, Suggestion(*from, columns)));
  } else {
    place.from = *from;
  }
  const std::string* name = keys.Text("name");
  if (name == nullptr && place.from.empty()) {
    throw UsageError(
        fmt::format("{}, line {}: a constant [[column]] needs a 'name'", file, table.line));
  }
  place.name = name != nullptr ? *name : place.from;
  place.dates = keys.Dates();
  if (const std::string* otherwise = keys.Text("otherwise")) place.otherwise = *otherwise;
  if (const TomlNode* values = keys.Find("map")) {
    if (!values->is_table()) keys.Refuse(*values, "map", "{\"value\" = \"another\"}");
    for (const auto& [value, node] : values->members) {
      if (node.kind != TomlNode::Kind::kText) keys.Refuse(node, value, "text in quotes");
      place.values[value] = node.text;
    }
  } else if (place.otherwise) {
    keys.Refuse(*keys.Find("otherwise"), "otherwise", "a 'map' beside it");
  }
  return place;
}

}  // namespace

std::span<const DateFormatName> DateFormats() { return kDateFormats; }

Layout ReadLayout(const std::string& file, const std::string& text,
                  const std::vector<ColumnWords>& columns) {
  if (text.size() > kMostBytes) {
    throw UsageError(fmt::format("{} has {} bytes; expected a column profile of at most {}", file,
                                 text.size(), kMostBytes));
  }
  std::vector<std::string> names;
  for (const ColumnWords& column : columns) names.emplace_back(column.name);
  const TomlNode root = ParseToml(file, text);
  const Keys keys(file, root, {"delimiter", "decimal", "dates", "time-zone", "header", "column"});
  Layout layout;
  layout.delimiter =
      keys.OneOf("delimiter", ",;|\t", "',', ';', '|' or 'tab'").value_or(layout.delimiter);
  layout.decimal = keys.OneOf("decimal", ".,", "'.' or ','").value_or(layout.decimal);
  layout.dates = keys.Dates().value_or(layout.dates);
  if (const std::string* zone = keys.Text("time-zone")) {
    if (!IsTimeZone(*zone)) {
      keys.Refuse(*keys.Find("time-zone"), "time-zone", "a time zone such as \"Europe/Berlin\"");
    }
    layout.time_zone = *zone;
  }
  if (const TomlNode* header = keys.Find("header")) {
    if (header->kind != TomlNode::Kind::kFlag) keys.Refuse(*header, "header", "true or false");
    layout.header = header->text == "true";
  }
  if (const TomlNode* places = keys.Find("column")) {
    if (!places->is_list()) keys.Refuse(*places, "column", "tables [[column]]");
    if (places->items.size() > kMostPlaces) {
      throw UsageError(fmt::format("{} has {} columns; expected at most {}", file,
                                   places->items.size(), kMostPlaces));
    }
    std::set<std::string> used;
    for (const TomlNode& item : places->items) {
      layout.places.push_back(PlaceOf(file, item, names));
      if (!used.insert(layout.places.back().name).second) {
        throw UsageError(fmt::format("{}, line {}: there are two columns called '{}'", file,
                                     item.line, layout.places.back().name));
      }
    }
  }
  return layout;
}

void AppendDate(std::string& out, Instant at, DateFormat format, const std::string& time_zone) {
  if (format == DateFormat::kIso) return AppendInstant(out, at);
  // "2026-11-30T23:57:12Z" of the local clock, from which the others are cut.
  const std::string local =
      FormatInstant(std::chrono::floor<std::chrono::seconds>(LocalTime(at, time_zone)));
  const std::string_view text = local;
  const auto year = text.substr(0, 4), month = text.substr(5, 2), day = text.substr(8, 2);
  const auto time = text.substr(11, 8);
  auto to = std::back_inserter(out);
  switch (format) {
    case DateFormat::kIso:
      break;
    case DateFormat::kIsoLocal:
      fmt::format_to(to, "{}T{}", text.substr(0, 10), time);
      break;
    case DateFormat::kSpacedLocal:
      fmt::format_to(to, "{} {}", text.substr(0, 10), time);
      break;
    case DateFormat::kIsoDate:
      out += text.substr(0, 10);
      break;
    case DateFormat::kGermanDate:
      fmt::format_to(to, "{}.{}.{}", day, month, year);
      break;
    case DateFormat::kGermanTime:
      fmt::format_to(to, "{}.{}.{} {}", day, month, year, time);
      break;
    case DateFormat::kBritishDate:
      fmt::format_to(to, "{}/{}/{}", day, month, year);
      break;
    case DateFormat::kAmericanDate:
      fmt::format_to(to, "{}/{}/{}", month, day, year);
      break;
    case DateFormat::kCompactDate:
      fmt::format_to(to, "{}{}{}", year, month, day);
      break;
    case DateFormat::kCompactTime:
      fmt::format_to(to, "{}{}{}{}{}{}", year, month, day, time.substr(0, 2), time.substr(3, 2),
                     time.substr(6, 2));
      break;
  }
}

}  // namespace plotmeter
