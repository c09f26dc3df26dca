#include "collector/upload/uploader.h"

#include <gtest/gtest.h>

#include "tests/collector/spool/spool_fixture.h"
#include "tests/fakes/fake_portal.h"

namespace plotmeter {
namespace {

using Did = UploadStep::Did;

class UploaderTest : public SpoolFixture {
 protected:
  UploaderTest() : spool_(Open()), uploader_(Make()) {
    portal_.otherwise = [this](const FakePortal::Asked& asked) { return Store(asked); };
  }

  Uploader Make() {
    return Uploader(spool_, portal_, clock_, [] { return 1.0; },
                    {.portal = portal_.thumbprint(),
                     .collector = "col_7Q2M9K4T",
                     .keys = portal_.keys,
                     .key = key_,
                     .remember_keys = [this](const std::string& jws, const PortalKeys&) {
                       remembered_ = jws;
                     }});
  }

  struct Came {
    Batch batch;
    std::string sha256;
  };
  Came OpenAsked(const FakePortal::Asked& asked) {
    EXPECT_EQ(asked.method + " " + asked.path, "POST /api/v1/batches");
    EXPECT_EQ(asked.content_type, "application/jose");
    const OpenResult opened = plotmeter::Open(asked.body, portal_.Opener(key_.public_key()));
    EXPECT_EQ(opened.refusal, Refusal::kNone) << opened.detail;
    return {ParseBatch(opened.text.payload, opened.text.names),
            Base64Url(Sha256(opened.text.payload))};
  }
  Receipt ReceiptFor(const FakePortal::Asked& asked) {
    const Came came = OpenAsked(asked);
    return {.portal = portal_.thumbprint(),
            .collector = came.batch.collector,
            .stream = came.batch.stream,
            .batch = came.batch.batch,
            .sequence = came.batch.sequence,
            .sha256 = came.sha256,
            .stored_at = clock_.Now()};
  }
  PortalAnswer Store(const FakePortal::Asked& asked) {
    stored_.push_back(OpenAsked(asked).batch);
    return FakePortal::Http(200, "application/jose",
                            SignReceipt(ReceiptFor(asked), portal_.signing));
  }
  RefusalNote Note(const FakePortal::Asked& asked, int status, const std::string& check) {
    return {.portal = portal_.thumbprint(),
            .collector = "col_7Q2M9K4T",
            .sha256 = OpenAsked(asked).sha256,
            .sealed_sha256 = Base64Url(Sha256(asked.body)),
            .status = status,
            .check = check,
            .at = clock_.Now()};
  }
  PortalAnswer Problem(const RefusalNote& note, const PrivateKey& by) {
    return FakePortal::Http(note.status, "application/problem+json",
                            JsonText({{"status", note.status}, {"signed", SignRefusal(note, by)}}));
  }
  // The next question is refused so.
  void Refuse(int status, const std::string& check) {
    portal_.script.push_back([=, this](const FakePortal::Asked& asked) {
      return Problem(Note(asked, status, check), portal_.signing);
    });
  }
  void Say(std::function<PortalAnswer(const FakePortal::Asked&)> answer) {
    portal_.script.push_back(std::move(answer));
  }
  // Asked whether the portal signs with another key now, it shows the one that is known.
  void SayKeys() {
    Say([this](const FakePortal::Asked& asked) {
      EXPECT_EQ(asked.path, "/api/v1/keys");
      return FakePortal::Http(200, "application/jose", portal_.KeysJws());
    });
  }
  void Keep(int value) { spool_.Keep(ReadingOf(value, clock_.Now())); }

