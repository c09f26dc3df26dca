// A folder of this test program's own, so that tests may run beside each other; gone when the
// program ends.

#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace plotmeter {

inline const std::string& Scratch() {
  struct Folder {
    Folder() {
      if (mkdtemp(path.data()) == nullptr) throw std::runtime_error("cannot make " + path);
    }
    ~Folder() {
      std::error_code ignored;
      std::filesystem::remove_all(path, ignored);
    }
    std::string path = testing::TempDir() + "plotmeter-XXXXXX";
  };
  static const Folder folder;
  return folder.path;
}

}  // namespace plotmeter
