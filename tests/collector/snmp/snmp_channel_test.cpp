#include "collector/snmp/snmp_channel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <sstream>
#include <string>

#include "collector/channel/answers_json.h"
#include "collector/snmp/mib.h"
#include "collector/snmp/net_snmp_session.h"
#include "tests/fakes/recorded_agent.h"
#include "tests/fakes/recorded_session.h"
#include "tests/paths.h"

namespace plotmeter {
namespace {

namespace fs = std::filesystem;
const fs::path kRecordings = fs::path(PLOTMETER_RECORDINGS) / "snmp";
const fs::path kGolden = fs::path(SOURCE_ROOT) / "tests/golden/snmp";
const PrinterAddress kAddress = {.host = "10.0.0.7"};

Told ReadAll(SnmpSession& session) {
  SnmpChannel channel(session, {});
  Told told;
  channel.Read(kAddress, [&](Told t) { told = std::move(t); });
  return told;
}

// What `read --json` says of a device but for its address, as a person reads it.
std::string Golden(SnmpSession& session) {
  SnmpChannel channel(session, {});
  Json golden;
  bool metered = false;
  channel.Recognise(kAddress, [&](Probed probed) {
    const Fingerprint& found = probed.fingerprint;
    metered = found.verdict == Verdict::kLargeFormat;
    golden = {{"verdict", ToText(found.verdict)},
              {"maker", found.maker},
              {"model", found.model},
              {"serial", found.serial},
              {"channels", Json::array({ToText(ChannelKind::kSnmp)})},
              {"rule", found.rule}};
  });
  if (metered) golden["reading"] = ToJson(ReadAll(session).answers);
  return golden.dump(2) + "\n";
}

std::string Contents(const fs::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// PLOTMETER_GOLDEN=write writes what we say now; the review of the difference is the approval.
TEST(SnmpChannelTest, SaysOfHpAndLargeFormatRecordingsWhatIsInTheGoldenFiles) {
  if (!fs::exists(kRecordings)) GTEST_SKIP() << "no recordings at " << kRecordings;
  int compared = 0;
  for (const auto& entry : fs::directory_iterator(kRecordings)) {
    const std::string name = entry.path().stem().string();
    if (!name.starts_with("hp_") && name != "canon_tm5300") continue;
    RecordedSession session(ReadRecording(entry.path()));
    const std::string now = Golden(session);
    const fs::path golden = kGolden / (name + ".json");
    if (std::getenv("PLOTMETER_GOLDEN")) std::ofstream(golden) << now;
    EXPECT_EQ(Contents(golden), now) << golden;
    ++compared;
  }
  EXPECT_GE(compared, 20);
}

TEST(SnmpChannelTest, ReadsEveryRecordingWithoutHarm) {
  if (!fs::exists(kRecordings)) GTEST_SKIP() << "no recordings at " << kRecordings;
  for (const auto& entry : fs::directory_iterator(kRecordings)) {
    RecordedSession session(ReadRecording(entry.path()));
    const Told told = ReadAll(session);
    EXPECT_TRUE(told.seen == Seen::kAnswered || told.seen == Seen::kNotSpoken) << entry.path();
    EXPECT_NO_THROW(JsonText(ToJson(told.answers)));
    for (const MeterValue& meter : told.answers.meters) EXPECT_FALSE(meter.value.value.is_zero());
  }
}

// Through the engine, packet by packet, in both versions: the same reading, and what it cost.
TEST(SnmpChannelTest, ReadsTheSameOverTheNetworkForLessThanItsAllowance) {
  if (!fs::exists(kRecordings)) GTEST_SKIP() << "no recordings at " << kRecordings;
  constexpr std::uint64_t kAllowance = 30'000;  // octets a poll, both ways
  const SystemClock clock;
  for (const char* name : {"hp_designjet_z5200_constructed", "hp_designjet_t1600_constructed",
                           "hp_laserjet_mfp_m130nw", "hp_laserjet_m452nw", "canon_tm5300"}) {
    const SnmpTable table = ReadRecording(kRecordings / (std::string(name) + ".snmprec"));
    RecordedSession recorded(table);
    const Json expected = ToJson(ReadAll(recorded).answers);
    for (const SnmpVersion version : {SnmpVersion::k1, SnmpVersion::k2c}) {
      RecordedAgent agent(table, version == SnmpVersion::k1 ? '\0' : '\1');
      NetSnmpSession session({}, clock);
      session.Start();
      SnmpChannel channel(session, {.credentials = {{version, "public"}}});
      std::promise<Told> promise;
      channel.Read({.host = "127.0.0.1", .snmp_port = agent.port()},
                   [&](Told told) { promise.set_value(std::move(told)); });
      const Told told = promise.get_future().get();
      session.Stop();
      EXPECT_EQ(told.seen, Seen::kAnswered) << name << ": " << told.detail;
      EXPECT_EQ(ToJson(told.answers), expected) << name << " by v" << ToText(version);
      const SnmpCounters cost = session.counters();
      RecordProperty(std::string(name) + "_v" + std::string(ToText(version)) + "_octets",
                     static_cast<int>(cost.bytes_sent + cost.bytes_received));
      EXPECT_LE(cost.bytes_sent + cost.bytes_received, kAllowance)
          << name << " by v" << ToText(version) << " in " << cost.packets_sent << " packets";
    }
  }
}

TEST(SnmpChannelTest, NeverAsksForPeopleOrSecrets) {
  if (!fs::exists(kRecordings)) GTEST_SKIP() << "no recordings at " << kRecordings;
  const Oid forbidden[] = {
      {1, 3, 6, 1, 2, 1, 1, 4},                // sysContact
      {1, 3, 6, 1, 2, 1, 1, 5},                // sysName
      {1, 3, 6, 1, 2, 1, 1, 6},                // sysLocation
      {1, 3, 6, 1, 2, 1, 43, 5, 1, 1, 4},      // prtGeneralCurrentOperator
      {1, 3, 6, 1, 2, 1, 43, 5, 1, 1, 5},      // prtGeneralServicePerson
      {1, 3, 6, 1, 4, 1, 11, 2, 13, 1, 2, 4},  // trap communities
      {1, 3, 6, 1, 2, 1, 4, 22},               // ARP
      {1, 3, 6, 1, 2, 1, 25, 4},               // processes
      mib::kHpPml + Oid{1, 3, 13},             // contact person
  };
  for (const auto& entry : fs::directory_iterator(kRecordings)) {
    RecordedSession session(ReadRecording(entry.path()));
    ReadAll(session);
    for (const Oid& asked : session.asked()) {
      for (const Oid& oid : forbidden) {
        EXPECT_FALSE(oid.Contains(asked) || asked.Contains(oid)) << asked.ToText();
      }
    }
  }
}

TEST(SnmpChannelTest, AsksAComputerNoMoreThanItTakes) {
  SnmpTable table;
  table[mib::kSysObjectId] = Value::ObjectId(mib::kEnterprises + Oid{311, 1});
  RecordedSession session(table);
  EXPECT_EQ(ReadAll(session).seen, Seen::kNotSpoken);
  EXPECT_EQ(session.asked(), FingerprintScalars());
}

// Answers what it is told, and remembers how it was asked.
class ScriptedSession : public SnmpSession {
 public:
  explicit ScriptedSession(SnmpResult result) : result_(std::move(result)) {}
  void Get(const SnmpPeer& peer, std::vector<Oid>, SnmpCallback done) override {
    peers.push_back(peer);
    done(result_);
  }
  void Walk(const SnmpPeer& peer, std::vector<Oid>, SnmpCallback done) override {
    peers.push_back(peer);
    done(result_);
  }
  std::vector<SnmpPeer> peers = {};

 private:
  SnmpResult result_;
};

TEST(SnmpChannelTest, SaysInTheWordsOfTheSeamWhyThereIsNoReading) {
  const std::pair<SnmpSeen, Seen> cases[] = {{SnmpSeen::kTimedOut, Seen::kUnreachable},
                                             {SnmpSeen::kRefused, Seen::kUnreachable},
                                             {SnmpSeen::kStopped, Seen::kUnreachable},
                                             {SnmpSeen::kMalformed, Seen::kUnreadable}};
  for (const auto& [snmp, seen] : cases) {
    ScriptedSession session({.seen = snmp, .detail = "why"});
    const Told told = ReadAll(session);
    EXPECT_EQ(told.seen, seen);
    EXPECT_EQ(told.detail, "why");
    EXPECT_EQ(session.peers.size(), 1U);
  }
}

TEST(SnmpChannelTest, AsksFirstWithTheCredentialsThatWereAnswered) {
  const SnmpCredentials v1 = {SnmpVersion::k1, "public"};
  ScriptedSession session({.seen = SnmpSeen::kAnswered, .credentials = v1});
  SnmpChannel channel(session, {});
  channel.Identify(kAddress, [](Told) {});
  EXPECT_EQ(session.peers.front().credentials.front().version, SnmpVersion::k2c);
  EXPECT_EQ(session.peers.back().credentials, std::vector<SnmpCredentials>{v1});
  session.peers.clear();
  channel.Identify(kAddress, [](Told) {});
  ASSERT_EQ(session.peers.front().credentials.size(), 2U);
  EXPECT_EQ(session.peers.front().credentials.front(), v1);
  session.peers.clear();
  channel.Identify({.host = "10.0.0.8"}, [](Told) {});
  EXPECT_EQ(session.peers.front().credentials.front().version, SnmpVersion::k2c);
}

TEST(ProbeTest, TellsSilenceFromAnAnswerThatIsNotSnmp) {
  for (const auto& [seen, verdict] : {std::pair(SnmpSeen::kTimedOut, Verdict::kSilent),
                                      std::pair(SnmpSeen::kRefused, Verdict::kSilent),
                                      std::pair(SnmpSeen::kMalformed, Verdict::kUnknown)}) {
    ScriptedSession session({.seen = seen, .detail = "why"});
    Probe(session, {.address = "10.0.0.7"}, [&](Probed probed) {
      EXPECT_EQ(probed.fingerprint.verdict, verdict);
      EXPECT_NE(probed.fingerprint.rule.find("why"), std::string::npos);
    });
  }
}

}  // namespace
}  // namespace plotmeter
