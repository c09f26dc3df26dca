#include "portal/access/key_changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "common/jose.h"
#include "portal/access/keyring.h"
#include "proto/enrolment.h"
#include "tests/portal/store/fleet.h"

namespace plotmeter {
namespace {

namespace fs = std::filesystem;

class KeyChangesTest : public testing::Test {
 protected:
  KeyChangesTest() {
    fs::remove_all(data_);
    Keyring::Create(data_, recovery_file_);
  }
  // What a collector with this document makes of the portal's document of now.
  std::optional<PortalKeys> Followed(const PortalKeys& known) const {
    return FollowKeys(Keyring::Load(data_).Document(now_), KeysTrust::Of(known));
  }
  PortalKeys Known() const {
    const Keyring keys = Keyring::Load(data_);
    return *ReadKeys(keys.Document(now_), keys.thumbprint());
  }
  std::vector<std::string> Files(const std::string& prefix) const {
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(data_ / "keys")) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with(prefix) && name.ends_with(".pem")) files.push_back(name);
    }
    std::ranges::sort(files);
    return files;
  }

  fs::path data_ = FreshPath() + ".data";
  fs::path recovery_file_ = FreshPath() + ".recovery.pem";
  Instant now_ = At("2026-11-10T12:00:00Z");
};

TEST_F(KeyChangesTest, LetCollectorsFollow) {
  const PortalKeys first = Known();
  EXPECT_EQ(RotateEncryption(data_, now_), 2);
  EXPECT_EQ(Followed(first)->version, 2);
  RotateSigning(data_, now_);
  RotateSigning(data_, now_);
  const auto keys = Followed(first);
  ASSERT_TRUE(keys) << "two changes of the signing key were slept through";
  EXPECT_EQ(keys->version, 4);
  const Keyring now = Keyring::Load(data_);
  EXPECT_EQ(*keys->signing, now.signing().public_key());
  EXPECT_TRUE(now.IsNamed(Thumbprint(*first.signing)));
  EXPECT_TRUE(now.Decryption(Thumbprint(first.encryption[0]))) << "what is under way is opened";
  EXPECT_NE(keys->encryption[0], first.encryption[0]);
  EXPECT_EQ(now.all_signing().size(), 3U);
  EXPECT_THAT(Files("signing"), testing::ElementsAre("signing-3.pem")) << "the old ones are gone";
  for (const auto& entry : fs::directory_iterator(data_ / "keys")) {
    EXPECT_EQ(entry.status().permissions(), fs::perms::owner_read | fs::perms::owner_write)
        << entry.path();
  }
}

TEST_F(KeyChangesTest, AreMadeWhenTheyAreNotedAndNotBefore) {
  const PortalKeys first = Known();
  // A crash after the key was written, before the note.
  WritePrivateFile(data_ / "keys/signing-2.pem", PrivateKey::Generate().ToPem().Reveal());
  EXPECT_EQ(Keyring::Load(data_).thumbprint(), Thumbprint(*first.signing));
  const std::string second = RotateSigning(data_, now_);
  EXPECT_EQ(Keyring::Load(data_).thumbprint(), second);
  EXPECT_TRUE(Followed(first));
  // A crash after the note, before the old key was removed.
  WritePrivateFile(data_ / "keys/signing-9.pem", PrivateKey::Generate().ToPem().Reveal());
  EXPECT_EQ(Keyring::Load(data_).thumbprint(), second);
}

TEST_F(KeyChangesTest, ReplaceALostKeyByTheRecoveryKeyOnly) {
  const PortalKeys first = Known();
  EXPECT_THROW(ReplaceSigning(data_, PrivateKey::Generate(), now_), std::runtime_error);
  fs::remove(data_ / "keys/signing.pem");
  EXPECT_THROW(Keyring::Load(data_), std::runtime_error);
  const std::string second = ReplaceSigning(data_, ReadKey(recovery_file_), now_);
  const auto keys = Followed(first);
  ASSERT_TRUE(keys);
  EXPECT_EQ(Thumbprint(*keys->signing), second);
  EXPECT_EQ(keys->generation, 1);
  EXPECT_NE(keys->encryption[0], first.encryption[0]) << "who has one has the other";
  EXPECT_TRUE(Keyring::Load(data_).IsNamed(Thumbprint(*first.signing)))
      << "batches go on to call the portal so";
  RotateSigning(data_, now_);
  ReplaceSigning(data_, ReadKey(recovery_file_), now_);
  EXPECT_EQ(Followed(first)->generation, 2);
  EXPECT_EQ(Followed(*keys)->generation, 2);
}

TEST_F(KeyChangesTest, OpenNothingThatIsOver400DaysOld) {
  const PortalKeys first = Known();
  RotateEncryption(data_, now_);
  EXPECT_TRUE(DropRetired(data_, now_ + std::chrono::days(399)).empty());
  EXPECT_TRUE(Keyring::Load(data_).Decryption(Thumbprint(first.encryption[0])));
  EXPECT_THAT(DropRetired(data_, now_ + std::chrono::days(400)),
              testing::ElementsAre("encryption-1.pem"));
  EXPECT_FALSE(Keyring::Load(data_).Decryption(Thumbprint(first.encryption[0])));
  EXPECT_EQ(Known().version, 2) << "it never falls";
}

TEST_F(KeyChangesTest, NameTheFileThatIsWrong) {
  std::ofstream(data_ / "keys/changes.ndjson") << "{\"at\":\"yesterday\"}\n";
  try {
    Keyring::Load(data_);
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("changes.ndjson, line 1: 'at' is no instant"));
  }
}

}  // namespace
}  // namespace plotmeter
