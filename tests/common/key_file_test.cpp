#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "common/path.h"
#include "common/private_file.h"
#include "tests/fakes/scratch.h"

namespace plotmeter {
namespace {

using testing::HasSubstr;

std::string BytesOf(const std::string& path) {
  std::ifstream in(PathOf(path), std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void Write(const std::string& path, const std::string& bytes) {
  std::ofstream(PathOf(path), std::ios::binary) << bytes;
}

std::string WhyNotRead(const std::string& path) {
  try {
    ReadKeyFile(path);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "it was read";
}

const std::string kKey("32 octets, a zero \0 among them.\n", 32);

TEST(KeyFileTest, GivesBackWhatWasWritten) {
  const std::string path = Scratch() + "/schl\u00fcssel.key";  // a name that no code page need have
  EXPECT_FALSE(ReadKeyFile(path));
  WriteKeyFile(path, Secret(kKey));
  EXPECT_EQ(ReadKeyFile(path)->Reveal(), kKey);
  WriteKeyFile(path, Secret("another"));
  EXPECT_EQ(ReadKeyFile(path)->Reveal(), "another");
  EXPECT_TRUE(std::filesystem::exists(PathOf(path)));
}

TEST(KeyFileTest, IsOpenToNobodyElse) {
  const std::string path = Scratch() + "/closed.key";
  WriteKeyFile(path, Secret(kKey));
  EXPECT_EQ(ExposureOf(path), "");
}

TEST(PrivateFileTest, SaysWhoElseMayOpenAFile) {
  const std::string path = Scratch() + "/open.toml";
  Write(path, "community = \"blue\"\n");
  std::filesystem::permissions(PathOf(path), std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  EXPECT_NE(ExposureOf(path), "");
  EXPECT_EQ(ExposureOf(Scratch() + "/nothing"), "");
}

#ifdef _WIN32

TEST(KeyFileTest, HasNoKeyOnTheDisk) {
  const std::string path = Scratch() + "/sealed.key";
  WriteKeyFile(path, Secret(kKey));
  const std::string bytes = BytesOf(path);
  EXPECT_THAT(bytes, testing::StartsWith("plotmeter key 1 dpapi\n"));
  EXPECT_EQ(bytes.find("octets"), std::string::npos);
}

TEST(KeyFileTest, RefusesAKeyOfAnotherSystem) {
  const std::string path = Scratch() + "/linux.pem";
  Write(path, "-----BEGIN PRIVATE KEY-----\n");
  EXPECT_THAT(WhyNotRead(path), HasSubstr("linux.pem was not sealed by Windows"));
  Write(path, "plotmeter key 2 dpapi\n...");
  EXPECT_THAT(WhyNotRead(path), HasSubstr("a newer version"));
}

TEST(KeyFileTest, RefusesASealThatWasBroken) {
  const std::string path = Scratch() + "/broken.key";
  Write(path, "plotmeter key 1 dpapi\nno seal");
  EXPECT_THAT(WhyNotRead(path), HasSubstr("cannot be opened by this machine ("));
}

#else

TEST(KeyFileTest, RefusesAKeyOfWindows) {
  const std::string path = Scratch() + "/windows.pem";
  Write(path, "plotmeter key 1 dpapi\n\x01\x02");
  EXPECT_THAT(WhyNotRead(path), HasSubstr("windows.pem was sealed by a Windows machine"));
  EXPECT_EQ(BytesOf(path).size(), 24U) << "it is left as it was";
}

#endif

}  // namespace
}  // namespace plotmeter
