// The program as people and scripts call it.

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/file.h>
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
using testing::Not;
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
  EXPECT_EQ(Portal("migrate").output, fmt::format("schema {0} (it was {0})\n", LatestSchema()));
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

TEST_F(ProgramTest, InvitesPeopleAndDisablesThem) {
  IdOf("reseller add --name North");
  IdOf("customer add --reseller North --name Harbour");
  const Ended first =
      Portal("user add --json --role operator --email Ops@Example.org --name 'On call'");
  ASSERT_EQ(first.code, 0) << first.output;
  EXPECT_THAT(ParseJson(first.output).at("link").get<std::string>(), StartsWith("pml_"));
  const std::string anna = IdOf(
      "user add --reseller North --role reseller_admin --email anna@north.example --name Anna");
  IdOf(
      "user add --reseller North --role customer_viewer --customer Harbour"
      " --email h@harbour.example --name H");
  const Ended taken =
      Portal("user add --role operator --email ANNA@north.example --name 'another one'");
  EXPECT_EQ(taken.code, 1);
  EXPECT_THAT(taken.output, HasSubstr("'anna@north.example' already"));
  EXPECT_EQ(ParseJson(Portal("user list --json").output).size(), 3u);
  const std::string listed = Portal("user list --reseller North").output;
  EXPECT_THAT(listed, HasSubstr(anna + "\tanna@north.example\tAnna\treseller_admin"));
  EXPECT_THAT(listed, Not(HasSubstr("ops@example.org")));
  EXPECT_EQ(IdOf("user link --user anna@north.example"), anna);
  EXPECT_EQ(Portal("user disable --user " + anna).output, "user " + anna + " is disabled\n");
  EXPECT_EQ(Portal("user link --user " + anna).code, 1);
  EXPECT_THAT(Portal("user disable --user nobody").output, HasSubstr("there is no user 'nobody'"));
}

TEST_F(ProgramTest, ErasesACustomerAlsoInABackupThatIsRestored) {
  IdOf("reseller add --name North");
  const std::string id = IdOf("customer add --reseller North --name Harbour");
  IdOf("customer add --reseller North --name Bridge");
  IdOf("site add --customer Harbour --name Main --time-zone Europe/Berlin");
  const std::string backup = data_ + ".backup", restored = data_ + ".restored";
  std::filesystem::remove(backup);
  std::filesystem::remove_all(restored);
  EXPECT_EQ(Portal("backup " + backup).code, 0);
  EXPECT_EQ(Portal("customer erase --customer Nobody").code, 1);
  const Ended erased = Portal("customer erase --customer Harbour --json");
  ASSERT_EQ(erased.code, 0) << erased.output;
  const Json report = ParseJson(erased.output);
  EXPECT_EQ(report.at("customer"), id);
  EXPECT_EQ(report.at("erased").at("sites"), 1);
  EXPECT_EQ(report.at("log_emptied"), true);
  EXPECT_EQ(Portal("customer erase --customer Harbour").code, 1) << "it is called so no more";
  EXPECT_THAT(Portal("customer list").output, Not(HasSubstr(id)));
  EXPECT_THAT(Portal("site list").output, Not(HasSubstr("Main")));
  const Ended back =
      Shell(kProgram + "restore " + backup + " --data " + restored + " --recovery-key " + data_ +
            "/recovery-key.pem --journal " + data_ + "/journal.ndjson");
  EXPECT_EQ(back.code, 0) << back.output;
  EXPECT_THAT(back.output, HasSubstr("0 revocations and 1 erasures of later were repeated"));
  const std::string left = Shell(kProgram + "customer list --data " + restored).output;
  EXPECT_THAT(left, HasSubstr("Bridge"));
  EXPECT_THAT(left, Not(HasSubstr("Harbour")));
  std::filesystem::remove(backup);
  std::filesystem::remove_all(restored);
}

