#include "collector/upload/heart.h"

#include <gtest/gtest.h>

#include "tests/collector/spool/spool_fixture.h"
#include "tests/fakes/fake_portal.h"

namespace plotmeter {
namespace {

class HeartTest : public SpoolFixture {
 protected:
  HeartTest() : spool_(Open()) {
    SpoolFixture::portal_ = portal_.thumbprint();  // for whom batches are cut
    identity_ = {.portal = portal_.thumbprint(),
                 .collector = "col_7Q2M9K4T",
                 .keys = portal_.keys,
                 .key = key_};
    portal_.otherwise = [this](const FakePortal::Asked& asked) { return Hear(asked); };
  }

  // As a portal does that has `has_` of the stream.
  PortalAnswer Hear(const FakePortal::Asked& asked) {
    EXPECT_EQ(asked.method + " " + asked.path, "POST /api/v1/heartbeats");
    const HeardHeartbeat heard = ReadHeartbeat(asked.body, portal_.Opener(key_.public_key()));
    EXPECT_EQ(heard.check, HeardHeartbeat::Check::kRight) << heard.detail;
    said_ = heard.heartbeat;
    has_.portal = portal_.thumbprint();
    has_.collector = said_.collector;
    has_.sha256 = heard.sha256;
    has_.at = clock_.Now() - ahead_;
    has_.heard = said_.nonce == nonce_;
    if (has_.heard) nonce_ = Base64Url(RandomBytes(16));
    has_.nonce = nonce_;
    return FakePortal::Http(200, "application/jose", WriteHeartbeatAnswer(has_, portal_.signing));
  }
  Heart MakeHeart() {
    return Heart(spool_, portal_, clock_, identity_, [this] {
      ++refreshed_;
      const bool newer = portal_.keys.version > identity_.keys.version;
      identity_.keys = portal_.keys;
      return newer;
    });
  }
  // Batches 1 to `count`, each with its receipt.
  void Send(int count) {
    for (int i = 1; i <= count; ++i) {
      spool_.Keep(ReadingOf(i, clock_.Now()));
      const auto batch = spool_.Cut(signer());
      hashes_[batch->sequence] = batch->sha256;
      spool_.Receipted(batch->batch, "receipt");
    }
  }
  void Has(std::int64_t unbroken, std::int64_t highest, std::vector<std::int64_t> missing = {}) {
    has_.unbroken = unbroken;
    has_.unbroken_sha256 = unbroken > 0 ? hashes_[unbroken] : "";
    has_.highest = highest;
    has_.missing = std::move(missing);
  }
  // The sequences that wait to be sent, in their order.
  std::string Waiting() {
    std::string words;
    while (const auto batch = spool_.Next()) {
      words += (words.empty() ? "" : " ") + std::to_string(batch->sequence);
      spool_.Receipted(batch->batch, "again");
    }
    return words;
  }

