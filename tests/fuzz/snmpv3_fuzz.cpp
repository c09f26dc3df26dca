// Whatever comes from UDP port 161 as SNMPv3 ends as a reply, as something learnt, as a refusal in
// words, or as nothing; never as a crash, and never as a reply that nobody signed. The input is a
// datagram; it is also taken for what a right signature and a right cipher hide.

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "collector/snmp/usm.h"
#include "collector/snmp/usm_crypto.h"

namespace {

using namespace plotmeter;

const std::string kEngineId = "an engine";

void Check(bool is_so) {
  if (!is_so) std::abort();
}

std::shared_ptr<const SnmpUser> MakeUser(SnmpAuth auth, SnmpPrivacy privacy) {
  return std::make_shared<SnmpUser>(SnmpUser{.name = "plotters",
                                             .auth = auth,
                                             .auth_secret = Secret("signing words"),
                                             .privacy = privacy,
                                             .privacy_secret = Secret("hiding words")});
}

// What an agent knows, so that octets get behind the signature.
std::string Signed(const SnmpUser& user, const UsmSecrets::Keys& keys, V3Message message) {
  message.mac.assign(MacOctets(user.auth), '\0');
  WrittenV3 written = WriteV3(message);
  const std::string mac =
      Mac(user.auth, LocalKey(user.auth, keys.auth, message.engine_id), written.octets);
  return written.octets.replace(written.mac_at, mac.size(), mac);
}

struct Talk {
  SnmpCredentials credentials;
  std::int32_t id = 7;
  UsmEngine engine = {};

  UsmHeard Hear(UsmSecrets& secrets, std::string_view datagram) {
    const SnmpRequest request{.objects = {Oid{1, 3, 6, 1}}};
    const UsmAsk ask{credentials, id, request};
    const UsmHeard heard = engine.Read(ask, secrets, datagram, UsmEngine::Time());
    Check(heard.detail.empty() ==
          (heard.kind == UsmHeard::Kind::kReply || heard.kind == UsmHeard::Kind::kAgain));
    const UsmWritten written = engine.Write(ask, secrets, UsmEngine::Time());
    Check(written.problem.empty() && ReadV3(written.packet).message);
    return heard;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static UsmSecrets secrets;  // its keys cost some ms
  static const auto open = MakeUser(SnmpAuth::kNone, SnmpPrivacy::kNone);
  static const auto hidden = MakeUser(SnmpAuth::kSha1, SnmpPrivacy::kAes128);
  static const auto filled = MakeUser(SnmpAuth::kMd5, SnmpPrivacy::kDes);
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  const ReadV3Result read = ReadV3(octets);
  Check(read.message.has_value() == read.problem.empty());
  if (read.message) Check(read.mac_at + read.message->mac.size() <= octets.size());
  (void)ReadScopedPdu(octets);

  V3Message report{.id = 7, .engine_id = kEngineId, .boots = 1, .time = 1};
  report.scoped_pdu = WriteScopedPdu({.pdu = std::string("\xA8\x0B\x02\x01\x07\x02\x01\x00\x02\x01"
                                                         "\x00\x30\x00",
                                                         13)});
  for (const auto& user : {open, hidden, filled}) {
    Talk talk{.credentials = {.version = SnmpVersion::k3, .user = user}};
    if (read.message) talk.id = read.message->id;
    talk.Hear(secrets, octets);  // to a stranger

    talk.id = 7;
    talk.engine = {};
    Check(talk.Hear(secrets, WriteV3(report).octets).kind == UsmHeard::Kind::kAgain);
    if (read.message) talk.id = read.message->id;
    const UsmHeard heard = talk.Hear(secrets, octets);  // to one whose engine is known
    Check(user == open || heard.kind != UsmHeard::Kind::kReply);
    if (user == open) continue;

    // As the scoped PDU, and as the ciphertext, of a message that is signed as it ought to be.
    talk.id = 7;
    V3Message message{.id = 7,
                      .is_authenticated = true,
                      .engine_id = kEngineId,
                      .boots = 1,
                      .time = 1,
                      .user = user->name,
                      .scoped_pdu = std::string(octets)};
    const UsmSecrets::Keys& keys = secrets.KeysOf(user);
    for (const bool is_encrypted : {false, true}) {
      message.is_encrypted = is_encrypted;
      message.salt = is_encrypted ? "saltsalt" : "";
      talk.Hear(secrets, Signed(*user, keys, message));
    }
    message.scoped_pdu =
        Encrypt(user->privacy,
                CipherKey(user->auth, user->privacy, LocalKey(user->auth, keys.privacy, kEngineId)),
                {1, 1, message.salt}, octets);
    talk.Hear(secrets, Signed(*user, keys, message));
  }
  return 0;
}
