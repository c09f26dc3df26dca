#include "common/settings_file.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>

#include "common/path.h"
#include "common/suggestion.h"
#include "common/system.h"

namespace plotmeter {
namespace {

std::string TomlText(const std::string& key, const toml::node& node) {
  if (const auto text = node.value<std::string>()) return *text;
  if (node.is_boolean()) return *node.value<bool>() ? "true" : "false";
  if (node.is_integer()) return std::to_string(*node.value<std::int64_t>());
  throw UsageError(fmt::format(
      "'{}' in the configuration file is a {}; expected text, a whole number, true or "
      "false, or a list of those",
      key, toml::impl::node_type_friendly_names[static_cast<std::size_t>(node.type())]));
}

std::vector<std::string> ValuesOf(const std::string& name, const toml::node& node) {
  const toml::array* list = node.as_array();
  if (list == nullptr) return {TomlText(name, node)};
  std::vector<std::string> values;
  for (const toml::node& item : *list) values.push_back(TomlText(name, item));
  return values;
}

[[noreturn]] void RefuseKey(const std::string& path, const toml::key& key, const std::string& where,
                            const std::set<std::string>& known) {
  const std::string name(key.str());
  throw UsageError(fmt::format("{}, line {}: '{}'{} is no setting{}", path, key.source().begin.line,
                               name, where, Suggestion(name, {known.begin(), known.end()})));
}

bool IsTitle(std::string_view name) {
  constexpr std::size_t kLongest = 64;
  return !name.empty() && name.size() <= kLongest && std::ranges::all_of(name, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_';
  });
}

// [kind.title]
Arguments TableOf(const std::string& path, const Table& kind, const std::string& title,
                  const toml::node& node) {
  const toml::table* table = node.as_table();
  const std::string header = fmt::format("[{}.{}]", kind.name, title);
  if (table == nullptr || !IsTitle(title)) {
    throw UsageError(fmt::format(
        "{}, line {}: {} cannot be; expected a table [{}.NAME], NAME of letters, digits, '.', '-' "
        "and '_'",
        path, node.source().begin.line, header, kind.name));
  }
  std::set<std::string> known;
  for (const Setting& setting : kind.settings) known.insert(setting.name);
  Arguments arguments;
  arguments.kind = kind.name;
  arguments.title = title;
  for (const auto& [key, value] : *table) {
    const std::string name(key.str());
    if (!known.contains(name)) RefuseKey(path, key, " in " + header, known);
    arguments.values[name] = ValuesOf(name, value);
  }
  for (const Setting& setting : kind.settings) {
    Complete(setting, fmt::format("'{}' in {}", setting.name, header),
             arguments.values[setting.name]);
  }
  return arguments;
}

}  // namespace

std::optional<std::string> FromEnvironment(const std::string& setting) {
  std::string name = "PLOTMETER_";
  for (const char c : setting) {
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return EnvironmentVariable(name);
}

void Complete(const Setting& setting, const std::string& label, std::vector<std::string>& values) {
  if (values.empty() && !setting.fallback.empty()) values = {setting.fallback};
  if (values.size() > 1 && !setting.repeatable) {
    throw UsageError(fmt::format("{} was given {} times; expected once", label, values.size()));
  }
  if (setting.value.empty() && !values.empty() && values[0] != "true" && values[0] != "false") {
    throw UsageError(fmt::format("'{}' is '{}'; expected true or false", setting.name, values[0]));
  }
}

FileSettings ReadSettingsFile(const std::string& path, const Program& program) {
  std::set<std::string> known;
  for (const Command& command : program.commands) {
    for (const Setting& setting : command.settings) {
      if (!setting.flag_only && !setting.positional) known.insert(setting.name);
    }
  }
  FileSettings file;
  try {
    std::ifstream in(PathOf(path), std::ios::binary);
    if (!in) {
      throw UsageError(
          fmt::format("'config' is '{}', which cannot be read: {}", path, std::strerror(errno)));
    }
    const toml::table root = toml::parse(in, path);
    for (const auto& [key, node] : root) {
      const std::string name(key.str());
      const auto kind = std::ranges::find(program.tables, name, &Table::name);
      if (kind != program.tables.end()) {
        if (!node.is_table()) {
          throw UsageError(fmt::format(
              "{}, line {}: '{}' is a {}; expected tables [{}.NAME]", path, key.source().begin.line,
              name, toml::impl::node_type_friendly_names[static_cast<std::size_t>(node.type())],
              name));
        }
        for (const auto& [title, table] : *node.as_table()) {
          file.tables.push_back(TableOf(path, *kind, std::string(title.str()), table));
        }
      } else if (known.contains(name)) {
        file.values[name] = ValuesOf(name, node);
      } else {
        for (const Table& table : program.tables) known.insert(table.name);
        RefuseKey(path, key, "", known);
      }
    }
  } catch (const toml::parse_error& error) {
    throw UsageError(fmt::format("{}, line {}: {}", path, error.source().begin.line,
                                 std::string(error.description())));
  }
  return file;
}

}  // namespace plotmeter
