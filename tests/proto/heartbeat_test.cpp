#include "proto/heartbeat.h"

#include <gtest/gtest.h>

#include "common/jose.h"
#include "common/json.h"
#include "proto/seal.h"
#include "tests/proto/sample.h"

namespace plotmeter {
namespace {

using Check = HeardHeartbeat::Check;

Heartbeat Sample() {
  return {.portal = Base64Url(std::string(32, 'p')),
          .collector = "col_7Q2M9K4T",
          .nonce = Base64Url(std::string(16, 'n')),
          .at = *ParseInstant("2026-11-22T09:00:03.120Z"),
          .offset_ms = -120,
          .version = "0.1.0",
          .stream = "4b1c2f0e-6f5a-4d0b-9a43-0c3a5be1d7aa",
          .sequence = 41,
          .sha256 = Base64Url(Sha256("P")),
          .readings = 2,
          .batches = 1,
          .known = 9,
          .answering = 7,
          .asleep = 1,
          .disk = "plenty",
          .troubles = {"set-aside", "silent-printers"},
          .settings = SettingsOutcome{3, "refused", "'interval' is '1s'; expected 15m to 24h"},
          .earlier = {{.stream = "0c7f6a11-2b3d-4e5f-8a9b-1c2d3e4f5a6b",
                       .sequence = 17,
                       .sha256 = Base64Url(Sha256("P17"))}}};
}

HeartbeatAnswer SampleAnswer(const PublicKey& portal) {
  return {.portal = Thumbprint(portal),
          .collector = "col_7Q2M9K4T",
          .sha256 = Base64Url(Sha256("heartbeat")),
          .at = *ParseInstant("2026-11-22T09:00:03Z"),
          .nonce = Base64Url(std::string(16, 'm')),
          .heard = true,
          .unbroken = 38,
          .unbroken_sha256 = Base64Url(Sha256("P38")),
          .highest = 40,
          .missing = {39},
          .newest = "0.2.0",
          .settings =
              ProposedSettings{4, {{"interval", {"1h"}}, {"range", {"10.0.0.0/24", "10.0.1.7"}}}},
          .earlier = {{.stream = "0c7f6a11-2b3d-4e5f-8a9b-1c2d3e4f5a6b",
                       .unbroken = 12,
                       .highest = 17,
                       .missing = {13, 15}}}};
}

class HeartbeatTest : public testing::Test {
 protected:
  OpenKeys Keys(bool revoked = false) const {
    return {.decryption = [this](const std::string& kid) -> std::optional<PrivateKey> {
              if (kid != Thumbprint(portal_.public_key())) return {};
              return portal_;
            },
            .signer = [this, revoked](const std::string& kid) -> std::optional<OpenKeys::Signer> {
              if (kid != Thumbprint(collector_.public_key())) return {};
              return OpenKeys::Signer{collector_.public_key(), revoked};
            }};
  }
  std::string Sealed(const std::string& payload, std::string_view jws = kHeartbeatJws,
                     std::string_view jwe = kHeartbeatJwe) const {
    return SealPlain(SignJws(jws, payload, collector_), jwe, portal_.public_key());
  }
  Check Heard(const std::string& sealed) const { return ReadHeartbeat(sealed, Keys()).check; }

