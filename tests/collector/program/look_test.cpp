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

// A machine may start before its resolver: then the addresses that a name leads to are not in the
// walk, and those behind them have other places than when the sweep was cut off.
TEST(LookTest, AsksAnewWhereNamesLedWhenASweepGoesOn) {
  SearchProfile profile;
  profile.ranges = {AddressRange::Parse("range", "10.0.0.0/29")};
  profile.hosts = {{.at = {.host = "10.0.1.7"}}};
  SweepState state{.next = 7};
  for (std::uint64_t place = 0; place < 7; ++place) state.SetTold(place);
  const auto go_on = [&](const Lookup& lookup) { return GoesOnAt(PlanOf(profile, lookup), state); };
  EXPECT_EQ(go_on(SystemLookup).next, 7U) << "addresses have their places";
  profile.hosts.push_back({.at = {.host = "plotter.example.com"}});
  const Lookup finds = [](const std::string&) { return Resolved{.addresses = {{0x0A000102}}}; };
  const Lookup fails = [](const std::string&) { return Resolved{.trouble = "no such name"}; };
  for (const Lookup& lookup : {finds, fails}) {
    const SweepState from = go_on(lookup);
    EXPECT_EQ(from.next, 6U);
    EXPECT_TRUE(from.HasTold(5));
    EXPECT_FALSE(from.HasTold(6));
  }
}

TEST(LookTest, NeverLooksAtLoopbackByItself) {
  for (const AddressRange& range : LocalNetworks()) {
    EXPECT_FALSE(range.Contains(Ipv4{0x7F000001}));
    EXPECT_LE(range.size(), 1022U);
  }
}

}  // namespace
}  // namespace plotmeter
