// The collector's SNMPv3 and the simulator's, which share no line but OpenSSL, understand each
// other with each of the 6 x 4 pairs of authentication and privacy. (With net-snmp's tools:
// v3_program_test.cpp; with Debian's snmpd: tests/collector/snmp/snmpd_test.cpp.)

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collector/snmp/mib.h"
#include "collector/snmp/usm.h"
#include "tests/simulator/snmp_usm.h"

namespace plotmeter {
namespace {

const std::pair<SnmpAuth, const char*> kAuths[] = {
    {SnmpAuth::kMd5, "MD5"},        {SnmpAuth::kSha1, "SHA"},       {SnmpAuth::kSha224, "SHA-224"},
    {SnmpAuth::kSha256, "SHA-256"}, {SnmpAuth::kSha384, "SHA-384"}, {SnmpAuth::kSha512, "SHA-512"}};
const std::pair<SnmpPrivacy, const char*> kPrivacies[] = {{SnmpPrivacy::kDes, "DES"},
                                                          {SnmpPrivacy::kAes128, "AES"},
                                                          {SnmpPrivacy::kAes192, "AES-192"},
                                                          {SnmpPrivacy::kAes256, "AES-256"}};

// An agent that knows this user and one object.
class Agent {
 public:
  explicit Agent(const std::string& user)
      : engine_(simulator::EngineId(0x3C5282010203u),
                std::make_shared<const std::vector<simulator::V3User>>(
                    std::vector<simulator::V3User>{simulator::ParseV3User(user)})) {
    const auto parts = mib::kSysDescr.parts();
    mib_.Set({parts.begin(), parts.end()}, simulator::Octets("a plotter"));
  }

  std::string Answer(const std::string& packet) {
    const auto ask = [&](std::string_view, simulator::SnmpQuestion& asked, std::size_t room) {
      return simulator::Answer(asked.request, mib_, room);
    };
    return engine_.Answer(packet, {.boots = 3, .time = 500}, 1472, ask).value_or("");
  }

 private:
  simulator::Mib mib_ = {};
  simulator::V3Engine engine_;
};

// What came of the question, after at most the three packets that it takes.
UsmHeard Ask(Agent& agent, const SnmpCredentials& credentials) {
  const SnmpRequest request{.objects = {mib::kSysDescr}};
  const UsmEngine::Time now{std::chrono::hours(1000)};
  UsmSecrets secrets;
  UsmEngine engine;
  UsmHeard heard;
  for (std::int32_t id = 1; id <= 3; ++id) {
    const UsmAsk ask{credentials, id, request};
    const UsmWritten written = engine.Write(ask, secrets, now);
    EXPECT_EQ(written.problem, "");
    heard = engine.Read(ask, secrets, agent.Answer(written.packet), now);
    if (heard.kind != UsmHeard::Kind::kAgain) break;
  }
  return heard;
}

TEST(V3PairsTest, EachIsUnderstoodOnBothSides) {
  int pairs = 0;
  for (const auto& auth_row : kAuths) {
    for (const auto& privacy_row : kPrivacies) {
      const SnmpAuth auth = auth_row.first;
      const SnmpPrivacy privacy = privacy_row.first;
      const std::string pair = std::string(auth_row.second) + " and " + privacy_row.second;
      Agent agent(std::string("rosa:") + auth_row.second + ":signing words:" + privacy_row.second +
                  ":hiding words");
      const auto with = [&](const char* hiding) {
        return SnmpCredentials{
            .version = SnmpVersion::k3,
            .user = std::make_shared<SnmpUser>(SnmpUser{.name = "rosa",
                                                        .auth = auth,
                                                        .auth_secret = Secret("signing words"),
                                                        .privacy = privacy,
                                                        .privacy_secret = Secret(hiding)})};
      };
      const UsmHeard heard = Ask(agent, with("hiding words"));
      EXPECT_EQ(heard.kind, UsmHeard::Kind::kReply) << pair << ": " << heard.detail;
      ASSERT_EQ(heard.reply.varbinds.size(), 1U) << pair;
      EXPECT_EQ(heard.reply.varbinds[0].second.AsOctets(), "a plotter") << pair;
      EXPECT_NE(Ask(agent, with("other words")).kind, UsmHeard::Kind::kReply) << pair;
      ++pairs;
    }
  }
  EXPECT_EQ(pairs, 24);
}

}  // namespace
}  // namespace plotmeter
