#include "collector/snmp/snmp_channel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <sstream>
#include <string>

#include "collector/channel/answers_json.h"
#include "collector/snmp/hp_objects.h"
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

Told ReadOver(SnmpChannel& channel, const RecordedAgent& agent) {
  std::promise<Told> promise;
  channel.Read({.host = "127.0.0.1", .snmp_port = agent.port()},
               [&](Told told) { promise.set_value(std::move(told)); });
  return promise.get_future().get();
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
    const Told whole = ReadAll(recorded);
    for (const SnmpVersion version : {SnmpVersion::k1, SnmpVersion::k2c}) {
      Json expected = ToJson(whole.answers);
      RecordedAgent agent(table, version == SnmpVersion::k1 ? '\0' : '\1');
      NetSnmpSession session({}, clock);
      session.Start();
      SnmpChannel channel(session, {.credentials = {{version, "public"}}});
      SnmpCounters before = {};
      for (const char* reading : {"first", "second"}) {  // the second by GETBULK, if it is v2c
        const Told told = ReadOver(channel, agent);
        EXPECT_EQ(told.seen, Seen::kAnswered) << name << ": " << told.detail;
        EXPECT_EQ(ToJson(told.answers), expected) << name << " by v" << ToText(version);
        EXPECT_EQ(told.answers.is_large_format,
                  std::string_view(name).find("designjet") != std::string_view::npos)
            << name;
        const SnmpCounters now = session.counters();
        const std::uint64_t octets =
            now.bytes_sent + now.bytes_received - before.bytes_sent - before.bytes_received;
        std::cout << name << " by v" << ToText(version) << ", " << reading
                  << " reading: " << now.packets_sent - before.packets_sent << " requests, "
                  << octets << " octets both ways\n";
        EXPECT_LE(octets, kAllowance) << name << " by v" << ToText(version);
        before = now;
        // The error log has not changed since, so only its end was looked at.
        if (expected.contains("events"))
          expected["events"] = Json::array({expected["events"].back()});
      }
      session.Stop();
    }
  }
}

// Ten supplies in three columns, and what makes a printer of it.
SnmpTable SmallPrinter() {
  SnmpTable table;
  table[mib::kSysObjectId] = Value::ObjectId({1, 3, 6, 1, 4, 1, 11, 2, 3, 9, 1});
  table[mib::kHrDeviceType + Oid{1}] = Value::ObjectId(mib::kHrDevicePrinter);
  for (std::uint32_t i = 1; i <= 10; ++i) {
    for (const std::uint32_t column : {6U, 8U, 9U}) {
      table[Oid{1, 3, 6, 1, 2, 1, 43, 11, 1, 1, column, 1, i}] =
          Value::Number(ValueType::kInteger, i);
    }
  }
  return table;
}

std::size_t Bulks(RecordedAgent& agent) {
  return static_cast<std::size_t>(std::ranges::count_if(
      agent.requests(), [](const UdpAgent::Request& r) { return r.kind == '\xA5'; }));
}

TEST(SnmpChannelTest, AsksByGetbulkOnlyWhereItWasSeenToWork) {
  using Bulk = RecordedAgent::Bulk;
  const SystemClock clock;
  NetSnmpSession session({}, clock);
  session.Start();
  const SnmpChannel::Options options{
      .credentials = {SnmpCredentials{}}, .timeout = std::chrono::milliseconds(100), .retries = 0};
  for (const Bulk bulk : {Bulk::kRight, Bulk::kSilent, Bulk::kSkips}) {
    RecordedAgent agent(SmallPrinter());
    agent.Break(bulk);
    SnmpChannel channel(session, options);
    const Json first = ToJson(ReadOver(channel, agent).answers);
    EXPECT_EQ(first.at("supplies").size(), 10U);
    const std::size_t tried = Bulks(agent);
    EXPECT_GE(tried, 1U);
    EXPECT_LE(tried, 4U) << "one small table";
    const std::size_t requests = agent.requests().size();
    EXPECT_EQ(ToJson(ReadOver(channel, agent).answers), first);
    if (bulk == Bulk::kRight) {
      EXPECT_GT(Bulks(agent), tried);
      EXPECT_LT(agent.requests().size() - requests, requests);
      agent.Break(Bulk::kSilent);  // a new firmware
      EXPECT_EQ(ToJson(ReadOver(channel, agent).answers), first) << "the same read goes on";
    }
    const std::size_t until_now = Bulks(agent);
    EXPECT_TRUE(bulk == Bulk::kRight || until_now == tried);
    EXPECT_EQ(ToJson(ReadOver(channel, agent).answers), first);
    EXPECT_EQ(Bulks(agent), until_now) << "not again";
  }
  session.Stop();
}