  FakePortal portal_;
  Spool spool_;
  std::string remembered_;
  std::vector<Batch> stored_;
  Uploader uploader_;
};

TEST_F(UploaderTest, SendsWhatWaitsAndForgetsItWithTheReceipt) {
  EXPECT_EQ(uploader_.Step().did, Did::kNothing);
  Keep(433);
  EXPECT_EQ(uploader_.Step().did, Did::kSent);
  EXPECT_EQ(uploader_.Step().did, Did::kNothing);
  ASSERT_EQ(stored_.size(), 1U);
  EXPECT_EQ(stored_[0].readings.size(), 1U);
  EXPECT_EQ(spool_.Outbox().at(0).state, BatchState::kReceipted);
  EXPECT_TRUE(ReadReceipt(spool_.Outbox().at(0).receipt, portal_.signing.public_key()));
}

TEST_F(UploaderTest, SendsTheSameBatchUntilItsReceiptComes) {
  Keep(1);
  Say([this](const auto& asked) {  // stored, but the receipt is lost
    Store(asked);
    return FakePortal::Trouble(PortalSeen::kTimedOut);
  });
  EXPECT_EQ(uploader_.Step().did, Did::kWaits);
  EXPECT_EQ(uploader_.Step().did, Did::kSent);
  ASSERT_EQ(stored_.size(), 2U);
  EXPECT_EQ(stored_[0], stored_[1]);
  EXPECT_NE(portal_.asked[0].body, portal_.asked[1].body) << "sealed afresh each time";
}

TEST_F(UploaderTest, TriesAStaleConnectionOnceMoreAtOnce) {
  Keep(1);
  Say([](const auto&) { return FakePortal::Trouble(PortalSeen::kUnreachable); });
  EXPECT_EQ(uploader_.Step().did, Did::kSent);
  ASSERT_EQ(portal_.asked.size(), 2U);
  EXPECT_EQ(portal_.asked[0].body, portal_.asked[1].body);
}

TEST_F(UploaderTest, BacksOffAndRecovers) {
  Keep(1);
  for (const int expected : {5, 10, 20}) {
    Say([](const auto&) { return FakePortal::Http(500, "text/html", "<h1>Oops</h1>"); });
    const UploadStep step = uploader_.Step();
    EXPECT_EQ(step.did, Did::kWaits);
    EXPECT_EQ(step.wait, seconds(expected));
    EXPECT_EQ(step.trouble, "the answer was 500 without the portal's signature");
  }
  EXPECT_EQ(uploader_.Step().did, Did::kSent);
  Keep(2);
  Say([](const auto&) { return FakePortal::Trouble(PortalSeen::kTimedOut); });
  EXPECT_EQ(uploader_.Step().wait, seconds(5));
}

TEST_F(UploaderTest, ObeysRetryAfter) {
  Keep(1);
  Say([](const auto&) {
    PortalAnswer busy = FakePortal::Http(503, "application/problem+json", "{}");
    busy.retry_after = seconds(42);
    return busy;
  });
  EXPECT_EQ(uploader_.Step().wait, seconds(42));
}

TEST_F(UploaderTest, BelievesNoReceiptThatIsNotThePortals) {
  const PrivateKey stranger = PrivateKey::Generate();
  const auto with = [this](std::function<void(Receipt&)> change, const PrivateKey& by) {
    Say([=, this](const auto& asked) {
      Receipt receipt = ReceiptFor(asked);
      change(receipt);
      return FakePortal::Http(200, "application/jose", SignReceipt(receipt, by));
    });
    if (Thumbprint(by.public_key()) != portal_.thumbprint()) SayKeys();
    EXPECT_EQ(uploader_.Step().did, Did::kWaits);
    EXPECT_EQ(spool_.CountWaiting().batches, 1);
  };
  Keep(1);
  with([](Receipt&) {}, stranger);
  with([](Receipt& r) { r.sha256 = Base64Url(Sha256("other")); }, portal_.signing);
  with([](Receipt& r) { r.batch = NewUuidV4(); }, portal_.signing);
  with([](Receipt& r) { r.stream = NewUuidV4(); }, portal_.signing);
  with([](Receipt& r) { r.sequence = 2; }, portal_.signing);
  with([](Receipt& r) { r.collector = "col_00000000"; }, portal_.signing);
  Say([](const auto&) { return FakePortal::Http(200, "text/html", "captive portal"); });
  EXPECT_EQ(uploader_.Step().did, Did::kWaits);
  EXPECT_EQ(uploader_.Step().did, Did::kSent);
}

TEST_F(UploaderTest, FollowsThePortalToAnotherSigningKey) {
  Keep(1);
  const std::string name = portal_.thumbprint();
  const PrivateKey old = portal_.signing;
  portal_.signing = PrivateKey::Generate();
  portal_.RotateEncryption(2);
  const std::vector<std::string> chain = {
      WriteKeysLink({.signing = portal_.signing.public_key()}, old)};
  const auto receipt = [=, this](const FakePortal::Asked& asked) {
    Receipt said = ReceiptFor(asked);
    said.portal = name;  // as the batch calls it
    return FakePortal::Http(200, "application/jose", SignReceipt(said, portal_.signing));
  };
  portal_.script.push_back([](const auto&) {
    return FakePortal::Http(200, "application/jose",
                            SignReceipt({.batch = "b"}, PrivateKey::Generate()));
  });
  // Nobody whom the old key chose.
  Say([this](const auto&) { return FakePortal::Http(200, "application/jose", portal_.KeysJws()); });
  const UploadStep step = uploader_.Step();
  EXPECT_EQ(step.did, Did::kWaits);
  EXPECT_NE(step.trouble.find("not signed by a key that this collector knows"), std::string::npos)
      << step.trouble;
  EXPECT_TRUE(remembered_.empty());

  portal_.keys.chain = chain;
  portal_.script.push_back([this](const auto&) {
    return FakePortal::Http(200, "application/jose", SignReceipt({.batch = "b"}, portal_.signing));
  });
  Say([this](const auto&) { return FakePortal::Http(200, "application/jose", portal_.KeysJws()); });
  EXPECT_EQ(uploader_.Step().did, Did::kChanged);
  EXPECT_TRUE(ReadJws(remembered_));
  EXPECT_EQ(uploader_.identity().keys.version, 2);
  EXPECT_EQ(uploader_.identity().portal, name) << "it goes by the name it had";
  Say(receipt);
  EXPECT_EQ(uploader_.Step().did, Did::kSent);
}

TEST_F(UploaderTest, CutsAnewWhatAKeyOfBeforeSignedTooLate) {
  Keep(1);
  const auto batch = spool_.Cut(signer());
  ASSERT_TRUE(batch);
  Refuse(401, "key-replaced");
  EXPECT_EQ(uploader_.Step().did, Did::kWaits) << "by its own key it is not known any more";
  key_ = PrivateKey::Generate();
  Uploader with_next = Make();
  portal_.script.push_back([=, this](const FakePortal::Asked& asked) {
    return Problem({.portal = portal_.thumbprint(),
                    .sealed_sha256 = Base64Url(Sha256(asked.body)),
                    .status = 401,
                    .check = "key-replaced",
                    .at = clock_.Now()},
                   portal_.signing);
  });
  EXPECT_EQ(with_next.Step().did, Did::kChanged);
  EXPECT_NE(spool_.stream(), batch->stream);
  EXPECT_EQ(with_next.Step().did, Did::kSent);
  ASSERT_EQ(stored_.size(), 1U);
  EXPECT_EQ(stored_[0].readings.size(), 1U);
}

TEST_F(UploaderTest, SetsAsideWhatIsRefusedForGood) {
  for (const int status : {400, 422}) {
    Keep(status);
    Refuse(status, "schema");
    EXPECT_EQ(uploader_.Step().did, Did::kChanged);
  }
  Keep(3);
  EXPECT_EQ(uploader_.Step().did, Did::kSent);
  ASSERT_EQ(stored_.size(), 1U);
  EXPECT_EQ(stored_[0].sequence, 3);
  ASSERT_EQ(stored_[0].voided.size(), 1U) << "the second batch named the first";
  EXPECT_EQ(stored_[0].voided[0].sequence, 2);
  EXPECT_EQ(stored_[0].voided[0].reason, "refused: schema");
}

TEST_F(UploaderTest, BelievesNoRefusalThatIsNotThePortals) {
  Keep(1);
  const PrivateKey stranger = PrivateKey::Generate();
  for (const int status : {400, 401, 409, 413, 422}) {
    Say([=, this](const auto& asked) { return Problem(Note(asked, status, "fork"), stranger); });
    SayKeys();
    EXPECT_EQ(uploader_.Step().did, Did::kWaits) << status;
    Say([=](const auto&) { return FakePortal::Http(status, "text/plain", "proxy says no"); });
    EXPECT_EQ(uploader_.Step().did, Did::kWaits) << status;
    Say([=, this](const auto& asked) {  // signed, but of another batch
      RefusalNote note = Note(asked, status, "fork");
      note.sha256 = Base64Url(Sha256("other"));
      return Problem(note, portal_.signing);
    });
    EXPECT_EQ(uploader_.Step().did, Did::kWaits) << status;
  }
  EXPECT_EQ(uploader_.Step().did, Did::kSent);
  EXPECT_EQ(stored_.at(0).sequence, 1);
}

TEST_F(UploaderTest, TakesARefusalOfWhatThePortalCouldNotOpen) {
  Keep(1);
  Say([this](const auto& asked) {
    RefusalNote note = Note(asked, 400, "authentication");
    note.sha256 = note.collector = "";
    return Problem(note, portal_.signing);
  });
  EXPECT_EQ(uploader_.Step().did, Did::kChanged);
  EXPECT_EQ(spool_.CountWaiting().aside, 1);
}

TEST_F(UploaderTest, OpensANewStreamAfterAFork) {
  Keep(1);
  Refuse(409, "fork");
  const std::string before = spool_.stream();
  EXPECT_EQ(uploader_.Step().did, Did::kChanged);
  EXPECT_EQ(uploader_.Step().did, Did::kSent);
  EXPECT_NE(stored_.at(0).stream, before);
  EXPECT_EQ(stored_.at(0).sequence, 1);
  EXPECT_EQ(stored_.at(0).readings.size(), 1U);
}

TEST_F(UploaderTest, SetsAsideAConflict) {
  Keep(1);
  Refuse(409, "conflict");
  EXPECT_EQ(uploader_.Step().did, Did::kChanged);
  EXPECT_EQ(spool_.CountWaiting().aside, 1);
}

TEST_F(UploaderTest, CutsAnewWhatIsTooLarge) {
  for (int i = 0; i < 300; ++i) Keep(i);
  Refuse(413, "too-large");
  EXPECT_EQ(uploader_.Step().did, Did::kChanged);
  while (uploader_.Step().did == Did::kSent) {
  }
  EXPECT_GE(stored_.size(), 2U);
  std::size_t readings = 0;
  for (const Batch& batch : stored_) readings += batch.readings.size();
  EXPECT_EQ(readings, 300U);
}

TEST_F(UploaderTest, KeepsKnockingWhenItIsNotEnrolledAnyMore) {
  Keep(1);
  Refuse(401, "revoked");
  const UploadStep step = uploader_.Step();
  EXPECT_EQ(step.did, Did::kWaits);
  EXPECT_EQ(step.wait, seconds(3600));
  EXPECT_NE(step.trouble.find("Enrol it again"), std::string::npos) << step.trouble;
  EXPECT_EQ(spool_.CountWaiting().batches, 1);
}

TEST_F(UploaderTest, FetchesNewKeysWhenItsKeyIsRetired) {
  Keep(1);
  portal_.RotateEncryption(2);
  Say([this](const auto& asked) {  // it cannot be opened: only E can be named
    RefusalNote note{.portal = portal_.thumbprint(),
                     .sealed_sha256 = Base64Url(Sha256(asked.body)),
                     .status = 400,
                     .check = "key-retired",
                     .at = clock_.Now()};
    return Problem(note, portal_.signing);
  });
  std::string shown;
  Say([&, this](const auto& asked) {
    EXPECT_EQ(asked.path, "/api/v1/keys");
    shown = portal_.KeysJws();
    return FakePortal::Http(200, "application/jose", shown);
  });
  EXPECT_EQ(uploader_.Step().did, Did::kChanged);
  EXPECT_EQ(remembered_, shown);
  EXPECT_EQ(uploader_.Step().did, Did::kSent);
}

TEST_F(UploaderTest, NeverGoesBackToOlderKeys) {
  portal_.RotateEncryption(3);
  Uploader uploader = Make();
  Keep(1);
  for (const std::int64_t version : {2, 3}) {
    Refuse(400, "key-retired");
    Say([=, this](const auto&) {
      PortalKeys old = portal_.keys;
      old.version = version;
      return FakePortal::Http(200, "application/jose", WriteKeys(old, portal_.signing));
    });
    EXPECT_EQ(uploader.Step().did, Did::kWaits);
  }
  EXPECT_EQ(remembered_, "");
}

TEST_F(UploaderTest, MeasuresItsClockAgainstThePortals) {
  Keep(1);
  Say([this](const auto& asked) {
    clock_.Advance(seconds(2));  // on the way there and back
    Receipt receipt = ReceiptFor(asked);
    receipt.stored_at = clock_.Now() + seconds(10);
    return FakePortal::Http(200, "application/jose", SignReceipt(receipt, portal_.signing));
  });
  EXPECT_EQ(uploader_.Step().did, Did::kSent);
  Keep(2);
  EXPECT_EQ(uploader_.Step().did, Did::kSent);
  EXPECT_EQ(stored_.at(0).clock.offset_ms, -11'000);
}

TEST_F(UploaderTest, DoesNotMeasureItsClockByAReceiptOfLongAgo) {
  Keep(1);
  Say([](const auto&) { return FakePortal::Trouble(PortalSeen::kTimedOut); });
  uploader_.Step();
  clock_.Advance(std::chrono::hours(5));
  Say([this](const auto& asked) {
    Receipt receipt = ReceiptFor(asked);
    receipt.stored_at = clock_.Now() - std::chrono::hours(5);
    return FakePortal::Http(200, "application/jose", SignReceipt(receipt, portal_.signing));
  });
  EXPECT_EQ(uploader_.Step().did, Did::kSent);
  Keep(2);
  EXPECT_EQ(uploader_.Step().did, Did::kSent);
  EXPECT_EQ(stored_.at(0).clock.offset_ms, std::nullopt);
}

TEST_F(UploaderTest, SendsAgainWhatThePortalMisses) {
  Keep(1);
  uploader_.Step();
  Keep(2);
  Say([this](const auto& asked) {
    Receipt receipt = ReceiptFor(asked);
    receipt.resend = {1};
    return FakePortal::Http(200, "application/jose", SignReceipt(receipt, portal_.signing));
  });
  EXPECT_EQ(uploader_.Step().did, Did::kSent);
  EXPECT_EQ(uploader_.Step().did, Did::kSent);
  ASSERT_EQ(stored_.size(), 2U);
  EXPECT_EQ(stored_[0], stored_[1]);
  EXPECT_EQ(uploader_.Step().did, Did::kNothing);
}

}  // namespace
}  // namespace plotmeter
