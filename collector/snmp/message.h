// One SNMP message, before and after it is octets (RFC 1157, RFC 3416).

#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "collector/snmp/session.h"
#include "collector/snmp/value.h"

namespace plotmeter {

struct SnmpRequest {
  enum class Kind { kGet, kGetNext, kGetBulk };

  Kind kind = Kind::kGet;
  std::vector<Oid> objects = {};
  int max_repetitions = 0;  // of a GETBULK

  bool operator==(const SnmpRequest&) const = default;
};

// error-status of RFC 3416; 6 to 18 do not exist in v1.
enum class SnmpError : std::int64_t {
  kNone = 0,
  kTooBig = 1,
  kNoSuchName = 2,
  kGenErr = 5,
  kAuthorizationError = 16  // the user or community may not read here
};

struct SnmpReply {
  SnmpError error = SnmpError::kNone;
  std::vector<std::pair<Oid, Value>> varbinds = {};
};

struct SnmpMessage {
  SnmpVersion version = SnmpVersion::k2c;
  std::string community = {};
  bool is_response = false;
  bool is_report = false;  // of v3 (RFC 3412 section 7.1)
  std::int32_t request_id = 0;
  SnmpReply reply = {};
};

}  // namespace plotmeter
