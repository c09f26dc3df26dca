#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdlib>
#include <system_error>

#include "common/system.h"

namespace plotmeter {

CommandLine::CommandLine(int argc, char** argv) : words_(argv, argv + argc) {
  for (std::string& word : words_) pointers_.push_back(word.data());
  pointers_.push_back(nullptr);
}

std::optional<std::string> EnvironmentVariable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::string SystemName() {
  utsname name{};
  if (uname(&name) != 0) return "unknown";
  return fmt::format("{} {}", name.sysname, name.machine);
}

bool ErrorsGoToATerminal() { return isatty(STDERR_FILENO) == 1; }

std::string ErrorText(int number) { return std::system_category().message(number); }

}  // namespace plotmeter
