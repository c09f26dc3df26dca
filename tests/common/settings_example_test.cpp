#include "common/settings_example.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>

#include "tests/fakes/environment.h"
#include "tests/fakes/scratch.h"

namespace plotmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

Program Meter() {
  return {.name = "meter",
          .commands = {{.name = "read",
                        .settings = {{.name = "address", .value = "A", .positional = true},
                                     {.name = "community",
                                      .value = "C",
                                      .fallback = "public",
                                      .help = "tried in order",
                                      .why = "Printers come with public.",
                                      .repeatable = true,
                                      .secret = true},
                                     {.name = "retries", .value = "N", .fallback = "2"},
                                     {.name = "quiet", .help = "say less"},
                                     {.name = "json", .flag_only = true}}},
                       {.name = "run",
                        .settings = {{.name = "retries", .value = "N", .fallback = "2"},
                                     {.name = "log",
                                      .value = "FILE",
                                      .help = "where to",
                                      .example = "C:\\a \"b\""}}}},
          .tables = {{.name = "profile",
                      .help = "others",
                      .settings = {{.name = "community",
                                    .value = "C",
                                    .fallback = "public",
                                    .repeatable = true,
                                    .secret = true}}}},
          .file_intro = "Settings."};
}

std::string FileOf(const std::string& text) {
  const std::string path = Scratch() + "/example.toml";
  std::ofstream(path) << text;
  return path;
}

TEST(SettingsExampleTest, HasEverySettingOnceWithItsReason) {
  EXPECT_EQ(ExampleFile(Meter()),
            "# Settings.\n# Made by `meter settings`.\n\n"
            "# ---- for read\n\n"
            "# Tried in order. Printers come with public.\n#community = [\"public\"]\n\n"
            "# Say less.\n#quiet = false\n\n"
            "# ---- for read, run\n\n"
            "#\n#retries = 2\n\n"
            "# ---- for run\n\n"
            "# Where to.\n#log = \"C:\\\\a \\\"b\\\"\"\n\n"
            "# ---- Others.\n\n#[profile.NAME]\n\n#community = [\"public\"]\n");
}

TEST(SettingsExampleTest, IsAFileThatCanBeRead) {
  static const std::regex kCommentedOut("(^|\n)#([a-z\\[])");
  const std::string text = std::regex_replace(ExampleFile(Meter()), kCommentedOut, "$1$2");
  const FileSettings file = ReadSettingsFile(FileOf(text), Meter());
  EXPECT_EQ(file.values.at("retries"), std::vector<std::string>{"2"});
  EXPECT_EQ(file.values.at("log"), std::vector<std::string>{"C:\\a \"b\""});
  ASSERT_EQ(file.tables.size(), 1U);
}

TEST(SettingsExampleTest, SaysWhatHoldsAndWhereItComesFrom) {
  const FileSettings file = ReadSettingsFile(FileOf("retries = 7\n"), Meter());
  SetVariable("PLOTMETER_LOG", "/x");
  const std::string text = SettingsNow(Meter(), file);
  UnsetVariable("PLOTMETER_LOG");
  EXPECT_THAT(text, HasSubstr("retries = 7  # file\n"));
  EXPECT_THAT(text, HasSubstr("log = \"/x\"  # variable\n"));
  EXPECT_THAT(text, HasSubstr("community = [\"public\"]  # default\n"));
  EXPECT_THAT(text, HasSubstr("#quiet is not set\n"));
}

TEST(SettingsExampleTest, NeverPrintsASecret) {
  const FileSettings file = ReadSettingsFile(
      FileOf("community = ['hunter2', 'public']\n[profile.plant]\ncommunity = 'hunter3'\n"),
      Meter());
  const std::string text = SettingsNow(Meter(), file);
  EXPECT_THAT(text, Not(HasSubstr("hunter")));
  EXPECT_THAT(text, HasSubstr("community = \"<secret>\"  # file\n"));
}

}  // namespace
}  // namespace plotmeter
