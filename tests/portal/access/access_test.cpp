#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "common/jose.h"
#include "portal/access/enrolments.h"
#include "portal/access/keyring.h"
#include "portal/access/tokens.h"
#include "proto/enrolment.h"
#include "proto/receipt.h"
#include "tests/portal/store/fleet.h"

namespace plotmeter {
namespace {

namespace fs = std::filesystem;

fs::path FreshFolder() {
  const fs::path path = FreshPath() + ".data";
  fs::remove_all(path);
  fs::create_directories(path);
  return path;
}

struct FixedClock : Clock {
  Instant Now() const override { return now; }
  Instant now = At("2026-11-10T12:00:00Z");
};

TEST(KeyringTest, KeepsPrivateKeysToTheirOwner) {
  const fs::path data = FreshFolder();
  const Keyring made = Keyring::Create(data);
  EXPECT_EQ(Keyring::Load(data).thumbprint(), made.thumbprint());
  for (const auto& entry : fs::directory_iterator(data / "keys")) {
    EXPECT_EQ(entry.status().permissions(), fs::perms::owner_read | fs::perms::owner_write)
        << entry.path();
  }
  EXPECT_THROW(Keyring::Create(data), std::runtime_error) << "keys are never overwritten";
  fs::permissions(data / "keys/signing.pem", fs::perms::others_read, fs::perm_options::add);
  EXPECT_THROW(Keyring::Load(data), std::runtime_error);
}

TEST(KeyringTest, NamesTheRecoveryKeyInItsDocumentAndKeepsOnlyItsPublicHalf) {
  const std::filesystem::path data = FreshFolder();
  const std::filesystem::path away = data / "away.pem";
  const Keyring keys = Keyring::Create(data, away);
  ASSERT_TRUE(keys.recovery());
  EXPECT_EQ(ReadKey(away).public_key(), *keys.recovery());
  const auto document = ReadKeys(keys.Document({}), keys.thumbprint());
  ASSERT_TRUE(document);
  EXPECT_EQ(document->recovery, Thumbprint(*keys.recovery()));
  EXPECT_THROW(MakeRecoveryKey(data, data / "another.pem"), std::runtime_error) << "there is one";
  std::filesystem::remove(away);
  EXPECT_TRUE(Keyring::Load(data).recovery()) << "the portal never asks for the private half";
}

TEST(KeyringTest, NamesTheFileThatIsWrong) {
  const fs::path data = FreshFolder();
  Keyring::Create(data);
  std::ofstream(data / "keys/signing.pem") << "no key";
  try {
    Keyring::Load(data);
    FAIL() << "it was loaded";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("keys/signing.pem is no P-256 private key"));
  }
}

TEST(KeyringTest, SealsToTheNewestKeyAndStillOpensWithTheOld) {
  const fs::path data = FreshFolder();
  const Keyring first = Keyring::Create(data);
  const std::string old = Thumbprint(first.newest_encryption());
  WritePrivateFile(data / "keys/encryption-2.pem", PrivateKey::Generate().ToPem().Reveal());
  const Keyring second = Keyring::Load(data);
  EXPECT_NE(Thumbprint(second.newest_encryption()), old);
  EXPECT_TRUE(second.Decryption(old));
  EXPECT_FALSE(second.Decryption("nobody's"));
  const auto read = ReadKeys(second.Document(At("2026-11-10T12:00:00Z")), second.thumbprint());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->version, 2);
  EXPECT_EQ(read->encryption.at(0), second.newest_encryption());
}

class AccessTest : public testing::Test {
 protected:
  SqliteStore store_{FreshDatabase()};
  Tenant north_ = AddTenant(store_, "north");
  Tenant south_ = AddTenant(store_, "south");
  Keyring keys_ = Keyring::Create(FreshFolder());
  FixedClock clock_;
  Enrolments enrolments_{store_, store_, keys_, clock_};

  std::string Request(const EnrolmentCode& code, const PrivateKey& key) {
    return WriteEnrolmentRequest({.secret = code.secret.Copy(),
                                  .portal = code.portal,
                                  .name = "front desk",
                                  .version = "0.1.0",
                                  .system = "Linux x86_64"},
                                 key, keys_.newest_encryption());
  }

  EnrolmentCode Code() {
    const auto text =
        enrolments_.Offer(north_.reseller, north_.site, std::chrono::days(7), kPortalItself);
    return *EnrolmentCode::Parse(text->Reveal());
  }

  // "col_…", or "409 code-used", whose signed word says the same.
  std::string Redeem(const std::string& body) {
    const auto result = enrolments_.Redeem(body);
    if (const auto* answer = std::get_if<EnrolmentAnswer>(&result)) {
      const auto enrolled = ReadEnrolled(answer->jws, keys_.signing().public_key());
      EXPECT_TRUE(enrolled);
      EXPECT_EQ(enrolled->site, "main");
      return enrolled->collector;
    }
    const auto& refused = std::get<EnrolmentRefused>(result);
    const auto note = ReadRefusal(refused.signed_note, keys_.signing().public_key());
    EXPECT_TRUE(note);
    EXPECT_EQ(note->check, refused.check);
    EXPECT_EQ(note->status, refused.status);
    EXPECT_EQ(note->sealed_sha256, Base64Url(Sha256(body)));
    sentences_.insert(refused.detail);
    return std::to_string(refused.status) + " " + refused.check;
  }

