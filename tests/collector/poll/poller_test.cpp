#include "collector/poll/poller.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <stop_token>
#include <string>
#include <thread>

#include "tests/fakes/fake_clock.h"

namespace plotmeter {
namespace {

const Instant kNow = *ParseInstant("2026-11-22T12:00:00Z");

// Answers what it was given, at once or from another thread, and some hosts never.
class FakeChannel : public Channel {
 public:
  explicit FakeChannel(ChannelKind kind) : kind_(kind) {}
  ChannelKind kind() const override { return kind_; }
  void Identify(const PrinterAddress& address, std::function<void(Told)> told) override {
    Read(address, std::move(told));
  }
  void Read(const PrinterAddress& address, std::function<void(Told)> told) override {
    ++asked;
    if (silent_all || address.host == silent) {
      waiting.push_back(std::move(told));
    } else {
      told(answers[address.host]);
    }
  }

  void Watch(const PrinterAddress& address, std::function<void(Told)> told) override {
    watched.push_back(address.host);
    Read(address, std::move(told));
  }
  void ProbeAgain(const PrinterAddress& address) override { probed.push_back(address.host); }

  std::vector<std::string> watched;
  std::vector<std::string> probed;
  std::map<std::string, Told> answers;
  std::string silent;
  bool silent_all = false;
  int asked = 0;
  std::vector<std::function<void(Told)>> waiting;

