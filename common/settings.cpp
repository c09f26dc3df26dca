#include "common/settings.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <string_view>
#include <vector>

#include "common/settings_example.h"
#include "common/settings_file.h"
#include "common/suggestion.h"
#include "common/version.h"

namespace plotmeter {
namespace {

using Values = SettingValues;

std::string Label(const Setting& setting) {
  return setting.positional ? setting.value : "--" + setting.name;
}

void Declare(CLI::App& app, const Setting& setting, Values& given) {
  std::string help = setting.help;
  if (!setting.fallback.empty()) help += fmt::format(" [{}]", setting.fallback);
  if (setting.required) help += " (required)";
  std::vector<std::string>& values = given[setting.name];
  if (setting.value.empty()) {
    app.add_flag_callback(
           "--" + setting.name, [&values] { values = {"true"}; }, help)
        ->disable_flag_override();  // --json=3 means nothing
    return;
  }
  CLI::Option* option =
      app.add_option(setting.positional ? setting.name : "--" + setting.name, values, help);
  option->type_name(setting.value);
  option->expected(1);
  if (setting.repeatable) {
    option->expected(-1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    if (!setting.positional) option->allow_extra_args(false);  // one value a flag
  } else {
    option->allow_extra_args(false)->multi_option_policy(CLI::MultiOptionPolicy::Throw);
  }
}

// Flag over variable over file over fallback.
Arguments Resolve(const Command& command, const Values& given, const FileSettings& file) {
  Arguments arguments;
  arguments.tables = file.tables;
  for (const Setting& setting : command.settings) {
    const auto flag = given.find(setting.name);
    const std::optional<std::string> variable =
        setting.flag_only || setting.positional ? std::nullopt : FromEnvironment(setting.name);
    const auto in_file = file.values.find(setting.name);
    std::vector<std::string>& values = arguments.values[setting.name];
    if (flag != given.end() && !flag->second.empty()) {
      values = flag->second;
    } else if (variable) {
      values = {*variable};
    } else if (in_file != file.values.end() && !setting.flag_only) {
      values = in_file->second;
    }
    Complete(setting, Label(setting), values);
    if (setting.required && values.empty()) {
      throw UsageError(fmt::format("{} is missing; expected {} ({})", Label(setting), setting.value,
                                   setting.help));
    }
  }
  return arguments;
}

struct Wired {
  const Command* command = nullptr;
  CLI::App* app = nullptr;
  Values given;
};

std::string FullName(const Program& program, const Command& command) {
  return command.name.empty() ? program.name : program.name + " " + command.name;
}

// A stray word may be a secret whose flag was forgotten: enough of it to find it again.
std::string Stray(const std::string& word) {
  constexpr std::size_t kShown = 16;
  return word.size() <= kShown ? word : word.substr(0, kShown / 2) + "…";
}

// The command, or group of commands, that the words so far have led to.
const CLI::App* Deepest(const CLI::App& root) {
  const CLI::App* deepest = &root;
  while (!deepest->get_subcommands().empty()) deepest = deepest->get_subcommands().front();
  return deepest;
}

// A SHA-256 in base64url (RFC 7515 section 2), which may begin with '-' as no option of that length does.
bool IsDigest(std::string_view word) {
  return word.size() == 43 && std::ranges::all_of(word, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                  c == '-' || c == '_';
         });
}

// "--portal" is an option with a value in one of the commands.
bool TakesAValue(const Program& program, std::string_view word) {
  if (!word.starts_with("--")) return false;
  const auto is_it = [&](const Setting& setting) {
    return !setting.value.empty() && !setting.positional && setting.name == word.substr(2);
  };
  return std::ranges::any_of(program.commands, [&](const Command& command) {
    return std::ranges::any_of(command.settings, is_it);
  });
}

// The words for CLI11, last first: what looks like an option and is none belongs to the option
// before it, as in "--portal=-Xc…", or comes behind "--".
std::vector<std::string> WordsFrom(const Program& program, int argc, char** argv) {
  const auto is_value = [](const std::string& word) {
    return word.starts_with('-') && IsDigest(word);
  };
  std::vector<std::string> words;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (is_value(word) && i > 1 && TakesAValue(program, argv[i - 1])) {
      words.back() += "=" + word;
    } else {
      words.push_back(word);
    }
  }
  const auto values = std::stable_partition(words.begin(), words.end(), std::not_fn(is_value));
  const bool has_end = std::find(words.begin(), values, "--") != values;
  if (values != words.end() && !has_end) words.insert(values, "--");
  std::ranges::reverse(words);
  return words;
}

// "plotmeter-portal reseller add"
std::string NameOf(const CLI::App* app) {
  const CLI::App* parent = app->get_parent();
  return parent == nullptr ? app->get_name() : NameOf(parent) + " " + app->get_name();
}

// What CLI11 could not place: an unknown flag or an unknown command, with a suggestion.
std::string Complaint(const CLI::App& root, const CLI::ParseError& error, int argc, char** argv) {
  const CLI::App* deepest = Deepest(root);
  std::vector<std::string> flags;
  for (const CLI::Option* option : deepest->get_options()) {
    for (const std::string& name : option->get_lnames()) flags.push_back(name);
  }
  std::vector<std::string> commands;
  for (const CLI::App* command : deepest->get_subcommands([](const CLI::App*) { return true; })) {
    commands.push_back(command->get_name());
  }
  const std::set<std::string> known(flags.begin(), flags.end());
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr ||
      dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    for (int i = 1; i < argc; ++i) {
      const std::string word = argv[i];
      if (word.starts_with("--")) {
        const std::string flag = word.substr(2, word.find('=') - 2);
        if (!known.contains(flag) && dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
          return fmt::format("unknown option --{}{}", flag, Suggestion(flag, flags, "--"));
        }
      }
    }
    const std::vector<std::string> extras = root.remaining(true);
    if (!commands.empty()) {
      if (extras.empty()) return "a command is missing";
      return fmt::format("unknown command '{}'{}", Stray(extras.front()),
                         Suggestion(extras.front(), commands));
    }
    if (!extras.empty()) return fmt::format("'{}' was not expected here", Stray(extras.front()));
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    // CLI11 begins with the option: "--timeout: 1 required T missing"
    const std::string words = error.what();
    const std::string option = words.substr(0, words.find(':'));
    return words.ends_with("missing") ? option + " needs a value"
                                      : option + " was given more than once; expected once";
  }
  return error.what();
}

}  // namespace