  PrivateKey collector_ = PrivateKey::Generate();
  PrivateKey portal_ = PrivateKey::Generate();
};

TEST_F(HeartbeatTest, IsHeardAsItWasSaid) {
  for (Heartbeat said : {Sample(), Heartbeat{.portal = Sample().portal,
                                   .collector = "col_1",
                                   .at = Sample().at,
                                   .stream = Sample().stream}}) {
    const SaidHeartbeat sealed = WriteHeartbeat(said, collector_, portal_.public_key());
    const HeardHeartbeat heard = ReadHeartbeat(sealed.sealed, Keys());
    ASSERT_EQ(heard.check, Check::kRight) << heard.detail;
    EXPECT_EQ(heard.heartbeat, said);
    EXPECT_EQ(heard.sha256, sealed.sha256);
    EXPECT_LT(sealed.sealed.size(), 4096U);
  }
}

TEST_F(HeartbeatTest, SaysItInTheseWords) {
  const SaidHeartbeat said = WriteHeartbeat(Sample(), collector_, portal_.public_key());
  const auto jws = ReadJws(*OpenPlain(said.sealed, kHeartbeatJwe, Keys()));
  ASSERT_TRUE(jws);
  EXPECT_EQ(jws->header.typ, "plotmeter-heartbeat+jws");
  EXPECT_EQ(
      jws->payload,
      R"({"at":"2026-11-22T09:00:03.120Z","collector":"col_7Q2M9K4T","disk":"plenty",)"
      R"("earlier":[{"sequence":17,"sha256":"26aIpZ1h2g-D_Li13xbRS44nz6ovR0jCwhicTZxhpO4",)"
      R"("stream":"0c7f6a11-2b3d-4e5f-8a9b-1c2d3e4f5a6b"}],)"
      R"("nonce":"bm5ubm5ubm5ubm5ubm5ubg","offset_ms":-120,)"
      R"("portal":"cHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHA",)"
      R"("printers":{"answering":7,"asleep":1,"known":9},"sequence":41,"settings":{)"
      R"("outcome":"refused","reason":"'interval' is '1s'; expected 15m to 24h","version":3},)"
      R"("sha256":"XGLgkbjAVl8br60NrVk0J2FDrizO96U4HoraWxqNJtI",)"
      R"("stream":"4b1c2f0e-6f5a-4d0b-9a43-0c3a5be1d7aa",)"
      R"("troubles":["set-aside","silent-printers"],"version":"0.1.0",)"
      R"("waiting":{"alerts":0,"aside":0,"batches":1,"events":0,"jobs":0,"readings":2}})");
}

TEST_F(HeartbeatTest, IsRefusedAtTheCheckItFails) {
  const std::string good = WriteHeartbeat(Sample(), collector_, portal_.public_key()).sealed;
  EXPECT_EQ(Heard(""), Check::kForm);
  EXPECT_EQ(Heard(std::string(kMaxHeartbeat + 1, 'A')), Check::kForm);
  EXPECT_EQ(ReadHeartbeat(good, Keys(true)).check, Check::kRevoked);
  EXPECT_EQ(Heard(WriteHeartbeat(Sample(), PrivateKey::Generate(), portal_.public_key()).sealed),
            Check::kSigner);
  EXPECT_EQ(Heard(WriteHeartbeat(Sample(), collector_, PrivateKey::Generate().public_key()).sealed),
            Check::kKeyRetired);
  EXPECT_EQ(Heard(Sealed("{}")), Check::kSchema);
  EXPECT_EQ(Heard(Sealed("{")), Check::kSchema);
  EXPECT_EQ(Heard(Sealed("{}", kBatchJws)), Check::kForm) << "signed for something else";
  EXPECT_EQ(Heard(Sealed("{}", kHeartbeatJws, kBatchJwe)), Check::kForm);
  for (std::size_t i = 0; i < good.size(); i += 7) {
    std::string bad = good;
    bad[i] = bad[i] == 'A' ? 'B' : 'A';
    EXPECT_NE(Heard(bad), Check::kRight) << i;
  }
}

TEST_F(HeartbeatTest, IsRefusedWhenAMemberIsWrong) {
  const std::string good = JsonText(ParseJson(
      ReadJws(*OpenPlain(WriteHeartbeat(Sample(), collector_, portal_.public_key()).sealed,
                         kHeartbeatJwe, Keys()))
          ->payload));
  ASSERT_EQ(Heard(Sealed(good)), Check::kRight);
  for (const auto& [member, value] : {std::pair<const char*, Json>{"portal", "short"},
                                      {"collector", ""},
                                      {"nonce", "AA"},
                                      {"at", "yesterday"},
                                      {"stream", "no uuid"},
                                      {"sequence", 0},
                                      {"sha256", nullptr},
                                      {"waiting", Json::object()},
                                      {"printers", 4},
                                      {"disk", "A lot"},
                                      {"troubles", {1}},
                                      {"offset_ms", "far"},
                                      {"settings", Json::object()},
                                      {"earlier", {1}},
                                      {"earlier", Json(std::vector<Json>(11, Json::object()))}}) {
    Json json = ParseJson(good);
    json[member] = value;
    EXPECT_EQ(Heard(Sealed(JsonText(json))), Check::kSchema) << member;
  }
}

TEST_F(HeartbeatTest, AnswerReadsBackAndOnlyFromThePortal) {
  const PublicKey key = portal_.public_key();
  for (HeartbeatAnswer answer : {SampleAnswer(key), HeartbeatAnswer{.portal = Thumbprint(key),
                                                    .collector = "col_1",
                                                    .sha256 = SampleAnswer(key).sha256,
                                                    .at = SampleAnswer(key).at,
                                                    .nonce = SampleAnswer(key).nonce}}) {
    EXPECT_EQ(ReadHeartbeatAnswer(WriteHeartbeatAnswer(answer, portal_), key), answer);
  }
  const std::string good = WriteHeartbeatAnswer(SampleAnswer(key), portal_);
  EXPECT_FALSE(ReadHeartbeatAnswer(WriteHeartbeatAnswer(SampleAnswer(key), collector_), key));
  EXPECT_FALSE(ReadHeartbeatAnswer(good + "A", key));
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = bad[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(ReadHeartbeatAnswer(bad, key)) << i;
  }
}

}  // namespace
}  // namespace plotmeter
