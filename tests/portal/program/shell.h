// Runs a command and says what it wrote and how it ended.

#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

namespace plotmeter {

struct Ended {
  std::string output = {};  // standard output and standard error
  int code = -1;
};

inline Ended Shell(const std::string& command) {
  Ended ended;
  std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  std::array<char, 4096> part;
  for (std::size_t size; (size = std::fread(part.data(), 1, part.size(), pipe)) > 0;) {
    ended.output.append(part.data(), size);
  }
  const int status = ::pclose(pipe);
  if (WIFEXITED(status)) ended.code = WEXITSTATUS(status);
  return ended;
}

}  // namespace plotmeter
