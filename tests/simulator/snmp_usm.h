// The user-based security model of SNMPv3, from the agent's side: RFC 3414, SHA-2 after RFC 7860,
// AES after RFC 3826, and AES-192 and AES-256 with keys lengthened as draft-blumenthal-aes-usm-04
// has it. The simulator's own, over OpenSSL; net-snmp has no part in it.
//
//    const V3User user = ParseV3User("rosa:SHA-256:authsecret:AES:privsecret");
//    V3Engine engine("\x80\x00\x00\x0B\x03…", {user});
//    engine.Answer(datagram, time, ask)     the answer, a Report, or empty for silence
//
// An engine keeps the keys it localised and the counters its Reports show. One thread at a time.

#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/snmp_message.h"

namespace plotmeter::simulator {

enum class V3Privacy { kNone, kDes, kAes128, kAes192, kAes256 };

struct V3User {
  std::string name = {};
  std::string hash = {};  // as OpenSSL calls it: "SHA2-256"; empty: no authentication
  V3Privacy privacy = V3Privacy::kNone;
  // Ku of RFC 3414 section 2.6: a megabyte was hashed for each, so they are made once.
  std::string authentication_key = {};
  std::string privacy_key = {};
};

// "NAME", "NAME:AUTH:SECRET" or "NAME:AUTH:SECRET:PRIV:SECRET". AUTH is MD5, SHA, SHA-224, SHA-256,
// SHA-384 or SHA-512; PRIV is DES, AES, AES-192 or AES-256; a secret has 8 octets or more. Throws
// std::invalid_argument that says what came and what was expected, never a secret.
V3User ParseV3User(std::string_view text);

// 80 00 00 0B 03 and the MAC: RFC 3411's format 3 under HP's number.
std::string EngineId(std::uint64_t mac);

struct V3Clock {
  std::uint32_t boots = 1;
  std::int64_t time = 0;  // seconds since the last boot
};

class V3Engine {
 public:
  using Users = std::shared_ptr<const std::vector<V3User>>;

  // What the agent has to say in this context; empty for a context it does not have.
  using Ask = std::function<std::optional<SnmpReply>(std::string_view context, SnmpQuestion& asked,
                                                     std::size_t room)>;

  V3Engine(std::string id, Users users);

  const std::string& id() const { return id_; }

  // Reports after RFC 3414 section 3.2: unknown engine, unknown user, level the user does not have,
  // wrong digest, outside the time window of 150 s, not to be decrypted. A user with keys who asks
  // without them is answered authorizationError. `ask` may change the request-id.
  std::optional<std::string> Answer(std::string_view datagram, const V3Clock& clock,
                                    std::size_t max_reply, const Ask& ask);

 private:
  struct Keys {
    std::string authentication;
    std::string privacy;
  };

  const Keys& KeysOf(const V3User& user);
  std::string Seal(const V3Header& asked, std::uint8_t flags, const V3User* user,
                   const V3Clock& clock, std::string scoped);
  std::optional<std::string> Report(const V3Header& asked, std::uint8_t flags, const V3User* user,
                                    const V3Clock& clock, Oid counter, std::int64_t request_id);

  const std::string id_;
  const Users users_;
  std::map<std::string, Keys, std::less<>> keys_;  // by user
  std::map<Oid, std::uint32_t> counts_;            // by the counter's name
  std::uint64_t salt_ = 0;
};

}  // namespace plotmeter::simulator
