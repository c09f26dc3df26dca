// plotmeter-sim from outside, with tools that others wrote: snmpget, snmpwalk, snmpbulkwalk, curl.

#include "tests/simulator_test/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/paths.h"

namespace plotmeter {
namespace {

using ::testing::HasSubstr;
using Words = std::vector<std::string>;

const std::string kSim = BINARY_ROOT "/bin/plotmeter-sim";

Words Plus(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// A network of this process, so that tests can run side by side.
std::string Network() { return "127.62." + std::to_string(::getpid() % 250) + ".0/24"; }

// How many values a walk printed; the tools say the end of the view on a line of its own.
std::size_t Values(const std::string& text) {
  std::istringstream in(text);
  std::size_t count = 0;
  for (std::string line; std::getline(in, line);) {
    count +=
        line.starts_with(".1.3.6.1.") && !line.ends_with("(It is past the end of the MIB tree)");
  }
  return count;
}

class Simulated : public ::testing::Test {
 protected:
  Simulated()
      : sim_({kSim, "--printers", "4", "--network", Network(), "--snmp-port", "0", "--https-port",
              "0", "--start", "2026-10-01T00:00:00Z", "--control", "-"}),
        ready_(ParseJson(sim_.ReadLine())) {}

  const Json& Printer(std::size_t i) const { return ready_.at("printers").at(i); }

  std::string Agent(std::size_t i) const {
    return Printer(i).at("address").get<std::string>() + ":" + Printer(i).at("snmp_port").dump();
  }

  Ended Snmp(const std::string& tool, std::size_t i, const Words& words) const {
    Ended ended = RunToEnd(
        Plus({tool, "-On", "-Oe", "-Ot", "-r", "1", "-t", "5"},
             Plus({words[0], "-c", words[1], Agent(i)}, Words(words.begin() + 2, words.end()))));
    // The tools' very first call on a machine also tells where they made a folder of theirs.
    if (ended.out.starts_with("Created directory: ")) ended.out.erase(0, ended.out.find('\n') + 1);
    return ended;
  }

  Ended Curl(std::size_t i, const std::string& path, const Words& more = {}) const {
    return RunToEnd(Plus({"curl", "-sk", "--max-time", "20", "-w", "\n%{http_code}"},
                         Plus(more, {Printer(i).at("piws").get<std::string>() + path})));
  }

  Talking sim_;
  Json ready_;
};

TEST_F(Simulated, SaysWhoItIsWhenItIsReady) {
  EXPECT_EQ(ready_.at("ready"), true);
  EXPECT_EQ(ready_.at("printers").size(), 4u);
  EXPECT_EQ(Printer(0).at("product"), "W3Z71A");
  EXPECT_TRUE(Printer(1).at("piws").is_null());
  EXPECT_GT(ready_.at("never").size(), 5u);
}

TEST_F(Simulated, IsWalkedTheSameWayByEveryTool) {
  for (std::size_t i = 0; i < 4; ++i) {
    const Ended walk = Snmp("snmpwalk", i, {"-v2c", "public", ".1.3"});
    const Ended bulk = Snmp("snmpbulkwalk", i, {"-v2c", "public", ".1.3"});
    const Ended v1 = Snmp("snmpwalk", i, {"-v1", "public", ".1.3"});
    EXPECT_EQ(walk.code, 0) << walk.out;
    EXPECT_EQ(walk.out, bulk.out);
    EXPECT_GT(Values(walk.out), 150u);
    // All but the one Counter64, which v1 cannot say.
    EXPECT_EQ(Values(walk.out), Values(v1.out) + 1);
  }
}

TEST_F(Simulated, AnswersTheSameErrorsAsACard) {
  const Ended v1 =
      Snmp("snmpget", 0, {"-v1", "public", ".1.3.6.1.2.1.1.2.0", ".1.3.6.1.2.1.1.99.0"});
  EXPECT_THAT(v1.out, HasSubstr("noSuchName"));
  EXPECT_THAT(v1.out, HasSubstr(".1.3.6.1.4.1.11.2.3.9.1"));
  const Ended v2 =
      Snmp("snmpget", 0, {"-v2c", "public", ".1.3.6.1.2.1.1.1.7", ".1.3.6.1.2.1.1.99.0"});
  EXPECT_THAT(v2.out, HasSubstr("No Such Instance"));
  EXPECT_THAT(v2.out, HasSubstr("No Such Object"));
  const Ended wrong = RunToEnd(
      {"snmpget", "-v2c", "-c", "private", "-r", "0", "-t", "0.3", Agent(0), ".1.3.6.1.2.1.1.2.0"});
  EXPECT_THAT(wrong.out, HasSubstr("Timeout"));
  Words many = {"-v2c", "public"};
  for (int i = 0; i < 120; ++i) many.push_back(".1.3.6.1.2.1.1.4.0");
  EXPECT_THAT(Snmp("snmpget", 0, many).out, HasSubstr("tooBig"));
}

TEST_F(Simulated, ShowsOverBothChannelsWhatTheTruthSays) {
  EXPECT_EQ(sim_.Ask("advance 2026-10-08T00:00:00Z").at("now"), "2026-10-08T00:00:00Z");
  const Json truth = sim_.Ask("truth 2026-10-01 2026-10-08");
  std::size_t compared = 0;
  const Json ink = ParseJson([&] {
    const std::string out = Curl(0, "/LFPWebServices/PI/InkSystem.json").out;
    EXPECT_TRUE(out.ends_with("\n200"));
    return out.substr(0, out.size() - 4);
  }());
  for (const Json& row : truth.at("meters")) {
    if (row.at("serial") == Printer(0).at("serial") && row.at("channel") == "piws") {
      for (const Json& group :
           ink.at("InkSystem").at("InkSlotGroupCollection").at("InkSlotGroup")) {
        if (group.at("Color") != row.at("colorant")) continue;
        EXPECT_EQ(row.at("closing"), group.at("InkSlotGroupInfo").at("InkUsed").at("Value").dump());
        ++compared;
      }
    }
    if (row.at("serial") == Printer(1).at("serial") && row.at("meter") == "sheets") {
      const Ended got = Snmp("snmpget", 1, {"-v2c", "public", ".1.3.6.1.2.1.43.10.2.1.4.1.1"});
      EXPECT_THAT(got.out, HasSubstr("Counter32: " + row.at("closing").get<std::string>()));
      ++compared;
    }
  }
  EXPECT_EQ(compared, 11u);
  EXPECT_GT(truth.at("jobs").size(), 60u);
}

TEST_F(Simulated, SleepsOnlyOnTheWeb) {
  const std::string serial = Printer(0).at("serial");
  EXPECT_EQ(sim_.Ask("sleep " + serial).at("ok"), true);
  EXPECT_TRUE(Curl(0, "/LFPWebServices/PI/Identification.xml").out.ends_with("\n503"));
  EXPECT_TRUE(Curl(2, "/LFPWebServices/PI/Identification.xml").out.ends_with("\n200"));
  EXPECT_EQ(Snmp("snmpget", 0, {"-v2c", "public", ".1.3.6.1.2.1.1.2.0"}).code, 0);
  sim_.Ask("wake " + serial);
  EXPECT_TRUE(Curl(0, "/LFPWebServices/PI/Identification.xml").out.ends_with("\n200"));
}

TEST_F(Simulated, TakesNoConnectionInDeepSleep) {
  const std::string serial = Printer(0).at("serial");
  const auto curl = [&] {
    return Curl(0, "/LFPWebServices/PI/Identification.xml", {"--max-time", "0.3"});
  };
  EXPECT_TRUE(curl().out.ends_with("\n200"));
  sim_.Ask("deep-sleep " + serial);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(curl().code, 28) << "refused, or let in";
  EXPECT_EQ(Snmp("snmpget", 0, {"-v2c", "public", ".1.3.6.1.2.1.1.2.0"}).code, 0);
  sim_.Ask("wake " + serial);
  EXPECT_TRUE(curl().out.ends_with("\n200"));
}

TEST_F(Simulated, SwapsWebServersToo) {
  const std::string path = "/LFPWebServices/PI/Identification.xml";
  const auto serial = [&](std::size_t i) { return Printer(i).at("serial").get<std::string>(); };
  // Printer i, which takes its port along, where printer `at` was.
  const auto ask = [&](std::size_t i, std::size_t at) {
    return RunToEnd({"curl", "-sk", "--max-time", "20",
                     "https://" + Printer(at).at("address").get<std::string>() + ":" +
                         Printer(i).at("https_port").dump() + path});
  };
  sim_.Ask("swap " + serial(0) + " " + serial(2));
  EXPECT_THAT(ask(0, 2).out, HasSubstr(serial(0)));
  EXPECT_THAT(ask(2, 0).out, HasSubstr(serial(2)));
  EXPECT_EQ(sim_.Ask("asked " + serial(0)).at("requests"), Json::array({"GET " + path + " 200"}));
  sim_.Ask("swap " + serial(0) + " " + serial(1));  // the latter has no web server
  EXPECT_EQ(ask(0, 2).code, 7) << "not refused";
  EXPECT_THAT(ask(0, 1).out, HasSubstr(serial(0)));
}

TEST_F(Simulated, TakesOnlyGet) {
  EXPECT_TRUE(Curl(0, "/LFPWebServices/PI/InkSystem.json", {"-X", "PUT", "-d", "x"})
                  .out.ends_with("\n405"));
  EXPECT_TRUE(
      Curl(0, "/LFPWebServices/PI/InkSystem.json", {"-X", "DELETE"}).out.ends_with("\n405"));
  EXPECT_TRUE(Curl(0, "/nothing/here").out.ends_with("\n404"));
}

TEST_F(Simulated, SpeaksTlsOfToday) {
  EXPECT_TRUE(Curl(0, "/LFPWebServices/PI/Identification.xml", {"--tls-max", "1.2"})
                  .out.ends_with("\n200"));
  EXPECT_FALSE(Curl(0, "/LFPWebServices/PI/Identification.xml", {"--tls-max", "1.1"})
                   .out.ends_with("\n200"));
  EXPECT_NE(RunToEnd({"curl", "-s", Printer(0).at("piws").get<std::string>()}).code,
            0);  // nobody vouches for it
}

// Sends the octets to the printer's web door and leaves without a word.
void Knock(const Json& printer, const std::string& octets, bool abort) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  unsigned a = 0, b = 0, c = 0, d = 0;
  std::sscanf(printer.at("address").get<std::string>().c_str(), "%u.%u.%u.%u", &a, &b, &c, &d);
  to.sin_addr.s_addr = htonl(a << 24 | b << 16 | c << 8 | d);
  to.sin_port = htons(printer.at("https_port").get<std::uint16_t>());
  ASSERT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  EXPECT_EQ(::send(fd, octets.data(), octets.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(octets.size()));
  const linger reset{1, 0};
  if (abort) ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  ::close(fd);
}

TEST_F(Simulated, SurvivesGuestsWithoutManners) {
  const std::string half_hello("\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03", 11);
  for (int i = 0; i < 50; ++i) {
    Knock(Printer(0), "", i % 2 == 0);
    Knock(Printer(0), half_hello, i % 2 == 0);
    Knock(Printer(0), "GET / HTTP/1.1\r\n\r\n", i % 2 == 0);
  }
  EXPECT_TRUE(Curl(0, "/", {"-H", "X: " + std::string(40'000, 'x')}).out.ends_with("\n000"));
  EXPECT_TRUE(Curl(0, "/LFPWebServices/PI/Identification.xml").out.ends_with("\n200"));
}

TEST_F(Simulated, EndsWithZeroWhenToldTo) {
  EXPECT_EQ(sim_.Ask("quit").at("ok"), true);
  EXPECT_EQ(sim_.Wait(), 0);
}

TEST_F(Simulated, EndsWithZeroWhenItsDriverLeaves) {
  sim_.CloseInput();
  EXPECT_EQ(sim_.Wait(), 0);
}

TEST(ProgramTest, GoesOnWithoutInputInRealTimeAndEndsBySignal) {
  Talking sim({kSim, "--printers", "1", "--network", "127.62.255.9", "--snmp-port", "0",
               "--https-port", "0", "--days", "3"});
  const Json ready = ParseJson(sim.ReadLine());
  sim.CloseInput();
  EXPECT_EQ(RunToEnd({"snmpget", "-v2c", "-c", "public",
                      "127.62.255.9:" + ready.at("printers")[0].at("snmp_port").dump(),
                      ".1.3.6.1.2.1.1.2.0"})
                .code,
            0);
  sim.Signal(SIGTERM);
  EXPECT_EQ(sim.Wait(), 0);
}

TEST(ProgramTest, TakesCommandsFromAConnection) {
  Talking sim({kSim, "--printers", "1", "--network", Network(), "--snmp-port", "0", "--https-port",
               "0", "--start", "2026-10-01T00:00:00Z", "--control", "127.0.0.1:0"});
  const auto port = ParseJson(sim.ReadLine()).at("control_port").get<int>();
  const std::string door = "exec 3<>/dev/tcp/127.0.0.1/" + std::to_string(port) + "; ";
  const Ended first =
      RunToEnd({"bash", "-c", door + "echo 'advance 2026-10-02T00:00:00Z' >&3; head -n 1 <&3"});
  EXPECT_EQ(first.out, "{\"now\":\"2026-10-02T00:00:00Z\"}\n");
  const Ended second =
      RunToEnd({"bash", "-c", door + "echo now >&3; head -n 1 <&3; echo quit >&3; head -n 1 <&3"});
  EXPECT_EQ(second.out, "{\"now\":\"2026-10-02T00:00:00Z\"}\n{\"ok\":true}\n");
  EXPECT_EQ(sim.Wait(), 0);
}

TEST(ProgramTest, ServesLedmOverHttpAndHttpsOfTheModelsThatWereChosen) {
  Talking sim({kSim, "--printers", "2", "--network", Network(), "--snmp-port", "0", "--https-port",
               "0", "--http-port", "0", "--models", "t1600,t770", "--start", "2026-10-01T00:00:00Z",
               "--control", "-"});
  const Json ready = ParseJson(sim.ReadLine());
  const Json& printer = ready.at("printers")[0];
  EXPECT_EQ(printer.at("key"), "t1600");
  EXPECT_EQ(printer.at("ledm"), true);
  EXPECT_TRUE(printer.at("piws").is_null());
  EXPECT_TRUE(ready.at("printers")[1].at("http_port").is_null());
  const std::string host = printer.at("address").get<std::string>();
  const std::string path = "/DevMgmt/ProductConfigDyn.xml";
  const Ended plain =
      RunToEnd({"curl", "-sS", "http://" + host + ":" + printer.at("http_port").dump() + path});
  const Ended tls =
      RunToEnd({"curl", "-skS", "https://" + host + ":" + printer.at("https_port").dump() + path});
  EXPECT_THAT(plain.out, HasSubstr(printer.at("serial").get<std::string>()));
  EXPECT_EQ(plain.out, tls.out);
}

// Healthy and sick web servers, as curl sees them.
class SickWeb : public ::testing::Test {
 protected:
  SickWeb()
      : sim_({kSim, "--printers", "1", "--network", Network(), "--snmp-port", "0", "--https-port",
              "0", "--models", "z9", "--start", "2026-10-01T00:00:00Z", "--control", "-"}),
        ready_(ParseJson(sim_.ReadLine())) {}

  void Odd(const std::string& what) {
    const std::string serial = ready_.at("printers")[0].at("serial");
    EXPECT_EQ(sim_.Ask("odd " + serial + " " + what).at("ok"), true);
  }

  Ended Curl(const Words& more = {}) const {
    return RunToEnd(Plus({"curl", "-sk", "--max-time", "20", "-o", "/dev/null", "-w",
                          "%{http_code} %{size_download}"},
                         Plus(more, {Url()})));
  }

  std::string Url() const {
    return ready_.at("printers")[0].at("piws").get<std::string>() +
           "/LFPWebServices/PI/Identification.xml";
  }

  // The fingerprint and the dates, as OpenSSL's own program reads them.
  std::string Certificate() const {
    const std::string host = Url().substr(8, Url().find('/', 8) - 8);
    return RunToEnd({"bash", "-c",
                     "openssl s_client -connect " + host +
                         " -cipher ALL:@SECLEVEL=0 </dev/null 2>/dev/null | openssl x509 -noout "
                         "-fingerprint -sha256 -enddate"})
        .out;
  }

  Talking sim_;
  Json ready_;
};

TEST_F(SickWeb, StreamsWhatItNeverHolds) {
  Odd("web=huge");
  const Ended ended = Curl();
  EXPECT_EQ(ended.code, 0);
  EXPECT_TRUE(ended.out.starts_with("200 3000")) << ended.out;
}

TEST_F(SickWeb, CutsAndKeepsSilent) {
  Odd("web=truncated");
  EXPECT_EQ(Curl().code, 18);  // partial file
  Odd("web=silent");
  EXPECT_EQ(Curl({"--max-time", "0.3"}).code, 28);  // timed out after the handshake
  Odd("web=dead");
  EXPECT_EQ(Curl({"--max-time", "0.3"}).code, 28);
}

TEST_F(SickWeb, IsSlowTwice) {
  Odd("web-slow=200ms");
  const Ended ended = Curl({"-w", "%{http_code} %{time_starttransfer} %{time_total}"});
  double first = 0;
  double last = 0;
  int code = 0;
  ASSERT_EQ(std::sscanf(ended.out.c_str(), "%d %lf %lf", &code, &first, &last), 3) << ended.out;
  EXPECT_EQ(code, 200);
  EXPECT_GE(first, 0.2);
  EXPECT_GE(last - first, 0.1);
}

TEST_F(SickWeb, UnpacksToFarMoreThanItSends) {
  Odd("web=gzip-bomb");
  EXPECT_LT(std::stoi(Curl().out.substr(4)), 400'000);
  const Ended opened =
      RunToEnd({"bash", "-c", "curl -sk --compressed --max-time 20 " + Url() + " | wc -c"});
  EXPECT_EQ(opened.out, "256000000\n");
}

TEST_F(SickWeb, ChangesItsCertificate) {
  const std::string before = Certificate();
  EXPECT_THAT(before, HasSubstr("Fingerprint="));
  EXPECT_EQ(Certificate(), before);
  Odd("web=new-certificate");
  const std::string after = Certificate();
  EXPECT_NE(after, before);
  EXPECT_EQ(Certificate(), after);
  Odd("web=expired");
  EXPECT_THAT(Certificate(), HasSubstr("notAfter="));
  EXPECT_EQ(RunToEnd({"bash", "-c",
                      "date -d \"$(echo '" + Certificate() + "' | sed -n 's/notAfter=//p')\" +%s"})
                    .out < RunToEnd({"date", "+%s"}).out,
            true);
}

TEST_F(SickWeb, SpeaksOnlyTheWeakCipher) {
  Odd("web=weak");
  EXPECT_EQ(Curl({"--ciphers", "ECDHE+AESGCM:@SECLEVEL=0"}).code, 35);
  EXPECT_EQ(Curl({"--tlsv1.3", "--ciphers", "ALL:@SECLEVEL=0"}).code, 35);
  const Ended weak = Curl({"--ciphers", "AES256-GCM-SHA384:@SECLEVEL=0"});
  EXPECT_EQ(weak.code, 0) << weak.out;
  EXPECT_TRUE(weak.out.starts_with("200 "));
}

TEST_F(SickWeb, AnotherBoardAnswersWithAnotherSerialAndCertificate) {
  const std::string before = Certificate();
  const std::string serial = ready_.at("printers")[0].at("serial");
  const std::string now = sim_.Ask("swap-board " + serial).at("serial");
  EXPECT_NE(now, serial);
  EXPECT_THAT(RunToEnd({"curl", "-sk", Url()}).out, HasSubstr(now));
  EXPECT_NE(Certificate(), before);
}

TEST(ProgramTest, AThousandWebServersStartAtOnceAndAreSmall) {
  Talking sim({kSim, "--printers", "1000", "--network", "127.63.0.0/16", "--snmp-port", "0",
               "--https-port", "0", "--http-port", "0", "--models", "t2600", "--start",
               "2026-10-01T00:00:00Z", "--control", "-"});
  const Json ready = ParseJson(sim.ReadLine());
  const Json& last = ready.at("printers")[999];
  EXPECT_THAT(
      RunToEnd({"curl", "-sk",
                last.at("piws").get<std::string>() + "/LFPWebServices/PI/Identification.xml"})
          .out,
      HasSubstr(last.at("serial").get<std::string>()));
}

TEST(ProgramTest, WrongUseEndsWithTwoAndSaysWhatWasExpected) {
  const auto wrong = [](const Words& words, const std::string& says) {
    const Ended ended = RunToEnd(Plus({kSim}, words));
    EXPECT_EQ(ended.code, 2) << ended.out;
    EXPECT_THAT(ended.out, HasSubstr(says));
  };
  wrong({"--printers", "many"}, "'many'");
  wrong({"--printers", "0"}, "from 1");
  wrong({"--network", "10.0.0.0/8"}, "127.0.0.0/8");
  wrong({"--network", "127.0.0.1", "--printers", "2"}, "room for 1");
  wrong({"--models", "z9,z10"}, "'z10'");
  wrong({"--start", "yesterday"}, "2026-10-23T00:00:00Z");
  wrong({"--control", "0.0.0.0:9"}, "loopback");
  wrong({"--recording", "/nowhere.snmprec"}, ".snmprec");
  wrong({"--no-such-option"}, "--no-such-option");
}

TEST(ProgramTest, HelpTeaches) {
  const Ended help = RunToEnd({kSim, "--help"});
  EXPECT_EQ(help.code, 0);
  for (const char* word :
       {"--printers", "--network", "--recording", "advance 20", "snmpwalk", "truth"}) {
    EXPECT_THAT(help.out, HasSubstr(word));
  }
  EXPECT_EQ(RunToEnd({kSim, "--version"}).code, 0);
}

TEST(ProgramTest, ABrokenRecordingIsNamedWithItsLine) {
  const std::string file = ::testing::TempDir() + "broken.snmprec";
  std::ofstream(file) << "1.3.6.1.2.1.1.1.0|4|x\n1.3.6|77|x\n";
  const Ended ended = RunToEnd({kSim, "--recording", file, "--listen", "127.0.0.1:0"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.out, HasSubstr("line 2: tag '77'"));
}

TEST(ProgramTest, EveryRecordingIsWalkedToItsEnd) {
  const std::filesystem::path folder = std::filesystem::path(PLOTMETER_RECORDINGS) / "snmp";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no recordings in " << folder;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".snmprec") continue;
    SCOPED_TRACE(entry.path().filename());
    Talking sim({kSim, "--recording", entry.path(), "--listen", "127.0.0.1:0"});
    const Json ready = ParseJson(sim.ReadLine());
    const Ended walk = RunToEnd({"snmpbulkwalk", "-v2c", "-c", "public", "-One", "-Ox", "-Cr40",
                                 "127.0.0.1:" + ready.at("snmp_port").dump(), ".1.3"});
    EXPECT_EQ(walk.code, 0);
    EXPECT_EQ(Values(walk.out), ready.at("objects").get<std::size_t>());
  }
}

}  // namespace
}  // namespace plotmeter
