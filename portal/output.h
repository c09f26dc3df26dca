// Where a command's result goes: standard output, or a file that appears under its name only when
// it is whole.
//
//    Output output(arguments.Text("output"));       // empty: standard output
//    output.Write(text); …
//    output.Finish();                                // else nothing was written
//
// Throws std::system_error that names the file.

#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace plotmeter {

class Output {
 public:
  explicit Output(std::string path);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void Write(std::string_view text);
  void Finish();

 private:
  std::string part() const { return path_ + ".part"; }
  [[noreturn]] void Fail() const;

  std::string path_;
  std::FILE* file_ = nullptr;
};

}  // namespace plotmeter
