#include "tests/simulator/web_sick.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/json.h"

namespace plotmeter::simulator {
namespace {

using ::testing::HasSubstr;

constexpr const char* kJson = "/LFPWebServices/PI/InkSystem.json";
constexpr const char* kXml = "/LFPWebServices/PI/Identification.xml";

WebAnswer Answer(const std::string& oddity, const std::string& target,
                 const WebAnswer& healthy = {.type = "application/json", .body = "{\"a\": 1}"}) {
  Oddities odd;
  if (!oddity.empty()) odd.Add(oddity);
  return Sicken(odd, {.target = target}, healthy);
}

WebAnswer AnswerXml(const std::string& oddity) {
  return Answer(oddity, kXml, {.type = "text/xml", .body = "<a>1</a>"});
}

TEST(WebSickTest, TheHealthyStayAsTheyAre) {
  EXPECT_EQ(Answer("", kJson).body, "{\"a\": 1}");
  EXPECT_EQ(Answer("slow", kJson).body, "{\"a\": 1}");  // that one is of SNMP
  EXPECT_EQ(Answer("web=huge", kJson, NotThere()).status, 404u);
  EXPECT_EQ(Answer("web=401", kJson).status, 200u);
}

TEST(WebSickTest, AHugeDocumentIsNeverHeld) {
  for (const WebAnswer& answer : {Answer("web=huge", kJson), AnswerXml("web=huge")}) {
    EXPECT_LT(answer.body.size() + answer.filler.size(), 100'000u);
    EXPECT_GT(answer.body.size() + answer.filler.size() * answer.fillers, 300'000'000u);
  }
}

TEST(WebSickTest, BombsNestInEitherFormat) {
  EXPECT_TRUE(Answer("web=bomb", kJson).body.starts_with("[[[[["));
  EXPECT_TRUE(AnswerXml("web=bomb").body.ends_with("</a></a></a>"));
  EXPECT_EQ(AnswerXml("web=bomb").body.size(), 700'000u);
  EXPECT_THAT(AnswerXml("web=laughs").body, HasSubstr("<!ENTITY a9 \"&a8;&a8;"));
  EXPECT_EQ(Answer("web=laughs", kJson).body, "{\"a\": 1}");
}

TEST(WebSickTest, AGzipBombIsSmallUntilOpened) {
  const WebAnswer answer = Answer("web=gzip-bomb", kJson);
  EXPECT_TRUE(answer.body.starts_with("\x1F\x8B"));
  EXPECT_LT(answer.body.size(), 400'000u);
  EXPECT_EQ(answer.headers.at(0).second, "gzip");
}

TEST(WebSickTest, OtherAnswersAreWhatTheTableSays) {
  EXPECT_NE(Answer("web=garbage", kJson).body, "{\"a\": 1}");
  EXPECT_EQ(Answer("web=html", kJson).type, "text/html");
  EXPECT_TRUE(Answer("web=truncated", kJson).cut);
  EXPECT_TRUE(Answer("web=silent", kJson).never);
  EXPECT_EQ(Answer("web=503", kJson).status, 503u);
  EXPECT_EQ(Answer("web-slow=4s", kJson).wait, std::chrono::seconds(4));
  const WebAnswer away = Answer("web=redirect", kJson);
  EXPECT_EQ(away.status, 302u);
  EXPECT_THAT(away.headers.at(0).second, HasSubstr("https://127."));
  const WebAnswer queue = Answer("web=401", "/LFPWebServices/PI/JQ/JobQueueCollection");
  EXPECT_EQ(queue.status, 401u);
}

TEST(WebSickTest, DoorsDiffer) {
  const auto door = [](const std::string& oddity, unsigned boards = 0) {
    Oddities odd;
    if (!oddity.empty()) odd.Add(oddity);
    return DoorOf(odd, boards);
  };
  EXPECT_TRUE(door("web").dead);
  EXPECT_TRUE(door("dead").dead);
  EXPECT_FALSE(door("v1-only").dead);
  EXPECT_TRUE(door("web=weak").weak);
  EXPECT_TRUE(door("web=expired").expired);
  EXPECT_NE(door("web=new-certificate").certificate, door("").certificate);
  EXPECT_NE(door("", 1).certificate, door("").certificate);
}

}  // namespace
}  // namespace plotmeter::simulator