  std::set<std::string> sentences_;
};

TEST_F(AccessTest, EnrolsACollectorOnceAndAnswersTheSameKeyAgain) {
  const EnrolmentCode code = Code();
  const PrivateKey key = PrivateKey::Generate();
  const std::string collector = Redeem(Request(code, key));
  EXPECT_THAT(collector, testing::StartsWith("col_"));
  EXPECT_EQ(Redeem(Request(code, key)), collector);
  EXPECT_EQ(Redeem(Request(code, PrivateKey::Generate())), "409 code-used");
  const auto known = store_.CollectorByKey(Thumbprint(key.public_key()));
  ASSERT_TRUE(known);
  EXPECT_EQ(known->reseller, north_.reseller);
  EXPECT_EQ(store_.Collectors(north_.reseller).at(0).name, "front desk");
}

TEST_F(AccessTest, RefusesEachWrongCodeWithItsOwnSentence) {
  const EnrolmentCode mistyped{.portal = keys_.thumbprint(), .secret = Secret(RandomBytes(16))};
  EXPECT_EQ(Redeem(Request(mistyped, PrivateKey::Generate())), "404 code-unknown");
  const EnrolmentCode late = Code();
  clock_.now += std::chrono::days(7);
  EXPECT_EQ(Redeem(Request(late, PrivateKey::Generate())), "410 code-expired");
  const EnrolmentCode used = Code();
  Redeem(Request(used, PrivateKey::Generate()));
  EXPECT_EQ(Redeem(Request(used, PrivateKey::Generate())), "409 code-used");
  EnrolmentCode other = Code();
  other.portal = Thumbprint(PrivateKey::Generate().public_key());
  EXPECT_EQ(Redeem(Request(other, PrivateKey::Generate())), "422 portal");
  EXPECT_EQ(Redeem("nonsense"), "400 form");
  EXPECT_EQ(sentences_.size(), 5u);
}

TEST_F(AccessTest, TakesNoKeyThatIsACollectorsElsewhere) {
  const PrivateKey key = PrivateKey::Generate();
  Redeem(Request(Code(), key));
  const auto text =
      enrolments_.Offer(south_.reseller, south_.site, std::chrono::days(7), kPortalItself);
  EXPECT_EQ(Redeem(Request(*EnrolmentCode::Parse(text->Reveal()), key)), "409 key-taken");
}

TEST_F(AccessTest, OffersCodesForOwnSitesOnly) {
  EXPECT_FALSE(
      enrolments_.Offer(south_.reseller, north_.site, std::chrono::days(7), kPortalItself));
}

TEST_F(AccessTest, StoresNoSecretInClear) {
  const EnrolmentCode code = Code();
  const auto token =
      IssueToken(store_, north_.reseller, {.role = "reseller_admin"}, clock_.now, kPortalItself);
  EXPECT_NE(store_.Codes(north_.reseller).at(0).hash, Base64Url(code.secret.Reveal()));
  EXPECT_EQ(store_.Tokens(north_.reseller).at(0).hash, Base64Url(Sha256(token->text.Reveal())));
}

TEST_F(AccessTest, SignsInByToken) {
  const auto expires = clock_.now + std::chrono::days(1);
  const auto token = IssueToken(store_, north_.reseller,
                                {.role = "customer_viewer",
                                 .customer = north_.customer,
                                 .name = "accounts",
                                 .expires_at = expires},
                                clock_.now, kPortalItself);
  ASSERT_TRUE(token);
  EXPECT_THAT(token->text.Reveal(), testing::StartsWith("pmt_"));
  const auto known = SignIn(store_, store_, token->text.Reveal(), clock_.now);
  ASSERT_TRUE(known);
  EXPECT_EQ(known->reseller, north_.reseller);
  EXPECT_EQ(known->role, "customer_viewer");
  EXPECT_EQ(known->customer, north_.customer);
  EXPECT_FALSE(SignIn(store_, store_, token->text.Reveal(), expires)) << "it has expired";
  EXPECT_FALSE(SignIn(store_, store_, token->text.Reveal() + "x", clock_.now));
  EXPECT_FALSE(SignIn(store_, store_, "", clock_.now));
}

TEST_F(AccessTest, IssuesNoTokenThatMakesNoSense) {
  const auto issue = [&](const std::string& role, const std::string& customer) {
    return IssueToken(store_, north_.reseller, {.role = role, .customer = customer}, clock_.now,
                      kPortalItself);
  };
  EXPECT_THROW(issue("operator", ""), std::invalid_argument);
  EXPECT_THROW(issue("customer_viewer", ""), std::invalid_argument);
  EXPECT_THROW(issue("reseller_admin", north_.customer), std::invalid_argument);
  EXPECT_FALSE(issue("customer_viewer", south_.customer)) << "another tenant's customer";
}

}  // namespace
}  // namespace plotmeter
