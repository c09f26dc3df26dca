#include "collector/remote_settings.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/fakes/scratch.h"

namespace plotmeter {
namespace {

std::string Verdict(const SettingValues& values, RemoteScope scope) {
  const SettingsOutcome outcome = Judge({.version = 3, .values = values}, scope);
  return outcome.reason.empty() ? outcome.outcome : outcome.outcome + ": " + outcome.reason;
}

TEST(RemoteSettingsTest, ChangeNothingByDefault) {
  EXPECT_EQ(Verdict({{"interval", {"1h"}}}, RemoteScope::kNone),
            "not-allowed: 'interval' may not be changed from outside here: remote = \"none\"");
  EXPECT_EQ(Verdict({}, RemoteScope::kNone), "taken") << "as in the file is always allowed";
}

TEST(RemoteSettingsTest, ChangeTheScheduleOnlyWhereThatIsSaid) {
  const SettingValues schedule = {{"interval", {"1h"}},
                                  {"job-interval", {"5m"}},
                                  {"heartbeat", {"10m"}},
                                  {"rediscover", {"1d"}},
                                  {"packets-per-second", {"50"}}};
  EXPECT_EQ(Verdict(schedule, RemoteScope::kSchedule), "taken");
  EXPECT_EQ(Verdict(schedule, RemoteScope::kAll), "taken");
  EXPECT_EQ(Verdict({{"range", {"10.0.0.0/24"}}}, RemoteScope::kSchedule),
            "not-allowed: 'range' may not be changed from outside here: remote = \"schedule\"");
  EXPECT_EQ(Verdict({{"range", {"10.0.0.0/24", "192.168.1-4.1-254"}}, {"exclude", {"10.0.0.1"}}},
                    RemoteScope::kAll),
            "taken");
}

TEST(RemoteSettingsTest, NeverReachPrivacyPortalProxyOrCredentials) {
  for (const char* name :
       {"job-names", "proxy", "portal", "ca", "community", "user", "auth-secret-file",
        "priv-secret-file", "state", "remote", "profiles", "hosts", "downgrade", "code", ""}) {
    EXPECT_TRUE(Verdict({{name, {"sent"}}}, RemoteScope::kAll).starts_with("refused: '")) << name;
  }
}

TEST(RemoteSettingsTest, AreRefusedOutsideSaneLimitsWithAReason) {
  const struct {
    const char* name;
    std::vector<std::string> values;
    const char* expected;
  } cases[] = {
      {"interval", {"1s"}, "'interval' is '1s'; expected 15m to 24h"},
      {"interval", {"2d"}, "'interval' is '2d'; expected 15m to 24h"},
      {"interval", {"soon"}, "'interval' is 'soon'; expected a time such as 500ms, 90s, 10m or 3h"},
      {"interval", {}, "'interval' has 0 values; expected one"},
      {"job-interval", {"59s"}, "'job-interval' is '59s'; expected 1m to 1h"},
      {"heartbeat", {"0"}, "'heartbeat' is '0'; expected 1m to 1h"},
      {"rediscover", {"0"}, "'rediscover' is '0'; expected 1d to 90d"},
      {"packets-per-second",
       {"0"},
       "'packets-per-second' is '0'; expected a number from 1 to 1000"},
      {"packets-per-second", {"100", "200"}, "'packets-per-second' has 2 values; expected one"},
      {"range",
       {"8.8.8.0/24"},
       "'range' is '8.8.8.0/24'; expected addresses of local networks only"},
      {"range",
       {"10-12.0.0.1"},
       "'range' is '10-12.0.0.1'; expected addresses of local networks only"},
      {"range", {"10.0.0.0/8"}, "'range' has more than 131072 addresses"},
      {"range", {}, "'range' is empty; expected at least one address"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Verdict({{c.name, c.values}}, RemoteScope::kAll),
              std::string("refused: ") + c.expected);
  }
  EXPECT_TRUE(
      Verdict({{"range", {"plotter.example.com"}}}, RemoteScope::kAll).starts_with("refused"))
      << "a name may lead anywhere";
}

class RemoteSettingsFileTest : public testing::Test {
 protected:
  RemoteSettingsFileTest() {
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    own_.values = {{"interval", {"3h"}}, {"exclude", {"10.0.0.1"}}, {"community", {"public"}}};
  }
  std::string directory_ = Scratch() + "/plotmeter_remote";
  Arguments own_;
};

TEST_F(RemoteSettingsFileTest, LieOverTheFilesOwnAndSurviveAStart) {
  {
    RemoteSettings remote(directory_, RemoteScope::kAll);
    EXPECT_EQ(remote.Over(own_).values, own_.values);
    EXPECT_FALSE(remote.outcome());
    EXPECT_TRUE(
        remote.Take({.version = 3, .values = {{"interval", {"1h"}}, {"exclude", {"10.0.0.2"}}}}));
  }
  const RemoteSettings again(directory_, RemoteScope::kAll);
  const Arguments both = again.Over(own_);
  EXPECT_EQ(both.All("interval"), std::vector<std::string>{"1h"});
  EXPECT_EQ(both.All("exclude"), (std::vector<std::string>{"10.0.0.1", "10.0.0.2"}));
  EXPECT_EQ(both.All("community"), std::vector<std::string>{"public"});
  EXPECT_EQ(again.outcome(), (SettingsOutcome{.version = 3, .outcome = "taken"}));
  EXPECT_EQ(JsonText(again.ToJson()),
            R"({"allowed":"all","outcome":"taken","reason":null,)"
            R"("settings":{"exclude":["10.0.0.2"],"interval":["1h"]},"version":3})");
}

TEST_F(RemoteSettingsFileTest, NeverRaiseTheFilesCeilingOfPackets) {
  const auto ceiling = [&](const char* own, const char* proposed) {
    RemoteSettings remote(directory_, RemoteScope::kSchedule);
    remote.Take({7, {{"packets-per-second", {proposed}}}});
    own_.values.erase("packets-per-second");
    if (*own != '\0') own_.values["packets-per-second"] = {own};
    return remote.Over(own_).Text("packets-per-second");
  };
  EXPECT_EQ(ceiling("50", "200"), "50");
  EXPECT_EQ(ceiling("50", "20"), "20");
  EXPECT_EQ(ceiling("0", "200"), "200") << "the file sets none";
  EXPECT_EQ(ceiling("", "200"), "") << "the default of 100 holds";
  EXPECT_EQ(ceiling("", "20"), "20");
}

TEST_F(RemoteSettingsFileTest, AreJudgedAgainUnderANarrowerScope) {
  RemoteSettings(directory_, RemoteScope::kSchedule).Take({3, {{"interval", {"1h"}}}});
  const RemoteSettings now(directory_, RemoteScope::kNone);
  EXPECT_EQ(now.Over(own_).values, own_.values);
  EXPECT_EQ(now.outcome()->outcome, "not-allowed");
}

TEST_F(RemoteSettingsFileTest, AreTakenWholeOrNotAtAll) {
  RemoteSettings remote(directory_, RemoteScope::kSchedule);
  EXPECT_TRUE(remote.Take({5, {{"interval", {"1h"}}}}));
  EXPECT_FALSE(remote.Take({5, {{"interval", {"1h"}}}})) << "the same again is nothing new";
  EXPECT_TRUE(remote.Take({4, {{"interval", {"3h"}}}}))
      << "a portal that was restored gives numbers again, and its answer is never an old one";
  EXPECT_EQ(remote.Over(own_).Text("interval"), "3h");
  EXPECT_TRUE(remote.Take({6, {{"interval", {"2h"}}, {"proxy", {"http://evil"}}}}))
      << "what was taken before falls away";
  EXPECT_EQ(remote.Over(own_).values, own_.values);
  EXPECT_EQ(remote.outcome()->outcome, "refused");
}

TEST_F(RemoteSettingsFileTest, SurviveADamagedFile) {
  RemoteSettings(directory_, RemoteScope::kSchedule).Take({3, {{"interval", {"1h"}}}});
  std::filesystem::resize_file(directory_ + "/remote.json", 9);
  const RemoteSettings remote(directory_, RemoteScope::kSchedule);
  EXPECT_EQ(remote.Over(own_).values, own_.values);
  EXPECT_FALSE(remote.outcome());
}

TEST(RemoteScopeTest, RefusesAWordItDoesNotKnow) {
  EXPECT_EQ(ParseRemoteScope("all"), RemoteScope::kAll);
  EXPECT_THROW(ParseRemoteScope("everything"), UsageError);
  EXPECT_THROW(ParseRemoteScope(""), UsageError);
}

}  // namespace
}  // namespace plotmeter
