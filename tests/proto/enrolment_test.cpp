#include "proto/enrolment.h"

#include <gtest/gtest.h>

#include "common/jose.h"
#include "proto/seal.h"

namespace plotmeter {
namespace {

EnrolmentCode Code() {
  return {.portal = Base64Url(std::string(32, 'p')), .secret = Secret(std::string(16, 's'))};
}

TEST(EnrolmentCodeTest, IsTypedAndReadBack) {
  const Secret text = Code().ToText();
  EXPECT_EQ(text.Reveal(),
            "PM1-cHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBzc3Nzc3Nzc3Nzc3Nzc3NzEHySpg");
  for (const std::string& typed :
       {text.Reveal(), "  " + text.Reveal() + "\r\n", "\t" + text.Reveal()}) {
    const auto code = EnrolmentCode::Parse(typed);
    ASSERT_TRUE(code) << typed;
    EXPECT_EQ(code->portal, Code().portal);
    EXPECT_EQ(code->secret.Reveal(), Code().secret.Reveal());
  }
}

TEST(EnrolmentCodeTest, NamesATypingMistakeAsOne) {
  const std::string text = Code().ToText().Reveal();
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string typed = text;
    typed[i] = typed[i] == 'x' ? 'y' : 'x';
    EXPECT_FALSE(EnrolmentCode::Parse(typed)) << typed;
    EXPECT_FALSE(EnrolmentCode::Parse(text.substr(0, i))) << i;
  }
  EXPECT_FALSE(EnrolmentCode::Parse(text + "A"));
  EXPECT_FALSE(EnrolmentCode::Parse("   "));
  EXPECT_THROW((EnrolmentCode{.portal = "short"}.ToText()), std::invalid_argument);
}

TEST(PortalKeysTest, AreBelievedOnlyFromTheKeyThatTheCodeNames) {
  const PrivateKey signing = PrivateKey::Generate();
  const PublicKey first = PrivateKey::Generate().public_key();
  const PublicKey second = PrivateKey::Generate().public_key();
  const PortalKeys keys{.version = 3,
                        .encryption = {first, second},
                        .recovery = Base64Url(std::string(32, 'r')),
                        .issued_at = *ParseInstant("2026-11-22T09:00:00Z")};
  const std::string jws = WriteKeys(keys, signing);
  const auto read = ReadKeys(jws, Thumbprint(signing.public_key()));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->version, 3);
  EXPECT_EQ(*read->signing, signing.public_key());
  EXPECT_EQ(read->encryption, keys.encryption);
  EXPECT_EQ(read->recovery, keys.recovery);
  EXPECT_EQ(read->issued_at, keys.issued_at);
  EXPECT_FALSE(ReadKeys(jws, Thumbprint(first)));
  EXPECT_FALSE(ReadKeys(jws + "x", Thumbprint(signing.public_key())));
  EXPECT_FALSE(ReadKeys("", Thumbprint(signing.public_key())));

  // The right key is named, but another signed.
  const std::string payload = ReadJws(jws)->payload;
  EXPECT_FALSE(ReadKeys(SignJws(kKeysJws, payload, PrivateKey::Generate()),
                        Thumbprint(signing.public_key())));
  EXPECT_FALSE(ReadKeys(SignJws(kEnrolledJws, payload, signing), Thumbprint(signing.public_key())));
  // A portal without an encryption key could be sent nothing.
  EXPECT_FALSE(ReadKeys(WriteKeys({.version = 1, .issued_at = keys.issued_at}, signing),
                        Thumbprint(signing.public_key())));
}

// A portal over the years: its keys document at each step.
class KeysChainTest : public testing::Test {
 protected:
  struct Era {
    PrivateKey signing = PrivateKey::Generate();
    std::int64_t version = 1;
    std::int64_t generation = 0;
    std::vector<std::string> chain = {};

    std::string Document(const std::string& recovery) const {
      return WriteKeys({.version = version,
                        .encryption = {signing.public_key()},
                        .recovery = recovery,
                        .generation = generation,
                        .chain = chain,
                        .issued_at = kAt},
                       signing);
    }
    Era Next(const PrivateKey& by, std::int64_t next_generation) const {
      Era next{.version = version + 1, .generation = next_generation, .chain = chain};
      next.chain.push_back(WriteKeysLink(
          {.signing = next.signing.public_key(), .generation = next_generation, .at = kAt}, by));
      return next;
    }
    Era Rotated() const { return Next(signing, generation); }
  };

