#include "collector/upload/key_rotation.h"

#include <gtest/gtest.h>

#include "proto/rotation.h"
#include "tests/collector/spool/spool_fixture.h"
#include "tests/fakes/fake_portal.h"

namespace plotmeter {
namespace {

// A portal that takes keys as the true one does: one nonce at a time, the same answer again.
class KeyRotationTest : public SpoolFixture {
 protected:
  KeyRotationTest() : spool_(Open()) {
    SpoolFixture::portal_ = portal_.thumbprint();
    identity_ = {.portal = portal_.thumbprint(),
                 .collector = "col_7Q2M9K4T",
                 .keys = portal_.keys,
                 .key = key_};
    portal_.otherwise = [this](const FakePortal::Asked& asked) { return Answer(asked); };
  }

  PortalAnswer Answer(const FakePortal::Asked& asked) {
    EXPECT_EQ(asked.path, "/api/v1/rotations");
    const HeardRotation heard = OpenKeyRotation(asked.body, portal_.Opener(key_.public_key()));
    EXPECT_EQ(heard.check, SaidCheck::kRight) << heard.detail;
    const KeyRotation& said = heard.rotation;
    const bool before = taken_ && *taken_->key == *said.key;
    const bool now = !before && said.nonce == nonce_;
    if (now) taken_ = said;
    said_.push_back(said);
    return Rotated({.portal = portal_.thumbprint(),
                    .collector = said.collector,
                    .replaced = Thumbprint(*said.old),
                    .key = Thumbprint(*said.key),
                    .sha256 = Base64Url(Sha256(heard.word)),
                    .rotated = before || now,
                    .nonce = before || now ? "" : nonce_,
                    .at = clock_.Now()});
  }
  PortalAnswer Rotated(const KeyRotated& rotated) const {
    return FakePortal::Http(200, "application/jose", WriteKeyRotated(rotated, portal_.signing));
  }
  PortalAnswer Refused(const FakePortal::Asked& asked, const std::string& check,
                       const PrivateKey& by) const {
    const std::string note = SignRefusal({.portal = portal_.thumbprint(),
                                          .sealed_sha256 = Base64Url(Sha256(asked.body)),
                                          .status = 401,
                                          .check = check,
                                          .detail = "words",
                                          .at = clock_.Now()},
                                         by);
    return FakePortal::Http(401, "application/problem+json", JsonText({{"signed", note}}));
  }
  RotationStep Rotate() {
    return RotateKey(spool_, portal_, clock_, identity_, next_, [this] {
      ++refreshed_;
      identity_.keys = portal_.keys;
      return refreshed_ == 1;
    });
  }
  bool Cuts() {
    spool_.Keep(ReadingOf(++value_, clock_.Now()));
    try {
      return spool_.Cut(signer()).has_value();
    } catch (const KeyRetired&) {
      return false;
    }
  }

