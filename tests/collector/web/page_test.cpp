#include "collector/web/page.h"

#include <gtest/gtest.h>

namespace plotmeter {
namespace {

PageSeen SeenAs(int status, const std::string& body = "{}", const std::string& type = "") {
  return JudgePage(
             {.seen = FetchSeen::kAnswered, .status = status, .content_type = type, .body = body})
      .seen;
}

PageSeen SeenAs(FetchSeen seen) { return JudgePage({.seen = seen, .detail = "why"}).seen; }

TEST(PageTest, TellsWhatEachStatusSays) {
  EXPECT_EQ(SeenAs(200), PageSeen::kRead);
  for (const int status : {204, 301, 302, 400, 404, 405, 406, 410}) {
    EXPECT_EQ(SeenAs(status), PageSeen::kAbsent) << status;
  }
  for (const int status : {401, 403}) EXPECT_EQ(SeenAs(status), PageSeen::kCredentials) << status;
  for (const int status : {500, 501, 502, 504})
    EXPECT_EQ(SeenAs(status), PageSeen::kUnreadable) << status;
  EXPECT_EQ(SeenAs(503), PageSeen::kAsleep);
}

TEST(PageTest, TellsWhatEachTroubleSays) {
  for (const FetchSeen seen : {FetchSeen::kTooLarge, FetchSeen::kNotHttp, FetchSeen::kTlsTrouble}) {
    EXPECT_EQ(SeenAs(seen), PageSeen::kUnreadable) << ToText(seen);
  }
  for (const FetchSeen seen : {FetchSeen::kNothing, FetchSeen::kUnreachable, FetchSeen::kTimedOut,
                               FetchSeen::kRefused, FetchSeen::kStopped}) {
    EXPECT_EQ(SeenAs(seen), PageSeen::kSilent) << ToText(seen);
  }
  EXPECT_EQ(SeenAs(FetchSeen::kCertificateChanged), PageSeen::kChanged);
  EXPECT_EQ(JudgePage({.seen = FetchSeen::kTimedOut, .detail = "why"}).detail, "why");
}

TEST(PageTest, ReadsTheDocumentAndNoWebPage) {
  EXPECT_EQ(SeenAs(200, "<a/>", "text/xml"), PageSeen::kRead);
  EXPECT_EQ(SeenAs(200, "<a/>"), PageSeen::kRead);
  EXPECT_EQ(SeenAs(200, "<html></html>", "text/html; charset=utf-8"), PageSeen::kAbsent);
  EXPECT_EQ(SeenAs(200, "oops"), PageSeen::kUnreadable);
  EXPECT_EQ(SeenAs(200, ""), PageSeen::kUnreadable);
  EXPECT_EQ(SeenAs(200, std::string(5 << 20, ' ')), PageSeen::kUnreadable);
}

// A few kilobytes of it may become gigabytes, so nobody unpacks it to see.
TEST(PageTest, NamesCompressionThatNobodyAskedFor) {
  const Page page = JudgePage({.seen = FetchSeen::kAnswered,
                               .status = 200,
                               .content_type = "application/json",
                               .body = std::string("\x1f\x8b\x08\0\0\0", 6)});
  EXPECT_EQ(page.seen, PageSeen::kUnreadable);
  EXPECT_EQ(page.detail, "6 bytes compressed with gzip, which nobody asked for");
  EXPECT_EQ(JudgePage({.seen = FetchSeen::kAnswered, .status = 200, .body = "~~"}).detail,
            "neither XML nor JSON");
}

}  // namespace
}  // namespace plotmeter
