#include "collector/channel/answers_json.h"

#include <gtest/gtest.h>

namespace plotmeter {
namespace {

Quantity Cc(const char* text) { return {*Decimal::Parse(text), "cc"}; }

TEST(AnswersJsonTest, WritesWhatIsThereAndLeavesOutWhatIsNot) {
  Answers answers;
  answers.identity = {.manufacturer = "HP", .serial = "CN0000001A"};
  answers.meters.push_back(
      {.meter = "ink.used", .colorant = "cyan", .value = Cc("433.50"), .source = "InkUsed"});
  answers.supplies.push_back({.supply = "1.5", .level = Cc("0"), .percent = Decimal::Parse("66")});
  answers.media.push_back({.input = "Roll1", .media = "2070"});
  EXPECT_EQ(ToJson(answers), ParseJson(R"({
      "identity": {"manufacturer": "HP", "serial": "CN0000001A"},
      "meters": [{"meter": "ink.used", "colorant": "cyan", "value": "433.50", "unit": "cc",
                  "source": "InkUsed"}],
      "supplies": [{"supply": "1.5", "level": {"value": "0", "unit": "cc"}, "percent": "66"}],
      "media": [{"input": "Roll1", "media": "2070"}]})"));
}

TEST(AnswersJsonTest, MarksAMeterForWhichAnotherChannelIsBelieved) {
  Answers answers;
  answers.meters.push_back({.meter = "ink.used", .value = Cc("433"), .outranked = true});
  EXPECT_EQ(ToJson(answers).at("meters")[0].at("outranked"), true);
  answers.meters[0].outranked = false;
  EXPECT_FALSE(ToJson(answers).at("meters")[0].contains("outranked"));
}

TEST(AnswersJsonTest, TellsNoAlertsFromNoStatement) {
  Answers answers;
  EXPECT_FALSE(ToJson(answers).contains("alerts"));
  answers.alerts.emplace();
  EXPECT_EQ(ToJson(answers).at("alerts"), Json::array());
  answers.alerts->push_back({.key = "231", .severity = Severity::kCritical, .code = "808"});
  EXPECT_EQ(ToJson(answers).at("alerts"),
            ParseJson(R"([{"key": "231", "severity": "critical", "code": "808"}])"));
}

TEST(AnswersJsonTest, WritesJobsWithoutTheirNames) {
  Answers answers;
  answers.jobs.push_back({.job = "J1",
                          .name = "Anna's house.pdf",
                          .status = "printed",
                          .finished = ParseInstant("2026-11-22T09:00:03Z"),
                          .pages = 2,
                          .economode = false,
                          .ink = {{.colorant = "magenta", .amount = Cc("0.21")}}});
  EXPECT_EQ(ToJson(answers).at("jobs"), ParseJson(R"([{
      "job": "J1", "type": "unknown", "status": "printed", "finished": "2026-11-22T09:00:03Z",
      "pages": 2, "economode": false,
      "ink": [{"colorant": "magenta", "value": "0.21", "unit": "cc"}]}])"));
}

}  // namespace
}  // namespace plotmeter
