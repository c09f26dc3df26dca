#include "collector/look.h"

#include <gtest/gtest.h>

namespace plotmeter {
namespace {

TEST(LookTest, WritesOneDocumentedShape) {
  Looked looked{.address = {.host = "10.0.0.7"}};
  looked.fingerprint = {.verdict = Verdict::kLargeFormat,
                        .maker = "HP",
                        .model = "HP DesignJet T1600",
                        .serial = "CN9541H01M",
                        .rule = "a rule"};
  Told piws{.seen = Seen::kAnswered, .at = *ParseInstant("2026-11-22T09:00:01Z")};
  piws.answers.meters.push_back(
      {.meter = "ink.used", .colorant = "cyan", .value = {*Decimal::Parse("433"), "cc"}});
  looked.told = {{ChannelKind::kPiws, piws}, {ChannelKind::kSnmp, {.seen = Seen::kUnreachable}}};
  const Json json = ToJson(looked);
  EXPECT_EQ(json["address"], "10.0.0.7:161");
  EXPECT_EQ(json["verdict"], "large-format");
  EXPECT_EQ(json["channels"], Json::array({"piws"}));
  ASSERT_EQ(json["reading"].size(), 1U) << "one member for each channel that answered";
  EXPECT_EQ(json["reading"]["piws"]["at"], "2026-11-22T09:00:01Z");
  EXPECT_EQ(json["reading"]["piws"]["meters"][0]["value"], "433");
}

TEST(LookTest, ShowsNoReadingOfWhatIsNotMetered) {
  Looked looked{.address = {.host = "10.0.0.8"}};
  looked.fingerprint.verdict = Verdict::kOffice;
  const Json json = ToJson(looked);
  EXPECT_FALSE(json.contains("reading"));
  EXPECT_TRUE(json["maker"].is_null());
  EXPECT_EQ(json["channels"], Json::array({"snmp"}));
  looked.fingerprint.verdict = Verdict::kSilent;
  EXPECT_EQ(ToJson(looked)["channels"], Json::array());
}

TEST(LookTest, NeverLooksAtLoopbackByItself) {
  for (const AddressRange& range : LocalNetworks()) {
    EXPECT_FALSE(range.Contains(Ipv4{0x7F000001}));
    EXPECT_LE(range.size(), 1022U);
  }
}

}  // namespace
}  // namespace plotmeter
