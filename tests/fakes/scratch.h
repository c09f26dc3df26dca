// A folder of this test program's own, so that tests may run beside each other; gone when the
// program ends.

#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <stdexcept>
#include <string>

namespace plotmeter {

inline const std::string& Scratch() {
  struct Folder {
    Folder() {
      std::random_device chance;
      do {
        path = testing::TempDir() + "plotmeter-" + std::to_string(chance());
      } while (!std::filesystem::create_directory(path));
    }
    ~Folder() {
      std::error_code ignored;
      std::filesystem::remove_all(path, ignored);
    }
    std::string path = {};
  };
  static const Folder folder;
  return folder.path;
}

}  // namespace plotmeter
