// A program's settings as a file, made from its tables: what the command `settings` prints.
//
//    ExampleFile(program)   every setting once, commented out, with what it is and why:
//                             # Ask again so often. A sleeping card misses the first packet.
//                             #retries = 1
//    SettingsNow(program, file)   what holds now, and where it comes from:
//                             retries = 3  # file
//                             community = "<secret>"  # variable
//
// docs/collector.example.toml and docs/portal.example.toml are the former; a test holds them.

#pragma once

#include <string>

#include "common/settings.h"
#include "common/settings_file.h"

namespace plotmeter {

Command SettingsCommand(const Program& program);

std::string ExampleFile(const Program& program);

// Without the settings of ways that are flags only. Values of secret settings are not in it.
std::string SettingsNow(const Program& program, const FileSettings& file);

}  // namespace plotmeter
