// How one SNMPv3 agent is spoken with: the User-based Security Model (RFC 3414) from the side that
// asks, without sockets, and with the time handed in.
//
//    UsmSecrets secrets;                  // of a session
//    UsmEngine engine;                    // of one address, kept from question to question
//    send(engine.Write(ask, secrets, now).packet);
//    UsmHeard heard = engine.Read(ask, secrets, datagram, now);
//    heard.kind == kAgain ? Write again : …
//
// What Write says depends on what is known. First an empty GET to an unknown engine, which is
// answered by a Report with the engine ID (section 4). Then, for a user with authentication, an
// empty GET in the clear with the clock at 0, which is answered by a signed Report with the agent's
// clock: this proves the authentication, so that later silence can be told from a wrong privacy
// passphrase, which many agents drop without a word. Then the question itself. Three packets for
// the first question to an agent, one for each after it.
//
// A reply counts only if msgID, request-id, engine ID, user, security level and context are those
// of the question, its authentication is right, and it lies in the time window (section 3.2).
//
// The agent's clock is taken from any signed Report to the message under way, even if it went back:
// the random msgID shows that it is fresh, and a card that lost its memory counts boots from 1.
//
// An engine takes some 100 octets. All of it belongs to one thread.

#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "collector/snmp/message.h"
#include "collector/snmp/session.h"
#include "collector/snmp/v3_message.h"
#include "common/secret.h"

namespace plotmeter {

// What is the same for all agents: keys made of passphrases, which cost 3 ms each, and the salts
// of encrypted messages. A user is kept as long as this lives.
class UsmSecrets {
 public:
  UsmSecrets();

  struct Keys {
    Secret auth = {};
    Secret privacy = {};
  };
  // Ku of RFC 3414 section 2.6. Empty where OpenSSL refuses the hash.
  const Keys& KeysOf(const std::shared_ptr<const SnmpUser>& user);

  std::string NextSalt();  // 8 octets, never the same

 private:
  std::map<std::shared_ptr<const SnmpUser>, Keys> keys_;
  std::uint64_t salt_;
};

// One question to an agent; `id` is msgID and request-id alike, random and new for each Write that
// follows a kAgain.
struct UsmAsk {
  const SnmpCredentials& credentials;
  std::int32_t id = 0;
  const SnmpRequest& request;
};

struct UsmWritten {
  std::string packet = {};
  std::string problem = {};  // why there is none: "no user for SNMPv3"
};

struct UsmHeard {
  enum class Kind {
    kReply,    // the answer
    kAgain,    // something was learnt: Write once more
    kRefused,  // the agent, in words: "unknown user 'plotters'"
    kNothing,  // no answer to this question; `detail` says what was odd about it
  };
  Kind kind = Kind::kNothing;
  SnmpReply reply = {};
  std::string detail = {};
};

class UsmEngine {
 public:
  using Time = std::chrono::steady_clock::time_point;

  UsmWritten Write(const UsmAsk& ask, UsmSecrets& secrets, Time now) const;
  UsmHeard Read(const UsmAsk& ask, UsmSecrets& secrets, std::string_view datagram, Time now);

  // An agent answered here, so SNMPv3 is spoken.
  bool is_known() const { return !id_.empty(); }

  // The meaning of no answer at all to the last Write, if it has one: an agent that said who it is
  // and then no more wants none of the user. Empty: silence is silence.
  std::string SilenceMeans(const SnmpCredentials& credentials) const;

 private:
  enum class Phase { kDiscover, kSynchronise, kAsk };

  Phase PhaseFor(const SnmpCredentials& credentials) const;
  void Learn(const V3Message& message, Time now);
  void SetClock(const V3Message& message, Time now);
  std::int32_t ClockAt(Time now) const;
  bool IsInWindow(const V3Message& message, Time now) const;
  UsmHeard ReadDiscovery(const V3Message& message, Time now);
  UsmHeard ReadReport(const SnmpCredentials& credentials, const V3Message& message,
                      const SnmpReply& reply, Time now);
  UsmHeard ReadResponse(const UsmAsk& ask, const V3Message& message, const ScopedPdu& scoped,
                        SnmpMessage pdu, Time now);

  std::string id_ = {};
  std::int32_t boots_ = 0;
  std::int32_t time_ = 0;  // snmpEngineTime, seconds, at heard_
  Time heard_ = {};
  bool clock_is_signed_ = false;
  bool skips_synchronising_ = false;  // it refuses authentication without privacy
  // Users, whom UsmSecrets keeps: whose authentication was right, and whose question was answered.
  const SnmpUser* proven_ = nullptr;
  const SnmpUser* served_ = nullptr;
};

}  // namespace plotmeter
