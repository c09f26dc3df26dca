// A collector's key for another, and a collector that enrols again.

#include "portal/access/rotations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/jose.h"
#include "portal/access/enrolments.h"
#include "portal/access/heartbeats.h"
#include "proto/enrolment.h"
#include "proto/heartbeat.h"
#include "proto/receipt.h"
#include "proto/rotation.h"
#include "tests/portal/store/fleet.h"

namespace plotmeter {
namespace {

constexpr const char* kStream = "4b1c0a52-9c1d-4c63-8f9d-6d1b7a3c2e10";

std::filesystem::path FreshFolder() {
  const std::filesystem::path path = FreshPath() + ".data";
  std::filesystem::remove_all(path);
  return path;
}

struct FixedClock : Clock {
  Instant Now() const override { return now; }
  Instant now = At("2026-11-10T12:00:00Z");
};

class RotationsTest : public testing::Test {
 protected:
  RotationsTest() {
    collector_ = AddCollector(store_, north_, Thumbprint(key_.public_key()),
                              JsonText(ToJwk(key_.public_key())));
  }

  KeyRotation Said(const std::string& nonce = "") const {
    return {.portal = keys_.thumbprint(),
            .collector = collector_,
            .nonce = nonce,
            .last = {{kStream, 41}},
            .at = clock_.now};
  }
  // "rotated", "nonce", or "401 key-replaced", whose signed word says the same.
  std::string Ask(const KeyRotation& said, const PrivateKey& old, const PrivateKey& next) {
    const std::string body =
        SealKeyRotation(WriteKeyRotation(said, old, next), keys_.newest_encryption());
    const auto result = rotations_.Take(body);
    if (const auto* heard = std::get_if<RotationHeard>(&result)) {
      const auto rotated = ReadKeyRotated(heard->jws, keys_.signing().public_key());
      EXPECT_TRUE(rotated);
      EXPECT_EQ(rotated->key, Thumbprint(next.public_key()));
      EXPECT_EQ(rotated->replaced, Thumbprint(old.public_key()));
      nonce_ = rotated->nonce;
      return rotated->rotated ? "rotated" : "nonce";
    }
    const auto& refused = std::get<SaidRefused>(result);
    const auto note = ReadRefusal(refused.signed_note, keys_.signing().public_key());
    EXPECT_TRUE(note && note->check == refused.check && note->status == refused.status);
    EXPECT_EQ(note->sealed_sha256, Base64Url(Sha256(body)));
    return std::to_string(refused.status) + " " + refused.check;
  }
  // With the portal's nonce at the second try.
  std::string Rotate(const PrivateKey& old, const PrivateKey& next) {
    const std::string first = Ask(Said(), old, next);
    return first == "nonce" ? Ask(Said(nonce_), old, next) : first;
  }

  EnrolmentCode Code(const Tenant& tenant) {
    const auto text =
        enrolments_.Offer(tenant.reseller, tenant.site, std::chrono::days(7), kPortalItself);
    return *EnrolmentCode::Parse(text->Reveal());
  }
  struct Again {
    std::string before = {}, site = {};
    const PrivateKey* old = nullptr;
  };
  // "col_…" or "409 other-site"; `answered_` is the answer.
  std::string Enrol(const EnrolmentCode& code, const PrivateKey& key, const Again& again) {
    EnrolmentRequest request{.secret = code.secret.Copy(),
                             .portal = code.portal,
                             .before = again.before,
                             .before_site = again.site};
    if (again.old != nullptr) {
      KeyRotation said = Said();
      said.collector = again.before;
      request.rotation = WriteKeyRotation(said, *again.old, key);
    }
    const auto result =
        enrolments_.Redeem(WriteEnrolmentRequest(request, key, keys_.newest_encryption()));
    if (const auto* answer = std::get_if<EnrolmentAnswer>(&result)) {
      answered_ = *ReadEnrolled(answer->jws, keys_.signing().public_key());
      return answered_.collector;
    }
    const auto& refused = std::get<EnrolmentRefused>(result);
    return std::to_string(refused.status) + " " + refused.check;
  }

