// A program's commands and settings from one table: --help, flags, PLOTMETER_… variables and the
// TOML file come from it. The one door to CLI11.
//
//    Program program{
//        .name = "plotmeter-sim",
//        .summary = "Simulated printers.",
//        .commands = {{.settings = {{.name = "printers", .value = "N", .fallback = "5"}},
//                      .run = [](const Arguments& a) { return Simulate(a.Number("printers")); }}}};
//    return RunProgram(program, argc, argv);
//
// Every setting "packets-per-second" is the flag --packets-per-second, the variable
// PLOTMETER_PACKETS_PER_SECOND and the key `packets-per-second` in the file given by --config; the
// flag wins over the variable, that over the file, that over the fallback. An unknown flag, command
// or key ends with exit code 2 and a suggestion. With Program::file_intro there is a command
// `settings` too: a file with every setting, its default and its reason (settings_example.h).

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace plotmeter {

// The user asked for something that cannot be meant: exit code 2.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Setting {
  std::string name = {};      // "packets-per-second"; without "--"
  std::string value = {};     // how --help calls its value, "N"; empty: a switch
  std::string fallback = {};  // the default as text; empty: none
  std::string help = {};
  std::string why = {};      // for the file: why that is the default, or when to change it
  std::string example = {};  // for the file, where there is no fallback: a value it may have
  bool repeatable = false;
  bool required = false;
  bool positional = false;  // ADDRESS rather than --address
  bool flag_only = false;   // never from the environment or the file (switches such as --json)
  bool secret = false;      // never printed
};

class Arguments {
 public:
  bool Has(const std::string& name) const;          // given anywhere, or has a fallback
  bool Switch(const std::string& name) const;       // false when absent
  std::string Text(const std::string& name) const;  // "" when absent
  std::vector<std::string> All(const std::string& name) const;
  // A whole number from `low` to `high`; throws UsageError that names the setting, what came and
  // what was expected.
  std::int64_t Number(const std::string& name, std::int64_t low = 0,
                      std::int64_t high = INT64_MAX) const;

  // The file's tables of this kind, in the order of their names.
  std::vector<Arguments> Tables(const std::string& kind) const;

  std::map<std::string, std::vector<std::string>> values = {};
  std::string kind = {};   // of one of the file's tables: "profile"
  std::string title = {};  // and its name: letters, digits, dot, dash and underline
  std::vector<Arguments> tables = {};
  std::string file = {};  // of --config; empty: none
};

struct Command {
  std::string name = {};     // "reseller add"; "" for a program without commands
  std::string summary = {};  // one sentence
  std::string more = {};     // what --help teaches below the options: examples
  std::vector<Setting> settings = {};
  std::function<int(const Arguments&)> run = {};
  // Throws UsageError for values that cannot be meant, and does nothing else: what --check asks,
  // and what is asked before `run`. Absent: any value will do, or `run` alone can tell.
  std::function<void(const Arguments&)> check = {};
};

// A kind of table that the file may hold any number of.
struct Table {
  std::string name = {};  // "profile" for [profile.NAME]
  std::string help = {};  // what the tables are for, in one sentence
  std::vector<Setting> settings = {};
};

struct Program {
  std::string name = {};
  std::string summary = {};
  std::string more = {};
  std::vector<Command> commands = {};
  // What --help says of the first word of commands such as "reseller add", a sentence each.
  std::map<std::string, std::string> groups = {};
  std::vector<Table> tables = {};
  // How the file that `settings` prints begins, for people; empty: there is no such command.
  std::string file_intro = {};
};

// Parses, runs the command, and returns the exit code: 0 done, 1 it failed (an exception; its words
// go to standard error), 2 wrong use. --help and --version answer by themselves; --check parses and
// validates (Command::check), then ends with 0.
int RunProgram(const Program& program, int argc, char** argv);

}  // namespace plotmeter
