#include "tests/simulator/snmp_agent.h"

#include <gtest/gtest.h>

#include <system_error>

#include "tests/simulator/address.h"
#include "tests/simulator/chance.h"
#include "tests/simulator_test/ber.h"
#include "tests/simulator_test/udp_client.h"

namespace plotmeter::simulator {
namespace {

const Oid kDescr = {1, 3, 6, 1, 2, 1, 1, 1, 0};

Mib EveryType() {
  Mib mib;
  mib.Set(kDescr, Octets("a b"));
  mib.Set({1, 3, 6, 2, 1}, Octets(std::string("\x00\xFF\xFD\xE8", 4)));
  mib.Set({1, 3, 6, 2, 2}, Octets(""));
  mib.Set({1, 3, 6, 2, 3}, Integer(-2147483648LL));
  mib.Set({1, 3, 6, 2, 4}, Integer(128));
  mib.Set({1, 3, 6, 2, 5}, Counter32(4294967295));
  mib.Set({1, 3, 6, 2, 6}, Gauge32(0));
  mib.Set({1, 3, 6, 2, 7}, TimeTicks(726216028));
  mib.Set({1, 3, 6, 2, 8}, Counter64(18446744073709551615u));
  mib.Set({1, 3, 6, 2, 9}, IpAddress(0xC0A88CA7));
  mib.Set({1, 3, 6, 2, 10}, ObjectId("1.3.6.1.4.1.4294967295.0.127.128"));
  mib.Set({1, 3, 6, 2, 11}, {});
  mib.Set({1, 3, 6, 2, 12},
          {.type = MibType::kOpaque, .octets = std::string("\x9F\x78\x04\x42\xF6\x00\x00", 7)});
  mib.Set({1, 3, 6, 2, 13}, Octets(std::string(2000, 'z')));
  return mib;
}

BerReply Ask(const Mib& mib, const std::string& request) {
  const auto answer = AnswerSnmp(request, mib, "public", 65507);
  if (!answer) throw std::runtime_error("no answer");
  return ReadReply(*answer);
}

TEST(SnmpAgentTest, WritesEveryTypeToTheOctet) {
  const Mib mib = EveryType();
  for (const auto& [name, value] : mib) {
    const BerReply reply = Ask(mib, BerRequest(1, "public", kGet, {name}));
    EXPECT_EQ(reply.pdu, kResponse);
    EXPECT_EQ(reply.request, 77);
    EXPECT_EQ(reply.community, "public");
    ASSERT_EQ(reply.variables.size(), 1u);
    EXPECT_EQ(reply.variables[0], OnTheWire(name, value)) << OidText(name);
  }
}

TEST(SnmpAgentTest, WritesExceptionsAndErrors) {
  const BerReply v2 =
      Ask(EveryType(), BerRequest(1, "public", kGet, {{1, 3, 6, 2, 99}, {1, 3, 9}}));
  EXPECT_EQ(v2.error, 0);
  ASSERT_EQ(v2.variables.size(), 2u);
  EXPECT_EQ(v2.variables[0].tag, 0x81);  // noSuchInstance
  EXPECT_EQ(v2.variables[1].tag, 0x80);  // noSuchObject
  const BerReply end = Ask(EveryType(), BerRequest(1, "public", kGetNext, {{1, 3, 6, 2, 13}}));
  EXPECT_EQ(end.variables.at(0).tag, 0x82);
  const BerReply v1 = Ask(EveryType(), BerRequest(0, "public", kGet, {kDescr, {1, 3, 9}}));
  EXPECT_EQ(v1.version, 0);
  EXPECT_EQ(v1.error, 2);
  EXPECT_EQ(v1.index, 2);
}

TEST(SnmpAgentTest, StaysSilentWhereACardWould) {
  const Mib mib = EveryType();
  const auto silent = [&](const std::string& datagram) {
    return !AnswerSnmp(datagram, mib, "public", 1472).has_value();
  };
  EXPECT_TRUE(silent(BerRequest(1, "private", kGet, {kDescr})));
  EXPECT_TRUE(silent(BerRequest(1, "publi", kGet, {kDescr})));
  EXPECT_TRUE(silent(BerRequest(1, "", kGet, {kDescr})));
  EXPECT_TRUE(silent(BerRequest(0, "public", kGetBulk, {kDescr}, 0, 10)));
  EXPECT_TRUE(silent(BerRequest(1, "public", kResponse, {kDescr})));
  EXPECT_TRUE(silent(BerRequest(3, "public", kGet, {kDescr})));
  EXPECT_TRUE(silent(""));
  EXPECT_TRUE(silent("0"));
}

TEST(SnmpAgentTest, SurvivesBrokenDatagrams) {
  const Mib mib = EveryType();
  const std::string good = BerRequest(1, "public", kGetBulk, {kDescr, {1, 3}}, 1, 30);
  for (std::size_t cut = 0; cut < good.size(); ++cut) {
    AnswerSnmp(good.substr(0, cut), mib, "public", 1472);
  }
  Chance chance({1, 2, 3});
  for (int i = 0; i < 20'000; ++i) {
    std::string broken = good;
    for (auto n = chance.Between(1, 4); n > 0; --n) {
      broken[chance.Next() % broken.size()] = static_cast<char>(chance.Next());
    }
    const auto answer = AnswerSnmp(broken, mib, "public", 1472);
    if (answer) {
      EXPECT_LE(answer->size(), 1472u);
    }
  }
  EXPECT_EQ(Ask(mib, BerRequest(1, "public", kGet, {kDescr})).variables.at(0).content, "a b");
}

TEST(SnmpAgentTest, AnswersForManyAddressesEachFromItsOwn) {
  const std::uint32_t first = *ParseAddress("127.61.7.1");
  const SnmpAgent agent({}, [&](std::uint32_t asked) -> std::optional<SnmpDevice> {
    if (asked < first || asked >= first + 3) return std::nullopt;
    auto mib = std::make_shared<Mib>();
    mib->Set(kDescr, Octets(AddressText(asked)));
    return SnmpDevice{std::move(mib), "public"};
  });
  const UdpClient client;
  for (std::uint32_t address = first; address < first + 3; ++address) {
    client.Ask(address, agent.port(), "no SNMP at all", 0);
    const auto answer = client.Ask(address, agent.port(), BerRequest(1, "public", kGet, {kDescr}));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->second, address);
    EXPECT_EQ(ReadReply(answer->first).variables.at(0).content, AddressText(address));
  }
  EXPECT_FALSE(client.Ask(first + 3, agent.port(), BerRequest(1, "public", kGet, {kDescr}), 50));
}

TEST(SnmpAgentTest, SaysWhenThePortIsTaken) {
  const auto nobody = [](std::uint32_t) -> std::optional<SnmpDevice> { return std::nullopt; };
  const SnmpAgent first({.listen = "127.0.0.1"}, nobody);
  EXPECT_THROW(SnmpAgent({.listen = "127.0.0.1", .port = first.port()}, nobody), std::system_error);
  EXPECT_THROW(SnmpAgent({.listen = "not an address"}, nobody), std::system_error);
}

}  // namespace
}  // namespace plotmeter::simulator
