#include "portal/access/keys_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

#include "tests/portal/store/fleet.h"

namespace plotmeter {
namespace {

namespace fs = std::filesystem;

std::string Refused(const fs::path& data) {
  try {
    const KeysLock lock = KeysLock::ToChange(data);
    return "";
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

TEST(KeysLockTest, LetsSeveralReadAndOneChange) {
  const fs::path data = FreshPath() + ".data";
  EXPECT_THAT(Refused(data), testing::HasSubstr("cannot read")) << "there is none yet";
  fs::create_directories(data / "keys");
  {
    const KeysLock reading = KeysLock::ToRead(data);
    const KeysLock another = KeysLock::ToRead(data);
    EXPECT_THAT(Refused(data), testing::HasSubstr("nothing was changed")) << "not beneath a backup";
  }
  {
    const KeysLock changing = KeysLock::ToChange(data);
    EXPECT_THAT(Refused(data), testing::HasSubstr((data / "keys").string()));
  }
  EXPECT_EQ(Refused(data), "") << "it is given back";
  EXPECT_TRUE(fs::is_empty(data / "keys")) << "a backup copies all that lies there";
}

}  // namespace
}  // namespace plotmeter