std::size_t Questions(SnmpChannel& channel, RecordedAgent& agent) {
  const std::size_t before = agent.requests().size();
  EXPECT_EQ(ReadOver(channel, agent).seen, Seen::kAnswered);
  return agent.requests().size() - before;
}

TEST(SnmpChannelTest, TakesWhatWasLearntOverARestartUntilThePrinterIsAnother) {
  const SystemClock clock;
  NetSnmpSession session({}, clock);
  session.Start();
  const SnmpChannel::Options options{
      .credentials = {{SnmpVersion::k1, "public"}, {SnmpVersion::k2c, "public"}},
      .timeout = std::chrono::milliseconds(200),
      .retries = 0};
  SnmpTable table = SmallPrinter();
  table[mib::kPrtGeneralSerialNumber + Oid{1}] = Value::Octets("CN9541H01M");
  RecordedAgent agent(table);
  SnmpChannel before(session, options);
  const std::size_t first = Questions(before, agent);
  const std::size_t second = Questions(before, agent);
  EXPECT_LT(second, first);
  const auto learnt = before.TakeLearnt();
  ASSERT_EQ(learnt.size(), 1U);
  EXPECT_TRUE(before.TakeLearnt().empty()) << "nothing has changed since";

  SnmpChannel after(session, options, learnt);
  const std::size_t bulks = Bulks(agent);
  EXPECT_EQ(Questions(after, agent), second) << "the version, the objects and GETBULK are known";
  EXPECT_GT(Bulks(agent), bulks);
  EXPECT_TRUE(after.TakeLearnt().empty());

  table[mib::kPrtGeneralSerialNumber + Oid{1}] = Value::Octets("CN9541H02M");
  RecordedAgent another(table);
  SnmpChannel::LearntTexts there;
  there[{"127.0.0.1", another.port()}] = learnt.begin()->second;
  SnmpChannel anew(session, options, there);
  EXPECT_GT(Questions(anew, another), second);
  EXPECT_LE(Bulks(another), 4U) << "tried, as if for the first time";
  EXPECT_EQ(anew.TakeLearnt().size(), 1U);
  session.Stop();
}

