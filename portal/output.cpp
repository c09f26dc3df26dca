#include "portal/output.h"

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace plotmeter {

Output::Output(std::string path) : path_(std::move(path)) {
  if (path_.empty()) return;
  file_ = std::fopen(part().c_str(), "wb");
  if (file_ == nullptr) Fail();
}

Output::~Output() {
  if (file_ == nullptr) return;
  std::fclose(file_);
  std::remove(part().c_str());
}

void Output::Write(std::string_view text) {
  std::FILE* file = file_ != nullptr ? file_ : stdout;
  if (std::fwrite(text.data(), 1, text.size(), file) != text.size()) Fail();
}

void Output::Finish() {
  if (path_.empty()) {
    if (std::fflush(stdout) != 0) Fail();
    return;
  }
  if (std::fclose(std::exchange(file_, nullptr)) != 0) Fail();
  std::filesystem::rename(part(), path_);
}

void Output::Fail() const {
  throw std::system_error(errno, std::generic_category(),
                          "cannot write " + (path_.empty() ? "standard output" : path_));
}

}  // namespace plotmeter
