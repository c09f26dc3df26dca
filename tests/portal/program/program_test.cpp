// The program as people and scripts call it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "common/json.h"
#include "portal/store/migrate.h"
#include "portal/store/sqlite_store.h"
#include "proto/enrolment.h"
#include "tests/fakes/scratch.h"
#include "tests/paths.h"
#include "tests/portal/program/shell.h"

namespace plotmeter {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const std::string kProgram = BINARY_ROOT "/bin/plotmeter-portal ";

class ProgramTest : public testing::Test {
 protected:
  ProgramTest() {
    std::filesystem::remove_all(data_);
    made_ = Shell(kProgram + "init --name portal.test --data " + data_);
  }
  ~ProgramTest() override { std::filesystem::remove_all(data_); }

  Ended Portal(const std::string& arguments) {
    return Shell(kProgram + arguments + " --data " + data_);
  }

  std::string IdOf(const std::string& arguments) {
    const Ended ended = Portal(arguments + " --json");
    EXPECT_EQ(ended.code, 0) << ended.output;
    return ParseJson(ended.output).at("id").get<std::string>();
  }

  std::string data_ = Scratch() + "/portal_program_" + std::to_string(::getpid());
  Ended made_;
};

TEST_F(ProgramTest, SaysThatThereIsNoPortalThere) {
  for (const char* command : {"reseller list", "serve", "migrate", "reseller add --name x"}) {
    const Ended ended = Shell(kProgram + command + " --data " + data_ + "/nowhere");
    EXPECT_EQ(ended.code, 1) << command;
    EXPECT_THAT(ended.output, HasSubstr("'plotmeter-portal init' makes one")) << command;
  }
}

TEST_F(ProgramTest, MakesAPortalOnce) {
  EXPECT_EQ(made_.code, 0) << made_.output;
  EXPECT_THAT(made_.output, HasSubstr("portal.test, localhost, 127.0.0.1"));
  const Ended again = Portal("init");
  EXPECT_EQ(again.code, 1);
  EXPECT_THAT(again.output, HasSubstr("overwrites nothing"));
  const std::string latest = std::to_string(LatestSchema());
  EXPECT_EQ(Portal("migrate").output, "schema " + latest + " (it was " + latest + ")\n");
}

TEST_F(ProgramTest, SetsUpATenantByNamesAndByIds) {
  EXPECT_THAT(IdOf("reseller add --name North"), StartsWith("res_"));
  const std::string customer = IdOf("customer add --reseller North --name Harbour");
  const std::string site =
      IdOf("site add --customer " + customer + " --name Main --time-zone Europe/Berlin");
  const Ended code = Portal("enrolment add --json --days 3 --site " + site);
  EXPECT_EQ(code.code, 0);
  EXPECT_TRUE(EnrolmentCode::Parse(ParseJson(code.output).at("code").get<std::string>()));
  EXPECT_EQ(Portal("enrolment add --site Main").code, 0);
  EXPECT_EQ(ParseJson(Portal("enrolment list --json").output).size(), 2u);
  const Ended token = Portal(
      "token add --json --reseller North --role customer_viewer --customer Harbour --name books");
  EXPECT_THAT(ParseJson(token.output).at("token").get<std::string>(), StartsWith("pmt_"));
  EXPECT_THAT(Portal("site list").output, HasSubstr(site + "\tMain\tEurope/Berlin"));
  EXPECT_THAT(Portal("token list").output, Not(HasSubstr("pmt_")));
}

TEST_F(ProgramTest, SaysWhatIsWrongAndHowItEnded) {
  IdOf("reseller add --name North");
  IdOf("customer add --reseller North --name Harbour");
  const struct {
    const char* arguments;
    int code;
    const char* sentence;
  } wrong[] = {
      {"reseller add --name North", 1, "there is a reseller called 'North' already"},
      {"customer add --reseller South --name x", 1, "there is no reseller 'South'"},
      {"site add --customer Harbour --name x --time-zone Mars", 2, "'time-zone' is 'Mars'"},
      {"token add --reseller North --role king --name x", 2, "'role' is 'king'; expected"},
      {"token add --reseller North --role customer_viewer --name x", 2, "--customer goes with"},
      {"enrolment add --site x --days 0", 2, "'days' is '0'"},
      {"export usage --reseller North --from 2026-13-01 --to 2026-12-01", 2,
       "'from' is '2026-13-01'; expected a date"},
      {"export usage --reseller North --from 2026-12-01 --to 2026-11-01", 2, "'to' is"},
      {"export jobs --reseller North --from 2026-11-01 --to 2026-12-01 --format xls", 2,
       "'format' is 'xls'; expected csv or ndjson"},
      {"serve --listen nowhere", 2, "'listen' is 'nowhere'"},
      {"serve --listen 256.1.1.1:8443", 2, "expected an IP address and a port"},
      {"serve --listen 127.0.0.1:65536", 2, "expected an IP address and a port"},
      {"reseller ad --name x", 2, "ad"},
  };
  for (const auto& [arguments, code, sentence] : wrong) {
    const Ended ended = Portal(arguments);
    EXPECT_EQ(ended.code, code) << arguments << ": " << ended.output;
    EXPECT_THAT(ended.output, HasSubstr(sentence)) << arguments;
  }
}

TEST_F(ProgramTest, NamesTheFileThatIsNoDatabase) {
  std::ofstream(data_ + "/portal.db") << std::string(8192, 'x');
  for (const std::string command : {"serve --listen 127.0.0.1:0", "migrate", "reseller list"}) {
    const Ended ended = Portal(command);
    EXPECT_EQ(ended.code, 1) << command;
    EXPECT_THAT(ended.output, HasSubstr("cannot open " + data_ + "/portal.db: file is not a"));
  }
}

TEST_F(ProgramTest, ExportsAHeaderWhereThereIsNothing) {
  IdOf("reseller add --name North");
  const std::string file = data_ + "/usage.csv";
  const std::string period = " --reseller North --from 2026-11-01 --to 2026-12-01";
  EXPECT_THAT(Portal("export usage" + period).output,
              StartsWith("customer,site,manufacturer,model,serial,"));
  EXPECT_EQ(Portal("export usage --output " + file + period).code, 0);
  EXPECT_TRUE(std::filesystem::exists(file));
  EXPECT_FALSE(std::filesystem::exists(file + ".part"));
  EXPECT_EQ(Portal("export jobs --format ndjson" + period).output, "");
}

TEST_F(ProgramTest, ServesUntilItIsToldToStop) {
  int channel[2];
  ASSERT_EQ(::pipe(channel), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::dup2(channel[1], STDOUT_FILENO);
    ::close(channel[0]);
    ::close(channel[1]);
    ::execl((BINARY_ROOT "/bin/plotmeter-portal"), "plotmeter-portal", "serve", "--data",
            data_.c_str(), "--listen", "127.0.0.1:0", nullptr);
    ::_exit(127);
  }
  ::close(channel[1]);
  std::FILE* lines = ::fdopen(channel[0], "r");
  std::array<char, 200> line = {};
  ASSERT_NE(std::fgets(line.data(), line.size(), lines), nullptr) << "it ended without a word";
  const Json ready = ParseJson(line.data());
  EXPECT_TRUE(ready.at("ready").get<bool>());
  EXPECT_GT(ready.at("port").get<int>(), 0);
  ::kill(child, SIGHUP);
  ::kill(child, SIGTERM);
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  std::fclose(lines);
}

}  // namespace
}  // namespace plotmeter