  FakePortal portal_;
  Spool spool_;
  UploadIdentity identity_;
  PrivateKey next_ = PrivateKey::Generate();
  std::string nonce_ = Base64Url(std::string(16, 'n'));
  std::optional<KeyRotation> taken_;
  std::vector<KeyRotation> said_;
  int refreshed_ = 0;
  int value_ = 0;
};

TEST_F(KeyRotationTest, NamesTheLastBatchThatTheOldKeySigned) {
  ASSERT_TRUE(Cuts());
  const std::vector<OutboxEntry> before = spool_.Outbox();
  EXPECT_EQ(Rotate().end, RotationEnd::kRotated);
  ASSERT_TRUE(taken_);
  EXPECT_EQ(taken_->last, (std::vector<StreamMark>{{spool_.stream(), 1}}));
  EXPECT_EQ(said_.size(), 2U) << "one to hear the nonce";
  EXPECT_FALSE(Cuts()) << "the old key signs nothing beyond that";
  EXPECT_EQ(spool_.Outbox().size(), before.size());
  EXPECT_EQ(spool_.Next()->sha256, before[0].batch.sha256) << "what was cut stays as it was";
  BatchSigner with_next = signer();
  with_next.key = &next_;
  const auto batch = spool_.Cut(with_next);
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->stream, before[0].batch.stream);
  EXPECT_EQ(Opened(*batch).previous, before[0].batch.sha256) << "the chain goes on";
}

TEST_F(KeyRotationTest, CutsNothingWhileItIsNotKnownWhetherThePortalAgreed) {
  portal_.script.push_back([this](const auto& asked) { return Answer(asked); });
  portal_.script.push_back([this](const auto& asked) {
    Answer(asked);  // it does, and the answer is lost
    return FakePortal::Trouble(PortalSeen::kTimedOut);
  });
  EXPECT_EQ(Rotate().end, RotationEnd::kTrouble);
  EXPECT_FALSE(Cuts());
  Spool other = Open();  // nor after a crash, nor by another process
  EXPECT_TRUE(other.IsRetired(key_.public_key()));
  EXPECT_EQ(Rotate().end, RotationEnd::kRotated);
  EXPECT_EQ(spool_.Retire(signer()), taken_->last) << "where it stopped stands";
}

TEST_F(KeyRotationTest, GoesOnWithTheOldKeyWhereItIsRefused) {
  portal_.script.push_back([this](const auto& asked) { return Answer(asked); });
  portal_.script.push_back(
      [this](const auto& asked) { return Refused(asked, "revoked", portal_.signing); });
  const RotationStep step = Rotate();
  EXPECT_EQ(step.end, RotationEnd::kRefused);
  EXPECT_EQ(step.words, "refused: revoked: words");
  EXPECT_TRUE(Cuts());
}

TEST_F(KeyRotationTest, BelievesNobodyElse) {
  const auto thief = PrivateKey::Generate();
  const auto first = [this] {
    portal_.script.push_back([this](const auto& asked) { return Answer(asked); });
  };
  const std::vector<std::function<PortalAnswer(const FakePortal::Asked&)>> answers = {
      [&](const auto& asked) { return Refused(asked, "revoked", thief); },
      [&](const auto&) { return FakePortal::Http(404, "text/html", "no such page"); },
      [&](const auto&) { return FakePortal::Http(200, "application/jose", "x.y.z"); },
      [&](const auto&) {
        return Rotated({.portal = portal_.thumbprint(),
                        .collector = "col_7Q2M9K4T",
                        .replaced = Thumbprint(key_.public_key()),
                        .key = Thumbprint(next_.public_key()),
                        .sha256 = Base64Url(Sha256("another word")),
                        .rotated = true,
                        .at = clock_.Now()});
      },
  };
  for (const auto& answer : answers) {
    refreshed_ = 1;  // there are no newer keys
    first();
    portal_.script.push_back(answer);
    EXPECT_EQ(Rotate().end, RotationEnd::kTrouble);
    EXPECT_FALSE(Cuts()) << "nothing is settled by that";
  }
  EXPECT_EQ(Rotate().end, RotationEnd::kRotated);
}

TEST_F(KeyRotationTest, DoesNothingAtAPortalThatDoesNotUnderstandIt) {
  portal_.otherwise = [](const auto&) { return FakePortal::Http(404, "text/html", "no"); };
  EXPECT_EQ(Rotate().end, RotationEnd::kTrouble);
  EXPECT_TRUE(Cuts()) << "only a portal that names a nonce can have agreed";
}

TEST_F(KeyRotationTest, FetchesTheKeysOfAPortalThatHasOthers) {
  portal_.RotateEncryption(2);
  portal_.script.push_back(
      [this](const auto& asked) { return Refused(asked, "key-retired", portal_.signing); });
  EXPECT_EQ(Rotate().end, RotationEnd::kRotated);
  EXPECT_EQ(refreshed_, 1);
}

TEST_F(KeyRotationTest, EndsWhereTheNonceIsAlwaysAnother) {
  portal_.otherwise = [this](const FakePortal::Asked& asked) {
    PortalAnswer answer = Answer(asked);
    nonce_ = Base64Url(RandomBytes(16));  // a heartbeat came between
    return answer;
  };
  EXPECT_EQ(Rotate().end, RotationEnd::kTrouble);
  EXPECT_LE(portal_.asked.size(), 6U);
}

}  // namespace
}  // namespace plotmeter