bool Arguments::Has(const std::string& name) const {
  const auto found = values.find(name);
  return found != values.end() && !found->second.empty();
}

bool Arguments::Switch(const std::string& name) const { return Text(name) == "true"; }

std::string Arguments::Text(const std::string& name) const {
  const auto found = values.find(name);
  return found == values.end() || found->second.empty() ? "" : found->second.front();
}

std::vector<std::string> Arguments::All(const std::string& name) const {
  const auto found = values.find(name);
  return found == values.end() ? std::vector<std::string>{} : found->second;
}

std::vector<Arguments> Arguments::Tables(const std::string& wanted) const {
  std::vector<Arguments> found;
  std::ranges::copy_if(tables, std::back_inserter(found),
                       [&](const Arguments& table) { return table.kind == wanted; });
  return found;
}

std::int64_t Arguments::Number(const std::string& name, std::int64_t low, std::int64_t high) const {
  const std::string text = Text(name);
  std::int64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || stop != text.data() + text.size() || number < low ||
      number > high) {
    const std::string range = high == INT64_MAX ? fmt::format("of at least {}", low)
                                                : fmt::format("from {} to {}", low, high);
    throw UsageError(fmt::format("'{}' is '{}'; expected a whole number {}", name, text, range));
  }
  return number;
}

int RunProgram(const Program& program, int argc, char** argv) {
  CLI::App root(program.summary, program.name);
  root.footer(program.more);
  root.set_help_flag("-h,--help", "show this text and end");
  root.set_version_flag("--version", fmt::format("{} {}", program.name, kVersion),
                        "show the version and end");

  std::vector<std::unique_ptr<Wired>> wired;
  std::string config;
  bool check = false;
  const auto common_options = [&](CLI::App& app) {
    app.add_option("--config", config, "settings file (TOML): a key for every option here")
        ->type_name("FILE");
    app.add_flag("--check", check, "check the settings and end");
  };
  const Command settings_command = SettingsCommand(program);
  std::vector<const Command*> commands;
  for (const Command& command : program.commands) commands.push_back(&command);
  if (!program.file_intro.empty()) commands.push_back(&settings_command);
  for (const Command* listed : commands) {
    const Command& command = *listed;
    auto entry = std::make_unique<Wired>();
    entry->command = &command;
    CLI::App* app = &root;
    std::istringstream words(command.name);
    for (std::string word; words >> word;) {
      CLI::App* next = nullptr;
      for (CLI::App* known : app->get_subcommands([](const CLI::App*) { return true; })) {
        if (known->get_name() == word) next = known;
      }
      if (next == nullptr) {
        const auto group = app == &root ? program.groups.find(word) : program.groups.end();
        next = app->add_subcommand(word, group == program.groups.end() ? "" : group->second)
                   ->require_subcommand(0)
                   ->footer("");
      }
      if (next != app && app != &root) app->require_subcommand(1);
      app = next;
    }
    app->description(command.summary);
    app->footer(command.more);
    for (const Setting& setting : command.settings) Declare(*app, setting, entry->given);
    common_options(*app);
    entry->app = app;
    wired.push_back(std::move(entry));
  }
  if (program.commands.size() > 1) root.require_subcommand(1);

  try {
    root.parse(WordsFrom(program, argc, argv));
  } catch (const CLI::Success& answered) {
    return root.exit(answered);
  } catch (const CLI::ParseError& error) {
    const std::string name = NameOf(Deepest(root));
    std::cerr << name << ": " << Complaint(root, error, argc, argv) << "\nTry '" << name
              << " --help'.\n";
    return 2;
  }

  for (const auto& entry : wired) {
    if (entry->app != &root && !entry->app->parsed()) continue;
    if (!entry->app->get_subcommands().empty()) continue;
    const std::string name = FullName(program, *entry->command);
    try {
      const FileSettings file = config.empty() ? FileSettings{} : ReadSettingsFile(config, program);
      Arguments arguments = Resolve(*entry->command, entry->given, file);
      arguments.file = config;
      if (entry->command->check) entry->command->check(arguments);
      if (check) {
        std::cout << "settings are sound\n";
        return 0;
      }
      if (entry->command == &settings_command) {
        std::cout << (arguments.Switch("now") ? SettingsNow(program, file) : ExampleFile(program));
        return 0;
      }
      return entry->command->run(arguments);
    } catch (const UsageError& error) {
      std::cerr << name << ": " << error.what() << "\nTry '" << name << " --help'.\n";
      return 2;
    } catch (const std::exception& error) {
      std::cerr << name << ": " << error.what() << "\n";
      return 1;
    }
  }
  return 2;
}

}  // namespace plotmeter
