#include "collector/snmp/usm.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "collector/snmp/mib.h"
#include "collector/snmp/usm_crypto.h"
#include "tests/fakes/udp_agent.h"

namespace plotmeter {
namespace {

using namespace std::chrono_literals;
using Kind = UsmHeard::Kind;

constexpr char kResponse = '\xA2';
constexpr char kReport = '\xA8';

Oid UsmStats(std::uint32_t which) { return {1, 3, 6, 1, 6, 3, 15, 1, 1, which, 0}; }

// One agent and one who asks it; a test bends what comes back.
class UsmTest : public testing::Test {
 protected:
  // What an agent says to the last packet, unless a test says otherwise.
  struct Answer {
    char tag = kResponse;
    Oid object = mib::kSysDescr;
    bool is_signed = true;
    bool is_encrypted = true;
    std::string engine_id = "an engine";
    std::int32_t boots = 3;
    std::int32_t time = 500;
    std::string user = "plotters";
    std::string context = "";
    std::string context_engine_id = "an engine";
    std::int32_t request_id = 7;
    std::int32_t id = 7;
    std::string auth_passphrase = "signing words";
  };

  std::string Octets(const Answer& answer) {
    const std::string varbind =
        UdpAgent::Tlv('\x30', UdpAgent::ObjectId(answer.object) + UdpAgent::Integer(1));
    const std::string pdu =
        UdpAgent::Tlv(answer.tag, UdpAgent::Integer(static_cast<std::uint32_t>(answer.request_id)) +
                                      UdpAgent::Integer(0) + UdpAgent::Integer(0) +
                                      UdpAgent::Tlv('\x30', varbind));
    V3Message message{.id = answer.id,
                      .is_authenticated = answer.is_signed,
                      .is_encrypted = answer.is_signed && answer.is_encrypted,
                      .engine_id = answer.engine_id,
                      .boots = answer.boots,
                      .time = answer.time,
                      .user = answer.user};
    message.scoped_pdu = WriteScopedPdu({answer.context_engine_id, answer.context, pdu});
    if (!answer.is_signed) return WriteV3(message).octets;
    const auto key = [&](const std::string& passphrase) {
      return LocalKey(user_->auth, PassphraseKey(user_->auth, Secret(passphrase)),
                      answer.engine_id);
    };
    if (message.is_encrypted) {
      message.salt = "saltsalt";
      message.scoped_pdu =
          Encrypt(user_->privacy, CipherKey(user_->auth, user_->privacy, key("hiding words")),
                  {answer.boots, answer.time, message.salt}, message.scoped_pdu);
    }
    message.mac.assign(MacOctets(user_->auth), '\0');
    WrittenV3 written = WriteV3(message);
    const std::string mac = Mac(user_->auth, key(answer.auth_passphrase), written.octets);
    return written.octets.replace(written.mac_at, mac.size(), mac);
  }

  V3Message Ask() {
    const UsmWritten written = engine_.Write({credentials_, 7, request_}, secrets_, now_);
    EXPECT_EQ(written.problem, "");
    const ReadV3Result read = ReadV3(written.packet);
    EXPECT_TRUE(read.message) << read.problem;
    return read.message.value_or(V3Message());
  }

  UsmHeard Hear(const Answer& answer) { return HearOctets(Octets(answer)); }
  UsmHeard HearOctets(const std::string& octets) {
    return engine_.Read({credentials_, 7, request_}, secrets_, octets, now_);
  }

  static Answer Report(std::uint32_t which, bool is_signed = false) {
    return {
        .tag = kReport, .object = UsmStats(which), .is_signed = is_signed, .is_encrypted = false};
  }

  void Discover() {
    EXPECT_EQ(Ask().engine_id, "");
    EXPECT_EQ(Hear(Report(4)).kind, Kind::kAgain);
  }
  void Synchronise() {
    Discover();
    Ask();
    EXPECT_EQ(Hear(Report(2, true)).kind, Kind::kAgain);
  }

  void ExpectNothing(const Answer& answer, const std::string& detail) {
    const UsmHeard heard = Hear(answer);
    EXPECT_EQ(heard.kind, Kind::kNothing) << detail;
    EXPECT_EQ(heard.detail, detail);
  }
  void ExpectRefused(const Answer& answer, const std::string& detail) {
    const UsmHeard heard = Hear(answer);
    EXPECT_EQ(heard.kind, Kind::kRefused) << detail;
    EXPECT_EQ(heard.detail, detail);
  }

