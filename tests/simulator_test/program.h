// Programs as a person would start them: one to talk to, and others run to their end.

#pragma once

#include <string>
#include <vector>

#include "common/json.h"

namespace plotmeter {

struct Ended {
  int code = -1;         // exit code; 128 and more: by a signal
  std::string out = {};  // standard output and error together
};

// Runs to the end, without input.
Ended RunToEnd(const std::vector<std::string>& words);

// A program that answers each line with a line. It is ended by SIGTERM when this dies.
class Talking {
 public:
  explicit Talking(const std::vector<std::string>& words);
  ~Talking();
  Talking(const Talking&) = delete;
  Talking& operator=(const Talking&) = delete;

  std::string ReadLine();  // waits for it; throws std::runtime_error when the program ends instead
  Json Ask(const std::string& line);
  void CloseInput();
  int Wait();  // for its end; the exit code, 128 and more by a signal
  void Signal(int number) const;

 private:
  int pid_ = -1;
  int in_ = -1;   // we write
  int out_ = -1;  // we read
  std::string text_;
};

}  // namespace plotmeter
