#include "common/settings_example.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <sstream>

namespace plotmeter {
namespace {

constexpr std::size_t kWidth = 100;
constexpr std::ptrdiff_t kMostNamed = 8;  // commands in a heading

bool IsInFile(const Setting& setting) { return !setting.flag_only && !setting.positional; }

// "# " and words, in lines of kWidth.
std::string Comment(const std::string& text) {
  std::string lines;
  std::string line = "#";
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (line.size() + 1 + word.size() > kWidth) {
      lines += line + "\n";
      line = "#";
    }
    line += " " + word;
  }
  return lines + line + "\n";
}

// "Wait so long for an answer." of "wait so long for an answer"
std::string Sentence(std::string text) {
  if (text.empty()) return text;
  // "SNMP port" and "HTTPS" stay; "wait" becomes "Wait".
  if (text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text.ends_with('.') ? text : text + ".";
}

bool IsWholeNumber(const std::string& text) {
  std::int64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return !text.empty() && error == std::errc{} && stop == text.data() + text.size();
}

std::string Toml(const std::string& text, bool is_switch) {
  if (is_switch || IsWholeNumber(text)) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (static_cast<unsigned char>(c) < ' ') {
      quoted += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

std::string Toml(const Setting& setting, const std::vector<std::string>& values) {
  const bool is_switch = setting.value.empty();
  if (!setting.repeatable && values.size() == 1) return Toml(values.front(), is_switch);
  std::string list;
  for (const std::string& value : values) {
    list += (list.empty() ? "" : ", ") + Toml(value, is_switch);
  }
  return "[" + list + "]";
}

std::string Entry(const Setting& setting) {
  std::string text = Comment(Sentence(setting.help) + " " + setting.why);
  std::string value = setting.fallback.empty() ? setting.example : setting.fallback;
  if (value.empty() && setting.value.empty()) value = "false";
  return text + fmt::format("#{} = {}\n\n", setting.name, Toml(setting, {value}));
}

// Every setting that a file may have, once, with the commands that have it: "discover, run".
std::vector<std::pair<const Setting*, std::string>> FileSettingsOf(const Program& program) {
  std::vector<std::pair<const Setting*, std::string>> all;
  for (const Command& command : program.commands) {
    for (const Setting& setting : command.settings) {
      if (!IsInFile(setting)) continue;
      const auto known = std::ranges::find_if(
          all, [&](const auto& entry) { return entry.first->name == setting.name; });
      if (known == all.end()) {
        all.emplace_back(&setting, command.name);
      } else {
        known->second += ", " + command.name;
      }
    }
  }
  return all;
}

}  // namespace

Command SettingsCommand(const Program& program) {
  return {.name = "settings",
          .summary = "Prints a settings file: every setting, its default and its reason.",
          .more = fmt::format(
              "  {0} settings > {0}.toml\n"
              "  {0} settings --now --config {0}.toml    what holds, and where it comes from",
              program.name),
          .settings = {{.name = "now",
                        .help = "print what holds now instead, without secrets, and whether it is "
                                "from a variable, the file or the default",
                        .flag_only = true}}};
}

std::string ExampleFile(const Program& program) {
  std::string text = Comment(program.file_intro) +
                     Comment(fmt::format("Made by `{} settings`.", program.name)) + "\n";
  std::vector<std::string> headings;
  const auto all = FileSettingsOf(program);
  for (const auto& [setting, commands] : all) {
    if (std::ranges::find(headings, commands) == headings.end()) headings.push_back(commands);
  }
  for (const std::string& heading : headings) {
    const auto commands_of = std::ranges::count(heading, ',') + 1;
    text += Comment("---- for " + (commands_of > kMostNamed ? "most commands" : heading)) + "\n";
    for (const auto& [setting, commands] : all) {
      if (commands == heading) text += Entry(*setting);
    }
  }
  for (const Table& table : program.tables) {
    text += Comment("---- " + Sentence(table.help)) + "\n";
    text += fmt::format("#[{}.NAME]\n\n", table.name);
    for (const Setting& setting : table.settings) {
      // What it is was said above; only what stands in tables alone is said here.
      const bool is_known = std::ranges::any_of(
          all, [&](const auto& entry) { return entry.first->name == setting.name; });
      std::string value = setting.fallback.empty() ? setting.example : setting.fallback;
      if (value.empty() && setting.value.empty()) value = "false";
      text += is_known ? fmt::format("#{} = {}\n", setting.name, Toml(setting, {value}))
                       : Entry(setting);
    }
  }
  while (text.ends_with("\n\n")) text.pop_back();
  return text;
}

std::string SettingsNow(const Program& program, const FileSettings& file) {
  std::string text;
  const auto line = [&](const Setting& setting, const std::vector<std::string>& values,
                        std::string_view source) {
    if (values.empty()) {
      text += fmt::format("#{} is not set\n", setting.name);
    } else {
      text += fmt::format(
          "{} = {}  # {}\n", setting.name,
          setting.secret && source != "default" ? Toml("<secret>", false) : Toml(setting, values),
          source);
    }
  };
  for (const auto& [setting, commands] : FileSettingsOf(program)) {
    const std::optional<std::string> variable = FromEnvironment(setting->name);
    const auto in_file = file.values.find(setting->name);
    if (variable) {
      line(*setting, {*variable}, "variable");
    } else if (in_file != file.values.end()) {
      line(*setting, in_file->second, "file");
    } else {
      line(*setting,
           setting->fallback.empty() ? std::vector<std::string>{}
                                     : std::vector<std::string>{setting->fallback},
           "default");
    }
  }
  for (const Arguments& table : file.tables) {
    text += fmt::format("\n[{}.\"{}\"]\n", table.kind, table.title);
    const auto kind = std::ranges::find(program.tables, table.kind, &Table::name);
    for (const Setting& setting : kind->settings) {
      const std::vector<std::string> values = table.All(setting.name);
      if (!values.empty()) {
        const bool is_default = values == std::vector<std::string>{setting.fallback};
        line(setting, values, is_default ? "default" : "file");
      }
    }
  }
  return text;
}

}  // namespace plotmeter
