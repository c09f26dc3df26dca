#include "collector/web/lan.h"

#include <gtest/gtest.h>

namespace plotmeter {
namespace {

TEST(LanTest, KnowsTheAddressesOfSites) {
  for (const char* host : {"10.0.0.7", "172.16.0.1", "172.31.255.255", "192.168.4.5", "169.254.1.1",
                           "100.64.0.1", "127.0.0.1", "fd00::7", "fe80::1", "::1"}) {
    EXPECT_TRUE(IsLanAddress(host)) << host;
  }
  for (const char* host : {"11.0.0.7", "172.15.0.1", "172.32.0.1", "192.169.0.1", "100.128.0.1",
                           "8.8.8.8", "0.0.0.0", "2001:db8::1", "plotter.example", "", "10.0.0"}) {
    EXPECT_FALSE(IsLanAddress(host)) << host;
  }
}

}  // namespace
}  // namespace plotmeter
