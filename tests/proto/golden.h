// Golden files of tests/golden/proto. With PLOTMETER_GOLDEN set in the environment they are written
// anew; whoever does so reviews the difference.

#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/paths.h"

namespace plotmeter {

inline const std::string kGolden = SOURCE_ROOT "/tests/golden/proto/";

inline bool IsWritingGolden() { return std::getenv("PLOTMETER_GOLDEN") != nullptr; }

inline std::string ReadFile(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

inline void ExpectGolden(const std::string& file, const std::string& text) {
  if (IsWritingGolden()) std::ofstream(kGolden + file, std::ios::binary) << text;
  EXPECT_EQ(ReadFile(kGolden + file), text) << file;
}

}  // namespace plotmeter
