// The engine's SNMPv3 against an agent that others wrote.

#include "tests/fakes/snmpd.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collector/snmp/mib.h"
#include "collector/snmp/net_snmp_session.h"
#include "collector/snmp/usm_words.h"
#include "tests/fakes/scratch.h"

namespace plotmeter {
namespace {

using namespace std::chrono_literals;

const std::string kAddress = "127.0.0.61";
const std::string kEngine = "exactEngineID 0x80001f8801020304\n";
const char* const kAuthPassphrase = "a passphrase for signing";
const char* const kPrivacyPassphrase = "a passphrase for hiding";

using User = std::shared_ptr<const SnmpUser>;

User MakeUser(std::string name, SnmpAuth auth = SnmpAuth::kNone,
              SnmpPrivacy privacy = SnmpPrivacy::kNone,
              const std::string& auth_secret = kAuthPassphrase,
              const std::string& privacy_secret = kPrivacyPassphrase) {
  return std::make_shared<SnmpUser>(SnmpUser{.name = std::move(name),
                                             .auth = auth,
                                             .auth_secret = Secret(auth_secret),
                                             .privacy = privacy,
                                             .privacy_secret = Secret(privacy_secret)});
}

// As net-snmp writes them.
std::string AuthWord(SnmpAuth auth) {
  return auth == SnmpAuth::kSha1 ? "SHA" : std::string(ToText(auth));
}
std::string PrivacyWord(SnmpPrivacy privacy) {
  return privacy == SnmpPrivacy::kAes128 ? "AES" : std::string(ToText(privacy));
}

std::string ConfigurationOf(const User& user) {
  std::string line = "createUser " + user->name;
  const char* level = "noauth";
  if (user->auth != SnmpAuth::kNone) {
    line += " " + AuthWord(user->auth) + " \"" + user->auth_secret.Reveal() + "\"";
    level = "auth";
  }
  if (user->privacy != SnmpPrivacy::kNone) {
    line += " " + PrivacyWord(user->privacy) + " \"" + user->privacy_secret.Reveal() + "\"";
    level = "priv";
  }
  return line + "\nrouser " + user->name + " " + level + "\n";
}

class SnmpdTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!Snmpd::IsInstalled()) GTEST_SKIP() << "no snmpd on this machine (Debian package snmpd)";
    session_.Start();
  }

  // A folder for each test, since tests may run in one program.
  std::string Folder() const {
    return Scratch() + "/" + testing::UnitTest::GetInstance()->current_test_info()->name();
  }

  static SnmpPeer Peer(const Snmpd& agent, const User& user) {
    return {.address = kAddress,
            .port = agent.port(),
            .credentials = {{.version = SnmpVersion::k3, .user = user}},
            .timeout = 5s,
            .retries = 1};
  }

  SnmpResult Get(const SnmpPeer& peer) {
    auto told = std::make_shared<std::promise<SnmpResult>>();
    session_.Get(peer, {mib::kSysDescr}, [told](SnmpResult r) { told->set_value(std::move(r)); });
    return told->get_future().get();
  }

  void ExpectRefused(const SnmpPeer& peer, const std::string& detail) {
    const SnmpResult result = Get(peer);
    EXPECT_EQ(result.seen, SnmpSeen::kRefused) << ToText(result.seen);
    EXPECT_EQ(result.detail, detail);
    EXPECT_EQ(result.detail.find("passphrase for"), std::string::npos) << "no secret is shown";
  }

  SystemClock clock_;
  NetSnmpSession session_{{}, clock_};
};

TEST_F(SnmpdTest, IsLetInWithEveryProtocol) {
  std::vector<User> users = {MakeUser("open")};
  for (const SnmpAuth auth : {SnmpAuth::kMd5, SnmpAuth::kSha1, SnmpAuth::kSha224, SnmpAuth::kSha256,
                              SnmpAuth::kSha384, SnmpAuth::kSha512}) {
    for (const SnmpPrivacy privacy : {SnmpPrivacy::kNone, SnmpPrivacy::kDes, SnmpPrivacy::kAes128,
                                      SnmpPrivacy::kAes192, SnmpPrivacy::kAes256}) {
      users.push_back(MakeUser("u" + std::to_string(users.size()), auth, privacy));
    }
  }
  std::string configuration = kEngine + "sysDescr a printer\n";
  for (const User& user : users) configuration += ConfigurationOf(user);
  const Snmpd agent(kAddress, Folder(), configuration);
  for (const User& user : users) {
    SCOPED_TRACE(std::string(ToText(user->auth)) + " " + std::string(ToText(user->privacy)));
    const SnmpResult result = Get(Peer(agent, user));
    EXPECT_EQ(result.seen, SnmpSeen::kAnswered) << result.detail;
    EXPECT_EQ(OctetsAt(result.table, mib::kSysDescr), "a printer");
    EXPECT_EQ(result.credentials.user, user);
  }
  EXPECT_EQ(session_.counters().retries, 0U);
  EXPECT_EQ(session_.counters().dropped, 0U);
  // One discovery; for each user with authentication a synchronisation; the questions.
  EXPECT_EQ(session_.counters().packets_sent, 1U + 30U + 31U);
}

