// What an agent answers, apart from how it is written: RFC 1157 for v1, RFC 3416 for v2c, RFC 3584
// between them.
//
//    Answer({.version = SnmpVersion::kV1, .operation = Operation::kGet, .names = {oid}}, mib, 1400)
//
// Pure. Sizes are octets of the BER encoding; what the message needs around the variables is
// counted in.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/simulator/mib.h"
#include "tests/simulator/oddity.h"

namespace plotmeter::simulator {

enum class SnmpVersion { kV1, kV2c };
enum class Operation { kGet, kGetNext, kGetBulk, kSet };

struct SnmpRequest {
  SnmpVersion version = SnmpVersion::kV2c;
  Operation operation = Operation::kGet;
  std::vector<Oid> names = {};
  std::int64_t non_repeaters = 0;    // GETBULK only; negative counts as 0
  std::int64_t max_repetitions = 0;  // GETBULK only; negative counts as 0
};

// The numbers of error-status in RFC 3416 section 3.
enum class SnmpError {
  kNone = 0,
  kTooBig = 1,
  kNoSuchName = 2,
  kGenErr = 5,
  kAuthorization = 16,
  kNotWritable = 17
};

// A variable of an answer: a value, or the exception that stands in its place (v2c).
struct SnmpVariable {
  enum class Kind { kValue, kNoSuchObject, kNoSuchInstance, kEndOfMibView };
  Oid name = {};
  Kind kind = Kind::kValue;
  MibValue value = {};

  bool operator==(const SnmpVariable&) const = default;
};

struct SnmpReply {
  SnmpError error = SnmpError::kNone;
  int error_index = 0;  // counted from 1; 0 where none is meant
  std::vector<SnmpVariable> variables = {};
};

// `max_reply` bounds the whole message; `overhead` is what version, community and request-id take
// of it. An odd agent (endless-walk, stuck-walk, backward-walk, bulk=generr, bulk=garbage) says
// what such a one says; the other oddities are not of this place.
SnmpReply Answer(const SnmpRequest& request, const Mib& mib, std::size_t max_reply,
                 std::size_t overhead = 64, const Oddities& odd = {});

// Octets of one variable binding in BER, or a few more.
std::size_t EncodedSize(const SnmpVariable& variable);

}  // namespace plotmeter::simulator
