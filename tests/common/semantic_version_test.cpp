#include "common/semantic_version.h"

#include <gtest/gtest.h>

#include "common/version.h"

namespace plotmeter {
namespace {

// Section 11 of the specification has these, in this order.
TEST(SemanticVersionTest, OrdersAsTheSpecificationDoes) {
  const char* rising[] = {
      "0.9.1",      "0.10.0",       "1.0.0-alpha",   "1.0.0-alpha.1", "1.0.0-alpha.beta",
      "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",    "1.0.0",
      "2.0.0",      "2.1.0",        "2.1.1"};
  for (std::size_t i = 0; i < std::size(rising); ++i) {
    for (std::size_t j = 0; j < std::size(rising); ++j) {
      EXPECT_EQ(IsNewer(rising[j], rising[i]), j > i) << rising[j] << " after " << rising[i];
    }
  }
}

TEST(SemanticVersionTest, ComparesNumbersOfAnyLength) {
  EXPECT_TRUE(IsNewer("1.0.0-99999999999999999999", "1.0.0-9999999999999999999"));
  EXPECT_TRUE(IsNewer("18446744073709551615.0.0", "18446744073709551614.0.0"));
}

TEST(SemanticVersionTest, TakesNoBuildForANewerOne) {
  EXPECT_FALSE(IsNewer("1.0.0+20261122", "1.0.0"));
  EXPECT_FALSE(IsNewer("1.0.0", "1.0.0+20261122"));
  EXPECT_EQ(ParseVersion("1.0.0+a.01-b"), ParseVersion("1.0.0"));
}

TEST(SemanticVersionTest, RefusesWhatIsNoVersion) {
  for (const char* text :
       {"",          "1",       "1.0",        "1.0.0.0",  "v1.0.0",
        "1.0.0 ",    " 1.0.0",  "01.0.0",     "1.00.0",   "1.0.-1",
        "+1.0.0",    "1.0.0-",  "1.0.0-a..b", "1.0.0-01", "1.0.0+",
        "1.0.0+a+b", "1.0.0-ä", "1.0.0\n",    "1..0",     "18446744073709551616.0.0",
        "latest"}) {
    EXPECT_FALSE(ParseVersion(text)) << text;
    EXPECT_FALSE(IsNewer(text, "0.0.1")) << text;
    EXPECT_FALSE(IsNewer("9.9.9", text)) << text;
  }
  EXPECT_TRUE(ParseVersion("1.0.0-" + std::string(58, 'a')));
  EXPECT_FALSE(ParseVersion("1.0.0-" + std::string(59, 'a')));
}

TEST(SemanticVersionTest, UnderstandsOurOwn) { EXPECT_TRUE(ParseVersion(kVersion)); }

}  // namespace
}  // namespace plotmeter
