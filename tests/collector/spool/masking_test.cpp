#include "collector/spool/masking.h"

#include <gtest/gtest.h>

#include "common/settings.h"

namespace plotmeter {
namespace {

const Secret kKey(std::string(32, 'k'));

TEST(MaskingTest, SaysNothingWhenOff) {
  EXPECT_EQ(Masked(MaskMode::kOff, kKey, "job-name", "Plan.pdf"), std::nullopt);
}

TEST(MaskingTest, HashesTheSameNameToTheSameWord) {
  const auto once = Masked(MaskMode::kHashed, kKey, "job-name", "Plan.pdf");
  EXPECT_EQ(once, Masked(MaskMode::kHashed, kKey, "job-name", "Plan.pdf"));
  EXPECT_TRUE(LooksHashed(*once));
  EXPECT_EQ(once->find("Plan"), std::string::npos);
}

TEST(MaskingTest, HashesDifferentlyByFieldValueAndKey) {
  const auto one = Masked(MaskMode::kHashed, kKey, "job-name", "Plan.pdf");
  EXPECT_NE(one, Masked(MaskMode::kHashed, kKey, "location", "Plan.pdf"));
  EXPECT_NE(one, Masked(MaskMode::kHashed, kKey, "job-name", "Plan2.pdf"));
  EXPECT_NE(one, Masked(MaskMode::kHashed, Secret(std::string(32, 'l')), "job-name", "Plan.pdf"));
}

TEST(MaskingTest, SendsOnlyWhenTold) {
  EXPECT_EQ(Masked(MaskMode::kSent, kKey, "job-name", "Plan.pdf"), "Plan.pdf");
  EXPECT_FALSE(LooksHashed("Plan.pdf"));
  EXPECT_FALSE(LooksHashed("h:Plan.pdf"));
}

TEST(MaskingTest, KnowsThreeModes) {
  EXPECT_EQ(ParseMaskMode("job-names", "hashed"), MaskMode::kHashed);
  try {
    ParseMaskMode("job-names", "on");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "'job-names' is 'on'; expected off, hashed or sent");
  }
}

}  // namespace
}  // namespace plotmeter
