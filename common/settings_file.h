// Where settings come from besides flags: the environment, and the file of --config, checked
// against the tables of a program. Only settings.cpp and settings_example.cpp need it.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/settings.h"

namespace plotmeter {

using SettingValues = std::map<std::string, std::vector<std::string>>;

// The variable PLOTMETER_… of a setting; empty when it is not set.
std::optional<std::string> FromEnvironment(const std::string& setting);

// Settings of all commands, and the file's tables.
struct FileSettings {
  SettingValues values = {};
  std::vector<Arguments> tables = {};
};

// One file serves every command of a program, so a key is known if any command has it. Throws
// UsageError that names file, line and key, with a suggestion for a key that nobody knows.
FileSettings ReadSettingsFile(const std::string& path, const Program& program);

// The fallback for what is missing; throws UsageError for what is given twice and can be meant
// once, and for a switch that is neither true nor false. `label` is how people call the setting.
void Complete(const Setting& setting, const std::string& label, std::vector<std::string>& values);

}  // namespace plotmeter
