#include "common/settings_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <set>

#include "common/path.h"
#include "common/suggestion.h"
#include "common/system.h"
#include "common/toml.h"

namespace plotmeter {
namespace {

std::string TomlText(const std::string& key, const TomlNode& node) {
  if (node.is_scalar()) return node.text;
  throw UsageError(
      fmt::format("'{}' in the configuration file is a {}; expected text, a whole number, true or "
                  "false, or a list of those",
                  key, node.type));
}

std::vector<std::string> ValuesOf(const std::string& name, const TomlNode& node) {
  if (!node.is_list()) return {TomlText(name, node)};
  std::vector<std::string> values;
  for (const TomlNode& item : node.items) values.push_back(TomlText(name, item));
  return values;
}

[[noreturn]] void RefuseKey(const std::string& path, const std::string& name, unsigned line,
                            const std::string& where, const std::set<std::string>& known) {
  throw UsageError(fmt::format("{}, line {}: '{}'{} is no setting{}", path, line, name, where,
                               Suggestion(name, {known.begin(), known.end()})));
}

bool IsTitle(std::string_view name) {
  constexpr std::size_t kLongest = 64;
  return !name.empty() && name.size() <= kLongest && std::ranges::all_of(name, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_';
  });
}

// [kind.title]
Arguments TableOf(const std::string& path, const Table& kind, const std::string& title,
                  const TomlNode& node) {
  const std::string header = fmt::format("[{}.{}]", kind.name, title);
  if (!node.is_table() || !IsTitle(title)) {
    throw UsageError(fmt::format(
        "{}, line {}: {} cannot be; expected a table [{}.NAME], NAME of letters, digits, '.', '-' "
        "and '_'",
        path, node.line, header, kind.name));
  }
  std::set<std::string> known;
  for (const Setting& setting : kind.settings) known.insert(setting.name);
  Arguments arguments;
  arguments.kind = kind.name;
  arguments.title = title;
  for (const auto& [name, value] : node.members) {
    if (!known.contains(name)) RefuseKey(path, name, value.line, " in " + header, known);
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
  std::ifstream in(PathOf(path), std::ios::binary);
  if (!in) {
    throw UsageError(
        fmt::format("'config' is '{}', which cannot be read: {}", path, std::strerror(errno)));
  }
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const TomlNode root = ParseToml(path, text);
  for (const auto& [name, node] : root.members) {
    const auto kind = std::ranges::find(program.tables, name, &Table::name);
    if (kind != program.tables.end()) {
      if (!node.is_table()) {
        throw UsageError(fmt::format("{}, line {}: '{}' is a {}; expected tables [{}.NAME]", path,
                                     node.line, name, node.type, name));
      }
      for (const auto& [title, table] : node.members) {
        file.tables.push_back(TableOf(path, *kind, title, table));
      }
    } else if (known.contains(name)) {
      file.values[name] = ValuesOf(name, node);
    } else {
      for (const Table& table : program.tables) known.insert(table.name);
      RefuseKey(path, name, node.line, "", known);
    }
  }
  return file;
}

}  // namespace plotmeter
