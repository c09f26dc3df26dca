#include "proto/rotation.h"

#include <gtest/gtest.h>

#include "common/jose.h"
#include "proto/batch.h"

namespace plotmeter {
namespace {

constexpr const char* kStream = "4b1c0a52-9c1d-4c63-8f9d-6d1b7a3c2e10";

class RotationTest : public testing::Test {
 protected:
  std::string Word() const { return WriteKeyRotation(rotation_, old_, next_); }
  OpenKeys Keys(const PublicKey& known, bool revoked = false) const {
    return {.decryption = [this](const std::string& kid) -> std::optional<PrivateKey> {
              if (kid != Thumbprint(portal_.public_key())) return std::nullopt;
              return portal_;
            },
            .signer = [known, revoked](const std::string& kid) -> std::optional<OpenKeys::Signer> {
              if (kid != Thumbprint(known)) return std::nullopt;
              return OpenKeys::Signer{known, revoked};
            }};
  }

  PrivateKey portal_ = PrivateKey::Generate();
  PrivateKey old_ = PrivateKey::Generate();
  PrivateKey next_ = PrivateKey::Generate();
  KeyRotation rotation_{.portal = Base64Url(std::string(32, 'p')),
                        .collector = "col_7Q2M9K4T",
                        .nonce = Base64Url(std::string(16, 'n')),
                        .last = {{kStream, 41}},
                        .at = *ParseInstant("2026-11-29T09:00:00Z")};
};

TEST_F(RotationTest, IsTheWordOfBothKeys) {
  const auto read = ReadKeyRotation(Word());
  ASSERT_TRUE(read);
  EXPECT_EQ(*read->old, old_.public_key());
  EXPECT_EQ(*read->key, next_.public_key());
  EXPECT_EQ(read->collector, "col_7Q2M9K4T");
  EXPECT_EQ(read->nonce, rotation_.nonce);
  EXPECT_EQ(read->last, rotation_.last);
  EXPECT_EQ(read->at, rotation_.at);
}

TEST_F(RotationTest, IsNoneWithoutEitherSignature) {
  const PrivateKey thief = PrivateKey::Generate();
  const auto outer = ReadJws(Word());
  const auto inner = ReadJws(outer->payload);
  // The new key did not agree: somebody claims another's key.
  EXPECT_FALSE(
      ReadKeyRotation(SignJws(kKeyRotationJws, SignJws(kNewKeyJws, inner->payload, thief), old_)));
  // The old one did not: somebody takes a collector over.
  EXPECT_FALSE(ReadKeyRotation(SignJws(kKeyRotationJws, outer->payload, thief)));
  EXPECT_FALSE(ReadKeyRotation(outer->payload));
  EXPECT_FALSE(ReadKeyRotation(SignJws(kNewKeyJws, outer->payload, old_))) << "another typ";
  EXPECT_FALSE(ReadKeyRotation(WriteKeyRotation(rotation_, old_, old_))) << "no other key";
  EXPECT_FALSE(ReadKeyRotation(""));
}

TEST_F(RotationTest, IsOpenedInTheOrderOfTheChecks) {
  const std::string sealed = SealKeyRotation(Word(), portal_.public_key());
  const HeardRotation heard = OpenKeyRotation(sealed, Keys(old_.public_key()));
  ASSERT_EQ(heard.check, SaidCheck::kRight) << heard.detail;
  EXPECT_TRUE(ReadKeyRotation(heard.word)) << "the word stands for itself";
  EXPECT_EQ(heard.rotation.last, rotation_.last);
  EXPECT_EQ(OpenKeyRotation(sealed, Keys(next_.public_key())).check, SaidCheck::kSigner);
  EXPECT_EQ(OpenKeyRotation(sealed, Keys(old_.public_key(), true)).check, SaidCheck::kRevoked);
  EXPECT_EQ(OpenKeyRotation("nonsense", Keys(old_.public_key())).check, SaidCheck::kForm);
  EXPECT_EQ(OpenKeyRotation(std::string(kMaxRotation + 1, 'x'), Keys(old_.public_key())).check,
            SaidCheck::kForm);
  const std::string elsewhere = SealKeyRotation(Word(), next_.public_key());
  EXPECT_EQ(OpenKeyRotation(elsewhere, Keys(old_.public_key())).check, SaidCheck::kKeyRetired);
  const std::string hollow =
      SealKeyRotation(SignJws(kKeyRotationJws, "{}", old_), portal_.public_key());
  EXPECT_EQ(OpenKeyRotation(hollow, Keys(old_.public_key())).check, SaidCheck::kSchema);
}

TEST_F(RotationTest, LeavesToTheOldKeyWhatItSignedBefore) {
  const std::vector<StreamMark> marks = ReadMarks(WriteMarks(rotation_.last));
  EXPECT_TRUE(IsWithin(marks, kStream, 1));
  EXPECT_TRUE(IsWithin(marks, kStream, 41));
  EXPECT_FALSE(IsWithin(marks, kStream, 42));
  EXPECT_FALSE(IsWithin(marks, "00000000-0000-4000-8000-000000000000", 1));
  EXPECT_FALSE(IsWithin({}, kStream, 1)) << "no mark, nothing signed";
  EXPECT_THROW(ReadMarks(R"([{"stream":"x","sequence":1}])"), BatchError);
  EXPECT_THROW(ReadMarks("{"), BatchError);
}

TEST_F(RotationTest, IsAnsweredByThePortalOnly) {
  const KeyRotated rotated{.portal = rotation_.portal,
                           .collector = "col_7Q2M9K4T",
                           .replaced = Thumbprint(old_.public_key()),
                           .key = Thumbprint(next_.public_key()),
                           .sha256 = Base64Url(Sha256(Word())),
                           .rotated = true,
                           .at = rotation_.at};
  EXPECT_EQ(ReadKeyRotated(WriteKeyRotated(rotated, portal_), portal_.public_key()), rotated);
  EXPECT_FALSE(ReadKeyRotated(WriteKeyRotated(rotated, old_), portal_.public_key()));
}

}  // namespace
}  // namespace plotmeter
