#include "collector/look.h"

#include <gmock/gmock.h>
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

class ProfileForTest : public testing::Test {
 protected:
  ProfileForTest() {
    profiles_[1].ranges = {AddressRange::Parse("range", "10.1.0.0/16")};
    profiles_[1].excludes = {AddressRange::Parse("exclude", "10.1.9.0/24")};
    profiles_[2].ranges = {AddressRange::Parse("range", "10.0.0.0-10")};
    profiles_[2].hosts = {{.at = {.host = "10.1.0.7", .port = 1161}, .community = "blue"},
                          {.at = {.host = "plotter.example.com"}, .label = "Archive"}};
  }

  ProfileOfAddress For(const std::string& text, const std::string& access = "") {
    return ProfileFor(
        HostName::Parse("address", text), profiles_, access, [](const std::string& name) {
          return name == "plotter.example.com" ? Resolved{.addresses = {{0x0A050001}}}  // 10.5.0.1
                                               : Resolved{.trouble = "no such name"};
        });
  }

  std::vector<SearchProfile> profiles_ = {{.name = "default"}, {.name = "plant"}, {.name = "shop"}};
};

TEST_F(ProfileForTest, IsTheFirstWhoseRangesOrHostsCoverTheAddress) {
  const ProfileOfAddress plant = For("10.1.0.7");
  EXPECT_EQ(plant.profile.name, "plant");
  EXPECT_EQ(plant.because, "one of its ranges covers the address");
  EXPECT_TRUE(plant.profile.ranges.empty());
  ASSERT_EQ(plant.profile.hosts.size(), 1U) << "that address alone";
  EXPECT_EQ(plant.profile.hosts[0].at.host, "10.1.0.7");
  EXPECT_EQ(For("10.0.0.7").profile.name, "shop");
  EXPECT_EQ(For("10.1.9.7").profile.name, "default") << "excluded there";
  const ProfileOfAddress stranger = For("10.9.0.1");
  EXPECT_EQ(stranger.profile.name, "default");
  EXPECT_EQ(stranger.because, "no ranges or hosts of a profile cover the address");
  profiles_[0].ranges = {AddressRange::Parse("range", "10.0.0.0/8")};
  EXPECT_EQ(For("10.1.0.7").profile.name, "default") << "the first of them";
}

TEST_F(ProfileForTest, IsThatOfTheKnownPrinterWhereNoneOrSeveralCoverIt) {
  const ProfileOfAddress known = For("10.9.0.1", "plant");
  EXPECT_EQ(known.profile.name, "plant");
  EXPECT_EQ(known.because, "the printer known there was found with it");
  EXPECT_EQ(For("10.1.0.7", "shop").profile.name, "shop") << "both cover it";
  EXPECT_EQ(For("10.0.0.7", "plant").profile.name, "shop") << "plant does not any more";
  EXPECT_EQ(For("10.9.0.1", "gone").profile.name, "default");
}

TEST_F(ProfileForTest, TakesWhatTheHostListSaysOfTheAddress) {
  const HostRow listed = For("10.1.0.7", "shop").profile.hosts[0];
  EXPECT_EQ(listed.at.port, 1161);
  EXPECT_EQ(listed.community, "blue");
  EXPECT_EQ(For("10.1.0.7:161", "shop").profile.hosts[0].at.port, 161) << "a person said it";
  const ProfileOfAddress by_name = For("plotter.example.com");
  EXPECT_EQ(by_name.profile.name, "shop");
  EXPECT_EQ(by_name.because, "its hosts name the address");
  const ProfileOfAddress by_address = For("10.5.0.1");
  EXPECT_EQ(by_address.profile.name, "shop") << "where its name leads";
  EXPECT_EQ(by_address.profile.hosts[0].label, "Archive");
  EXPECT_EQ(by_address.profile.hosts[0].at.host, "10.5.0.1") << "what was asked for";
  EXPECT_EQ(For("gone.example.com").profile.name, "default");
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

TEST(LookTest, TakesOfANameWhatASingleHostHas) {
  SearchProfile profile;
  profile.hosts.push_back({.at = {.host = "plotter.example.com"}});
  const auto plan = [&](std::vector<Ipv4> leads_to) {
    return PlanOf(profile, [=](const std::string&) { return Resolved{.addresses = leads_to}; });
  };
  const SweepPlan both = plan({{0x0A000102}, {0}});
  EXPECT_EQ(both.options.addresses.size(), 1U);
  EXPECT_TRUE(both.unresolved.empty()) << "it was found";
  EXPECT_EQ(plan({{0}}).unresolved.size(), 1U);
}

TEST(LookTest, LooksAtTheMachinesNetworksAndOfAWideOneAtThePartAroundIt) {
  const auto at = [](const char* address, int prefix) {
    return LocalNetwork{.address = Ipv4::Parse(address).value_or(Ipv4{}).number, .prefix = prefix};
  };
  const LocalRanges local =
      LocalNetworks({at("127.0.0.1", 8), at("192.168.7.9", 24), at("10.20.31.5", 22),
                     at("10.40.31.5", 21), at("172.16.9.9", 12)});
  ASSERT_EQ(local.ranges.size(), 4U) << "loopback is nobody's network";
  const auto covers = [&](std::size_t i, const char* address) {
    return local.ranges[i].Contains(Ipv4::Parse(address).value_or(Ipv4{}));
  };
  EXPECT_EQ(local.ranges[0].size(), 254U);
  EXPECT_TRUE(covers(0, "192.168.7.1"));
  EXPECT_EQ(local.ranges[1].size(), 1022U) << "a /22 is looked at whole";
  EXPECT_TRUE(covers(1, "10.20.28.1"));
  EXPECT_EQ(local.ranges[2].size(), 254U);
  EXPECT_TRUE(covers(2, "10.40.31.200"));
  EXPECT_FALSE(covers(2, "10.40.30.1"));
  EXPECT_TRUE(covers(3, "172.16.9.1"));
  EXPECT_THAT(local.narrowed,
              testing::ElementsAre(testing::HasSubstr("network 10.40.31.5/21 only the /24"),
                                   testing::HasSubstr("network 172.16.9.9/12 only the /24")));
}

TEST(LookTest, NeverLooksAtLoopbackByItself) {
  for (const AddressRange& range : LocalNetworks().ranges) {
    EXPECT_FALSE(range.Contains(Ipv4{0x7F000001}));
  }
}

}  // namespace
}  // namespace plotmeter