 private:
  ChannelKind kind_;
};

Told Answer(const std::string& serial, const std::string& ink) {
  Told told{.seen = Seen::kAnswered, .at = kNow};
  told.answers.identity = {.manufacturer = "HP", .serial = serial, .model = "HP DesignJet T1600"};
  told.answers.meters.push_back(
      {.meter = "ink.used", .colorant = "magenta", .value = {*Decimal::Parse(ink), "cc"}});
  return told;
}

std::map<std::string, Polled> PollAll(Poller& poller, const std::vector<std::string>& hosts) {
  std::vector<PrinterAddress> addresses;
  for (const std::string& host : hosts) addresses.push_back({.host = host});
  std::map<std::string, Polled> all;
  poller.Poll(addresses, {}, [&](const Polled& polled) { all[polled.address.host] = polled; });
  return all;
}

TEST(PollerTest, GivesAllReadingsOfOnePollOneIdentity) {
  FakeChannel piws(ChannelKind::kPiws);
  FakeChannel snmp(ChannelKind::kSnmp);
  piws.answers["10.0.0.7"] = Answer("CN9541H01M", "433");
  snmp.answers["10.0.0.7"] = Answer("", "431");
  snmp.answers["10.0.0.7"].answers.identity.firmware = "AENEAS_03";
  Poller poller({&piws, &snmp});
  const Polled polled = PollAll(poller, {"10.0.0.7"})["10.0.0.7"];
  EXPECT_EQ(polled.identity.serial, "CN9541H01M");
  EXPECT_EQ(polled.identity.firmware, "AENEAS_03");
  ASSERT_EQ(polled.readings.size(), 2U);
  EXPECT_EQ(polled.readings[0].channel, ChannelKind::kPiws);
  EXPECT_EQ(polled.readings[1].channel, ChannelKind::kSnmp);
  EXPECT_EQ(polled.readings[1].meters[0].value.value.text(), "431");
  for (const Reading& reading : polled.readings) {
    EXPECT_EQ(reading.printer, polled.identity);
    EXPECT_EQ(reading.at, kNow);
  }
}

TEST(PollerTest, LeavesOutAChannelThatSpeaksOfAnotherPrinter) {
  FakeChannel piws(ChannelKind::kPiws);
  FakeChannel snmp(ChannelKind::kSnmp);
  piws.answers["10.0.0.7"] = Answer("CN9541H01M", "433");
  snmp.answers["10.0.0.7"] = Answer("CN0000000X", "9");
  Poller poller({&piws, &snmp});
  const Polled polled = PollAll(poller, {"10.0.0.7"})["10.0.0.7"];
  ASSERT_EQ(polled.readings.size(), 1U);
  EXPECT_EQ(polled.readings[0].channel, ChannelKind::kPiws);
  ASSERT_EQ(polled.remarks.size(), 1U);
  EXPECT_EQ(polled.remarks[0],
            "snmp: says serial CN0000000X, not CN9541H01M; its answers are left out");
}

TEST(PollerTest, OneChannelsWordThatItIsLargeFormatSuffices) {
  FakeChannel piws(ChannelKind::kPiws);
  FakeChannel snmp(ChannelKind::kSnmp);
  Poller poller({&piws, &snmp});
  const auto is_ours = [&](std::optional<bool> by_piws, std::optional<bool> by_snmp) {
    piws.answers["10.0.0.7"] = Answer("CN9541H01M", "433");
    piws.answers["10.0.0.7"].answers.is_large_format = by_piws;
    snmp.answers["10.0.0.7"] = Answer("CN9541H01M", "431");
    snmp.answers["10.0.0.7"].answers.is_large_format = by_snmp;
    return PollAll(poller, {"10.0.0.7"})["10.0.0.7"].is_large_format;
  };
  EXPECT_EQ(is_ours({}, {}), std::nullopt);
  EXPECT_EQ(is_ours({}, false), false);
  EXPECT_EQ(is_ours(false, true), true);
  EXPECT_EQ(is_ours(true, false), true);
}

TEST(PollerTest, AsksOnlyTheChannelsThatTheProfileLeaves) {
  FakeChannel piws(ChannelKind::kPiws);
  FakeChannel snmp(ChannelKind::kSnmp);
  snmp.answers["10.0.0.7"] = Answer("CN9541H01M", "433");
  Poller poller({&piws, &snmp});
  PrinterAddress address{.host = "10.0.0.7", .known = {.model = "HP DesignJet T730"}};
  std::vector<Polled> polled;
  const auto poll = [&] {
    poller.Poll({address}, {}, [&](const Polled& p) { polled.push_back(p); });
  };
  poll();
  EXPECT_EQ(piws.asked, 0);
  ASSERT_EQ(polled.size(), 1U);
  EXPECT_EQ(polled[0].Trouble(), "") << "who is not asked is no trouble";
  address.known = {};  // nothing is known of it: all are asked
  poll();
  EXPECT_EQ(piws.asked, 1);
  EXPECT_EQ(snmp.asked, 2);
}

TEST(PollerTest, TellsWhichMetersAreOutrankedAndRemembersWhoGaveThem) {
  FakeChannel piws(ChannelKind::kPiws);
  FakeChannel snmp(ChannelKind::kSnmp);
  piws.answers["10.0.0.7"] = Answer("CN9541H01M", "433");
  snmp.answers["10.0.0.7"] = Answer("CN9541H01M", "431");
  std::set<GivenMeter> given;
  {
    Poller poller({&piws, &snmp});
    const Polled polled = PollAll(poller, {"10.0.0.7"})["10.0.0.7"];
    EXPECT_FALSE(polled.readings.at(0).meters.at(0).outranked);
    EXPECT_TRUE(polled.readings.at(1).meters.at(0).outranked);
    given = poller.TakeNewlyGiven();
    EXPECT_EQ(given.size(), 2U);
    PollAll(poller, {"10.0.0.7"});
    EXPECT_TRUE(poller.TakeNewlyGiven().empty());
  }
  piws.answers.clear();  // silent, after the collector was started again
  Poller poller({&piws, &snmp}, BuiltInProfiles(), given);
  const Polled polled = PollAll(poller, {"10.0.0.7"})["10.0.0.7"];
  EXPECT_TRUE(polled.readings.at(0).meters.at(0).outranked);
  ASSERT_EQ(polled.remarks.size(), 1U);
  EXPECT_EQ(polled.remarks[0],
            "snmp: ink.used is kept and not counted: piws gave it before and is believed");
}

TEST(PollerTest, SaysWhyAPrinterSaidNothing) {
  FakeChannel piws(ChannelKind::kPiws);
  FakeChannel snmp(ChannelKind::kSnmp);
  piws.answers["10.0.0.9"] = {.seen = Seen::kRefused, .detail = "connection refused"};
  snmp.answers["10.0.0.9"] = {.seen = Seen::kUnreachable, .detail = "no answer within 2 s"};
  Poller poller({&piws, &snmp});
  const Polled polled = PollAll(poller, {"10.0.0.9"})["10.0.0.9"];
  EXPECT_FALSE(polled.answered());
  EXPECT_EQ(polled.Trouble(), "piws: connection refused; snmp: no answer within 2 s");
}

TEST(PollerTest, MarksJobsWithChannelAndInstant) {
  FakeChannel piws(ChannelKind::kPiws);
  piws.answers["10.0.0.7"] = Answer("CN9541H01M", "433");
  piws.answers["10.0.0.7"].answers.jobs.push_back({.job = "32222D2B"});
  piws.answers["10.0.0.7"].answers.alerts.emplace();
  Poller poller({&piws});
  const Polled polled = PollAll(poller, {"10.0.0.7"})["10.0.0.7"];
  ASSERT_EQ(polled.jobs.size(), 1U);
  EXPECT_EQ(polled.jobs[0].channel, ChannelKind::kPiws);
  EXPECT_EQ(polled.jobs[0].seen_at, kNow);
  ASSERT_EQ(polled.alerts.size(), 1U);  // a complete statement, though nothing is active
  EXPECT_TRUE(polled.alerts[0].active.empty());
}

TEST(PollerTest, SaysNothingOfAlertsWhereAChannelDid) {
  FakeChannel snmp(ChannelKind::kSnmp);
  snmp.answers["10.0.0.7"] = Answer("CN9541H01M", "433");
  Poller poller({&snmp});
  EXPECT_TRUE(PollAll(poller, {"10.0.0.7"})["10.0.0.7"].alerts.empty());
}

TEST(PollerTest, HandsOverTheQuickBeforeTheSlow) {
  FakeChannel snmp(ChannelKind::kSnmp);
  snmp.answers["10.0.0.7"] = Answer("CN9541H01M", "433");
  snmp.silent = "10.0.0.8";
  Poller poller({&snmp});
  std::vector<std::string> order;
  poller.Poll({{.host = "10.0.0.8"}, {.host = "10.0.0.7"}}, {}, [&](const Polled& polled) {
    order.push_back(polled.address.host);
    if (order.size() == 1) snmp.waiting.at(0)(Answer("CN0000000X", "1"));
  });
  EXPECT_EQ(order, (std::vector<std::string>{"10.0.0.7", "10.0.0.8"}));
}

TEST(PollerTest, PausesAfterThoseThatHaveFinishedAndAtTheEnd) {
  FakeChannel snmp(ChannelKind::kSnmp);
  snmp.answers["10.0.0.7"] = Answer("CN9541H01M", "433");
  snmp.silent = "10.0.0.8";
  Poller poller({&snmp});
  std::vector<std::string> order;
  poller.Poll(
      {{.host = "10.0.0.8"}, {.host = "10.0.0.7"}}, {},
      [&](const Polled& polled) { order.push_back(polled.address.host); },
      [&] {
        order.push_back("pause");
        if (order.size() == 2) snmp.waiting.at(0)(Answer("CN0000000X", "1"));
      });
  EXPECT_EQ(order, (std::vector<std::string>{"10.0.0.7", "pause", "10.0.0.8", "pause"}));
}

TEST(PollerTest, StopsWaitingWhenAskedAndOutlivesLateAnswers) {
  FakeChannel snmp(ChannelKind::kSnmp);
  snmp.silent = "10.0.0.8";
  {
    Poller poller({&snmp});
    std::stop_source stop;
    std::jthread asks([&] { stop.request_stop(); });
    poller.Poll({{.host = "10.0.0.8"}}, stop.get_token(),
                [](const Polled&) { ADD_FAILURE() << "nobody answered"; });
  }
  snmp.waiting.at(0)(Answer("CN9541H01M", "433"));  // into a round that is over
}

TEST(PollerTest, GivesASignOfLifeWhileItWaits) {
  FakeChannel snmp(ChannelKind::kSnmp);
  snmp.silent = "10.0.0.8";
  Poller poller({&snmp});
  int pulses = 0;
  poller.set_pulse(std::chrono::milliseconds(1), [&] {
    if (++pulses == 3) snmp.waiting.at(0)(Answer("CN0000000X", "1"));
  });
  EXPECT_EQ(PollAll(poller, {"10.0.0.8"}).size(), 1U);
  EXPECT_EQ(pulses, 3);
}

TEST(PollerTest, ReadsInFullOnlyWhatIsDueAndWatchesTheRest) {
  FakeChannel snmp(ChannelKind::kSnmp);
  Poller poller({&snmp});
  int polled = 0;
  poller.Poll(
      {{.host = "10.0.0.7"}, {.host = "10.0.0.8"}}, {}, [&](const Polled&) { ++polled; }, {},
      [](const PrinterAddress& address) { return address.host == "10.0.0.7"; });
  EXPECT_EQ(polled, 2);
  EXPECT_EQ(snmp.watched, std::vector<std::string>{"10.0.0.8"});
}

TEST(PollerTest, PassesOnThatAChannelMayBeThereNow) {
  FakeChannel piws(ChannelKind::kPiws);
  FakeChannel ledm(ChannelKind::kLedm);
  Poller poller({&piws, &ledm});
  poller.ProbeAgain({.host = "10.0.0.7"});
  EXPECT_EQ(piws.probed, std::vector<std::string>{"10.0.0.7"});
  EXPECT_EQ(ledm.probed, std::vector<std::string>{"10.0.0.7"});
}

TEST(PollerTest, EndsARoundWithoutTheSlowAndHandsThemOverInTheNext) {
  FakeChannel piws(ChannelKind::kPiws);
  piws.answers["10.0.0.7"] = Answer("CN7", "1");
  piws.answers["10.0.0.8"] = Answer("CN8", "2");
  piws.silent = "10.0.0.8";
  Poller poller({&piws});
  poller.set_patience(std::chrono::milliseconds(1));
  EXPECT_EQ(PollAll(poller, {"10.0.0.7", "10.0.0.8"}).size(), 1U);
  EXPECT_EQ(PollAll(poller, {"10.0.0.7", "10.0.0.8"}).size(), 1U);
  EXPECT_EQ(piws.waiting.size(), 1U) << "it is not asked again while it answers";
  piws.waiting.front()(piws.answers["10.0.0.8"]);
  std::vector<PrinterAddress> both = {{.host = "10.0.0.7"}, {.host = "10.0.0.8"}};
  std::map<std::string, bool> in_full;
  poller.Poll(
      both, {}, [&](const Polled& polled) { in_full[polled.address.host] = polled.in_full; }, {},
      [](const PrinterAddress&) { return false; });
  EXPECT_EQ(in_full, (std::map<std::string, bool>{{"10.0.0.7", false}, {"10.0.0.8", true}}))
      << "the late one had been read in full";
  EXPECT_EQ(piws.asked, 4);
}

TEST(PollerTest, AsksAgainWhereTheLateAnswerHasGrownOld) {
  const FakeClock start;
  FakeClock clock;
  FakeChannel piws(ChannelKind::kPiws);
  piws.silent = "10.0.0.8";
  Poller poller({&piws}, BuiltInProfiles(), {}, clock);
  poller.set_patience(std::chrono::milliseconds(1));
  const auto answer_late = [&](std::chrono::milliseconds after) {
    PollAll(poller, {"10.0.0.8"});
    piws.waiting.back()(Answer("CN8", "2"));
    clock.Advance(after);
  };
  answer_late(Poller::kLateFor);
  EXPECT_EQ(PollAll(poller, {"10.0.0.8"}).size(), 1U);
  EXPECT_EQ(piws.asked, 1);
  answer_late(Poller::kLateFor + std::chrono::milliseconds(1));
  EXPECT_EQ(PollAll(poller, {"10.0.0.8"}).size(), 0U) << "it is asked anew, and is late again";
  EXPECT_EQ(piws.asked, 3);
  piws.waiting.back()(Answer("CN8", "3"));
  clock.Set(start.Now());  // set back: by the steady clock nothing has passed
  EXPECT_EQ(PollAll(poller, {"10.0.0.8"}).size(), 1U);
}

TEST(PollerTest, BoundsWhatAChannelTells) {
  FakeChannel snmp(ChannelKind::kSnmp);
  snmp.answers["10.0.0.7"] = Answer("CN9541H01M", "433");
  snmp.answers["10.0.0.7"].answers.media.resize(1'001);
  Poller poller({&snmp});
  const Polled polled = PollAll(poller, {"10.0.0.7"})["10.0.0.7"];
  EXPECT_EQ(polled.readings.at(0).media.size(), 1'000U);
  EXPECT_EQ(polled.remarks,
            std::vector<std::string>{"snmp: 1001 papers; only the first 1000 are taken"});
}

std::vector<std::string> ManyHosts(int count) {
  std::vector<std::string> hosts;
  for (int i = 0; i < count; ++i)
    hosts.push_back("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250));
  return hosts;
}

TEST(PollerTest, AsksAFewAtATimeAndLetsNobodyWaitForTheSilent) {
  FakeChannel snmp(ChannelKind::kSnmp);
  const std::vector<std::string> hosts = ManyHosts(600);
  for (const std::string& host : hosts) snmp.answers[host] = Answer("CN" + host, "433");
  std::vector<PrinterAddress> addresses;
  for (const std::string& host : hosts) addresses.push_back({.host = host});
  Poller poller({&snmp});
  int most = 0;
  int told = 0;
  poller.Poll(addresses, {}, [&](const Polled&) { most = std::max(most, snmp.asked - told++); });
  EXPECT_EQ(told, 600);
  EXPECT_LE(most, 100) << "of 600 at once";

  // Nobody answers, and all are asked.
  FakeChannel dead(ChannelKind::kSnmp);
  dead.silent_all = true;
  Poller patient({&dead});
  patient.set_patience(std::chrono::milliseconds(200));
  patient.Poll(addresses, {}, [&](const Polled&) { FAIL() << "nobody answered"; });
  EXPECT_EQ(dead.asked, 600);
}

TEST(PollerTest, ForgetsThoseWhomItHadNotAskedWhenItWasStopped) {
  FakeChannel snmp(ChannelKind::kSnmp);
  const std::vector<std::string> hosts = ManyHosts(600);
  for (const std::string& host : hosts) snmp.answers[host] = Answer("CN" + host, "433");
  std::vector<PrinterAddress> addresses;
  for (const std::string& host : hosts) addresses.push_back({.host = host});
  Poller poller({&snmp});
  poller.set_patience(std::chrono::hours(1));
  std::stop_source stop;
  poller.Poll(addresses, stop.get_token(), [&](const Polled&) { stop.request_stop(); });
  EXPECT_LT(snmp.asked, 600);
  EXPECT_EQ(PollAll(poller, hosts).size(), 600U) << "none is waited for that nobody asked";
}

}  // namespace
}  // namespace plotmeter
