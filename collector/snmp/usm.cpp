#include "collector/snmp/usm.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "collector/snmp/codec.h"
#include "collector/snmp/usm_crypto.h"
#include "collector/snmp/usm_words.h"
#include "common/crypto.h"

namespace plotmeter {
namespace {

constexpr std::int32_t kTimeWindow = 150;  // seconds, RFC 3414 section 2.2.3
constexpr std::int32_t kMost = std::numeric_limits<std::int32_t>::max();

// RFC 3414 section 5, RFC 3412 section 5, RFC 3413 section 4.1.2 for contexts.
const Oid kUnsupportedSecLevels = {1, 3, 6, 1, 6, 3, 15, 1, 1, 1, 0};
const Oid kNotInTimeWindows = {1, 3, 6, 1, 6, 3, 15, 1, 1, 2, 0};
const Oid kUnknownUserNames = {1, 3, 6, 1, 6, 3, 15, 1, 1, 3, 0};
const Oid kUnknownEngineIds = {1, 3, 6, 1, 6, 3, 15, 1, 1, 4, 0};
const Oid kWrongDigests = {1, 3, 6, 1, 6, 3, 15, 1, 1, 5, 0};
const Oid kDecryptionErrors = {1, 3, 6, 1, 6, 3, 15, 1, 1, 6, 0};
const Oid kUnavailableContexts = {1, 3, 6, 1, 6, 3, 12, 1, 4, 0};
const Oid kUnknownContexts = {1, 3, 6, 1, 6, 3, 12, 1, 5, 0};

UsmHeard Nothing(std::string detail) { return {.detail = std::move(detail)}; }
UsmHeard Again() { return {.kind = UsmHeard::Kind::kAgain}; }
UsmHeard Refused(std::string detail) {
  return {.kind = UsmHeard::Kind::kRefused, .detail = std::move(detail)};
}

std::string WrongPrivacy(const SnmpUser& user) {
  return fmt::format("wrong privacy passphrase or protocol ({}) of user '{}'", ToText(user.privacy),
                     user.name);
}

std::string Level(const SnmpUser& user) {
  if (user.auth == SnmpAuth::kNone) return "without authentication";
  if (user.privacy == SnmpPrivacy::kNone) {
    return fmt::format("with {} and no privacy", ToText(user.auth));
  }
  return fmt::format("with {} and {}", ToText(user.auth), ToText(user.privacy));
}

Secret AuthKey(const SnmpUser& user, const UsmSecrets::Keys& keys, std::string_view engine_id) {
  return LocalKey(user.auth, keys.auth, engine_id);
}

Secret PrivacyKey(const SnmpUser& user, const UsmSecrets::Keys& keys, std::string_view engine_id) {
  return CipherKey(user.auth, user.privacy, LocalKey(user.auth, keys.privacy, engine_id));
}

bool HasRightMac(const SnmpUser& user, const Secret& key, const V3Message& message,
                 std::size_t mac_at, std::string_view datagram) {
  if (message.mac.size() != MacOctets(user.auth)) return false;
  std::string blank(datagram);
  blank.replace(mac_at, message.mac.size(), message.mac.size(), '\0');
  const std::string right = Mac(user.auth, key, blank);
  return !right.empty() && SameBytes(right, message.mac);
}

}  // namespace

// Drawn when it is needed: OpenSSL takes as long to be ready for it as six printers to be read, and
// few speak v3.
UsmSecrets::UsmSecrets() : salt_(0) {}

const UsmSecrets::Keys& UsmSecrets::KeysOf(const std::shared_ptr<const SnmpUser>& user) {
  const auto [row, is_new] = keys_.try_emplace(user);
  if (is_new) {
    row->second.auth = PassphraseKey(user->auth, user->auth_secret);
    if (user->privacy != SnmpPrivacy::kNone) {
      row->second.privacy = PassphraseKey(user->auth, user->privacy_secret);
    }
  }
  return row->second;
}

std::string UsmSecrets::NextSalt() {
  if (salt_ == 0) {
    for (const char c : RandomBytes(sizeof salt_)) {
      salt_ = salt_ << 8 | static_cast<unsigned char>(c);
    }
  }
  ++salt_;
  std::string octets;
  for (int shift = 56; shift >= 0; shift -= 8) octets += static_cast<char>((salt_ >> shift) & 0xFF);
  return octets;
}

UsmEngine::Phase UsmEngine::PhaseFor(const SnmpCredentials& credentials) const {
  if (!is_known()) return Phase::kDiscover;
  if (credentials.user->auth != SnmpAuth::kNone && proven_ != credentials.user.get() &&
      !skips_synchronising_) {
    return Phase::kSynchronise;
  }
  return Phase::kAsk;
}

std::int32_t UsmEngine::ClockAt(Time now) const {
  const auto since = std::chrono::duration_cast<std::chrono::seconds>(now - heard_).count();
  return static_cast<std::int32_t>(std::min<std::int64_t>(std::int64_t{time_} + since, kMost));
}

UsmWritten UsmEngine::Write(const UsmAsk& ask, UsmSecrets& secrets, Time now) const {
  if (!ask.credentials.user) return {.problem = "no user for SNMPv3"};
  const SnmpUser& user = *ask.credentials.user;
  if (std::string problem = ProblemOf(user); !problem.empty()) return {.problem = problem};
  const Phase phase = PhaseFor(ask.credentials);
  const SnmpRequest empty;
  ScopedPdu scoped{.pdu = EncodePdu(ask.id, phase == Phase::kAsk ? ask.request : empty)};
  if (scoped.pdu.empty()) return {.problem = "the request cannot be put into a packet"};
  V3Message message{.id = ask.id, .is_reportable = true, .engine_id = id_};
  if (phase == Phase::kDiscover) {
    message.scoped_pdu = WriteScopedPdu(scoped);
    return {.packet = WriteV3(message).octets};
  }
  message.user = user.name;
  message.is_authenticated = user.auth != SnmpAuth::kNone;
  message.is_encrypted = user.privacy != SnmpPrivacy::kNone && phase == Phase::kAsk;
  if (phase == Phase::kAsk) {
    message.boots = boots_;
    message.time = ClockAt(now);
    scoped.context = ask.credentials.context;
  }
  scoped.context_engine_id = id_;
  message.scoped_pdu = WriteScopedPdu(scoped);
  if (!message.is_authenticated) return {.packet = WriteV3(message).octets};

  const UsmSecrets::Keys& keys = secrets.KeysOf(ask.credentials.user);
  if (message.is_encrypted) {
    message.salt = secrets.NextSalt();
    message.scoped_pdu = Encrypt(
        user.privacy, PrivacyKey(user, keys, id_),
        {.boots = message.boots, .time = message.time, .salt = message.salt}, message.scoped_pdu);
    if (message.scoped_pdu.empty()) {
      return {.problem = fmt::format("this machine's OpenSSL refuses {}", ToText(user.privacy))};
    }
  }
  message.mac.assign(MacOctets(user.auth), '\0');
  WrittenV3 written = WriteV3(message);
  const std::string mac = Mac(user.auth, AuthKey(user, keys, id_), written.octets);
  if (mac.empty()) {
    return {.problem = fmt::format("this machine's OpenSSL refuses {}", ToText(user.auth))};
  }
  written.octets.replace(written.mac_at, mac.size(), mac);
  return {.packet = std::move(written.octets)};
}

UsmHeard UsmEngine::Read(const UsmAsk& ask, UsmSecrets& secrets, std::string_view datagram,
                         Time now) {
  ReadV3Result read = ReadV3(datagram);
  if (!read.message) return Nothing(std::move(read.problem));
  V3Message& message = *read.message;
  if (message.id != ask.id) return Nothing("an answer to another message");
  const SnmpUser& user = *ask.credentials.user;
  const Phase phase = PhaseFor(ask.credentials);
  if (message.is_authenticated) {
    if (phase == Phase::kDiscover || user.auth == SnmpAuth::kNone) {
      return Nothing("a signed answer to a question that was not signed");
    }
    if (message.engine_id != id_) return Nothing("a signed answer of another engine");
    const UsmSecrets::Keys& keys = secrets.KeysOf(ask.credentials.user);
    if (!HasRightMac(user, AuthKey(user, keys, id_), message, read.mac_at, datagram)) {
      return Nothing("an answer whose authentication is wrong");
    }
    if (message.is_encrypted) {
      if (user.privacy == SnmpPrivacy::kNone) return Nothing("an answer that nobody can decrypt");
      auto text = Decrypt(user.privacy, PrivacyKey(user, keys, id_),
                          {.boots = message.boots, .time = message.time, .salt = message.salt},
                          message.scoped_pdu);
      if (!text || !ReadScopedPdu(*text)) return Nothing(WrongPrivacy(user));
      message.scoped_pdu = std::move(*text);
    }
  }
  const auto scoped = ReadScopedPdu(message.scoped_pdu);
  if (!scoped) return Nothing("an SNMPv3 message without a scoped PDU");
  Decoded decoded = DecodePdu(scoped->pdu);
  if (!decoded.message) return Nothing(std::move(decoded.problem));
  if (!decoded.message->is_report && !decoded.message->is_response) {
    return Nothing("a message that is no answer");
  }
  if (phase == Phase::kDiscover) return ReadDiscovery(message, now);
  if (decoded.message->is_report) {
    return ReadReport(ask.credentials, message, decoded.message->reply, now);
  }
  return ReadResponse(ask, message, *scoped, std::move(*decoded.message), now);
}

void UsmEngine::SetClock(const V3Message& message, Time now) {
  boots_ = message.boots;
  time_ = message.time;
  heard_ = now;
  clock_is_signed_ = message.is_authenticated;
}

void UsmEngine::Learn(const V3Message& message, Time now) {
  *this = {};
  id_ = message.engine_id;
  SetClock(message, now);
}

// Whatever the Report complains of (some do not of the engine ID, but of the empty user).
UsmHeard UsmEngine::ReadDiscovery(const V3Message& message, Time now) {
  if (message.engine_id.empty()) return Refused("it says no engine ID");
  Learn(message, now);
  return Again();
}

UsmHeard UsmEngine::ReadReport(const SnmpCredentials& credentials, const V3Message& message,
                               const SnmpReply& reply, Time now) {
  if (reply.varbinds.empty()) return Nothing("a Report of nothing");
  const SnmpUser& user = *credentials.user;
  const Oid& what = reply.varbinds.front().first;
  if (what == kUnknownEngineIds) {
    if (message.engine_id.empty() || message.engine_id == id_) {
      return Refused("it does not know the engine ID that it says itself");
    }
    Learn(message, now);
    return Again();
  }
  if (what == kNotInTimeWindows) {
    if (!message.is_authenticated) return Nothing("a Report of its clock that is not signed");
    if (message.boots == kMost) {
      return Refused(fmt::format("its engine boots are used up ({}); it needs a new engine ID",
                                 message.boots));
    }
    SetClock(message, now);
    proven_ = credentials.user.get();
    return Again();
  }
  if (what == kUnknownUserNames) return Refused(fmt::format("unknown user '{}'", user.name));
  if (what == kWrongDigests) {
    return Refused(fmt::format("wrong authentication passphrase or protocol ({}) of user '{}'",
                               ToText(user.auth), user.name));
  }
  if (what == kUnsupportedSecLevels) {
    if (PhaseFor(credentials) == Phase::kSynchronise && user.privacy != SnmpPrivacy::kNone) {
      skips_synchronising_ = true;
      return Again();
    }
    return Refused(fmt::format("user '{}' is not let in {}", user.name, Level(user)));
  }
  if (what == kDecryptionErrors) return Refused(WrongPrivacy(user));
  if (what == kUnknownContexts || what == kUnavailableContexts) {
    return Refused(fmt::format("unknown context '{}'", credentials.context));
  }
  return Refused("it reports " + what.ToText());
}

bool UsmEngine::IsInWindow(const V3Message& message, Time now) const {
  if (message.boots == kMost || message.boots < boots_) return false;
  return message.boots > boots_ || message.time >= ClockAt(now) - kTimeWindow;
}

UsmHeard UsmEngine::ReadResponse(const UsmAsk& ask, const V3Message& message,
                                 const ScopedPdu& scoped, SnmpMessage pdu, Time now) {
  const SnmpUser& user = *ask.credentials.user;
  const Phase phase = PhaseFor(ask.credentials);
  if (message.engine_id != id_) return Nothing("an answer of another engine");
  if (message.user != user.name) return Nothing("an answer to another user");
  if (pdu.request_id != ask.id) return Nothing("an answer to another request");
  const bool encrypted = user.privacy != SnmpPrivacy::kNone && phase == Phase::kAsk;
  if (message.is_authenticated != (user.auth != SnmpAuth::kNone) ||
      message.is_encrypted != encrypted) {
    return Nothing("an answer at another security level than was asked for");
  }
  const std::string_view context =
      phase == Phase::kAsk ? std::string_view(ask.credentials.context) : std::string_view();
  if (scoped.context != context || scoped.context_engine_id != id_) {
    return Nothing(fmt::format("an answer in another context than '{}'", context));
  }
  if (message.is_authenticated) {
    if (clock_is_signed_ && !IsInWindow(message, now)) {
      return Nothing("an answer outside the time window");
    }
    if (!clock_is_signed_ || message.boots > boots_ || message.time > ClockAt(now)) {
      SetClock(message, now);
    }
    proven_ = &user;
  }
  if (phase == Phase::kSynchronise) return Again();  // it looks at no clock
  served_ = &user;
  return {.kind = UsmHeard::Kind::kReply, .reply = std::move(pdu.reply)};
}

std::string UsmEngine::SilenceMeans(const SnmpCredentials& credentials) const {
  if (!credentials.user || !is_known() || served_ == credentials.user.get()) return {};
  const SnmpUser& user = *credentials.user;
  if (user.privacy != SnmpPrivacy::kNone && proven_ == &user) {
    return "nothing encrypted is answered: " + WrongPrivacy(user);
  }
  return fmt::format("its engine answers, but nothing to user '{}' {}", user.name, Level(user));
}

}  // namespace plotmeter