  std::optional<PortalKeys> Follow(const Era& era, const Era& known) const {
    const auto keys = ReadKeys(known.Document(recovery()), Thumbprint(known.signing.public_key()));
    return FollowKeys(era.Document(recovery()), KeysTrust::Of(*keys));
  }
  std::string recovery() const { return Thumbprint(recovery_.public_key()); }

  static constexpr Instant kAt{std::chrono::seconds(1'795'338'000)};
  PrivateKey recovery_ = PrivateKey::Generate();
  Era first_;
};

TEST_F(KeysChainTest, LeadsFromAnyEarlierKeyToTodays) {
  const Era second = first_.Rotated();
  const Era third = second.Rotated();
  const Era fourth = third.Rotated();
  for (const Era* known : std::initializer_list<const Era*>{&first_, &second, &third, &fourth}) {
    const auto keys = Follow(fourth, *known);
    ASSERT_TRUE(keys);
    EXPECT_EQ(*keys->signing, fourth.signing.public_key());
  }
  EXPECT_TRUE(ReadKeys(fourth.Document(recovery()), Thumbprint(first_.signing.public_key())))
      << "a code of before leads here, too";
  EXPECT_FALSE(Follow(first_, second)) << "nobody goes back";
  EXPECT_TRUE(IsNewer(*Follow(second, first_), {.version = 1}));
  EXPECT_FALSE(IsNewer(*Follow(second, first_), {.version = 2}));
}

TEST_F(KeysChainTest, IsNoneWithALinkMissingOrForged) {
  const Era second = first_.Rotated();
  Era third = second.Rotated();
  third.chain.erase(third.chain.begin());
  EXPECT_FALSE(Follow(third, first_)) << "the first link is missing";
  EXPECT_TRUE(Follow(third, second));
  const Era stranger = first_.Next(PrivateKey::Generate(), 0);
  EXPECT_FALSE(Follow(stranger, first_)) << "somebody else chose it";
  Era alone;
  EXPECT_FALSE(Follow(alone, first_)) << "nobody chose it";
}

TEST_F(KeysChainTest, TakesTheRecoveryKeysWordOverThatOfAThief) {
  // The thief has the first key, and hurries: versions 2 to 9 are his.
  Era thief = first_.Rotated();
  while (thief.version < 9) thief = thief.Rotated();
  ASSERT_TRUE(Follow(thief, first_)) << "until the recovery key speaks he is the portal";
  const Era honest = first_.Next(recovery_, 1);
  for (const Era* known : std::initializer_list<const Era*>{&first_, &thief}) {
    const auto keys = Follow(honest, *known);
    ASSERT_TRUE(keys);
    EXPECT_TRUE(IsNewer(*keys, {.generation = known->generation, .version = known->version}))
        << "a later generation is newer, whatever its version";
  }
  EXPECT_TRUE(Follow(honest.Rotated(), thief));
  EXPECT_FALSE(Follow(thief, honest));
  EXPECT_FALSE(Follow(thief.Rotated(), honest));
  Era bold = thief.Rotated();
  bold.generation = 1;  // he says so, and nobody's signature does
  EXPECT_FALSE(Follow(bold, honest));
  EXPECT_FALSE(Follow(bold, first_));
}

TEST_F(KeysChainTest, KnowsOnlyTheRecoveryKeyOfTheStart) {
  const PrivateKey other = PrivateKey::Generate();
  EXPECT_FALSE(Follow(first_.Next(other, 1), first_)) << "another recovery key than ours";
  const auto known = ReadKeys(first_.Document(recovery()), Thumbprint(first_.signing.public_key()));
  Era second = first_.Rotated();
  EXPECT_FALSE(FollowKeys(second.Document(Thumbprint(other.public_key())), KeysTrust::Of(*known)))
      << "the signing key cannot replace the recovery key";
  EXPECT_FALSE(FollowKeys(second.Document(""), KeysTrust::Of(*known)));
  // A code says nothing of a recovery key, so codes of a stolen key lead nowhere.
  EXPECT_FALSE(ReadKeys(first_.Next(recovery_, 1).Document(recovery()),
                        Thumbprint(first_.signing.public_key())));
}

class EnrolmentRequestTest : public testing::Test {
 protected:
  OpenKeys Keys() const {
    return {.decryption =
                [this](const std::string& kid) {
                  return kid == Thumbprint(portal_.public_key()) ? std::optional(portal_)
                                                                 : std::nullopt;
                },
            .signer = [](const std::string&) { return std::nullopt; }};
  }

  std::string Written(const PrivateKey& key) const {
    return WriteEnrolmentRequest({.secret = Secret(std::string(16, 's')),
                                  .portal = Base64Url(std::string(32, 'p')),
                                  .name = "Büro",
                                  .version = "0.1.0",
                                  .system = "Linux x86_64"},
                                 key, portal_.public_key());
  }

  PrivateKey portal_ = PrivateKey::Generate();
  PrivateKey collector_ = PrivateKey::Generate();
};

TEST_F(EnrolmentRequestTest, ReachesThePortal) {
  const auto read = ReadEnrolmentRequest(Written(collector_), Keys());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->secret.Reveal(), std::string(16, 's'));
  EXPECT_EQ(read->portal, Base64Url(std::string(32, 'p')));
  EXPECT_EQ(*read->key, collector_.public_key());
  EXPECT_EQ(read->name, "Büro");
  EXPECT_EQ(read->version, "0.1.0");
  EXPECT_EQ(read->system, "Linux x86_64");
}

TEST_F(EnrolmentRequestTest, IsNothingWhenAlteredOrForAnother) {
  const std::string good = Written(collector_);
  for (std::size_t i = 0; i < good.size(); i += 7) {
    std::string bad = good;
    bad[i] = bad[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(ReadEnrolmentRequest(bad, Keys())) << i;
  }
  EXPECT_FALSE(ReadEnrolmentRequest("", Keys()));
  portal_ = PrivateKey::Generate();
  EXPECT_FALSE(ReadEnrolmentRequest(good, Keys()));
}

TEST_F(EnrolmentRequestTest, IsNothingUnlessSignedByTheKeyItHolds) {
  const std::string jws = *OpenPlain(Written(collector_), kEnrolmentJwe, Keys());
  const std::string payload = ReadJws(jws)->payload;
  const auto read = [&](const std::string& inner, std::string_view typ) {
    return ReadEnrolmentRequest(SealPlain(inner, typ, portal_.public_key()), Keys()).has_value();
  };
  EXPECT_TRUE(read(jws, kEnrolmentJwe));
  EXPECT_FALSE(read(jws, kBatchJwe));
  EXPECT_FALSE(read(SignJws(kEnrolmentJws, payload, PrivateKey::Generate()), kEnrolmentJwe));
  EXPECT_FALSE(read(SignJws(kKeysJws, payload, collector_), kEnrolmentJwe));
  EXPECT_FALSE(read(SignJws(kEnrolmentJws, "{}", collector_), kEnrolmentJwe));
  EXPECT_FALSE(read("{}", kEnrolmentJwe));
}

TEST(EnrolledTest, ReadsBackWhatThePortalSigned) {
  const PrivateKey portal = PrivateKey::Generate();
  const Enrolled enrolled{.portal = Thumbprint(portal.public_key()),
                          .collector = "col_7Q2M9K4T",
                          .key = Base64Url(std::string(32, 'k')),
                          .site = "Werk 2",
                          .settings = {{"interval", 900}},
                          .at = *ParseInstant("2026-11-22T09:00:00Z")};
  const std::string jws = WriteEnrolled(enrolled, portal);
  const auto read = ReadEnrolled(jws, portal.public_key());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->portal, enrolled.portal);
  EXPECT_EQ(read->collector, enrolled.collector);
  EXPECT_EQ(read->key, enrolled.key);
  EXPECT_EQ(read->site, enrolled.site);
  EXPECT_EQ(read->settings, enrolled.settings);
  EXPECT_EQ(read->at, enrolled.at);
  EXPECT_FALSE(ReadEnrolled(jws, PrivateKey::Generate().public_key()));
  EXPECT_FALSE(ReadEnrolled(SignJws(kEnrolledJws, "{}", portal), portal.public_key()));
}

}  // namespace
}  // namespace plotmeter
