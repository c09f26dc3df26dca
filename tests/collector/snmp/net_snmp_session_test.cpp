#include "collector/snmp/net_snmp_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <semaphore>
#include <string>
#include <vector>

#include "collector/snmp/codec.h"
#include "collector/snmp/mib.h"
#include "tests/fakes/udp_agent.h"

namespace plotmeter {
namespace {

using namespace std::chrono_literals;
using Request = UdpAgent::Request;

constexpr auto kNever = 60s;  // a time-out that the test does not live to see

class FixedClock : public Clock {
 public:
  Instant Now() const override { return FromMillis(1'795'338'001'000); }
};

class NetSnmpSessionTest : public testing::Test {
 protected:
  NetSnmpSessionTest() { session_.Start(); }

  static SnmpPeer Peer(const UdpAgent& agent, std::chrono::milliseconds timeout = kNever) {
    return {.address = "127.0.0.1", .port = agent.port(), .timeout = timeout};
  }

  static SnmpResult Wait(std::future<SnmpResult> future) {
    if (future.wait_for(30s) != std::future_status::ready) {
      ADD_FAILURE() << "no callback";
      std::abort();  // the callback would come into a frame that is gone
    }
    return future.get();
  }

  static std::future<SnmpResult> GetSoon(SnmpSession& session, const SnmpPeer& peer,
                                         std::vector<Oid> objects = {mib::kSysDescr}) {
    auto told = std::make_shared<std::promise<SnmpResult>>();
    session.Get(peer, std::move(objects), [told](SnmpResult r) { told->set_value(std::move(r)); });
    return told->get_future();
  }

  SnmpResult Get(const SnmpPeer& peer, std::vector<Oid> objects = {mib::kSysDescr}) {
    return Wait(GetSoon(session_, peer, std::move(objects)));
  }

  SnmpResult Walk(const SnmpPeer& peer, std::vector<Oid> subtrees) {
    auto told = std::make_shared<std::promise<SnmpResult>>();
    session_.Walk(peer, std::move(subtrees),
                  [told](SnmpResult r) { told->set_value(std::move(r)); });
    return Wait(told->get_future());
  }

