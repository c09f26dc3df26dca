#include "collector/piws/counters.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/collector/piws/written.h"
#include "tests/growth.h"

namespace plotmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

const Instant kNow = *ParseInstant("2026-03-01T08:00:00Z");

TEST(DiscoveryTest, ReadsUptimeAndThePrintersClock) {
  const auto discovery = ReadDiscovery(ReadDocument(Golden("Discovery.json")), kNow);
  ASSERT_TRUE(discovery);
  EXPECT_EQ(discovery->uptime, (Quantity{Decimal::FromInteger(9571), "s"}));
  EXPECT_EQ(discovery->clock_offset_ms, 30'000);
}

TEST(DiscoveryTest, ReadsNoDurationThatHasNoLengthAndNoDateThatIsNone) {
  const std::pair<const char*, std::int64_t> cases[] = {{"P0Y0M1DT0H0M1S", 86401},
                                                        {"PT5M", 300},
                                                        {"P1DT1H", 90000},
                                                        {"P0Y1M0DT0H0M0S", 0},
                                                        {"P1Y0M0DT0H0M0S", 0},
                                                        {"P0Y0M0DT0H0M0S", 0},
                                                        {"rubbish", 0},
                                                        {"PT2H39M31.5S", 9571},
                                                        {"PT1,999S", 1},
                                                        {"PT0.9S", 0},
                                                        {"PT1.S", 0},
                                                        {"PT1.5M", 0},
                                                        {"PT1.5", 0},
                                                        {"PT1.5.5S", 0},
                                                        {"PT99999999999999S", 0},
                                                        {"", 0}};
  for (const auto& [text, seconds] : cases) {
    const auto discovery = ReadDiscovery(
        ReadDocument(fmt::format(R"({{"Discovery": {{"SystemTimeInfo": {{"Uptime": "{}",
            "Date": "1970-01-01T00:00:00Z"}}}}}})",
                                 text)),
        kNow);
    ASSERT_TRUE(discovery);
    EXPECT_EQ(discovery->uptime ? discovery->uptime->value.digits() : 0, seconds) << text;
    EXPECT_EQ(discovery->clock_offset_ms, std::nullopt);
  }
  EXPECT_EQ(ReadDiscovery(ReadDocument("{}"), kNow), std::nullopt);
}

TEST(CountersTest, KeepsEveryNumberUnderItsPath) {
  Answers answers;
  EXPECT_TRUE(ReadCounters(ReadDocument(Golden("DeviceCounters.xml")), answers));
  ExpectGolden("counters.golden", Written(answers));
  EXPECT_THAT(Written(answers), Not(HasSubstr("mona")));
  EXPECT_THAT(Written(answers), Not(HasSubstr("44"))) << "what a person printed";
}

TEST(CountersTest, SaysNothingThatIsCalledANameOrAnId) {
  Answers answers;
  EXPECT_TRUE(ReadCounters(ReadDocument(R"({"Usage": {"Row": [{"Name": "Rosa Plank", "Pages": 3},
      {"Id": "rplank", "Pages": 4}, {"ID": "rplank", "Pages": 5}]}})"),
                           answers));
  ASSERT_EQ(answers.meters.size(), 3U);
  for (const MeterValue& value : answers.meters) {
    for (const char* person : {"rosa", "Rosa", "plank"}) {
      EXPECT_EQ(value.meter.find(person), std::string::npos) << value.meter;
      EXPECT_EQ(value.source.find(person), std::string::npos) << value.source;
    }
  }
}

TEST(CountersTest, NamesAreWordsThatFitABatch) {
  Answers answers;
  std::string deep = R"({"A4": )";
  for (int i = 0; i < 8; ++i) deep += R"({"LifetimeAreaOfCoatedPaper": )";
  deep += "7" + std::string(9, '}');
  EXPECT_TRUE(ReadCounters(ReadDocument(deep), answers));
  ASSERT_EQ(answers.meters.size(), 1U);
  const std::string& name = answers.meters[0].meter;
  EXPECT_LE(name.size(), 64U);
  EXPECT_EQ(name.substr(0, 2), "x-");
  EXPECT_TRUE(name.ends_with("-lifetime-area-of-coated-paper")) << name;
  EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), std::string::npos);
}

TEST(CountersTest, KeepsNoMoreThanItSays) {
  std::string many = R"({"Usage": {)";
  for (int i = 0; i < 500; ++i) many += fmt::format(R"("Count{}": {},)", i, i);
  many += R"("Last": 1}})";
  Answers answers;
  EXPECT_TRUE(ReadCounters(ReadDocument(many), answers));
  EXPECT_EQ(answers.meters.size(), kMaxCounters);
  ASSERT_EQ(answers.remarks.size(), 1U);
  EXPECT_EQ(answers.remarks[0], "Usage: more than 100 counters; the rest is left out");
}

TEST(CountersTest, WithoutANumberThereIsNothing) {
  Answers answers;
  for (const char* body : {R"({"Usage": {"Status": "none"}})", "{}", R"({"Usage": null})",
                           R"({"Usage": {"Id": 5, "Owner": {"Prints": 3}}})"}) {
    EXPECT_FALSE(ReadCounters(ReadDocument(body), answers)) << body;
  }
  EXPECT_TRUE(answers.meters.empty());
}

// A table of people may be written as a map, with their names where others have names of counters.
TEST(CountersTest, TellsNoNameThatIsNotOfTheTrade) {
  Answers answers;
  EXPECT_TRUE(ReadCounters(ReadDocument(R"({"Counters": {"Jobs": {"Rosa Plank": 3, "rplank": 4},
      "Row": [{"Type": "rplank", "Pages": 5}, {"Type": "BOND_AND_COATED", "Pages": 6}],
      "HPInkUsed": {"Value": 7, "Unit": "cc"}, "Clients": {"PLANK-PC": 8}}})"),
                           answers));
  std::vector<std::string> told;
  for (const MeterValue& value : answers.meters) {
    told.push_back(value.meter + "=" + value.value.value.text() + " " + value.source);
  }
  EXPECT_THAT(told,
              testing::UnorderedElementsAre(
                  "x-counters-jobs-1=3 Counters/Jobs/[1]", "x-counters-jobs-2=4 Counters/Jobs/[2]",
                  "x-counters-row-1-pages=5 Counters/Row[1]/Pages",
                  "x-counters-row-bond-and-coated-pages=6 Counters/Row[BOND_AND_COATED]/Pages",
                  "x-counters-hp-ink-used=7 Counters/HPInkUsed"));
}

TEST(CountersTest, CostNoSquareOfManyOfOneName) {
  if (!kClockIsOfTheProcessor) GTEST_SKIP();
  EXPECT_LT(GrowthOf(5'000,
                     [](int rows) {
                       std::string many;
                       for (int i = 0; i < rows; ++i) many += many.empty() ? "1" : ",1";
                       Answers answers;
                       EXPECT_TRUE(ReadCounters(ReadDocument(R"({"Usage": {"N": [)" + many + "]}}"),
                                                answers));
                       EXPECT_EQ(answers.meters.size(), kMaxCounters);
                       EXPECT_EQ(answers.remarks.size(), 1u);
                     }),
            kNoSquare);
}

}  // namespace
}  // namespace plotmeter
