#include "collector/status_text.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/json.h"
#include "tests/fakes/scratch.h"

namespace plotmeter {
namespace {

const Instant kNoon = *ParseInstant("2026-11-22T12:00:00Z");

PrinterStatus Example() {
  return {.model = "HP DesignJet T1600",
          .serial = "CN9541H01M",
          .last_success = kNoon,
          .last_kept = Moment{.wall = kNoon + std::chrono::milliseconds(250)},
          .last_error = "snmp: no answer",
          .asleep = true,
          .remarks = {"job queue wants credentials", "error bits: low paper"}};
}

std::string TextOf(const PrinterStatus& status) {
  std::string text;
  AppendStatus(text, "10.0.0.7:161", status);
  return text;
}

void ExpectSame(const PrinterStatus& a, const PrinterStatus& b) {
  EXPECT_EQ(TextOf(a), TextOf(b));
  EXPECT_EQ(a.last_kept, b.last_kept);
}

TEST(StatusTextTest, IsJsonWithItsMembersInOrder) {
  for (const PrinterStatus& status :
       {PrinterStatus(), Example(), PrinterStatus{.remarks = {"\"quoted\" \xff\n"}}}) {
    const std::string text = TextOf(status);
    EXPECT_EQ(JsonText(ParseJson(text)), text);
  }
  EXPECT_EQ(TextOf({}),
            R"({"address":"10.0.0.7:161","asleep":false,"last_error":null,"last_kept":null,)"
            R"("last_success":null,"model":null,"remarks":[],"serial":null})");
}

TEST(StatusTextTest, ComesBackAsItWas) {
  const std::string two = TextOf(Example()) + "," + TextOf({}) + "]";
  std::string_view rest = two;
  const auto first = TakeStatus(rest);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->first, "10.0.0.7:161");
  ExpectSame(first->second, Example());
  const auto second = TakeStatus(rest);
  ASSERT_TRUE(second);
  ExpectSame(second->second, {});
  EXPECT_EQ(rest, "]");
  EXPECT_FALSE(TakeStatus(rest));
}

TEST(StatusTextTest, LeavesWhatElseIsJsonToTheParser) {
  const std::string good = TextOf(Example());
  for (std::size_t length = 0; length < good.size(); ++length) {
    std::string_view cut = std::string_view(good).substr(0, length);
    EXPECT_FALSE(TakeStatus(cut)) << cut;
    EXPECT_EQ(cut.size(), length);
  }
  const std::string escaped = TextOf({.last_error = "says \"no\""});
  std::string_view text = escaped;
  EXPECT_FALSE(TakeStatus(text));
  std::string_view other = R"({"address": "10.0.0.7:161"})";
  EXPECT_FALSE(TakeStatus(other));
}

// The book of each is read, whichever way its text went.
TEST(StatusTextTest, ABookReadsBothKinds) {
  const std::string directory = Scratch() + "/plotmeter_status_text";
  std::filesystem::create_directories(directory);
  for (const char* error : {"snmp: no answer", "says \"no\"",
                            "Gr\xc3\xb6\xc3\x9f"
                            "e"}) {
    for (const bool sorted :
         {false, true}) {  // as Json would write it, with printers in the middle
      PrinterStatus status = Example();
      status.last_error = error;
      StatusBook book(directory);
      book.Of({.host = "10.0.0.7"}) = status;
      book.Of({.host = "10.0.0.8"}) = Example();
      book.trouble = "the portal is away";
      std::string text = book.Text(kNoon);
      if (sorted) text = JsonText(ParseJson(text));
      std::ofstream(directory + "/status.json") << text << "\n";
      StatusBook again(directory);
      EXPECT_EQ(again.Text(kNoon), book.Text(kNoon));
      EXPECT_EQ(again.trouble, "the portal is away");
      EXPECT_EQ(again.Of({.host = "10.0.0.7"}).last_error, error);
    }
  }
}

}  // namespace
}  // namespace plotmeter