  SqliteStore store_{FreshDatabase()};
  Tenant north_ = AddTenant(store_, "north");
  Tenant south_ = AddTenant(store_, "south");
  Keyring keys_ = Keyring::Create(FreshFolder());
  FixedClock clock_;
  Rotations rotations_{store_, store_, keys_, clock_};
  Enrolments enrolments_{store_, store_, keys_, clock_, {"col_00000000"}};
  PrivateKey key_ = PrivateKey::Generate();
  PrivateKey next_ = PrivateKey::Generate();
  std::string collector_;
  std::string nonce_;
  Enrolled answered_;
};

TEST_F(RotationsTest, TakeTheNextKeyOnceAndAnswerTheSameAgain) {
  EXPECT_EQ(Ask(Said(), key_, next_), "nonce");
  EXPECT_TRUE(store_.CollectorByKey(Thumbprint(key_.public_key()))->next.empty())
      << "without the nonce nothing is done";
  EXPECT_EQ(Ask(Said(nonce_), key_, next_), "rotated");
  EXPECT_EQ(Ask(Said("AAAAAAAAAAAAAAAAAAAAAA"), key_, next_), "rotated") << "the answer was lost";
  const auto old = store_.CollectorByKey(Thumbprint(key_.public_key()));
  ASSERT_TRUE(old);
  EXPECT_EQ(old->collector, collector_);
  EXPECT_EQ(old->next, Thumbprint(next_.public_key()));
  EXPECT_EQ(ReadMarks(old->last), Said().last);
  const auto current = store_.CollectorByKey(Thumbprint(next_.public_key()));
  EXPECT_TRUE(current && current->next.empty() && current->collector == collector_);
  ASSERT_EQ(store_.RetiredKeys(north_.reseller, collector_).size(), 1U);
  EXPECT_TRUE(ReadKeyRotation(store_.RetiredKeys(north_.reseller, collector_)[0].rotation));
  EXPECT_TRUE(store_.RetiredKeys(south_.reseller, collector_).empty());
}

TEST_F(RotationsTest, LetAReplacedKeySayNothingNew) {
  ASSERT_EQ(Rotate(key_, next_), "rotated");
  EXPECT_EQ(Rotate(key_, PrivateKey::Generate()), "401 key-replaced");
  const PrivateKey third = PrivateKey::Generate();
  ASSERT_EQ(Rotate(next_, third), "rotated");
  EXPECT_EQ(Rotate(third, key_), "409 key-taken") << "a key is used once";
  Heartbeats heartbeats(store_, store_, keys_, clock_);
  const auto beat = [&](const PrivateKey& key) {
    const auto heard = heartbeats.Hear(WriteHeartbeat({.portal = keys_.thumbprint(),
                                                       .collector = collector_,
                                                       .at = clock_.now,
                                                       .version = "0.1.0",
                                                       .stream = kStream},
                                                      key, keys_.newest_encryption())
                                           .sealed);
    const auto* refused = std::get_if<SaidRefused>(&heard);
    return refused ? refused->check : "heard";
  };
  EXPECT_EQ(beat(third), "heard");
  EXPECT_EQ(beat(key_), "key-replaced");
}

TEST_F(RotationsTest, AreForTheCollectorItselfOnly) {
  EXPECT_EQ(Rotate(PrivateKey::Generate(), next_), "401 signer");
  KeyRotation said = Said();
  said.collector = "col_ZZZZZZZZ";
  EXPECT_EQ(Ask(said, key_, next_), "422 collector");
  said = Said();
  said.portal = Thumbprint(next_.public_key());
  EXPECT_EQ(Ask(said, key_, next_), "422 portal");
  const PrivateKey theirs = PrivateKey::Generate();
  AddCollector(store_, south_, Thumbprint(theirs.public_key()));
  EXPECT_EQ(Rotate(key_, theirs), "409 key-taken");
  store_.RevokeCollector(north_.reseller, collector_, clock_.now, kPortalItself);
  EXPECT_EQ(Rotate(key_, next_), "401 revoked");
  EXPECT_EQ(std::get<SaidRefused>(rotations_.Take("nonsense")).check, "form");
}

TEST_F(RotationsTest, KeepACollectorThatEnrolsAgainWithItsOldKey) {
  const EnrolmentCode code = Code(north_);
  const Again again{.before = collector_, .site = north_.site, .old = &key_};
  EXPECT_EQ(Enrol(code, next_, again), collector_);
  EXPECT_EQ(answered_.key, Thumbprint(next_.public_key()));
  EXPECT_EQ(answered_.site_id, north_.site);
  EXPECT_EQ(Enrol(code, next_, again), collector_) << "the answer was lost";
  EXPECT_EQ(store_.CollectorByKey(Thumbprint(key_.public_key()))->next,
            Thumbprint(next_.public_key()));
  // The same command once more, long after: the key it has vouches for yet another, and stays.
  const PrivateKey third = PrivateKey::Generate();
  EXPECT_EQ(Enrol(code, third, {.before = collector_, .site = north_.site, .old = &next_}),
            collector_);
  EXPECT_EQ(answered_.key, Thumbprint(next_.public_key()));
  EXPECT_EQ(Enrol(code, third, {}), "409 code-used");
}

TEST_F(RotationsTest, MakeAnotherCollectorOfOneWithoutItsKeyOrRevoked) {
  const std::string lost =
      Enrol(Code(north_), PrivateKey::Generate(), {.before = collector_, .site = north_.site});
  EXPECT_THAT(lost, testing::AllOf(testing::StartsWith("col_"), testing::Ne(collector_)));
  store_.RevokeCollector(north_.reseller, collector_, clock_.now, kPortalItself);
  const std::string revoked =
      Enrol(Code(north_), next_, {.before = collector_, .site = north_.site, .old = &key_});
  EXPECT_THAT(revoked, testing::AllOf(testing::StartsWith("col_"), testing::Ne(collector_)));
  EXPECT_TRUE(store_.CollectorByKey(Thumbprint(key_.public_key()))->revoked);
  EXPECT_FALSE(store_.CollectorByKey(Thumbprint(next_.public_key()))->revoked);
}

TEST_F(RotationsTest, GiveNothingOfOneSiteToAnother) {
  const EnrolmentCode theirs = Code(south_);
  for (const PrivateKey* old : {static_cast<const PrivateKey*>(&key_), {}}) {
    for (const std::string& site : {north_.site, std::string(), south_.site}) {
      EXPECT_EQ(Enrol(theirs, next_, {.before = collector_, .site = site, .old = old}),
                "409 other-site");
    }
  }
  EXPECT_THAT(Enrol(theirs, next_, {}), testing::StartsWith("col_")) << "the code stays good";
}

TEST_F(RotationsTest, LetACollectorThatWasForgottenComeBackAsItself) {
  const PrivateKey old = PrivateKey::Generate();
  const Again again{.before = "col_7Q2M9K4T", .site = north_.site, .old = &old};
  EXPECT_EQ(Enrol(Code(north_), next_, again), "col_7Q2M9K4T");
  EXPECT_EQ(store_.CollectorByKey(Thumbprint(old.public_key()))->collector, "col_7Q2M9K4T")
      << "what the old key signed is believed";
  const PrivateKey thief = PrivateKey::Generate();
  EXPECT_NE(Enrol(Code(north_), PrivateKey::Generate(),
                  {.before = "col_7Q2M9K4T", .site = north_.site, .old = &thief}),
            "col_7Q2M9K4T")
      << "it is there again";
  const PrivateKey gone = PrivateKey::Generate();
  EXPECT_EQ(Enrol(Code(north_), PrivateKey::Generate(),
                  {.before = "col_7Q2M9K5T", .site = south_.site, .old = &gone}),
            "409 other-site");
  EXPECT_EQ(
      Enrol(Code(north_), PrivateKey::Generate(), {.before = "col_7Q2M9K5T", .site = north_.site}),
      "409 other-site")
      << "nothing shows that it was of this site";
  EXPECT_NE(Enrol(Code(north_), PrivateKey::Generate(),
                  {.before = "col_00000000", .site = north_.site, .old = &gone}),
            "col_00000000")
      << "the journal says that it was revoked";
}

TEST_F(RotationsTest, BelieveNoWordOfAnotherKey) {
  EnrolmentRequest request{.secret = Code(north_).secret.Copy(),
                           .portal = keys_.thumbprint(),
                           .before = collector_,
                           .before_site = north_.site};
  request.rotation = WriteKeyRotation(Said(), key_, PrivateKey::Generate());
  const auto result =
      enrolments_.Redeem(WriteEnrolmentRequest(request, next_, keys_.newest_encryption()));
  EXPECT_EQ(std::get<EnrolmentRefused>(result).check, "form") << "it vouches for a third key";
}

}  // namespace
}  // namespace plotmeter
