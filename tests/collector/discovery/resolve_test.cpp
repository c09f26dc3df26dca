#include "collector/discovery/resolve.h"

#include <gtest/gtest.h>

#include <future>

namespace plotmeter {
namespace {

using namespace std::chrono_literals;

TEST(ResolveTest, AsksEachNameOnce) {
  std::atomic<int> asked = 0;
  const auto answers =
      ResolveNames({"a.example", "b.example", "a.example"}, 10s, [&](const std::string& name) {
        ++asked;
        if (name == "a.example") return Resolved{.addresses = {Ipv4{0x0A000007}}};
        return Resolved{.trouble = "no such name"};
      });
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(answers.at("a.example").addresses, std::vector<Ipv4>{Ipv4{0x0A000007}});
  EXPECT_EQ(answers.at("b.example").trouble, "no such name");
  EXPECT_TRUE(ResolveNames({}, 10s).empty());
}

TEST(ResolveTest, WaitsForNoResolverLongerThanAsked) {
  const auto held = std::make_shared<std::promise<void>>();
  const std::shared_future<void> until = held->get_future().share();
  const auto answers =
      ResolveNames({"fast.example", "slow.example"}, 50ms, [until](const std::string& name) {
        if (name == "slow.example") until.wait();
        return Resolved{.addresses = {Ipv4{1}}};
      });
  EXPECT_EQ(answers.at("slow.example").trouble, "the resolver did not answer within 50 ms");
  EXPECT_TRUE(answers.at("slow.example").addresses.empty());
  held->set_value();
}

TEST(ResolveTest, PassesOverWhatNoSingleHostHas) {
  const auto answers = ResolveNames({"many.example", "one.example"}, 10s, [](const std::string& n) {
    if (n == "many.example") return Resolved{.addresses = {Ipv4{0xE0000001}, Ipv4{0xFFFFFFFF}}};
    return Resolved{.addresses = {Ipv4{0x00000000}, Ipv4{0x0A000007}}};
  });
  EXPECT_TRUE(answers.at("many.example").addresses.empty());
  EXPECT_EQ(
      answers.at("many.example").trouble,
      "it leads to 224.0.0.1, which no single host has; it leads to 255.255.255.255, which no "
      "single host has");
  EXPECT_EQ(answers.at("one.example").addresses, std::vector<Ipv4>{Ipv4{0x0A000007}});
  EXPECT_EQ(answers.at("one.example").trouble, "it leads to 0.0.0.0, which no single host has");
}

TEST(ResolveTest, TakesAnAddressForItself) {
  EXPECT_EQ(SystemLookup("127.0.0.9").addresses, std::vector<Ipv4>{Ipv4{0x7F000009}});
}

}  // namespace
}  // namespace plotmeter