TEST_F(ProgramTest, GivesTokensScopesAndRevokesThem) {
  IdOf("reseller add --name North");
  const std::string id = IdOf(
      "token add --reseller North --role reseller_viewer --scope usage.read --scope jobs.read"
      " --name billing");
  IdOf("token add --role operator --name watch");
  EXPECT_THAT(Portal("token list").output, HasSubstr("usage.read jobs.read"));
  EXPECT_EQ(Portal("token revoke --token " + id).output, "token " + id + " is revoked\n");
  EXPECT_EQ(Portal("token revoke --token tok_NONE").code, 1);
  EXPECT_TRUE(SqliteStore(data_ + "/portal.db")
                  .Tokens(SqliteStore(data_ + "/portal.db").Resellers().at(0).id)
                  .at(0)
                  .revoked_at);
}

TEST_F(ProgramTest, WritesDownWhatIsDoneAndFindsOutWhoChangesThat) {
  IdOf("reseller add --name North");
  IdOf("customer add --reseller North --name Harbour");
  EXPECT_EQ(Portal("keys rotate --key encryption").code, 0);
  const Ended clean = Portal("verify --json");
  EXPECT_EQ(clean.code, 0) << clean.output;
  const Json logs = ParseJson(clean.output).at("audit");
  ASSERT_EQ(logs.size(), 2u);
  EXPECT_EQ(logs[0].at("rows"), 1);
  EXPECT_EQ(logs[1].at("reseller"), "operator");
  EXPECT_EQ(logs[1].at("rows"), 2) << "a reseller and a key";
  {
    Database db(data_ + "/portal.db", Database::Mode::kReadWrite);
    db.Execute("DROP TRIGGER audit_is_not_changed; UPDATE audit SET who='x' WHERE number=2");
  }
  const Ended changed = Portal("verify");
  EXPECT_EQ(changed.code, 1);
  EXPECT_THAT(changed.output,
              HasSubstr("audit log of operator (the operator), row 2: it is not what was written"));
  EXPECT_EQ(Portal("verify --reseller North").code, 0);
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
      {"token add --role reseller_viewer --name x", 2, "--reseller goes with every role but"},
      {"token add --reseller North --role operator --name x", 2, "--reseller goes with every role"},
      {"token add --reseller North --role reseller_viewer --scope usage --name x", 2,
       "'scope' is 'usage'; expected"},
      {"user add --role operator --email nobody --name x", 2, "'email' is 'nobody'; expected"},
      {"enrolment add --site x --days 0", 2, "'days' is '0'"},
      {"export usage --reseller North --from 2026-13-01 --to 2026-12-01", 2,
       "'from' is '2026-13-01'; expected a date"},
      {"export usage --reseller North --from 2026-12-01 --to 2026-11-01", 2, "'to' is"},
      {"export jobs --reseller North --from 2026-11-01 --to 2026-12-01 --format xls", 2,
       "'format' is 'xls'; expected csv or ndjson"},
      {"serve --listen nowhere", 2, "'listen' is 'nowhere'"},
      {"serve --keep-jobs 61d", 2, "'keep-jobs' is '61d'; expected 0 (for ever), or 62d or more"},
      {"serve --keep-evidence 399d", 2,
       "'keep-evidence' is '399d'; expected 0 (for ever), or 400d"},
      {"serve --keep-job-names soon", 2, "'keep-job-names' is 'soon'; expected 0"},
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
  for (const char* what : {"readings", "alerts"}) {
    EXPECT_THAT(Portal(std::string("export ") + what + period).output,
                StartsWith("customer,site,manufacturer,"));
  }
  for (const char* what : {"alerts", "supplies", "printers"}) {
    EXPECT_THAT(Portal(std::string("export ") + what + " --reseller North").output,
                StartsWith("customer,site,manufacturer,"));
  }
}

