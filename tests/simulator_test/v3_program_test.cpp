// plotmeter-sim over SNMPv3 as net-snmp's tools see it, and its sick and foreign devices.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/paths.h"
#include "tests/simulator_test/program.h"

namespace plotmeter {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Words = std::vector<std::string>;

const std::string kSim = BINARY_ROOT "/bin/plotmeter-sim";
const std::string kObject = ".1.3.6.1.2.1.1.2.0";
const std::string kStatusId = ".1.3.6.1.4.1.11.2.3.9.1.1.7.0";
const std::string kSupplies = ".1.3.6.1.2.1.43.11.1.1.6";

struct User {
  const char* auth;
  const char* priv;  // "" none
};
constexpr User kUsers[] = {
    {"MD5", ""},        {"MD5", "DES"},         {"SHA", "DES"},         {"SHA", "AES"},
    {"SHA-224", "AES"}, {"SHA-256", "AES"},     {"SHA-384", "AES"},     {"SHA-512", "DES"},
    {"SHA-512", "AES"}, {"SHA-256", "AES-192"}, {"SHA-512", "AES-256"}, {"MD5", "AES-256"}};

std::string NameOf(const User& user) { return std::string("u-") + user.auth + "-" + user.priv; }

class V3Program : public ::testing::Test {
 protected:
  V3Program() : sim_(Start()), ready_(ParseJson(sim_.ReadLine())) {}

  static Words Start() {
    Words words = {kSim,
                   "--printers",
                   "3",
                   "--network",
                   "127.63." + std::to_string(::getpid() % 250) + ".0/24",
                   "--snmp-port",
                   "0",
                   "--https-port",
                   "0",
                   "--start",
                   "2026-10-01T00:00:00Z",
                   "--control",
                   "-",
                   "--odd",
                   "2:jetdirect-context",
                   "--odd",
                   "3:v1-only",
                   "--v3-user",
                   "anybody"};
    for (const User& user : kUsers) {
      words.push_back("--v3-user");
      words.push_back(NameOf(user) + ":" + user.auth + ":authsecret" +
                      (*user.priv == 0 ? "" : std::string(":") + user.priv + ":privsecret"));
    }
    return words;
  }

  Ended Ask(const Words& words, std::size_t printer = 0,
            const std::string& tool = "snmpget") const {
    const Json& row = ready_.at("printers").at(printer);
    const std::string agent =
        row.at("address").get<std::string>() + ":" + row.at("snmp_port").dump();
    // The agent last, but before what is asked for.
    Words all = {tool, "-v3", "-On", "-r", "0", "-t", "5"};
    all.insert(all.end(), words.begin(), words.end() - 1);
    all.push_back(agent);
    all.push_back(words.back());
    return RunToEnd(all);
  }

