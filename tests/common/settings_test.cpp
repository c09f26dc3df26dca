#include "common/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/fakes/environment.h"
#include "tests/fakes/scratch.h"

namespace plotmeter {
namespace {

struct Outcome {
  int code = -1;
  Arguments seen = {};
  std::string out = {};
  std::string err = {};
};

Outcome Call(std::vector<std::string> words) {
  Outcome outcome;
  const auto keep = [&outcome](const Arguments& arguments) {
    outcome.seen = arguments;
    return 0;
  };
  const Program program{
      .name = "meter",
      .summary = "Meters.",
      .commands =
          {{.name = "read",
            .summary = "Reads one printer.",
            .more = "Example: meter read 10.0.0.7",
            .settings = {{.name = "address",
                          .value = "ADDRESS",
                          .help = "the printer",
                          .required = true,
                          .positional = true},
                         {.name = "community",
                          .value = "C",
                          .fallback = "public",
                          .help = "tried in order",
                          .repeatable = true},
                         {.name = "retries", .value = "N", .fallback = "2", .help = "more tries"},
                         {.name = "json", .help = "as JSON", .flag_only = true}},
            .run = keep,
            .check = [](const Arguments& a) { a.Number("retries", 0, 10); }},
           {.name = "reseller add",
            .summary = "Adds a reseller.",
            .settings = {{.name = "name", .value = "NAME", .help = "its name", .required = true}},
            .run = keep},
           {.name = "reseller fail",
            .summary = "Fails.",
            .run = [](const Arguments&) -> int { throw std::runtime_error("no disk"); }}},
      .groups = {{"reseller", "Those who bill."}},
      .tables = {{.name = "profile",
                  .settings = {
                      {.name = "range", .value = "R", .repeatable = true},
                      {.name = "community", .value = "C", .fallback = "public", .repeatable = true},
                      {.name = "downgrade"},
                      {.name = "hosts", .value = "FILE"}}}}};
  words.insert(words.begin(), "meter");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  outcome.code = RunProgram(program, static_cast<int>(argv.size()), argv.data());
  outcome.out = testing::internal::GetCapturedStdout();
  outcome.err = testing::internal::GetCapturedStderr();
  return outcome;
}

using Texts = std::vector<std::string>;

TEST(SettingsTest, ReadsFlagsAndFallbacks) {
  const Outcome o = Call({"read", "10.0.0.7", "--community", "a", "--community", "b", "--json"});
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_EQ(o.seen.Text("address"), "10.0.0.7");
  EXPECT_EQ(o.seen.All("community"), (Texts{"a", "b"}));
  EXPECT_EQ(o.seen.Number("retries"), 2);
  EXPECT_TRUE(o.seen.Switch("json"));
  EXPECT_EQ(Call({"read", "--community", "a", "10.0.0.7"}).seen.Text("address"), "10.0.0.7");
  EXPECT_FALSE(Call({"read", "10.0.0.7"}).seen.Switch("json"));
  EXPECT_EQ(Call({"reseller", "add", "--name", "North"}).seen.Text("name"), "North");
}

TEST(SettingsTest, LetsTheFlagWinOverTheVariableOverTheFile) {
  const std::string path = Scratch() + "/settings_test.toml";
  std::ofstream(path) << "retries = 7\ncommunity = [\"x\", \"y\"]\nname = \"from the file\"\n";
  EXPECT_EQ(Call({"read", "a", "--config", path}).seen.All("community"), (Texts{"x", "y"}));
  EXPECT_EQ(Call({"reseller", "add", "--config", path}).seen.Text("name"), "from the file");
  SetVariable("PLOTMETER_RETRIES", "8");
  EXPECT_EQ(Call({"read", "a", "--config", path}).seen.Number("retries"), 8);
  EXPECT_EQ(Call({"read", "a", "--config", path, "--retries", "9"}).seen.Number("retries"), 9);
  UnsetVariable("PLOTMETER_RETRIES");
}

TEST(SettingsTest, RefusesWhatItDoesNotKnowWithASuggestion) {
  EXPECT_EQ(Call({"read", "a", "--comunity", "x"}).code, 2);
  EXPECT_THAT(Call({"read", "a", "--comunity", "x"}).err,
              testing::HasSubstr("unknown option --comunity; did you mean --community?"));
  EXPECT_THAT(Call({"raed"}).err, testing::HasSubstr("unknown command 'raed'; did you mean read?"));
  EXPECT_EQ(Call({"raed"}).code, 2);
  EXPECT_EQ(Call({}).code, 2);
  EXPECT_EQ(Call({"reseller"}).code, 2);
  EXPECT_THAT(Call({"read"}).err, testing::HasSubstr("ADDRESS is missing"));
  EXPECT_THAT(Call({"read", "a", "b"}).err, testing::HasSubstr("'b' was not expected here"));
  const std::string path = Scratch() + "/settings_unknown.toml";
  std::ofstream(path) << "retry = 7\n";
  const Outcome o = Call({"read", "a", "--config", path});
  EXPECT_EQ(o.code, 2);
  EXPECT_THAT(o.err,
              testing::HasSubstr(path + ", line 1: 'retry' is no setting; did you mean retries?"));
}

TEST(SettingsTest, TakesAHashThatBeginsLikeAnOption) {
  const std::string hash = "-GKV266POQkLS7lEAg-PG3WAbnMPaCN66jDgHqVV_Pw";
  EXPECT_EQ(Call({"read", hash, "--retries", "3"}).seen.Text("address"), hash);
  EXPECT_EQ(Call({"read", hash, "--retries", "3"}).seen.Text("retries"), "3");
  EXPECT_EQ(Call({"read", "--json", "--", hash}).seen.Text("address"), hash);
  EXPECT_EQ(Call({"read", "a", "--community", hash}).seen.Text("community"), hash);
  EXPECT_EQ(Call({"read", "a", "--community", "b", hash}).code, 2) << "one word too many";
  EXPECT_EQ(Call({"read", "-GKV"}).code, 2);
}

TEST(SettingsTest, RefusesAValueTooManyOrTooFew) {
  const auto refusal = [](std::vector<std::string> words) {
    const Outcome o = Call(std::move(words));
    EXPECT_EQ(o.code, 2) << o.err;
    return o.err.substr(0, o.err.find('\n'));
  };
  EXPECT_EQ(refusal({"read", "a", "--retries"}), "meter read: --retries needs a value");
  EXPECT_EQ(refusal({"read", "a", "--retries", "1", "--retries", "2"}),
            "meter read: --retries was given more than once; expected once");
  EXPECT_THAT(refusal({"read", "a", "--json=3"}), testing::HasSubstr("json"));
}

TEST(SettingsTest, SaysWhichLineOfTheFileIsWrong) {
  const std::string path = Scratch() + "/settings_wrong.toml";
  std::ofstream(path) << "retries = 7\nretries = \n";
  const Outcome o = Call({"read", "a", "--config", path});
  EXPECT_EQ(o.code, 2);
  EXPECT_THAT(o.err, testing::HasSubstr("line 2"));
  EXPECT_EQ(Call({"read", "a", "--config", "/nowhere/at-all.toml"}).code, 2);
}

// What the program makes of this file.
Outcome CallWithFile(const std::string& text) {
  const std::string path = Scratch() + "/tables.toml";
  std::ofstream(path) << text;
  return Call({"read", "a", "--config", path});
}

TEST(SettingsTest, ReadsTablesOfOneKind) {
  const Outcome o = CallWithFile(
      "retries = 7\n[profile.plant]\nrange = ['10.1.0.0/16', '10.2.0.0/16']\ndowngrade = true\n"
      "[profile.\"head-office.2\"]\ncommunity = 'x'\n");
  ASSERT_EQ(o.code, 0) << o.err;
  EXPECT_EQ(o.seen.Number("retries"), 7);
  const std::vector<Arguments> tables = o.seen.Tables("profile");
  ASSERT_EQ(tables.size(), 2U);
  EXPECT_EQ(tables[0].title, "head-office.2");
  EXPECT_EQ(tables[0].All("community"), Texts{"x"});
  EXPECT_FALSE(tables[0].Switch("downgrade"));
  EXPECT_EQ(tables[1].title, "plant");
  EXPECT_EQ(tables[1].All("range"), (Texts{"10.1.0.0/16", "10.2.0.0/16"}));
  EXPECT_EQ(tables[1].All("community"), Texts{"public"});
  EXPECT_TRUE(tables[1].Switch("downgrade"));
  EXPECT_TRUE(o.seen.Tables("other").empty());
}

TEST(SettingsTest, NamesWhatIsWrongInATable) {
  const auto says = [](const std::string& text) { return CallWithFile(text).err; };
  EXPECT_THAT(says("[profile.plant]\nrange = '10.0.0.1'\ncomunity = 'x'\n"),
              testing::HasSubstr("line 3: 'comunity' in [profile.plant] is no setting; did you "
                                 "mean community?"));
  EXPECT_THAT(says("[profile.plant]\nhosts = ['a', 'b']\n"),
              testing::HasSubstr("'hosts' in [profile.plant] was given 2 times; expected once"));
  EXPECT_THAT(says("[profile.plant]\ndowngrade = 'perhaps'\n"),
              testing::HasSubstr("'downgrade' is 'perhaps'; expected true or false"));
  EXPECT_THAT(says("profile = 'plant'\n"), testing::HasSubstr("expected tables [profile.NAME]"));
  EXPECT_THAT(says("[profile]\nrange = 'x'\n"), testing::HasSubstr("[profile.range] cannot be"));
  EXPECT_THAT(says("[profile.'a b']\n"), testing::HasSubstr("[profile.a b] cannot be"));
  EXPECT_THAT(says("[profil.plant]\n"), testing::HasSubstr("did you mean profile?"));
}

TEST(SettingsTest, NamesTheNumberItCannotRead) {
  const Arguments seen{.values = {{"retries", {"many"}}}};
  try {
    seen.Number("retries", 0, 10);
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "'retries' is 'many'; expected a whole number from 0 to 10");
  }
}

TEST(SettingsTest, ChecksValuesWithoutRunning) {
  EXPECT_EQ(Call({"read", "a", "--check", "--retries", "9"}).code, 0);
  const Outcome o = Call({"read", "a", "--check", "--retries", "11"});
  EXPECT_EQ(o.code, 2);
  EXPECT_THAT(o.err, testing::HasSubstr("'retries' is '11'; expected a whole number from 0 to 10"));
  EXPECT_EQ(o.out, "");
  EXPECT_EQ(Call({"read", "a", "--retries", "11"}).code, 2) << "it ran with a wrong value";
}

TEST(SettingsTest, SaysWhatAGroupOfCommandsIsFor) {
  EXPECT_THAT(Call({"--help"}).out, testing::HasSubstr("Those who bill."));
  EXPECT_THAT(Call({"reseller", "--help"}).out, testing::HasSubstr("Those who bill."));
  EXPECT_THAT(Call({"reseller"}).err, testing::HasSubstr("Try 'meter reseller --help'"));
}

TEST(SettingsTest, EndsHonestly) {
  EXPECT_EQ(Call({"--help"}).code, 0);
  EXPECT_THAT(Call({"read", "--help"}).out, testing::HasSubstr("Example: meter read 10.0.0.7"));
  EXPECT_EQ(Call({"--version"}).code, 0);
  EXPECT_EQ(Call({"read", "a", "--check"}).out, "settings are sound\n");
  EXPECT_EQ(Call({"reseller", "fail"}).code, 1);
  EXPECT_THAT(Call({"reseller", "fail"}).err, testing::HasSubstr("no disk"));
}

}  // namespace
}  // namespace plotmeter
