#include "collector/channel/bounds.h"

#include <gtest/gtest.h>

namespace plotmeter {
namespace {

TEST(BoundTest, LeavesAnHonestAnswerAsItIs) {
  Answers answers;
  answers.meters.resize(1'000);
  answers.alerts.emplace(1'000);
  answers.remarks = {"job queue wants credentials"};
  Bound(answers);
  EXPECT_EQ(answers.meters.size(), 1'000U);
  EXPECT_EQ(answers.alerts->size(), 1'000U);
  EXPECT_EQ(answers.remarks, std::vector<std::string>{"job queue wants credentials"});
}

TEST(BoundTest, CutsWhatNoPrinterHasAndSaysSo) {
  Answers answers;
  answers.meters.resize(1'001);
  answers.supplies.resize(1'000);
  answers.media.resize(5'000);
  answers.events.resize(1'001);
  answers.jobs.resize(10'001);
  Bound(answers);
  EXPECT_EQ(answers.meters.size(), 1'000U);
  EXPECT_EQ(answers.supplies.size(), 1'000U);
  EXPECT_EQ(answers.media.size(), 1'000U);
  EXPECT_EQ(answers.events.size(), 1'000U);
  EXPECT_EQ(answers.jobs.size(), 10'000U);
  ASSERT_EQ(answers.remarks.size(), 4U);
  EXPECT_EQ(answers.remarks[3], "1001 meters; only the first 1000 are taken");
  EXPECT_EQ(answers.remarks[2], "5000 papers; only the first 1000 are taken");
}

TEST(BoundTest, LeavesOutTraitsThatAreNotInTheList) {
  Answers answers;
  answers.traits = {{.trait = "user", .value = "Ada"}, {.trait = "width", .value = "24"}};
  answers.jobs = {{.traits = {{.trait = "host", .value = "ada-pc"}, {.trait = "folding"}}}};
  Bound(answers);
  EXPECT_EQ(answers.traits, (std::vector<Trait>{{.trait = "width", .value = "24"}}));
  EXPECT_EQ(answers.jobs.at(0).traits, (std::vector<Trait>{{.trait = "folding"}}));
}

TEST(BoundTest, TakesAPartOfTheAlertsForNone) {
  Answers answers;
  answers.alerts.emplace(1'001);
  Bound(answers);
  EXPECT_EQ(answers.alerts, std::nullopt);
  EXPECT_EQ(answers.remarks.at(0), "1001 alerts; more than 1000 are no statement");
}

TEST(BoundTest, CutsRemarksBetweenTwoCharacters) {
  Answers answers;
  answers.remarks.resize(5'000);
  answers.remarks[0] = std::string(254, 'x') + "\xC3\xA4";
  answers.remarks[1] = std::string(std::size_t{1} << 20, 'x');
  Bound(answers);
  ASSERT_EQ(answers.remarks.size(), 100U);
  EXPECT_EQ(answers.remarks[0], std::string(254, 'x'));
  EXPECT_EQ(answers.remarks[1].size(), 255U);
}

}  // namespace
}  // namespace plotmeter
