#include "installer/windows/msi/settings_text.h"

#include <gtest/gtest.h>

namespace plotmeter {
namespace {

constexpr char kBegin[] =
    "# What msiexec is given (RANGES, PROXY, CA) replaces lines from here\r\n";
constexpr char kEnd[] = "# to here, and nothing else in this file.\r\n";

std::string Marked(const std::string& lines) { return kBegin + lines + kEnd; }

TEST(SettingsTextTest, ANewFileHasTheMarksAndWhatIsGiven) {
  const std::optional<std::string> text =
      NextSettings({}, {.ranges = "192.168.1.0/24", .proxy = "http://p:3128"});
  ASSERT_TRUE(text);
  EXPECT_TRUE(
      text->ends_with(Marked("range = [\"192.168.1.0/24\"]\r\nproxy = \"http://p:3128\"\r\n")))
      << *text;
  EXPECT_TRUE(NextSettings({}, {})->ends_with(Marked("")));
}

TEST(SettingsTextTest, RangesMayBeSeparatedAsOneLikes) {
  for (const char* ranges : {"a,b", "a, b", "a;b", " a  b ", ",a,,b,"}) {
    EXPECT_EQ(NextSettings(Marked(""), {.ranges = ranges}), Marked("range = [\"a\", \"b\"]\r\n"))
        << ranges;
  }
}

TEST(SettingsTextTest, ReplacesWhatIsGivenAndNothingElse) {
  const std::string mine = "# mine\nport = 1161\n";
  const std::string file =
      mine + Marked("range = [\"a\"]\r\nproxy = \"p\"\r\n") + "interval=\"1h\"";
  EXPECT_EQ(NextSettings(file, {}), file);
  EXPECT_EQ(NextSettings(file, {.ranges = "b"}),
            mine + Marked("range = [\"b\"]\r\nproxy = \"p\"\r\n") + "interval=\"1h\"");
  EXPECT_EQ(NextSettings(file, {.ca_file = "C:\\ca.pem"}),
            mine + Marked("range = [\"a\"]\r\nproxy = \"p\"\r\nca = \"C:\\\\ca.pem\"\r\n") +
                "interval=\"1h\"");
}

TEST(SettingsTextTest, AFileSavedWithOtherEndsOfLinesHasItsMarksStill) {
  std::string file = Marked("ranges = 1\r\nrange=[\"a\"]\r\n");
  std::erase(file, '\r');
  const std::optional<std::string> text = NextSettings(file, {.ranges = "b"});
  ASSERT_TRUE(text);
  EXPECT_NE(text->find("\nranges = 1\nrange = [\"b\"]\r\n"), std::string::npos) << *text;
}

TEST(SettingsTextTest, AFileWithoutBothMarksInTheirOrderIsTheAdministrators) {
  for (const std::string& file : {std::string("port = 1\n"), std::string(kBegin), std::string(kEnd),
                                  std::string(kEnd) + kBegin, std::string()}) {
    EXPECT_EQ(NextSettings(file, {.ranges = "a"}), std::nullopt) << file;
    EXPECT_EQ(NextSettings(file, {}), file);
  }
}

TEST(SettingsTextTest, NothingGivenBreaksOutOfItsQuotes) {
  EXPECT_EQ(NextSettings(Marked(""), {.proxy = "a\"\\\n[x]"}),
            Marked("proxy = \"a\\\"\\\\\\u000A[x]\"\r\n"));
}

}  // namespace
}  // namespace plotmeter
