#include "collector/discovery/sweep.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "collector/snmp/mib.h"
#include "tests/fakes/recorded_session.h"

namespace plotmeter {
namespace {

// A network of devices by address; those not in it are silent. Questions are answered when the test
// says so, in the order they were asked, so that it can see which are open together.
class Network : public SnmpSession {
 public:
  struct Device {
    SnmpTable table = {};
    SnmpCredentials credentials = {};
    int deaf = 0;  // how many questions it does not hear
    SnmpSeen seen = SnmpSeen::kAnswered;
    bool tells_strangers = false;  // SNMPv3: that it does not know them
  };

  void Get(const SnmpPeer& peer, std::vector<Oid> objects, SnmpCallback done) override {
    Ask(peer, std::move(objects), std::move(done), false);
  }
  void Walk(const SnmpPeer& peer, std::vector<Oid> subtrees, SnmpCallback done) override {
    Ask(peer, std::move(subtrees), std::move(done), true);
  }

  void AnswerAll() {
    while (!open.empty() && most_answers-- > 0) {
      most_open = std::max(most_open, open.size());
      auto answer = std::move(open.front());
      open.erase(open.begin());
      addresses_open.erase(answer.address);
      answer.run();
    }
  }

  std::map<std::string, Device> devices = {};
  std::vector<std::string> asked = {};  // addresses, in order
  std::multiset<std::string> addresses_open = {};
  std::size_t most_open = 0;
  bool two_at_once = false;
  std::size_t most_answers = SIZE_MAX;  // then nothing more comes

 private:
  struct Open {
    std::string address;
    std::function<void()> run;
  };

  void Ask(const SnmpPeer& peer, std::vector<Oid> oids, SnmpCallback done, bool walk) {
    two_at_once |= addresses_open.contains(peer.address);
    addresses_open.insert(peer.address);
    asked.push_back(peer.address);
    open.push_back({peer.address, [this, peer, oids = std::move(oids), done = std::move(done),
                                   walk] { Answer(peer, oids, done, walk); }});
  }

  void Answer(const SnmpPeer& peer, const std::vector<Oid>& oids, const SnmpCallback& done,
              bool walk) {
    const auto found = devices.find(peer.address);
    if (found == devices.end()) return done({.seen = SnmpSeen::kTimedOut, .detail = "no answer"});
    Device& device = found->second;
    if (device.seen != SnmpSeen::kAnswered) return done({.seen = device.seen, .detail = "why"});
    for (const SnmpCredentials& tried : peer.credentials) {
      if (tried != device.credentials || device.deaf-- > 0) continue;
      RecordedSession recorded(device.table);
      SnmpPeer right = peer;
      right.credentials = {tried};
      return walk ? recorded.Walk(right, oids, done) : recorded.Get(right, oids, done);
    }
    if (device.tells_strangers) {
      return done({.seen = SnmpSeen::kRefused, .detail = "unknown user 'x'", .at = FromMillis(1)});
    }
    done({.seen = SnmpSeen::kTimedOut, .detail = "no answer"});
  }

  std::vector<Open> open = {};
};

SnmpTable Printer(const std::string& model) {
  SnmpTable table;
  table[mib::kSysObjectId] = Value::ObjectId(mib::kHpPrinterCard + Oid{1});
  table[mib::kHrDeviceType + Oid{1}] = Value::ObjectId(mib::kHrDevicePrinter);
  table[mib::kHrDeviceDescr + Oid{1}] = Value::Octets(model);
  return table;
}

class SweepTest : public testing::Test {
 protected:
  // address → verdict
  std::map<std::string, std::string> Run(SweepOptions options) {
    std::map<std::string, std::string> verdicts;
    Sweep sweep(network_, std::move(options));
    sweep.Start(
        [&](SweepRow row) {
          EXPECT_FALSE(verdicts.contains(row.address)) << row.address << " was told twice";
          verdicts[row.address] = ToText(row.fingerprint.verdict);
          rows_[row.address] = row;
        },
        [&](SweepProgress progress) { last_ = progress; }, [&] { ++done_; });
    network_.AnswerAll();
    EXPECT_EQ(done_, 1);
    EXPECT_FALSE(network_.two_at_once);
    return verdicts;
  }

  static SweepOptions Over(const char* range) {
    return {.ranges = {AddressRange::Parse("range", range)}};
  }

