// What a program learns from the system it runs on, the same everywhere: system_posix.cpp and
// system_windows.cpp answer. All text is UTF-8.
//
//    int main(int argc, char** argv) {
//      CommandLine line(argc, argv);
//      return RunProgram(program, line.argc(), line.argv());
//    }

#pragma once

#include <optional>
#include <string>
#include <vector>

namespace plotmeter {

// The words the program was called with. On Windows those of main() are in the user's code page and
// have lost what it lacks; here they are whole, and the console is told that we speak UTF-8 and
// that it should obey escape sequences (ECMA-48). One, at the beginning of main.
class CommandLine {
 public:
  CommandLine(int argc, char** argv);

  int argc() const { return static_cast<int>(words_.size()); }
  const std::string& word(int index) const { return words_.at(static_cast<std::size_t>(index)); }
  char** argv() { return pointers_.data(); }  // ends with a null pointer

 private:
  std::vector<std::string> words_;
  std::vector<char*> pointers_;
};

// Empty when there is no such variable.
std::optional<std::string> EnvironmentVariable(const std::string& name);

// "Linux x86_64", "Windows 10.0.19045 x86_64".
std::string SystemName();

// Whether somebody reads standard error on a screen, where a line may be drawn anew.
bool ErrorsGoToATerminal();

// The words of the system for one of its error numbers: errno, or what GetLastError() returned.
std::string ErrorText(int number);

}  // namespace plotmeter