  std::shared_ptr<const SnmpUser> user_ =
      std::make_shared<SnmpUser>(SnmpUser{.name = "plotters",
                                          .auth = SnmpAuth::kSha256,
                                          .auth_secret = Secret("signing words"),
                                          .privacy = SnmpPrivacy::kAes128,
                                          .privacy_secret = Secret("hiding words")});
  SnmpCredentials credentials_{.version = SnmpVersion::k3, .user = user_};
  const SnmpRequest request_{.objects = {mib::kSysDescr}};
  UsmSecrets secrets_;
  UsmEngine engine_;
  UsmEngine::Time now_ = UsmEngine::Time(1000h);
};

TEST_F(UsmTest, LearnsTheEngineThenItsClockThenAsks) {
  const V3Message first = Ask();
  EXPECT_FALSE(first.is_authenticated);
  EXPECT_TRUE(first.is_reportable);
  EXPECT_EQ(first.user, "") << "whom we are is no stranger's business";
  EXPECT_EQ(first.scoped_pdu.find(mib::kSysDescr.ToText()), std::string::npos);
  EXPECT_EQ(Hear(Report(4)).kind, Kind::kAgain);

  const V3Message second = Ask();
  EXPECT_TRUE(second.is_authenticated);
  EXPECT_FALSE(second.is_encrypted) << "it asks nothing";
  EXPECT_EQ(second.engine_id, "an engine");
  EXPECT_EQ(second.boots, 0);
  EXPECT_EQ(second.time, 0);
  EXPECT_EQ(Hear(Report(2, true)).kind, Kind::kAgain);

  now_ += 10s;
  const V3Message third = Ask();
  EXPECT_TRUE(third.is_authenticated && third.is_encrypted);
  EXPECT_EQ(third.boots, 3);
  EXPECT_EQ(third.time, 510);
  const UsmHeard heard = Hear({});
  EXPECT_EQ(heard.kind, Kind::kReply) << heard.detail;
  ASSERT_EQ(heard.reply.varbinds.size(), 1U);
  EXPECT_NE(Ask().salt, third.salt) << "never the same salt";
}

TEST_F(UsmTest, CountsNoReplyThatIsNotQuiteRight) {
  Synchronise();
  Ask();
  ExpectNothing({.id = 8}, "an answer to another message");
  ExpectNothing({.request_id = 8}, "an answer to another request");
  ExpectNothing({.is_signed = false}, "an answer at another security level than was asked for");
  ExpectNothing({.is_encrypted = false}, "an answer at another security level than was asked for");
  ExpectNothing({.engine_id = "no engine"}, "a signed answer of another engine");
  ExpectNothing({.is_signed = false, .engine_id = "no engine"}, "an answer of another engine");
  ExpectNothing({.user = "root"}, "an answer to another user");
  ExpectNothing({.context = "Jetdirect"}, "an answer in another context than ''");
  ExpectNothing({.context_engine_id = "x"}, "an answer in another context than ''");
  ExpectNothing({.auth_passphrase = "other words"}, "an answer whose authentication is wrong");
  ExpectNothing({.tag = '\xA0'}, "a message that is no answer");
  ExpectNothing({.boots = 2}, "an answer outside the time window");
  ExpectNothing({.time = 349}, "an answer outside the time window");
  std::string bent = Octets({});
  bent.back() = static_cast<char>(bent.back() ^ 1);
  EXPECT_EQ(HearOctets(bent).detail, "an answer whose authentication is wrong");
  EXPECT_EQ(Hear({.time = 350}).kind, Kind::kReply) << "and all that did no harm";
}

TEST_F(UsmTest, SaysInWordsWhatAgentsReport) {
  Synchronise();
  ExpectRefused(Report(1), "user 'plotters' is not let in with SHA-256 and AES-128");
  ExpectRefused(Report(3), "unknown user 'plotters'");
  ExpectRefused(Report(4), "it does not know the engine ID that it says itself");
  ExpectRefused(Report(5),
                "wrong authentication passphrase or protocol (SHA-256) of user 'plotters'");
  ExpectRefused(Report(6), "wrong privacy passphrase or protocol (AES-128) of user 'plotters'");
  ExpectRefused(Report(9), "it reports 1.3.6.1.6.3.15.1.1.9.0");
  credentials_.context = "Jetdirect";
  Answer contexts = Report(1);
  contexts.object = {1, 3, 6, 1, 6, 3, 12, 1, 5, 0};
  ExpectRefused(contexts, "unknown context 'Jetdirect'");
}

TEST_F(UsmTest, TakesTheClockFromSignedReportsOnly) {
  Synchronise();
  ExpectNothing(Report(2), "a Report of its clock that is not signed");
  Answer back = Report(2, true);
  back.boots = 1;
  back.time = 4;
  EXPECT_EQ(Hear(back).kind, Kind::kAgain) << "a card that lost its memory";
  EXPECT_EQ(Ask().boots, 1);
  EXPECT_EQ(Ask().time, 4);
  back.boots = 2147483647;
  ExpectRefused(back, "its engine boots are used up (2147483647); it needs a new engine ID");
  now_ += std::chrono::hours(1'000'000);
  EXPECT_EQ(Ask().time, 2147483647);
}

TEST_F(UsmTest, DiscoversAgainWhereAnotherEngineAnswers) {
  Synchronise();
  Ask();
  Answer other = Report(4);
  other.engine_id = "another one";
  EXPECT_EQ(Hear(other).kind, Kind::kAgain);
  const V3Message next = Ask();
  EXPECT_EQ(next.engine_id, "another one");
  EXPECT_EQ(next.boots, 0) << "its clock is to be asked";
}

TEST_F(UsmTest, NamesEngineIdsThatCannotBe) {
  Ask();
  Answer none = Report(4);
  none.engine_id = "";
  ExpectRefused(none, "it says no engine ID");
  Answer giant = Report(4);
  giant.engine_id = std::string(33, 'e');
  ExpectNothing(giant, "an engine ID of 33 octets");
  EXPECT_FALSE(engine_.is_known());
  Answer full = Report(4);
  full.engine_id = std::string(32, 'e');
  EXPECT_EQ(Hear(full).kind, Kind::kAgain);
}

TEST_F(UsmTest, AsksAtOnceWhereSigningAloneIsNotAllowed) {
  Discover();
  EXPECT_FALSE(Ask().is_encrypted);
  EXPECT_EQ(Hear(Report(1)).kind, Kind::kAgain);
  EXPECT_TRUE(Ask().is_encrypted);
  ExpectRefused(Report(1), "user 'plotters' is not let in with SHA-256 and AES-128");
}

TEST_F(UsmTest, KnowsWhatSilenceMeans) {
  Ask();
  EXPECT_EQ(engine_.SilenceMeans(credentials_), "") << "nobody is there";
  Discover();
  Ask();
  EXPECT_EQ(engine_.SilenceMeans(credentials_),
            "its engine answers, but nothing to user 'plotters' with SHA-256 and AES-128");
  EXPECT_EQ(Hear(Report(2, true)).kind, Kind::kAgain);
  Ask();
  EXPECT_EQ(engine_.SilenceMeans(credentials_),
            "nothing encrypted is answered: wrong privacy passphrase or protocol (AES-128) of user "
            "'plotters'");
  EXPECT_EQ(Hear({}).kind, Kind::kReply);
  EXPECT_EQ(engine_.SilenceMeans(credentials_), "") << "it sleeps";
}

TEST_F(UsmTest, WritesNothingForAUserWhoCannotBe) {
  credentials_.user = nullptr;
  EXPECT_EQ(engine_.Write({credentials_, 7, request_}, secrets_, now_).problem,
            "no user for SNMPv3");
  credentials_.user = std::make_shared<SnmpUser>(
      SnmpUser{.name = "u", .auth = SnmpAuth::kMd5, .auth_secret = Secret("short")});
  const UsmWritten written = engine_.Write({credentials_, 7, request_}, secrets_, now_);
  EXPECT_EQ(written.packet, "");
  EXPECT_EQ(written.problem, "the authentication passphrase has 5 octets; expected 8 or more");
}

}  // namespace
}  // namespace plotmeter
