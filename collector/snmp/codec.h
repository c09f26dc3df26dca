// SNMP messages to octets and back (RFC 1157, RFC 3416; BER as RFC 3417 section 8 narrows it).
//
//    std::string packet = EncodeRequest({}, 41, {.objects = {mib::kSysDescr}});
//    Decoded d = DecodeMessage(datagram);
//    d.message ? Use(*d.message) : Note(d.problem)
//
// Of v3 it codes the PDU alone: the frame is v3_message.h, the security usm.h.
//
// Agents are taken as they are: lengths with superfluous zeros, whatever follows the message, a
// Counter32 whose highest bit stands without the zero before it. What no number can be read from,
// or a tag that SNMP does not have, makes the message unreadable as a whole. Pure.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "collector/snmp/message.h"

namespace plotmeter {

// The octets of a request of v1 or v2c; empty when it cannot be said (an Oid of over 128 parts, or
// one that BER has no form for; a GETBULK of v1, which has none; v3, which has a frame of its own).
std::string EncodeRequest(const SnmpCredentials& credentials, std::int32_t request_id,
                          const SnmpRequest& request);

struct Decoded {
  std::optional<SnmpMessage> message = {};
  std::string problem = {};  // why there is none: "3 octets that are no v1 or v2c message"
};

// A message of v1 or v2c. Takes any octets and never throws over them.
Decoded DecodeMessage(std::string_view datagram);

// The PDU alone, as v3 has it in its own frame: the whole element, from its tag on. The message has
// neither version nor community.
std::string EncodePdu(std::int32_t request_id, const SnmpRequest& request);
Decoded DecodePdu(std::string_view pdu);

}  // namespace plotmeter
