#include "collector/enrol/enrol.h"

#include <gtest/gtest.h>
#ifndef _WIN32
#include <sys/stat.h>
#endif

#include <filesystem>
#include <fstream>

#include "common/private_file.h"
#include "tests/fakes/fake_portal.h"
#include "tests/fakes/scratch.h"

namespace plotmeter {
namespace {

class EnrolTest : public testing::Test {
 protected:
  EnrolTest()
      : directory_(Scratch() + "/plotmeter_enrol_" +
                   testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(directory_);
    code_.portal = portal_.thumbprint();
    code_.secret = Secret(RandomBytes(16));
    portal_.otherwise = [this](const FakePortal::Asked& asked) { return Answer(asked); };
  }
  ~EnrolTest() override { std::filesystem::remove_all(directory_); }

  EnrolWishes Wishes() {
    return {.directory = directory_,
            .portal_url = "https://portal.example",
            .ca_file = "ca.pem",
            .code = code_.ToText(),
            .name = "print room",
            .version = "0.1.0",
            .system = "Linux x86_64"};
  }

  // As the portal answers: one code makes one collector, again and again for the same key.
  PortalAnswer Answer(const FakePortal::Asked& asked) {
    if (asked.path == "/api/v1/keys") {
      return FakePortal::Http(200, "application/jose", portal_.KeysJws());
    }
    const auto request = ReadEnrolmentRequest(
        asked.body,
        {.decryption = [this](const std::string&) { return std::optional(portal_.encryption); },
         .signer = {}});
    EXPECT_TRUE(request);
    EXPECT_EQ(request->secret.Reveal(), code_.secret.Reveal());
    EXPECT_EQ(request->name, "print room");
    seen_keys_.push_back(Thumbprint(*request->key));
    request_.emplace(EnrolmentRequest{.before = request->before,
                                      .before_site = request->before_site,
                                      .rotation = request->rotation});
    return FakePortal::Http(200, "application/jose",
                            WriteEnrolled({.portal = portal_.thumbprint(),
                                           .collector = collector_,
                                           .key = seen_keys_.back(),
                                           .site = "Main street",
                                           .site_id = site_,
                                           .at = FromMillis(1'795'338'000'000)},
                                          portal_.signing));
  }
  std::string WhyNot() {
    try {
      Enrol(portal_, Wishes());
    } catch (const EnrolError& error) {
      EXPECT_FALSE(LoadIdentity(directory_)) << "nothing may be saved";
      return error.what();
    }
    return "it enrolled";
  }
  void Refuse(const std::string& check, bool signed_by_portal) {
    portal_.script.push_back([this](const auto& asked) { return Answer(asked); });
    portal_.script.push_back([=, this](const auto& asked) {
      Json problem = {{"status", 403}, {"check", check}, {"detail", "words of the portal"}};
      if (signed_by_portal) {
        problem["signed"] = SignRefusal({.portal = portal_.thumbprint(),
                                         .sealed_sha256 = Base64Url(Sha256(asked.body)),
                                         .status = 403,
                                         .check = check,
                                         .detail = "words of the portal",
                                         .at = FromMillis(1'795'338'000'000)},
                                        portal_.signing);
      }
      return FakePortal::Http(403, "application/problem+json", JsonText(problem));
    });
  }

