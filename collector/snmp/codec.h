// SNMP messages to octets and back; the one door to net-snmp, of which only the parsers are used.
//
//    std::string packet = EncodeRequest({}, 41, {.objects = {mib::kSysDescr}});
//    Decoded d = DecodeMessage(datagram);
//    d.message ? Use(*d.message) : Note(d.problem)
//
// Of v3 it codes the PDU alone: net-snmp's own v3 has one list of users and engines for the whole
// process, in which two printers that say the same engine ID, or two users of one name, get in each
// other's way, and keeps it in files. The frame is v3_message.h, the security usm.h.
//
// net-snmp's codec is not re-entrant: all calls come from one thread. No file is read and no MIB is
// loaded.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "collector/snmp/message.h"

namespace plotmeter {

// The octets of a request of v1 or v2c; empty when it cannot be said (an Oid of over 128 parts; v3,
// which has a frame of its own).
std::string EncodeRequest(const SnmpCredentials& credentials, std::int32_t request_id,
                          const SnmpRequest& request);

struct Decoded {
  std::optional<SnmpMessage> message = {};
  std::string problem = {};  // why there is none: "not a v1 or v2c message of 3 octets"
};

// A message of v1 or v2c. Takes any octets and never throws over them.
Decoded DecodeMessage(std::string_view datagram);

// The PDU alone, as v3 has it in its own frame: the whole element, from its tag on. The message has
// neither version nor community.
std::string EncodePdu(std::int32_t request_id, const SnmpRequest& request);
Decoded DecodePdu(std::string_view pdu);

}  // namespace plotmeter