TEST_F(SnmpdTest, SaysInWordsWhyItIsNotLetIn) {
  const User right = MakeUser("plotters", SnmpAuth::kSha256, SnmpPrivacy::kAes128);
  const User open = MakeUser("open");
  const Snmpd agent(kAddress, Folder(), kEngine + ConfigurationOf(right) + ConfigurationOf(open));
  ExpectRefused(Peer(agent, MakeUser("nobody", SnmpAuth::kSha1)), "unknown user 'nobody'");
  ExpectRefused(
      Peer(agent, MakeUser("plotters", SnmpAuth::kSha256, SnmpPrivacy::kAes128, "wrong!!!")),
      "wrong authentication passphrase or protocol (SHA-256) of user 'plotters'");
  ExpectRefused(Peer(agent, MakeUser("plotters", SnmpAuth::kMd5, SnmpPrivacy::kAes128)),
                "wrong authentication passphrase or protocol (MD5) of user 'plotters'");
  ExpectRefused(Peer(agent, MakeUser("open", SnmpAuth::kMd5)),
                "user 'open' is not let in with MD5 and no privacy");
  ExpectRefused(Peer(agent, MakeUser("plotters", SnmpAuth::kSha256)),
                "it does not let us read (authorizationError)");
  EXPECT_EQ(session_.counters().retries, 0U) << "all of that is known at once";

  SnmpPeer wrong = Peer(agent, MakeUser("plotters", SnmpAuth::kSha256, SnmpPrivacy::kAes128,
                                        kAuthPassphrase, "wrong!!!"));
  wrong.timeout = 200ms;  // snmpd drops what it decrypts to rubbish
  const SnmpResult result = Get(wrong);
  EXPECT_EQ(result.seen, SnmpSeen::kRefused);
  EXPECT_NE(result.detail.find("wrong privacy passphrase or protocol (AES-128) of user 'plotters'"),
            std::string::npos)
      << result.detail;
  EXPECT_EQ(Get(Peer(agent, right)).seen, SnmpSeen::kAnswered) << "and all of it harms nobody";
}

TEST_F(SnmpdTest, GoesOnToTheNextCredentialsAtOnce) {
  const User right = MakeUser("plotters", SnmpAuth::kSha256, SnmpPrivacy::kAes128);
  const Snmpd agent(kAddress, Folder(), kEngine + ConfigurationOf(right) + "rocommunity public\n");
  SnmpPeer peer = Peer(agent, MakeUser("nobody", SnmpAuth::kSha1));
  peer.credentials.push_back({.version = SnmpVersion::k3, .user = right});
  peer.credentials.push_back({});
  EXPECT_EQ(Get(peer).credentials, peer.credentials[1]);
  peer.credentials.erase(peer.credentials.begin() + 1);
  EXPECT_EQ(Get(peer).credentials, peer.credentials[1]) << "v2c, because the list has it";
  EXPECT_EQ(session_.counters().retries, 0U);
}

TEST_F(SnmpdTest, FollowsAnAgentThatStartsAgain) {
  const User user = MakeUser("plotters", SnmpAuth::kSha256, SnmpPrivacy::kAes128);
  // An engine ID that it makes and remembers: with exactEngineID it counts no boots.
  auto agent = std::make_unique<Snmpd>(kAddress, Folder(), ConfigurationOf(user));
  const SnmpPeer peer = Peer(*agent, user);
  EXPECT_EQ(Get(peer).seen, SnmpSeen::kAnswered);
  const auto before = session_.counters().packets_sent;
  agent.reset();
  agent = std::make_unique<Snmpd>(kAddress, Folder(), ConfigurationOf(user), peer.port);
  SnmpResult result = Get(peer);
  EXPECT_EQ(result.seen, SnmpSeen::kAnswered) << result.detail;
  EXPECT_EQ(session_.counters().packets_sent - before, 2U) << "a Report, and the question anew";

  agent.reset();  // another engine at the same address
  agent = std::make_unique<Snmpd>(kAddress, Folder() + "/other", ConfigurationOf(user), peer.port);
  result = Get(peer);
  EXPECT_EQ(result.seen, SnmpSeen::kAnswered) << result.detail;
  EXPECT_EQ(session_.counters().retries, 0U);
}

TEST_F(SnmpdTest, AsksInAContext) {
  const User user = MakeUser("plotters", SnmpAuth::kSha1, SnmpPrivacy::kDes);
  const Snmpd behind(kAddress, Folder() + "/behind", "sysDescr behind\nrocommunity public\n");
  const Snmpd agent(kAddress, Folder(),
                    kEngine + ConfigurationOf(user) + "view all included .1\n" +
                        "rouser plotters priv -V all Jetdirect\nsysDescr in front\n" +
                        "proxy -Cn Jetdirect -v 2c -c public " + kAddress + ":" +
                        std::to_string(behind.port()) + " .1.3.6.1.2.1.1\n");
  SnmpPeer peer = Peer(agent, user);
  EXPECT_EQ(OctetsAt(Get(peer).table, mib::kSysDescr), "in front");
  peer.credentials[0].context = "Jetdirect";
  const SnmpResult result = Get(peer);
  EXPECT_EQ(OctetsAt(result.table, mib::kSysDescr), "behind") << result.detail;
}

}  // namespace
}  // namespace plotmeter
