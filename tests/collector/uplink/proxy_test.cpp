#include "collector/uplink/proxy.h"

#include <gtest/gtest.h>

#include "common/settings.h"

namespace plotmeter {
namespace {

TEST(ProxyTest, TakesTheSettingBeforeTheEnvironment) {
  const auto proxy = ChooseProxy(
      {.setting = "http://proxy:3128", .https_proxy = "http://other:1", .no_proxy = "*"}, "portal");
  ASSERT_TRUE(proxy);
  EXPECT_EQ(proxy->address, "http://proxy:3128");
  EXPECT_EQ(proxy->user, "");
}

TEST(ProxyTest, ReadsTheEnvironmentUnlessTheHostIsExempt) {
  const auto chosen = [](const char* no_proxy, const char* host) {
    return ChooseProxy({.https_proxy = "proxy:3128/", .no_proxy = no_proxy}, host).has_value();
  };
  EXPECT_TRUE(chosen("", "portal.example"));
  EXPECT_TRUE(chosen("other.example, x", "portal.example"));
  EXPECT_TRUE(chosen("ortal.example", "portal.example"));
  EXPECT_FALSE(chosen("portal.example", "portal.example"));
  EXPECT_FALSE(chosen("a, .example", "portal.example"));
  EXPECT_FALSE(chosen("example", "portal.example"));
  EXPECT_FALSE(chosen("*", "portal.example"));
  EXPECT_FALSE(ChooseProxy({}, "portal.example"));
}

TEST(ProxyTest, KeepsCredentialsApart) {
  const auto proxy = ChooseProxy({.setting = "http://an%40ne:s%3Aecret@proxy:3128"}, "portal");
  ASSERT_TRUE(proxy);
  EXPECT_EQ(proxy->address, "http://proxy:3128");
  EXPECT_EQ(proxy->user, "an@ne");
  EXPECT_EQ(proxy->password.Reveal(), "s:ecret");
}

TEST(ProxyTest, RefusesAProxyThatWouldBeSpokenToInClear) {
  EXPECT_THROW(ChooseProxy({.setting = "https://proxy:3128"}, "portal"), UsageError);
  EXPECT_THROW(ChooseProxy({.setting = "socks5://proxy:1080"}, "portal"), UsageError);
  EXPECT_THROW(ChooseProxy({.setting = "http://"}, "portal"), UsageError);
  EXPECT_THROW(ChooseProxy({.setting = "http://pro xy"}, "portal"), UsageError);
}

TEST(ProxyTest, NeverRepeatsThePassword) {
  try {
    ChooseProxy({.setting = "https://anne:secret@proxy:3128"}, "portal");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_EQ(std::string(error.what()).find("secret"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace plotmeter
