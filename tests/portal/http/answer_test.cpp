#include "portal/http/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plotmeter {
namespace {

using std::chrono::sys_days;
using std::chrono::system_clock;
using namespace std::chrono_literals;

// The example of RFC 9110 section 5.6.7.
const system_clock::time_point kThen = sys_days(1994y / 11 / 6) + 8h + 49min + 37s;

TEST(AnswerTest, WritesTheDateOfTheRfc) {
  EXPECT_EQ(HttpDate(kThen), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(HttpDate(sys_days(2024y / 2 / 29) + 999ms), "Thu, 29 Feb 2024 00:00:00 GMT");
}

TEST(AnswerTest, WritesWhatEveryAnswerHas) {
  EXPECT_EQ(HeadText({.body = "{}"}, {.length = 2}, kThen),
            "HTTP/1.1 200 OK\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Strict-Transport-Security: max-age=31536000\r\n"
            "X-Content-Type-Options: nosniff\r\n"
            "Cache-Control: no-store\r\n"
            "Content-Type: application/json\r\n"
            "Content-Length: 2\r\n"
            "\r\n");
}

TEST(AnswerTest, SetsEachCookieApart) {
  const std::string text = HeadText({.cookies = {"a=1; Secure", "b=2"}}, {.length = 0}, kThen);
  EXPECT_THAT(text, testing::HasSubstr("Set-Cookie: a=1; Secure\r\nSet-Cookie: b=2\r\n"));
}

TEST(AnswerTest, LetsAHandlerSayHowLongToKeepIt) {
  const std::string text =
      HeadText({.headers = {{"cache-control", "max-age=60"}}}, {.length = 0}, kThen);
  EXPECT_THAT(text, testing::HasSubstr("cache-control: max-age=60\r\n"));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("no-store")));
}

TEST(AnswerTest, SaysHowTheBodyEnds) {
  EXPECT_THAT(HeadText({}, {.is_chunked = true}, kThen),
              testing::HasSubstr("Transfer-Encoding: chunked\r\n\r\n"));
  EXPECT_THAT(HeadText({}, {.length = 5, .closes = true}, kThen),
              testing::EndsWith("Content-Length: 5\r\nConnection: close\r\n\r\n"));
  EXPECT_THAT(HeadText({.status = 204}, {.length = 0}, kThen),
              testing::EndsWith("Cache-Control: no-store\r\n\r\n"));
}

TEST(AnswerTest, WritesChunks) {
  EXPECT_EQ(ChunkText("hello"), "5\r\nhello\r\n");
  EXPECT_EQ(ChunkText(std::string(500, 'x')).substr(0, 5), "1f4\r\n");
  EXPECT_EQ(ChunkText(""), "0\r\n\r\n");
}

}  // namespace
}  // namespace plotmeter