  FakePortal portal_;
  Spool spool_;
  UploadIdentity identity_;
  std::map<std::int64_t, std::string> hashes_;
  HeartbeatAnswer has_;
  Heartbeat said_;
  std::string nonce_ = Base64Url(std::string(16, 'n'));
  milliseconds ahead_{0};
  int refreshed_ = 0;
};

TEST_F(HeartTest, SaysHowItIsAndLearnsTheNonce) {
  Heart heart = MakeHeart();
  Send(2);
  Has(2, 2);
  spool_.Keep(ReadingOf(9, clock_.Now()));
  const HeartbeatStep step = heart.Beat({.version = "0.1.0",
                                         .known = 3,
                                         .answering = 2,
                                         .asleep = 1,
                                         .disk = "low",
                                         .troubles = {"disk"}});
  EXPECT_TRUE(step.answered) << step.trouble;
  EXPECT_EQ(portal_.asked.size(), 2U) << "the first without a nonce";
  EXPECT_EQ(said_.sequence, 2);
  EXPECT_EQ(said_.sha256, hashes_[2]);
  EXPECT_EQ(said_.readings, 1);
  EXPECT_EQ(said_.known + said_.answering + said_.asleep, 6);
  EXPECT_EQ(said_.disk, "low");
  EXPECT_TRUE(heart.Beat({}).answered);
  EXPECT_EQ(portal_.asked.size(), 3U) << "the nonce is known now";
}

TEST_F(HeartTest, SendsAgainWhatARestoredPortalForgotWhateverReceiptsItHolds) {
  Heart heart = MakeHeart();
  Send(7);
  Has(3, 5, {4});
  const HeartbeatStep step = heart.Beat({});
  EXPECT_EQ(step.resent, 3);
  EXPECT_EQ(Waiting(), "4 6 7");
  Has(7, 7);
  EXPECT_EQ(heart.Beat({}).resent, 0);
  EXPECT_EQ(Waiting(), "");
}

// The collector went on in a new stream after a restore, and now the portal is restored, too.
TEST_F(HeartTest, SendsAgainWhatARestoredPortalForgotOfEarlierStreams) {
  Heart heart = MakeHeart();
  Send(4);
  const std::string before = spool_.stream();
  spool_.NewStream("restored");
  Send(1);
  Has(1, 1);
  EXPECT_EQ(heart.Beat({}).resent, 0) << "an older portal says nothing of it";
  ASSERT_EQ(said_.earlier.size(), 1U);
  EXPECT_EQ(said_.earlier[0].stream, before);
  EXPECT_EQ(said_.earlier[0].sequence, 4);
  has_.earlier = {{.stream = before, .unbroken = 1, .highest = 3, .missing = {2}}};
  EXPECT_EQ(heart.Beat({}).resent, 2);
  EXPECT_EQ(Waiting(), "2 4");
  has_.earlier = {{.stream = before, .unbroken = 4, .highest = 4},
                  {.stream = "0c7f6a11-2b3d-4e5f-8a9b-1c2d3e4f5a6b"}};
  EXPECT_EQ(heart.Beat({}).resent, 0);
  EXPECT_TRUE(spool_.EarlierStreams(10, "another", "col_7Q2M9K4T").empty());
  EXPECT_TRUE(spool_.EarlierStreams(10, portal_.thumbprint(), "col_OTHER").empty());
  clock_.Advance(std::chrono::days(36));
  spool_.ForgetOld();
  heart.Beat({});
  EXPECT_TRUE(said_.earlier.empty()) << "nothing of it could be sent again";
}

TEST_F(HeartTest, CountsNotToTheEndOfASequenceThatWasTornOnTheDisk) {
  Send(2);
  Database(directory_ + "/spool.db", Database::Mode::kReadWrite)
      .Execute("UPDATE stream SET next_sequence = 1099511627776");
  Has(0, 0);
  EXPECT_EQ(MakeHeart().Beat({}).resent, 2);
  EXPECT_EQ(Waiting(), "1 2");
}

TEST_F(HeartTest, SendsEverythingAgainToAPortalThatKnowsNothing) {
  Heart heart = MakeHeart();
  Send(3);
  Has(0, 0);
  EXPECT_EQ(heart.Beat({}).resent, 3);
  EXPECT_EQ(Waiting(), "1 2 3");
}

TEST_F(HeartTest, SendsNothingAgainThatWasNeverSent) {
  Heart heart = MakeHeart();
  Send(2);
  Has(2, 2);
  spool_.Keep(ReadingOf(9, clock_.Now()));
  ASSERT_TRUE(spool_.Cut(signer()));
  EXPECT_EQ(heart.Beat({}).resent, 0);
  EXPECT_EQ(Waiting(), "3");
}

TEST_F(HeartTest, NamesInTheNextVoidWhatIsTooOldToBeKept) {
  Heart heart = MakeHeart();
  Send(2);
  clock_.Advance(std::chrono::days(36));
  spool_.ForgetOld();
  Has(0, 0);
  EXPECT_EQ(heart.Beat({}).resent, 0);
  spool_.Keep(ReadingOf(9, clock_.Now()));
  EXPECT_EQ(Opened(*spool_.Cut(signer())).voided.size(), 2U);
}

TEST_F(HeartTest, OpensANewStreamWhenThePortalHasMoreOfItThanWeHave) {
  Heart heart = MakeHeart();
  Send(2);
  const std::string before = spool_.stream();
  Has(2, 5);
  EXPECT_TRUE(heart.Beat({}).new_stream);
  EXPECT_NE(spool_.stream(), before);
}

TEST_F(HeartTest, OpensANewStreamWhenThePortalHasAnotherBatchThere) {
  Heart heart = MakeHeart();
  Send(2);
  hashes_[2] = Base64Url(Sha256("another"));
  Has(2, 2);
  EXPECT_TRUE(heart.Beat({}).new_stream);
}

TEST_F(HeartTest, MeasuresHowFarTheClockIsOff) {
  Heart heart = MakeHeart();
  ahead_ = std::chrono::minutes(12);
  heart.Beat({});
  EXPECT_EQ(spool_.stream_end().offset_ms, 12 * 60 * 1000);
}

TEST_F(HeartTest, TakesForTroubleWhatThePortalDidNotSignAboutThisHeartbeat) {
  Send(3);
  Has(0, 0);
  const auto forged = [this](const std::function<void(HeartbeatAnswer&)>& change,
                             const PrivateKey& by) {
    return [=, this](const FakePortal::Asked& asked) {
      Hear(asked);
      change(has_);
      return FakePortal::Http(200, "application/jose", WriteHeartbeatAnswer(has_, by));
    };
  };
  const auto nothing = [](HeartbeatAnswer&) {};
  const std::function<PortalAnswer(const FakePortal::Asked&)> answers[] = {
      [](const auto&) { return FakePortal::Trouble(PortalSeen::kTimedOut); },
      [](const auto&) { return FakePortal::Http(200, "text/html", "<html>sign in</html>"); },
      [](const auto&) { return FakePortal::Http(401, "application/problem+json", "{}"); },
      [](const auto&) { return FakePortal::Http(204, "", ""); },
      forged(nothing, PrivateKey::Generate()),
      forged([](HeartbeatAnswer& a) { a.sha256 = Base64Url(Sha256("another")); }, portal_.signing),
      forged([](HeartbeatAnswer& a) { a.collector = "col_OTHER"; }, portal_.signing),
      forged([](HeartbeatAnswer& a) { a.portal = a.sha256; }, portal_.signing),
  };
  for (const auto& answer : answers) {
    Heart heart = MakeHeart();
    portal_.script.push_back(answer);
    const HeartbeatStep step = heart.Beat({});
    EXPECT_FALSE(step.answered);
    EXPECT_FALSE(step.trouble.empty());
    EXPECT_FALSE(step.wait);
    EXPECT_EQ(step.resent, 0);
  }
  EXPECT_EQ(Waiting(), "");
}

TEST_F(HeartTest, FetchesKeysThatThePortalHasMeanwhile) {
  Heart heart = MakeHeart();
  has_.keys = 1;
  EXPECT_TRUE(heart.Beat({}).answered);
  EXPECT_EQ(refreshed_, 0) << "they are known";
  has_.keys = 2;
  EXPECT_TRUE(heart.Beat({}).answered);
  EXPECT_EQ(refreshed_, 1);
}

TEST_F(HeartTest, AsksAgainWhenThePortalSignsWithAnotherKey) {
  Heart heart = MakeHeart();
  portal_.signing = PrivateKey::Generate();
  portal_.RotateEncryption(2);
  portal_.script.push_back([this](const FakePortal::Asked&) {
    return FakePortal::Http(200, "application/jose", WriteHeartbeatAnswer(has_, portal_.signing));
  });
  has_.portal = identity_.portal;
  heart.Beat({});
  EXPECT_EQ(refreshed_, 1);
  EXPECT_EQ(portal_.asked.size(), 2U) << "once more, with the keys of now";
}

TEST_F(HeartTest, WaitsAsLongAsThePortalAsks) {
  Heart heart = MakeHeart();
  portal_.script.push_back([](const auto&) {
    PortalAnswer busy = FakePortal::Http(503, "application/problem+json", "{}");
    busy.retry_after = seconds(120);
    return busy;
  });
  EXPECT_EQ(heart.Beat({}).wait, milliseconds(seconds(120)));
}

TEST_F(HeartTest, KnocksOnceAnHourWhenItIsNotKnownAnyMore) {
  Heart heart = MakeHeart();
  portal_.script.push_back([this](const FakePortal::Asked& asked) {
    const RefusalNote note{.portal = portal_.thumbprint(),
                           .sealed_sha256 = Base64Url(Sha256(asked.body)),
                           .status = 401,
                           .check = "revoked",
                           .at = clock_.Now()};
    return FakePortal::Http(401, "application/problem+json",
                            JsonText({{"signed", SignRefusal(note, portal_.signing)}}));
  });
  const HeartbeatStep step = heart.Beat({});
  EXPECT_EQ(step.wait, milliseconds(kKnockEvery));
  EXPECT_EQ(step.trouble, NotKnownAnyMore("refused: revoked"));
}

TEST_F(HeartTest, FetchesKeysWhenThePortalRetiredItsOwn) {
  Heart heart = MakeHeart();
  portal_.RotateEncryption(2);
  portal_.script.push_back([this](const FakePortal::Asked& asked) {
    const RefusalNote note{.portal = portal_.thumbprint(),
                           .sealed_sha256 = Base64Url(Sha256(asked.body)),
                           .status = 400,
                           .check = "key-retired",
                           .at = clock_.Now()};
    return FakePortal::Http(400, "application/problem+json",
                            JsonText({{"signed", SignRefusal(note, portal_.signing)}}));
  });
  EXPECT_TRUE(heart.Beat({}).answered);
  EXPECT_EQ(refreshed_, 1);
}

TEST_F(HeartTest, HandsOnWhatThePortalProposes) {
  Heart heart = MakeHeart();
  Has(0, 0);
  has_.newest = "0.2.0";
  has_.settings = ProposedSettings{4, {{"interval", {"1h"}}}};
  const HeartbeatStep step = heart.Beat({});
  EXPECT_EQ(step.newest, "0.2.0");
  EXPECT_EQ(step.settings, has_.settings);
}

}  // namespace
}  // namespace plotmeter