  FixedClock clock_;
  NetSnmpSession session_{{}, clock_};
};

TEST_F(NetSnmpSessionTest, GetsWhatIsAskedAndSaysWhen) {
  UdpAgent agent([](UdpAgent& a, const Request& r) { a.Send(UdpAgent::Reply(r, 7)); });
  const SnmpResult result = Get(Peer(agent), {mib::kSysDescr, mib::kSysObjectId});
  EXPECT_EQ(result.seen, SnmpSeen::kAnswered) << result.detail;
  EXPECT_EQ(NumberAt(result.table, mib::kSysDescr), 7);
  EXPECT_EQ(NumberAt(result.table, mib::kSysObjectId), 7);
  EXPECT_EQ(result.at, clock_.Now());
  const SnmpCounters counters = session_.counters();
  EXPECT_EQ(counters.packets_sent, 1U);
  EXPECT_EQ(counters.packets_received, 1U);
  EXPECT_GT(counters.bytes_sent, 40U);
  EXPECT_GT(counters.bytes_received, counters.bytes_sent);
  EXPECT_EQ(counters.dropped, 0U);
}

TEST_F(NetSnmpSessionTest, AsksACardThatChokesOnManyObjectsForAFewWithinTheSameTries) {
  UdpAgent agent([](UdpAgent& a, const Request& r) {
    if (r.objects.size() <= SnmpPeer::kFewObjects) a.Send(UdpAgent::Reply(r, 7));
  });
  std::vector<Oid> objects;
  for (std::uint32_t i = 1; i <= 12; ++i) objects.push_back(mib::kPrtGeneralSerialNumber + Oid{i});
  SnmpPeer peer = Peer(agent, 50ms);
  peer.objects_at_once = 16;
  peer.retries = 1;
  EXPECT_EQ(Get(peer, objects).table.size(), 12U);
  EXPECT_EQ(agent.requests().size(), 3U);
  EXPECT_EQ(session_.counters().retries, 1U);
}

TEST_F(NetSnmpSessionTest, SendsTheSamePacketAgainWhenOneIsLost) {
  std::atomic<int> seen = 0;
  UdpAgent agent([&](UdpAgent& a, const Request& r) {
    if (++seen == 3) a.Send(UdpAgent::Reply(r, 7));
  });
  EXPECT_EQ(Get(Peer(agent, 100ms)).seen, SnmpSeen::kAnswered);
  EXPECT_EQ(session_.counters().packets_sent, 3U);
  EXPECT_EQ(session_.counters().retries, 2U);
  EXPECT_EQ(agent.requests()[0].id, agent.requests()[2].id);
}

TEST_F(NetSnmpSessionTest, GivesUpOnSilence) {
  UdpAgent agent([](UdpAgent&, const Request&) {});
  const SnmpResult result = Get(Peer(agent, 5ms));
  EXPECT_EQ(result.seen, SnmpSeen::kTimedOut);
  EXPECT_EQ(result.detail, "no answer within 5 ms after 3 tries");
  EXPECT_EQ(session_.counters().packets_sent, 3U);
}

TEST_F(NetSnmpSessionTest, SilenceOfOneDelaysNoOther) {
  UdpAgent silent([](UdpAgent&, const Request&) {});
  UdpAgent agent([](UdpAgent& a, const Request& r) { a.Send(UdpAgent::Reply(r, 7)); });
  auto waiting = GetSoon(session_, Peer(silent));
  EXPECT_EQ(Get(Peer(agent)).seen, SnmpSeen::kAnswered);
  session_.Stop();
  EXPECT_EQ(Wait(std::move(waiting)).seen, SnmpSeen::kStopped);
}

TEST_F(NetSnmpSessionTest, CountsAnAnswerOnceHoweverOftenItComes) {
  std::atomic<std::uint32_t> value = 0;
  UdpAgent agent([&](UdpAgent& a, const Request& r) {
    const std::string reply = UdpAgent::Reply(r, ++value);
    for (int i = 0; i < 3; ++i) a.Send(reply);
  });
  for (int i = 1; i <= 5; ++i) {
    EXPECT_EQ(NumberAt(Get(Peer(agent)).table, mib::kSysDescr), i);
  }
  EXPECT_GE(session_.counters().dropped, 8U);
}

TEST_F(NetSnmpSessionTest, CountsNoAnswerFromAnotherPort) {
  UdpAgent agent([](UdpAgent& a, const Request& r) { a.Send(UdpAgent::Reply(r, 7), true); });
  const SnmpResult result = Get(Peer(agent, 20ms));
  EXPECT_EQ(result.seen, SnmpSeen::kTimedOut);
  EXPECT_EQ(result.detail,
            "no answer within 20 ms after 3 tries; an answer came from another address or port "
            "than was asked");
  EXPECT_EQ(session_.counters().dropped, session_.counters().packets_received);

  NetSnmpSession lenient({.accept_other_source = true}, clock_);
  lenient.Start();
  EXPECT_EQ(Wait(GetSoon(lenient, Peer(agent))).seen, SnmpSeen::kAnswered);
}

TEST_F(NetSnmpSessionTest, CountsOnlyTheRightRequestIdVersionAndCommunity) {
  UdpAgent agent([](UdpAgent& a, const Request& r) {
    Request other = r;
    other.id ^= 1;
    a.Send(UdpAgent::Reply(other, 1));
    other = r;
    other.version = 0;
    a.Send(UdpAgent::Reply(other, 2));
    other = r;
    other.community = "private";
    a.Send(UdpAgent::Reply(other, 3));
    std::string request = UdpAgent::Reply(r, 4);
    request[request.find('\xA2')] = '\xA0';  // not a response
    a.Send(request);
    a.Send(UdpAgent::Reply(r, 7));
  });
  EXPECT_EQ(NumberAt(Get(Peer(agent)).table, mib::kSysDescr), 7);
  EXPECT_EQ(session_.counters().dropped, 4U);
}

TEST_F(NetSnmpSessionTest, SaysThatWhatCameWasForAnotherRequestId) {
  UdpAgent agent([](UdpAgent& a, const Request& r) {
    Request other = r;
    other.id ^= 1;
    a.Send(UdpAgent::Reply(other, 7));
  });
  const SnmpResult result = Get(Peer(agent, 20ms));
  EXPECT_EQ(result.seen, SnmpSeen::kTimedOut);
  EXPECT_EQ(result.detail,
            "no answer within 20 ms after 3 tries; what came was for another request id: too late, "
            "or wrong");
}

TEST_F(NetSnmpSessionTest, NamesGarbageAndStillTakesTheRightAnswerAfterIt) {
  UdpAgent garbage([](UdpAgent& a, const Request&) { a.Send("HTTP/1.1 400 Bad Request"); });
  const SnmpResult result = Get(Peer(garbage, 20ms));
  EXPECT_EQ(result.seen, SnmpSeen::kMalformed);
  EXPECT_NE(result.detail.find("24 octets"), std::string::npos) << result.detail;

  UdpAgent agent([](UdpAgent& a, const Request& r) {
    a.Send("\x30\x82\xFF\xFF");
    a.Send(UdpAgent::Reply(r, 7));
  });
  EXPECT_EQ(Get(Peer(agent)).seen, SnmpSeen::kAnswered);
}

TEST_F(NetSnmpSessionTest, NamesAnAnswerToAnotherQuestion) {
  UdpAgent agent([](UdpAgent& a, const Request& r) {
    a.Send(UdpAgent::Reply(r, {{1, 3, 6, 1, 5}}, 7));
  });
  const SnmpResult result = Get(Peer(agent));
  EXPECT_EQ(result.seen, SnmpSeen::kMalformed);
  EXPECT_NE(result.detail.find("1.3.6.1.5 came for"), std::string::npos) << result.detail;
}

// Wine says that a port is closed, but not whose; such a peer is given up when its time is over.
#ifndef _WIN32
TEST_F(NetSnmpSessionTest, KnowsAClosedPortAtOnceAndHarmsNobodyElse) {
  std::uint16_t closed = 0;
  {
    UdpAgent gone([](UdpAgent&, const Request&) {});
    closed = gone.port();
  }
  UdpAgent agent([](UdpAgent& a, const Request& r) { a.Send(UdpAgent::Reply(r, 7)); });
  for (int i = 0; i < 50; ++i) {
    auto refused = GetSoon(session_, {.address = "127.0.0.1", .port = closed, .timeout = kNever});
    auto answered = GetSoon(session_, Peer(agent));
    EXPECT_EQ(Wait(std::move(answered)).seen, SnmpSeen::kAnswered);
    EXPECT_EQ(Wait(std::move(refused)).seen, SnmpSeen::kRefused);
  }
  EXPECT_EQ(session_.counters().retries, 0U);
}
#endif

TEST_F(NetSnmpSessionTest, RefusesWhatCannotBeAsked) {
  EXPECT_EQ(Get({.address = "printer.example"}).seen, SnmpSeen::kRefused);
  EXPECT_EQ(Get({.address = "255.255.255.255"}).seen,
            SnmpSeen::kRefused);  // broadcast: not allowed
  const SnmpResult v3 = Get({.address = "127.0.0.1", .credentials = {{SnmpVersion::k3, ""}}});
  EXPECT_EQ(v3.seen, SnmpSeen::kRefused);
  EXPECT_EQ(v3.detail, "no user for SNMPv3");
  UdpAgent agent([](UdpAgent&, const Request&) {});
  EXPECT_EQ(Get(Peer(agent), {}).seen, SnmpSeen::kAnswered) << "nothing asked, nothing missing";
}

TEST_F(NetSnmpSessionTest, TriesTheCredentialsInTheirOrder) {
  UdpAgent agent([](UdpAgent& a, const Request& r) {
    if (r.version == 0 && r.community == "plotters") a.Send(UdpAgent::Reply(r, 7));
  });
  SnmpPeer peer = Peer(agent, 50ms);
  peer.retries = 1;
  peer.credentials = {
      {SnmpVersion::k2c, "public"}, {SnmpVersion::k2c, "plotters"}, {SnmpVersion::k1, "plotters"}};
  const SnmpResult result = Get(peer);
  EXPECT_EQ(result.seen, SnmpSeen::kAnswered) << result.detail;
  EXPECT_EQ(result.credentials, peer.credentials[2]);
  ASSERT_GE(agent.requests().size(), 5U);
  EXPECT_EQ(agent.requests()[2].community, "plotters");
}

TEST_F(NetSnmpSessionTest, NeverAsksOneDeviceTwoThingsAtOnce) {
  UdpAgent agent([](UdpAgent& a, const Request& r) {
    if (r.objects[0] != mib::kSysDescr) a.Send(UdpAgent::Reply(r, 7));
  });
  auto first = GetSoon(session_, Peer(agent, 30ms), {mib::kSysDescr});
  auto second = GetSoon(session_, Peer(agent, 30ms), {mib::kSysObjectId});
  EXPECT_EQ(Wait(std::move(first)).seen, SnmpSeen::kTimedOut);
  EXPECT_EQ(Wait(std::move(second)).seen, SnmpSeen::kAnswered);
  const auto requests = agent.requests();
  ASSERT_EQ(requests.size(), 4U);
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(requests[static_cast<std::size_t>(i)].objects[0], mib::kSysDescr);
}

TEST_F(NetSnmpSessionTest, TwoSessionsWithTheSameTurnsAskADeviceOneThingAtATime) {
  std::counting_semaphore<> came(0);  // questions that are left unanswered
  UdpAgent agent([&came](UdpAgent& a, const Request& r) {
    if (r.objects[0] != mib::kSysDescr) return a.Send(UdpAgent::Reply(r, 7));
    came.release();
  });
  HostTurns turns;
  NetSnmpSession polls({.turns = &turns}, clock_), sweep({.turns = &turns}, clock_);
  polls.Start();
  sweep.Start();
  auto first = GetSoon(polls, Peer(agent, 30ms), {mib::kSysDescr});
  ASSERT_TRUE(came.try_acquire_for(30s)) << "it is its turn";
  auto second = GetSoon(sweep, Peer(agent, 30ms), {mib::kSysObjectId});
  UdpAgent another([](UdpAgent& a, const Request& r) { a.Send(UdpAgent::Reply(r, 7)); });
  EXPECT_EQ(Wait(GetSoon(sweep, Peer(another))).seen, SnmpSeen::kAnswered) << "who is free";
  EXPECT_EQ(Wait(std::move(first)).seen, SnmpSeen::kTimedOut);
  EXPECT_EQ(Wait(std::move(second)).seen, SnmpSeen::kAnswered);
  const auto requests = agent.requests();
  ASSERT_EQ(requests.size(), 4U);
  EXPECT_EQ(requests[3].objects[0], mib::kSysObjectId) << "the other's question came last";

  while (came.try_acquire()) {
  }
  auto held = GetSoon(polls, Peer(agent), {mib::kSysDescr});
  ASSERT_TRUE(came.try_acquire_for(30s));
  auto waits = GetSoon(sweep, Peer(agent), {mib::kSysObjectId});
  sweep.Stop();
  EXPECT_EQ(Wait(std::move(waits)).seen, SnmpSeen::kStopped);
  polls.Stop();
  EXPECT_EQ(Wait(std::move(held)).seen, SnmpSeen::kStopped);
  EXPECT_EQ(agent.requests().size(), 5U);
}

TEST_F(NetSnmpSessionTest, SaysHowLateTheAnswerBeforeWas) {
  std::optional<Request> unanswered;
  std::promise<void> came;
  UdpAgent agent([&](UdpAgent& a, const Request& r) {
    if (r.objects[0] == mib::kSysUpTime) return came.set_value();
    if (r.objects[0] == mib::kSysObjectId) return a.Send(UdpAgent::Reply(*unanswered, 7));
    unanswered = r;
  });
  SnmpPeer peer = Peer(agent, 20ms);
  peer.retries = 0;
  EXPECT_EQ(Get(peer).detail, "no answer within 20 ms after 1 tries");
  SnmpPeer patient = peer;  // the late answer comes within its time, however busy the machine is
  patient.timeout = 500ms;
  EXPECT_THAT(Get(patient, {mib::kSysObjectId}).detail,
              testing::HasSubstr("what came was for another request id: too late, or wrong; the "
                                 "time before an answer came after "));
  EXPECT_EQ(Get(peer, {mib::kSysUpTime}).detail, "no answer within 20 ms after 1 tries")
      << "it is said once";
  came.get_future().wait();
}

TEST_F(NetSnmpSessionTest, StopsWalksThatDoNotEnd) {
  UdpAgent still([](UdpAgent& a, const Request& r) {
    a.Send(UdpAgent::Reply(r, {mib::kHrDeviceType + Oid{1}}, 7));
  });
  const SnmpResult standing = Walk(Peer(still), {mib::kHrDeviceType});
  EXPECT_EQ(standing.seen, SnmpSeen::kNotIncreasing);
  EXPECT_EQ(standing.table.size(), 1U);

  UdpAgent endless([](UdpAgent& a, const Request& r) {
    std::vector<Oid> next;
    const Oid index = r.objects[0].After(mib::kHrDeviceType);
    std::uint32_t at = index.empty() ? 0 : index.parts()[0];
    for (int i = 0; i < r.max_repetitions; ++i) next.push_back(mib::kHrDeviceType + Oid{++at});
    a.Send(UdpAgent::Reply(r, next, 7));
  });
  SnmpPeer peer = Peer(endless);
  peer.bulk_values = 100;
  const SnmpResult running = Walk(peer, {mib::kHrDeviceType});
  EXPECT_EQ(running.seen, SnmpSeen::kTooLong);
  EXPECT_EQ(running.table.size(), kMaxWalkRows);
  EXPECT_EQ(endless.requests()[0].kind, '\xA5');
}

TEST_F(NetSnmpSessionTest, WaitsForOneWalkNoLongerThanItMay) {
  UdpAgent endless([](UdpAgent& a, const Request& r) {
    const Oid index = r.objects[0].After(mib::kHrDeviceType);
    const std::uint32_t at = index.empty() ? 0 : index.parts()[0];
    a.Send(UdpAgent::Reply(r, {mib::kHrDeviceType + Oid{at + 1}}, 7));
  });
  NetSnmpSession session({.longest_wait = 0ms}, clock_);
  session.Start();
  std::promise<SnmpResult> told;
  session.Walk(Peer(endless), {mib::kHrDeviceType},
               [&](SnmpResult r) { told.set_value(std::move(r)); });
  const SnmpResult result = Wait(told.get_future());
  EXPECT_EQ(result.seen, SnmpSeen::kTooLong);
  EXPECT_EQ(result.table.size(), 1U) << "what came is kept";
  EXPECT_EQ(result.cut, std::vector<Oid>{mib::kHrDeviceType});
}

TEST_F(NetSnmpSessionTest, WalksByGetnextAfterAGetbulkNobodyAnswers) {
  UdpAgent agent([](UdpAgent& a, const Request& r) {
    if (r.kind != '\xA1') return;
    const bool first = r.objects[0] == mib::kHrDeviceType;
    a.Send(UdpAgent::Reply(r, {first ? mib::kHrDeviceType + Oid{1} : mib::kHrDeviceDescr}, 7));
  });
  SnmpPeer peer = Peer(agent, 100ms);
  peer.bulk_values = 20;
  peer.retries = 0;
  const SnmpResult result = Walk(peer, {mib::kHrDeviceType});
  EXPECT_EQ(result.seen, SnmpSeen::kAnswered) << result.detail;
  EXPECT_EQ(result.table.size(), 1U);
}

TEST_F(NetSnmpSessionTest, HoldsItsCeilingForFirstPacketsAndRetriesAlike) {
  UdpAgent silent([](UdpAgent&, const Request&) {});
  NetSnmpSession slow({.packets_per_second = 200}, clock_);
  slow.Start();
  SnmpPeer peer = Peer(silent, 1ms);
  peer.retries = 20;
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(Wait(GetSoon(slow, peer)).seen, SnmpSeen::kTimedOut);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 100ms) << "21 packets at 200 a second";
  EXPECT_EQ(slow.counters().packets_sent, 21U);
}

TEST_F(NetSnmpSessionTest, SendsNoMoreAtOnceThanMayBeInFlight) {
  NetSnmpSession narrow({.max_in_flight = 1}, clock_);
  narrow.Start();
  UdpAgent silent([](UdpAgent&, const Request&) {});
  UdpAgent agent([](UdpAgent& a, const Request& r) { a.Send(UdpAgent::Reply(r, 7)); });
  SnmpPeer slow = Peer(silent, 20ms);
  slow.retries = 0;
  auto first = GetSoon(narrow, slow);
  EXPECT_EQ(Wait(GetSoon(narrow, Peer(agent))).seen, SnmpSeen::kAnswered);
  EXPECT_EQ(first.wait_for(0s), std::future_status::ready) << "it was in flight alone";
}

TEST_F(NetSnmpSessionTest, LetsACallbackAskOn) {
  UdpAgent agent([](UdpAgent& a, const Request& r) { a.Send(UdpAgent::Reply(r, 7)); });
  auto told = std::make_shared<std::promise<SnmpResult>>();
  session_.Get(Peer(agent), {mib::kSysDescr}, [&, told](SnmpResult) {
    session_.Get(Peer(agent), {mib::kSysObjectId},
                 [told](SnmpResult r) { told->set_value(std::move(r)); });
  });
  EXPECT_EQ(NumberAt(Wait(told->get_future()).table, mib::kSysObjectId), 7);
}

TEST_F(NetSnmpSessionTest, CallsBackEverythingWhenItStops) {
  UdpAgent silent([](UdpAgent&, const Request&) {});
  std::vector<std::future<SnmpResult>> asked;
  for (int i = 0; i < 10; ++i) asked.push_back(GetSoon(session_, Peer(silent)));
  session_.Stop();
  asked.push_back(GetSoon(session_, Peer(silent)));
  for (auto& one : asked) EXPECT_EQ(Wait(std::move(one)).seen, SnmpSeen::kStopped);
}

TEST(UdpPortTest, TakesAFloodInParts) {
  constexpr std::size_t kMany = UdpPort::kMostAtOnce + 20;
  std::promise<void> sent;
  UdpAgent agent([&](UdpAgent& a, const Request&) {
    for (std::size_t i = 0; i < kMany; ++i) a.Send("x");
    sent.set_value();
  });
  UdpPort port({});
  int error = 0;
  ASSERT_EQ(
      port.Send(
          *Endpoint::Parse("127.0.0.1", agent.port()),
          EncodeRequest({}, 1, {.objects = {mib::kSysDescr}}), [](const Endpoint&, int) {}, error),
      UdpPort::Sent::kSent);
  ASSERT_EQ(sent.get_future().wait_for(30s), std::future_status::ready);
  std::size_t taken = 0;
  const auto count = [&](const Endpoint&, std::string_view) { ++taken; };
  port.Wait(0s);
  port.Receive(count);
  EXPECT_EQ(taken, UdpPort::kMostAtOnce);
  port.Wait(0s);
  port.Receive(count);
  EXPECT_EQ(taken, kMany);
}

TEST(EndpointTest, ReadsAddressesOfBothKinds) {
  const auto v4 = Endpoint::Parse("10.0.0.7", 161);
  ASSERT_TRUE(v4);
  EXPECT_FALSE(v4->is_v6);
  EXPECT_EQ(v4->ip[3], 7);
  const auto v6 = Endpoint::Parse("fe80::1%1", 161);
  ASSERT_TRUE(v6);
  EXPECT_TRUE(v6->is_v6);
  EXPECT_EQ(v6->scope, 1U);
  for (const char* text : {"", "10.0.0", "10.0.0.256", "host", "::1%nowhere0", "10.0.0.7 "}) {
    EXPECT_FALSE(Endpoint::Parse(text, 161)) << text;
  }
}

}  // namespace
}  // namespace plotmeter
