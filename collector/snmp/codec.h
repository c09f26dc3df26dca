// SNMP messages to octets and back; the one door to net-snmp, of which only the codec is used.
//
//    std::string packet = EncodeRequest({}, 41, {.objects = {mib::kSysDescr}});
//    Decoded d = DecodeMessage(datagram);
//    d.message ? Use(*d.message) : Note(d.problem)
//
// net-snmp's codec is not re-entrant: all calls come from one thread. No file is read and no MIB is
// loaded for v1 and v2c.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "collector/snmp/message.h"

namespace plotmeter {

// The octets of a request; empty when it cannot be said (v3: not yet; an Oid of over 128 parts).
std::string EncodeRequest(const SnmpCredentials& credentials, std::int32_t request_id,
                          const SnmpRequest& request);

struct Decoded {
  std::optional<SnmpMessage> message = {};
  std::string problem = {};  // why there is none: "not a v1 or v2c message of 3 octets"
};

// Takes any octets and never throws over them.
Decoded DecodeMessage(std::string_view datagram);

}  // namespace plotmeter