TEST_F(ProgramTest, ExportsWithAColumnProfile) {
  IdOf("reseller add --name North");
  const std::string profile = data_ + "/erp.toml";
  std::ofstream(profile) << "delimiter = \";\"\n[[column]]\nname = \"Nr\"\nfrom = \"serial\"\n"
                            "[[column]]\nfrom = \"model\"\n";
  EXPECT_EQ(Portal("export printers --reseller North --columns " + profile).output, "Nr;model\r\n");
  const Ended wrong = Portal("export supplies --reseller North --columns /no/such.toml");
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.output, HasSubstr("'columns' is '/no/such.toml', which cannot be read"));
  std::ofstream(profile) << "[[column]]\nfrom = \"serail\"\n";
  const Ended odd = Portal("export printers --reseller North --columns " + profile);
  EXPECT_EQ(odd.code, 2);
  EXPECT_THAT(odd.output, HasSubstr("erp.toml, line 2: 'from' is 'serail'; expected a column of "
                                    "the export; did you mean serial?"));
}

TEST_F(ProgramTest, SchedulesExportsAndTakesThemBack) {
  IdOf("reseller add --name North");
  IdOf("customer add --reseller North --name Harbour");
  const std::string add = "schedule add --reseller North --export usage --folder " + data_;
  const std::string id =
      IdOf(add + " --customer Harbour --day 3 --time-zone Europe/Berlin --first-month 2026-10");
  EXPECT_THAT(id, StartsWith("sch_"));
  const Json listed = ParseJson(Portal("schedule list --json").output);
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0].at("export"), "usage");
  EXPECT_EQ(listed[0].at("first_month"), "2026-10");
  const struct {
    std::string arguments;
    int code;
    const char* sentence;
  } wrong[] = {
      {"schedule add --reseller North --export contracts --folder /tmp", 2,
       "'export' is 'contracts'; expected one of usage, jobs, readings"},
      {"schedule add --reseller North --export jobs --folder here", 2, "'folder' is 'here'"},
      {"schedule add --reseller North --export jobs --folder /no/such", 1,
       "there is no directory /no/such"},
      {add + " --day 29", 2, "'day' is '29'"},
      {add + " --hour 24", 2, "'hour' is '24'"},
      {add + " --time-zone Mars", 2, "'time-zone' is 'Mars'"},
      {add + " --first-month 2026", 2, "'first-month' is '2026'; expected a month such as 2026-11"},
      {add + " --customer Nobody", 1, "Nobody"},
      {"export alerts --reseller North --from 2026-11-01", 2, "--from goes with --to"},
      {"export printers --reseller North --printer CN1", 1, "there is no printer 'CN1'"},
      {"serve --export-settle soon", 2, "'export-settle' is 'soon'; expected hours or days"},
  };
  for (const auto& [arguments, code, sentence] : wrong) {
    const Ended ended = Portal(arguments);
    EXPECT_EQ(ended.code, code) << arguments << ": " << ended.output;
    EXPECT_THAT(ended.output, HasSubstr(sentence)) << arguments;
  }
  EXPECT_EQ(Portal("schedule remove --schedule " + id).output, "schedule " + id + " is removed\n");
  EXPECT_EQ(Portal("schedule remove --schedule " + id).code, 1);
}

TEST_F(ProgramTest, ChangesItsKeysOneCommandAtATime) {
  const int keys = ::open((data_ + "/keys").c_str(), O_RDONLY | O_DIRECTORY);
  ASSERT_EQ(::flock(keys, LOCK_EX), 0);  // as the first command has it
  const auto files = [&] {
    return Shell("ls " + data_ + "/keys && cat " + data_ + "/keys/*.pem").output;
  };
  const std::string before = files();
  for (const std::string& second : {std::string("keys rotate --key both"),
                                    "keys replace --recovery-key " + data_ + "/recovery-key.pem"}) {
    const Ended ended = Portal(second);
    EXPECT_EQ(ended.code, 1) << second;
    EXPECT_THAT(ended.output, HasSubstr("another command changes or copies the keys in " + data_));
    EXPECT_THAT(ended.output, HasSubstr("nothing was changed"));
  }
  EXPECT_EQ(files(), before);
  ::close(keys);
  const Ended rotated = Portal("keys rotate --key both");
  EXPECT_EQ(rotated.code, 0) << rotated.output;
  EXPECT_THAT(rotated.output, HasSubstr("systemctl reload plotmeter-portal"));
  EXPECT_NE(files(), before);
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