  Network network_;
  std::map<std::string, SweepRow> rows_ = {};
  SweepProgress last_ = {};
  int done_ = 0;
};

TEST_F(SweepTest, GivesAVerdictForEveryAddress) {
  network_.devices["10.0.0.1"].table = Printer("HP DesignJet Z9");
  network_.devices["10.0.0.2"].table = Printer("HP LaserJet");
  network_.devices["10.0.0.3"].seen = SnmpSeen::kRefused;
  network_.devices["10.0.0.4"].seen = SnmpSeen::kMalformed;
  EXPECT_EQ(Run(Over("10.0.0.1-6")),
            (std::map<std::string, std::string>{{"10.0.0.1", "large-format"},
                                                {"10.0.0.2", "office"},
                                                {"10.0.0.3", "silent"},
                                                {"10.0.0.4", "unknown"},
                                                {"10.0.0.5", "silent"},
                                                {"10.0.0.6", "silent"}}));
  EXPECT_EQ(last_.addresses, 6U);
  EXPECT_EQ(last_.asked, 6U);
  EXPECT_EQ(last_.answered, 2U);
  EXPECT_EQ(last_.told, 6U);
}

TEST_F(SweepTest, AsksEachAddressOnceBeforeAnyAgain) {
  network_.devices["10.0.0.2"].table = Printer("HP DesignJet Z9");
  network_.devices["10.0.0.3"].seen = SnmpSeen::kRefused;
  Run(Over("10.0.0.1-4"));
  ASSERT_GE(network_.asked.size(), 7U);
  const std::vector<std::string> first(network_.asked.begin(), network_.asked.begin() + 7);
  EXPECT_EQ(first,
            (std::vector<std::string>{"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4",  // first
                                      "10.0.0.1", "10.0.0.4",                          // again
                                      "10.0.0.2"}));  // fingerprint
}

TEST_F(SweepTest, FindsASleepyCardAndOneThatSpeaksV1Only) {
  network_.devices["10.0.0.1"] = {.table = Printer("HP DesignJet Z9"), .deaf = 1};
  network_.devices["10.0.0.2"] = {.table = Printer("HP DesignJet Z6"),
                                  .credentials = {SnmpVersion::k1, "public"}};
  const auto verdicts = Run(Over("10.0.0.1-2"));
  EXPECT_EQ(verdicts.at("10.0.0.1"), "large-format");
  EXPECT_EQ(verdicts.at("10.0.0.2"), "large-format");
  EXPECT_EQ(rows_.at("10.0.0.2").credentials.version, SnmpVersion::k1);
}

TEST_F(SweepTest, TriesOtherCredentialsWhereTheFirstAreNotLetIn) {
  SweepOptions options = Over("10.0.0.1-2");
  options.credentials = {{.version = SnmpVersion::k3}, {SnmpVersion::k2c, "public"}};
  network_.devices["10.0.0.1"] = {.table = Printer("HP DesignJet Z9"), .tells_strangers = true};
  network_.devices["10.0.0.2"] = {.credentials = {SnmpVersion::k2c, "other"},
                                  .tells_strangers = true};
  const auto verdicts = Run(std::move(options));
  EXPECT_EQ(verdicts.at("10.0.0.1"), "large-format");
  EXPECT_EQ(verdicts.at("10.0.0.2"), "unknown") << "something stands there";
  EXPECT_EQ(rows_.at("10.0.0.2").fingerprint.rule,
            "it speaks SNMP and does not let us in: unknown user 'x'");
}

TEST_F(SweepTest, WithoutRetriesTheFirstPassIsAll) {
  network_.devices["10.0.0.1"] = {.table = Printer("HP DesignJet Z9"), .deaf = 1};
  SweepOptions options = Over("10.0.0.1-3");
  options.retries = 0;
  EXPECT_EQ(Run(std::move(options)).at("10.0.0.1"), "silent");
  EXPECT_EQ(network_.asked.size(), 3U);
}

TEST_F(SweepTest, KeepsNoMoreQuestionsOpenThanItsWindow) {
  SweepOptions options = Over("10.0.0.0/24");
  options.window = 7;
  EXPECT_EQ(Run(std::move(options)).size(), 254U);
  EXPECT_EQ(network_.most_open, 7U);
}

TEST(WindowTest, HoldsWhatTheCeilingLetsWaitAndAsManyInTheQueue) {
  using std::chrono::milliseconds;
  EXPECT_EQ(WindowFor(100, milliseconds(2000)), 400U);
  EXPECT_EQ(WindowFor(10, milliseconds(500)), 64U);
  EXPECT_EQ(WindowFor(0, milliseconds(2000)), 65'536U);
  EXPECT_EQ(WindowFor(1'000'000, milliseconds(60'000)), 65'536U);
}

TEST_F(SweepTest, EndsWhenTheSessionIsStopped) {
  for (int i = 1; i < 255; ++i) {
    network_.devices["10.0.0." + std::to_string(i)].seen = SnmpSeen::kStopped;
  }
  SweepOptions options = Over("10.0.0.0/24");
  options.window = 7;
  EXPECT_TRUE(Run(std::move(options)).empty());
  EXPECT_EQ(network_.asked.size(), 7U);
}

// Cut off after any number of answers, the next sweep asks what is missing and nothing that was
// settled, and both together say what one would have said.
TEST_F(SweepTest, GoesOnWhereItWasCutOff) {
  for (int i = 3; i < 60; i += 5) {
    network_.devices["10.0.0." + std::to_string(i)].table = Printer("HP DesignJet Z9");
  }
  SweepOptions options = Over("10.0.0.0/26");
  options.excludes = {AddressRange::Parse("exclude", "10.0.0.8-15")};
  options.addresses = {Ipv4{0x0A000107}};
  options.window = 5;
  const auto whole = Run(options);
  ASSERT_EQ(whole.size(), 55U);
  for (std::size_t cut = 0; cut < 140; cut += 7) {
    Network network;
    network.devices = network_.devices;
    network.most_answers = cut;
    std::map<std::string, std::string> verdicts;
    const auto keep = [&](const SweepRow& row) {
      verdicts[row.address] = ToText(row.fingerprint.verdict);
    };
    options.from = {};
    SweepState state;
    {
      Sweep sweep(network, options);
      sweep.Start(
          keep, [](SweepProgress) {}, [] {});
      network.AnswerAll();
      state = sweep.state();
    }
    const std::size_t settled = verdicts.size();
    Network after;
    after.devices = network_.devices;
    options.from = state;
    bool done = false;
    Sweep sweep(after, options);
    sweep.Start(
        [&](const SweepRow& row) {
          EXPECT_FALSE(verdicts.contains(row.address)) << row.address << " again, cut at " << cut;
          keep(row);
        },
        [&](SweepProgress progress) { last_ = progress; }, [&] { done = true; });
    after.AnswerAll();
    EXPECT_TRUE(done);
    EXPECT_EQ(verdicts, whole) << "cut at " << cut;
    EXPECT_EQ(std::set<std::string>(after.asked.begin(), after.asked.end()).size(),
              whole.size() - settled);
    if (settled < whole.size()) {
      EXPECT_EQ(last_.told, whole.size());
    }
  }
}

TEST_F(SweepTest, AsksOneAddressOtherwiseThanTheRest) {
  network_.devices["10.0.0.2"] = {.table = Printer("HP DesignJet Z6"),
                                  .credentials = {SnmpVersion::k1, "blue"}};
  SweepOptions options = Over("10.0.0.1-2");
  options.targets[Ipv4{0x0A000002}] = {.port = 1161, .credentials = {{SnmpVersion::k1, "blue"}}};
  EXPECT_EQ(Run(std::move(options)).at("10.0.0.2"), "large-format");
  EXPECT_EQ(rows_.at("10.0.0.2").port, 1161);
  EXPECT_EQ(rows_.at("10.0.0.1").port, 161);
}

TEST_F(SweepTest, IsDoneAtOnceWhenThereIsNothingToAsk) { EXPECT_TRUE(Run({}).empty()); }

// A session that answers within Get, as a fake may, must not nest a frame for every address.
TEST_F(SweepTest, SurvivesASessionThatAnswersAtOnce) {
  RecordedSession session(Printer("HP DesignJet Z9"));
  int rows = 0;
  int done = 0;
  Sweep sweep(session, Over("10.0.0.0/20"));
  sweep.Start([&](SweepRow) { ++rows; }, [](SweepProgress) {}, [&] { ++done; });
  EXPECT_EQ(rows, 4094);
  EXPECT_EQ(done, 1);
}

}  // namespace
}  // namespace plotmeter
