// The frame of an SNMPv3 message to octets and back (RFC 3412 section 6), with the parameters of
// the User-based Security Model in it (RFC 3414 section 2.4):
//
//    SEQUENCE { INTEGER 3,
//               SEQUENCE { msgID, msgMaxSize, msgFlags, msgSecurityModel = 3 },
//               OCTET STRING holding SEQUENCE { engine id, boots, time, user, mac, salt },
//               scoped PDU: SEQUENCE { context engine id, context name, PDU },
//                           or an OCTET STRING, the same encrypted }
//
// Neither keys nor cryptography are here. Pure.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plotmeter {

struct V3Message {
  std::int32_t id = 0;
  bool is_authenticated = false;  // msgFlags; whether it is right is for whoever has the key
  bool is_encrypted = false;
  bool is_reportable = false;
  std::string engine_id = {};  // of the authoritative engine: the agent's
  std::int32_t boots = 0;
  std::int32_t time = 0;
  std::string user = {};
  std::string mac = {};
  std::string salt = {};
  std::string scoped_pdu = {};  // the whole element; if encrypted, the octets inside
};

// Where the mac lies is told, since it is computed over the message with zeros in its place.
struct WrittenV3 {
  std::string octets = {};
  std::size_t mac_at = 0;
};
WrittenV3 WriteV3(const V3Message& message);

struct ReadV3Result {
  std::optional<V3Message> message = {};
  std::size_t mac_at = 0;    // in the datagram
  std::string problem = {};  // why there is no message: "an engine ID of 33 octets"
};
// Takes any octets. Refuses an engine ID of over 32 octets (RFC 3411 section 5), a user name of
// over 32, numbers beyond 2147483647, flags that say private without authenticated, and another
// security model than USM; an empty engine ID is for the reader to judge.
ReadV3Result ReadV3(std::string_view datagram);

// True if the octets begin as a message of version 3, whatever follows.
bool LooksLikeV3(std::string_view datagram);

struct ScopedPdu {
  std::string context_engine_id = {};
  std::string context = {};
  std::string pdu = {};  // the whole element: GET, Response, Report …
};
std::string WriteScopedPdu(const ScopedPdu& scoped);
// What follows the element, the filling of DES, does not count.
std::optional<ScopedPdu> ReadScopedPdu(std::string_view octets);

}  // namespace plotmeter