  FakePortal portal_;
  std::string directory_;
  EnrolmentCode code_;
  std::string collector_ = "col_7Q2M9K4T";
  std::string site_ = "sit_00000001";
  std::optional<EnrolmentRequest> request_;
  std::vector<std::string> seen_keys_;
};

TEST_F(EnrolTest, BecomesACollector) {
  const Identity identity = Enrol(portal_, Wishes());
  EXPECT_EQ(identity.collector, "col_7Q2M9K4T");
  const std::optional<Identity> loaded = LoadIdentity(directory_);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->portal_url, "https://portal.example");
  EXPECT_EQ(loaded->portal, portal_.thumbprint());
  EXPECT_EQ(loaded->site, "Main street");
  EXPECT_EQ(loaded->ca_file, "ca.pem");
  EXPECT_EQ(loaded->keys.encryption.at(0), portal_.encryption.public_key());
  EXPECT_EQ(Thumbprint(LoadKey(directory_)->public_key()), seen_keys_.at(0));
  EXPECT_EQ(ExposureOf(directory_ + "/key.pem"), "");
}

TEST_F(EnrolTest, SpeaksTheSecretToNobodyElse) {
  FakePortal stranger;
  stranger.otherwise = [&](const FakePortal::Asked&) {
    return FakePortal::Http(200, "application/jose", stranger.KeysJws());
  };
  try {
    Enrol(stranger, Wishes());
    FAIL();
  } catch (const EnrolError& error) {
    EXPECT_NE(std::string(error.what()).find("not the portal that made this code"),
              std::string::npos);
  }
  EXPECT_EQ(stranger.asked.size(), 1U) << "only the keys were asked for";
  EXPECT_FALSE(LoadIdentity(directory_));
}

TEST_F(EnrolTest, LosesNothingWithALostAnswer) {
  portal_.script.push_back([this](const auto& asked) { return Answer(asked); });
  portal_.script.push_back([this](const auto& asked) {
    Answer(asked);
    return FakePortal::Trouble(PortalSeen::kTimedOut);
  });
  EXPECT_EQ(WhyNot(), "https://portal.example is timed out: trouble");
  EXPECT_EQ(Enrol(portal_, Wishes()).collector, "col_7Q2M9K4T");
  ASSERT_EQ(seen_keys_.size(), 2U);
  EXPECT_EQ(seen_keys_[0], seen_keys_[1]) << "the key was on disk before the code was used";
}

TEST_F(EnrolTest, NamesAMistypedCode) {
  EnrolWishes wishes = Wishes();
  std::string typed = wishes.code.Reveal();
  typed[20] = typed[20] == 'A' ? 'B' : 'A';
  wishes.code = Secret(typed);
  try {
    Enrol(portal_, wishes);
    FAIL();
  } catch (const EnrolError& error) {
    EXPECT_TRUE(std::string(error.what()).starts_with("'code' is mistyped")) << error.what();
    EXPECT_EQ(std::string(error.what()).find(typed.substr(4, 10)), std::string::npos);
  }
  EXPECT_TRUE(portal_.asked.empty());
}

TEST_F(EnrolTest, SaysWhyThePortalRefused) {
  Refuse("code-expired", true);
  EXPECT_EQ(WhyNot(), "enrolment was refused (403): the code has expired; ask for a new one");
  Refuse("code-used", true);
  EXPECT_EQ(WhyNot(),
            "enrolment was refused (403): the code was already used by another collector; ask for "
            "a new one");
  Refuse("code-unknown", false);
  EXPECT_EQ(WhyNot(),
            "enrolment was refused (403): the portal does not know this code; is it of another "
            "portal? (said without the portal's signature)");
  Refuse("something-new", true);
  EXPECT_EQ(WhyNot(), "enrolment was refused (403): words of the portal");
}

TEST_F(EnrolTest, SaysThatThePortalIsNotOne) {
  portal_.otherwise = [](const auto&) { return FakePortal::Http(404, "text/html", "no"); };
  EXPECT_EQ(WhyNot(),
            "https://portal.example/api/v1/keys answered 404; is this a Plotmeter portal?");
}

TEST_F(EnrolTest, BelievesNoAnswerOfAnotherKey) {
  const PrivateKey stranger = PrivateKey::Generate();
  portal_.script.push_back([this](const auto& asked) { return Answer(asked); });
  portal_.script.push_back([&](const auto&) {
    return FakePortal::Http(200, "application/jose",
                            WriteEnrolled({.portal = portal_.thumbprint(),
                                           .collector = "col_evil0000",
                                           .key = Thumbprint(LoadKey(directory_)->public_key()),
                                           .at = FromMillis(1'795'338'000'000)},
                                          stranger));
  });
  EXPECT_NE(WhyNot().find("not signed by the portal"), std::string::npos);
}

TEST_F(EnrolTest, StaysWhoItWasWithTheWordOfItsOldKey) {
  const Identity first = Enrol(portal_, Wishes());
  const PrivateKey old = *LoadKey(directory_);
  EnrolWishes wishes = Wishes();
  int retired = 0;
  wishes.spool.retire = [&](const Identity& before, const PrivateKey& key) {
    EXPECT_EQ(before.collector, first.collector);
    EXPECT_EQ(key.public_key(), old.public_key());
    ++retired;
    return std::vector<StreamMark>{{"4b1c0a52-9c1d-4c63-8f9d-6d1b7a3c2e10", 41}};
  };
  wishes.spool.move = [] { FAIL() << "nothing has to move"; };
  const Identity again = Enrol(portal_, wishes);
  EXPECT_EQ(again.collector, first.collector);
  EXPECT_EQ(retired, 1);
  const PrivateKey next = *LoadKey(directory_);
  EXPECT_NE(next.public_key(), old.public_key());
  EXPECT_EQ(again.key, Thumbprint(next.public_key()));
  EXPECT_FALSE(LoadNextKey(directory_));
  ASSERT_TRUE(request_);
  EXPECT_EQ(request_->before, first.collector);
  EXPECT_EQ(request_->before_site, "sit_00000001");
  const auto word = ReadKeyRotation(request_->rotation);
  ASSERT_TRUE(word);
  EXPECT_EQ(*word->old, old.public_key());
  EXPECT_EQ(*word->key, next.public_key());
  EXPECT_EQ(word->last.at(0).sequence, 41);
}

TEST_F(EnrolTest, LosesNothingWithALostAnswerWhenItEnrolsAgain) {
  Enrol(portal_, Wishes());
  const std::string old = seen_keys_.at(0);
  portal_.script.push_back([this](const auto& asked) { return Answer(asked); });
  portal_.script.push_back([this](const auto& asked) {
    Answer(asked);
    return FakePortal::Trouble(PortalSeen::kTimedOut);
  });
  EXPECT_THROW(Enrol(portal_, Wishes()), EnrolError);
  EXPECT_EQ(Thumbprint(LoadKey(directory_)->public_key()), old) << "it is not settled";
  Enrol(portal_, Wishes());
  EXPECT_EQ(seen_keys_.at(1), seen_keys_.at(2)) << "the same key asks again";
  EXPECT_EQ(Thumbprint(LoadKey(directory_)->public_key()), seen_keys_.at(2));
  // The identity names the next key, and the machine dies before the file has its name.
  std::filesystem::rename(directory_ + "/key.pem", directory_ + "/next-key.pem");
  EXPECT_EQ(Thumbprint(LoadKey(directory_)->public_key()), seen_keys_.at(2));
}

TEST_F(EnrolTest, LetsTheOldKeySignOnWhereThePortalRefusesTheNext) {
  Enrol(portal_, Wishes());
  for (const bool is_signed : {true, false}) {
    Refuse("code-expired", is_signed);
    EnrolWishes wishes = Wishes();
    int reinstated = 0;
    wishes.spool.reinstate = [&](const PrivateKey&) { ++reinstated; };
    EXPECT_THROW(Enrol(portal_, wishes), EnrolError);
    EXPECT_EQ(reinstated, is_signed ? 1 : 0) << "who does not sign has decided nothing";
    EXPECT_EQ(Thumbprint(LoadKey(directory_)->public_key()), seen_keys_.at(0));
  }
}

TEST_F(EnrolTest, TakesWhatWaitsAlongAsAnotherCollectorOfTheSite) {
  Enrol(portal_, Wishes());
  std::filesystem::remove(directory_ + "/key.pem");
  collector_ = "col_00000000";
  int moved = 0;
  EnrolWishes wishes = Wishes();
  wishes.spool.move = [&] {
    ++moved;
    EXPECT_EQ(LoadIdentity(directory_)->collector, "col_7Q2M9K4T") << "first the spool";
  };
  EXPECT_EQ(Enrol(portal_, wishes).collector, "col_00000000");
  EXPECT_EQ(moved, 1);
  EXPECT_TRUE(request_->rotation.empty());
  EXPECT_EQ(request_->before, "col_7Q2M9K4T");
}

TEST_F(EnrolTest, GivesTheReadingsOfOneSiteToNoOther) {
  Enrol(portal_, Wishes());
  Refuse("other-site", true);
  try {
    Enrol(portal_, Wishes());
    FAIL();
  } catch (const EnrolError& error) {
    EXPECT_NE(std::string(error.what()).find("is for another site"), std::string::npos);
  }
  site_ = "sit_00000002";  // a portal that does not look
  EXPECT_THROW(Enrol(portal_, Wishes()), EnrolError);
  EXPECT_EQ(LoadIdentity(directory_)->site_id, "sit_00000001");

  FakePortal other;
  other.otherwise = [&](const FakePortal::Asked&) {
    return FakePortal::Http(200, "application/jose", other.KeysJws());
  };
  code_.portal = other.thumbprint();
  EXPECT_THROW(Enrol(other, Wishes()), EnrolError);
  ASSERT_EQ(other.asked.size(), 1U);
  EXPECT_EQ(other.asked[0].path, "/api/v1/keys") << "it is told nothing";
}

#ifndef _WIN32  // by modes of files; on Windows key_file_test
TEST_F(EnrolTest, UsesNoKeyThatIsOpenToOthers) {
  Enrol(portal_, Wishes());
  ASSERT_EQ(chmod((directory_ + "/key.pem").c_str(), 0640), 0);
  try {
    LoadKey(directory_);
    FAIL() << "the group may read the key";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("chmod 600 " + directory_ + "/key.pem"),
              std::string::npos)
        << error.what();
  }
  ASSERT_EQ(chmod((directory_ + "/key.pem").c_str(), 0600), 0);
  EXPECT_TRUE(LoadKey(directory_));
}
#endif

TEST_F(EnrolTest, BelievesNoIdentityThatWasEdited) {
  Identity identity = Enrol(portal_, Wishes());
  identity.portal = Thumbprint(PrivateKey::Generate().public_key());
  SaveIdentity(directory_, identity);
  EXPECT_THROW(LoadIdentity(directory_), std::runtime_error);
  std::ofstream(directory_ + "/identity.json") << "{";
  EXPECT_THROW(LoadIdentity(directory_), std::runtime_error);
  std::ofstream(directory_ + "/key.pem") << "no key";
  EXPECT_THROW(LoadKey(directory_), std::runtime_error);
}

}  // namespace
}  // namespace plotmeter