  Talking sim_;
  Json ready_;
};

TEST_F(V3Program, SpeaksEveryProtocolOfTheTools) {
  for (const User& user : kUsers) {
    Words words = {"-u", NameOf(user), "-a", user.auth, "-A", "authsecret"};
    if (*user.priv == 0) {
      words.insert(words.end(), {"-l", "authNoPriv"});
    } else {
      words.insert(words.end(), {"-l", "authPriv", "-x", user.priv, "-X", "privsecret"});
    }
    words.push_back(kObject);
    const Ended got = Ask(words);
    EXPECT_EQ(got.code, 0) << NameOf(user);
    EXPECT_THAT(got.out, HasSubstr(".1.3.6.1.4.1.11.2.3.9.1")) << NameOf(user);
  }
  EXPECT_EQ(Ask({"-u", "anybody", "-l", "noAuthNoPriv", kObject}).code, 0);
}

TEST_F(V3Program, ReportsWhatIsWrong) {
  const Words sha = {"-u", "u-SHA-AES", "-a", "SHA"};
  const auto with = [&](Words more) {
    more.insert(more.begin(), sha.begin(), sha.end());
    more.push_back(kObject);
    return Ask(more).out;
  };
  EXPECT_THAT(Ask({"-u", "nobody", "-l", "noAuthNoPriv", kObject}).out,
              HasSubstr("Unknown user name"));
  EXPECT_THAT(with({"-A", "wrongsecret", "-l", "authNoPriv"}), HasSubstr("Authentication failure"));
  EXPECT_THAT(with({"-A", "authsecret", "-l", "authNoPriv"}), HasSubstr("authorizationError"));
  EXPECT_THAT(
      Ask({"-u", "anybody", "-l", "authNoPriv", "-a", "SHA", "-A", "authsecret", kObject}).out,
      HasSubstr("Unsupported security level"));
  EXPECT_NE(Ask({"-u", "u-SHA-AES", "-a", "SHA", "-A", "authsecret", "-l", "authPriv", "-x", "AES",
                 "-X", "wrongsecret", kObject})
                .code,
            0);
  EXPECT_THAT(Ask({"-u", "anybody", "-l", "noAuthNoPriv", "-n", "nowhere", kObject}).out,
              HasSubstr("context"));
  // An earlier life of the engine: the tool is told, and asks again.
  EXPECT_EQ(Ask({"-u", "u-SHA-AES", "-a", "SHA", "-A", "authsecret", "-l", "authPriv", "-x", "AES",
                 "-X", "privsecret", "-Z", "0,0", kObject})
                .code,
            0);
}

TEST_F(V3Program, HasAContextOfItsOwnForSupplies) {
  const auto in = [&](const std::string& context, const std::string& tool, const std::string& oid) {
    return Ask({"-u", "anybody", "-l", "noAuthNoPriv", "-n", context, oid}, 1, tool).out;
  };
  EXPECT_THAT(in("", "snmpget", kStatusId), HasSubstr("No Such"));
  EXPECT_THAT(in("Jetdirect", "snmpget", kStatusId), HasSubstr("MFG:HP"));
  EXPECT_THAT(in("", "snmpbulkwalk", kSupplies), Not(HasSubstr("HP 72")));
  EXPECT_THAT(in("Jetdirect", "snmpbulkwalk", kSupplies), HasSubstr("HP 72"));
  EXPECT_THAT(Ask({"-u", "anybody", "-l", "noAuthNoPriv", "-n", "Jetdirect", kStatusId}).out,
              HasSubstr("MFG:HP"));
}

TEST_F(V3Program, IsWalkedToTheEndUnderPrivacy) {
  const Ended walk = Ask({"-u", "u-SHA-256-AES", "-a", "SHA-256", "-A", "authsecret", "-l",
                          "authPriv", "-x", "AES", "-X", "privsecret", ".1.3"},
                         0, "snmpbulkwalk");
  EXPECT_EQ(walk.code, 0);
  EXPECT_THAT(walk.out, HasSubstr("past the end of the MIB tree"));
  EXPECT_GT(std::count(walk.out.begin(), walk.out.end(), '\n'), 150);
}

TEST_F(V3Program, AReportHelpsAcrossAReboot) {
  const std::string serial = ready_.at("printers").at(0).at("serial");
  EXPECT_EQ(sim_.Ask("reboot " + serial).at("ok"), true);
  EXPECT_EQ(Ask({"-u", "anybody", "-l", "noAuthNoPriv", kObject}).code, 0);
  EXPECT_EQ(sim_.Ask("odd " + serial + " v1-only").at("ok"), true);
  EXPECT_NE(Ask({"-t", "0.3", "-u", "anybody", "-l", "noAuthNoPriv", kObject}).code, 0);
}

TEST(NeighbourProgram, TellsWhatItIsAndAnswers) {
  Talking sim({kSim, "--printers", "1", "--network",
               "127.63." + std::to_string(::getpid() % 250) + ".0/24", "--snmp-port", "0",
               "--https-port", "0", "--start", "2026-10-01T00:00:00Z", "--control", "-",
               "--neighbours", "10", "--device", "oki"});
  const Json ready = ParseJson(sim.ReadLine());
  ASSERT_EQ(ready.at("neighbours").size(), 11u);
  const auto get = [&](const Json& row, const std::string& oid) {
    return RunToEnd({"snmpget", "-v2c", "-c", "public", "-On", "-r", "0", "-t", "5",
                     row.at("address").get<std::string>() + ":" + row.at("snmp_port").dump(), oid})
        .out;
  };
  for (const Json& row : ready.at("neighbours")) {
    EXPECT_THAT(row.at("expect"), ::testing::AnyOf("office", "other-maker", "not-a-printer"));
    EXPECT_THAT(get(row, kObject), HasSubstr("OID: .1.3.6.1.4.1.")) << row.at("kind");
  }
  EXPECT_THAT(get(ready.at("neighbours").at(0), kStatusId), HasSubstr("MANUFACTURE:OKI"));
  // A neighbour can be odd, and move.
  const std::string oki = ready.at("neighbours").at(0).at("address");
  EXPECT_EQ(sim.Ask("odd " + oki + " dead").at("ok"), true);
  EXPECT_EQ(sim.Ask("even " + oki).at("ok"), true);
}

}  // namespace
}  // namespace plotmeter