// A Z5200 with alerts, an error in its log and no news, packet by packet.
TEST(SnmpChannelTest, WatchesForThreePacketsWhileNothingHappens) {
  const SystemClock clock;
  NetSnmpSession session({}, clock);
  session.Start();
  SnmpTable table = SmallPrinter();
  table[mib::kSysUpTime] = Value::Number(ValueType::kTimeTicks, 8'640'000);
  table[mib::kHrDeviceDescr + Oid{1}] = Value::Octets("HP Designjet Z5200");
  table[mib::kHrDeviceStatus + Oid{1}] = Value::Number(ValueType::kInteger, 2);
  table[mib::kHrPrinterStatus + Oid{1}] = Value::Number(ValueType::kInteger, 3);
  for (std::uint32_t alert = 1852; alert <= 1857; ++alert) {
    for (const std::uint32_t column : {2U, 7U}) {
      table[mib::kPrtAlert + Oid{column, 1, alert}] = Value::Number(ValueType::kInteger, 4);
    }
  }
  table[mib::kHpErrorLog + Oid{1, 1, 0}] = Value::Number(ValueType::kInteger, 1437049356);
  table[mib::kHpErrorLog + Oid{1, 2, 0}] = Value::Number(ValueType::kInteger, 610010);
  RecordedAgent agent(table);
  SnmpChannel channel(session, {.credentials = {SnmpCredentials{}}, .retries = 0});
  const PrinterAddress address = {.host = "127.0.0.1", .snmp_port = agent.port()};
  const auto watch = [&] {
    std::promise<Told> promise;
    channel.Watch(address, [&](Told told) { promise.set_value(std::move(told)); });
    return promise.get_future().get();
  };
  EXPECT_EQ(watch().answers.alerts->size(), 6U) << "nothing was known";
  const SnmpCounters counted = session.counters();
  const std::size_t before = agent.requests().size();
  const Told told = watch();
  EXPECT_EQ(told.seen, Seen::kAnswered);
  EXPECT_EQ(told.answers.identity.model, "HP Designjet Z5200");
  EXPECT_EQ(told.answers.state, "idle");
  EXPECT_EQ(told.answers.events.size(), 1U);
  EXPECT_FALSE(told.answers.alerts);
  EXPECT_LE(agent.requests().size() - before, 3U);
  const SnmpCounters now = session.counters();
  const std::uint64_t octets =
      now.bytes_sent + now.bytes_received - counted.bytes_sent - counted.bytes_received;
  std::cout << "a quiet watch: " << octets << " octets both ways\n";
  EXPECT_LE(octets, 2'000U);
  EXPECT_TRUE(ReadOver(channel, agent).answers.alerts) << "a reading tells everything";
  session.Stop();
}

// Notes with what somebody was asked first.
class FirstAsked : public SnmpSession {
 public:
  void Get(const SnmpPeer& peer, std::vector<Oid> objects, SnmpCallback done) override {
    Walk(peer, std::move(objects), std::move(done));
  }
  void Walk(const SnmpPeer& peer, std::vector<Oid>, SnmpCallback done) override {
    if (credentials.empty()) credentials = peer.credentials;
    done({.seen = SnmpSeen::kTimedOut});
  }
  std::vector<SnmpCredentials> credentials = {};
};

TEST(SnmpChannelTest, WhatWasLearntMovesNoV3BehindAVersionInTheClear) {
  const auto user = std::make_shared<const SnmpUser>(SnmpUser{.name = "reader"});
  FirstAsked session;
  SnmpChannel::LearntTexts learnt;
  learnt[{kAddress.host, 161}] = LearntText({.version = SnmpVersion::k2c});
  SnmpChannel channel(
      session,
      {.credentials = {{.version = SnmpVersion::k3, .user = user}, {.version = SnmpVersion::k2c}}},
      learnt);
  channel.Identify(kAddress, [](const Told&) {});
  ASSERT_EQ(session.credentials.size(), 2U);
  EXPECT_EQ(session.credentials.front().version, SnmpVersion::k3);
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
  void Say(SnmpResult result) { result_ = std::move(result); }
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

TEST(SnmpChannelTest, FallsBackFromV3OnlyAfterSayingThatItFailed) {
  const auto user = std::make_shared<SnmpUser>(SnmpUser{.name = "plotters"});
  const SnmpCredentials v3 = {.version = SnmpVersion::k3, .user = user};
  const SnmpCredentials v2c;
  ScriptedSession session({.seen = SnmpSeen::kAnswered, .credentials = v3});
  SnmpChannel channel(session, {.credentials = {v2c, v3}});
  channel.Identify(kAddress, [](Told) {});
  EXPECT_EQ(session.peers.front().credentials, (std::vector{v2c, v3}));
  session.peers.clear();
  session.Say(
      {.seen = SnmpSeen::kRefused, .detail = "unknown user 'plotters'", .at = FromMillis(1)});
  channel.Identify(kAddress, [](Told told) { EXPECT_EQ(told.detail, "unknown user 'plotters'"); });
  EXPECT_EQ(session.peers.front().credentials, std::vector{v3}) << "nothing in the clear";
  session.peers.clear();
  channel.Identify(kAddress, [](Told) {});
  EXPECT_EQ(session.peers.front().credentials, (std::vector{v2c, v3})) << "as the list says";
}

TEST(SnmpChannelTest, AsksWhoItKnowsForWhatProvesItAndNoMore) {
  SnmpTable table;
  table[mib::kSysObjectId] = Value::ObjectId(mib::kHpPrinterCard);
  table[mib::kSysDescr] = Value::Octets("HP ETHERNET MULTI-ENVIRONMENT");
  table[mib::kHrDeviceType + Oid{1}] = Value::ObjectId(mib::kHrDevicePrinter);
  table[mib::kHrDeviceDescr + Oid{1}] = Value::Octets("HP DesignJet Z9");
  table[mib::kPrtGeneralSerialNumber + Oid{1}] = Value::Octets("TEST000001");
  RecordedSession session(table);
  SnmpChannel channel(session, {});
  const auto serial = [&] {
    session.ForgetAsked();
    std::string said;
    channel.Recognise(kAddress, [&](Probed probed) {
      EXPECT_EQ(probed.fingerprint.verdict, Verdict::kLargeFormat);
      said = probed.fingerprint.serial;
    });
    return said;
  };
  const auto proofs = [&] {
    std::vector<Oid> oids;
    for (const auto& [oid, value] : table) oids.push_back(oid);
    return oids;
  };
  EXPECT_EQ(serial(), "TEST000001");
  EXPECT_EQ(session.asked().front(), FingerprintScalars().front());
  EXPECT_EQ(serial(), "TEST000001");
  EXPECT_EQ(session.asked(), proofs());

  // Another printer at the address: everything is asked for anew.
  session.table()[mib::kPrtGeneralSerialNumber + Oid{1}] = Value::Octets("TEST000002");
  EXPECT_EQ(serial(), "TEST000002");
  EXPECT_GT(session.asked().size(), 2 * proofs().size());
  EXPECT_EQ(serial(), "TEST000002");
  EXPECT_EQ(session.asked(), proofs());

  // So it is when the printer is now another row of the table.
  session.table().erase(mib::kHrDeviceType + Oid{1});
  session.table()[mib::kHrDeviceType + Oid{7}] = Value::ObjectId(mib::kHrDevicePrinter);
  session.table()[mib::kHrDeviceDescr + Oid{7}] = Value::Octets("HP DesignJet Z9");
  session.table()[mib::kPrtGeneralSerialNumber + Oid{7}] = Value::Octets("TEST000003");
  EXPECT_EQ(serial(), "TEST000003");
}

// What its tables led to the last time is asked for together with who it is; what they lead to now
// counts.
TEST(SnmpChannelTest, AsksAtOnceForWhatItsTablesLedToBefore) {
  SnmpTable table;
  table[mib::kSysObjectId] = Value::ObjectId(mib::kHpPrinterCard);
  table[mib::kSysDescr] = Value::Octets("HP ETHERNET MULTI-ENVIRONMENT");
  table[mib::kHrDeviceType + Oid{1}] = Value::ObjectId(mib::kHrDevicePrinter);
  table[mib::kHrDeviceDescr + Oid{1}] = Value::Octets("HP DesignJet Z9");
  table[mib::kPrtGeneralSerialNumber + Oid{1}] = Value::Octets("TEST000001");
  const Oid status = mib::kHrDeviceStatus + Oid{1};
  const Oid printer_status = mib::kHrPrinterStatus + Oid{1};
  table[status] = Value::Number(ValueType::kInteger, 2);
  table[printer_status] = Value::Number(ValueType::kInteger, 3);
  table[mib::kPrtInput + Oid{2, 1, 1}] = Value::Number(ValueType::kInteger, 6);
  RecordedSession session(table);
  SnmpChannel channel(session, {});
  const auto read = [&] {
    session.ForgetAsked();
    Told told;
    channel.Read(kAddress, [&](Told answer) { told = std::move(answer); });
    return told;
  };
  const auto place = [&](const Oid& oid) {
    return std::ranges::find(session.asked(), oid) - session.asked().begin();
  };
  const auto times = [&](const Oid& oid) { return std::ranges::count(session.asked(), oid); };
  EXPECT_EQ(read().answers.state, "idle");
  EXPECT_GT(place(status), place(mib::kPrtMarkerLifeCount));
  session.table()[printer_status] = Value::Number(ValueType::kInteger, 4);
  EXPECT_EQ(read().answers.state, "printing");
  EXPECT_LT(place(status), place(mib::kPrtMarkerLifeCount));
  EXPECT_EQ(times(status), 1);
  EXPECT_EQ(times(TrayObjects(1).front()), 1) << "also of what was asked for and is not there";
  EXPECT_EQ(times(TrayObjects(2).front()), 0);

  session.table()[mib::kPrtInput + Oid{2, 1, 2}] = Value::Number(ValueType::kInteger, 6);
  EXPECT_EQ(read().seen, Seen::kAnswered);
  EXPECT_EQ(times(TrayObjects(2).front()), 1) << "a roll that was not there";
  EXPECT_EQ(times(TrayObjects(1).front()), 1);
  session.table().erase(status);
  EXPECT_EQ(read().answers.identity.serial, "TEST000001") << "it is no other for that";
  EXPECT_EQ(times(mib::kSysObjectId), 1);
}

TEST(SnmpChannelTest, DoesNotFallBackToAUserOfV3ThatProvesLess) {
  const auto user = [](SnmpAuth auth, SnmpPrivacy privacy) {
    return SnmpCredentials{.version = SnmpVersion::k3,
                           .user = std::make_shared<SnmpUser>(
                               SnmpUser{.name = "plotters", .auth = auth, .privacy = privacy})};
  };
  const SnmpCredentials open = user(SnmpAuth::kNone, SnmpPrivacy::kNone);
  const SnmpCredentials proven = user(SnmpAuth::kSha256, SnmpPrivacy::kNone);
  const SnmpCredentials hidden = user(SnmpAuth::kSha256, SnmpPrivacy::kAes128);
  ScriptedSession session({.seen = SnmpSeen::kAnswered, .credentials = proven});
  SnmpChannel channel(session, {.credentials = {open, proven, hidden}});
  channel.Identify(kAddress, [](Told) {});
  session.peers.clear();
  channel.Identify(kAddress, [](Told) {});
  EXPECT_EQ(session.peers.front().credentials, (std::vector{proven, hidden}));
}

TEST(ProbeTest, TellsAnAgentThatLetsNobodyInFromAClosedPort) {
  ScriptedSession session(
      {.seen = SnmpSeen::kRefused, .detail = "unknown user 'x'", .at = FromMillis(1)});
  Probe(session, {.address = "10.0.0.7"}, [&](Probed probed) {
    EXPECT_EQ(probed.fingerprint.verdict, Verdict::kUnknown);
    EXPECT_EQ(probed.fingerprint.rule, "it speaks SNMP and does not let us in: unknown user 'x'");
  });
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
