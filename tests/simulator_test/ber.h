// Just enough BER (X.690) to check the agent without net-snmp: what it encodes with the library is
// read back without.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/mib.h"

namespace plotmeter::simulator {

struct BerVariable {
  Oid name = {};
  std::uint8_t tag = 0;
  std::string content = {};

  bool operator==(const BerVariable&) const = default;
};

struct BerReply {
  std::int64_t version = -1;
  std::string community = {};
  std::uint8_t pdu = 0;
  std::int64_t request = 0;
  std::int64_t error = 0;
  std::int64_t index = 0;
  std::vector<BerVariable> variables = {};
};

constexpr std::uint8_t kGet = 0xA0, kGetNext = 0xA1, kResponse = 0xA2, kSet = 0xA3, kGetBulk = 0xA5;

// A request; `a` and `b` stand where error-status and error-index do, or non-repeaters and
// max-repetitions.
std::string BerRequest(std::int64_t version, std::string_view community, std::uint8_t pdu,
                       const std::vector<Oid>& names, std::int64_t a = 0, std::int64_t b = 0);

BerReply ReadReply(
    std::string_view message);  // throws std::runtime_error for what is no SNMP message

// How the value looks on the wire: tag and content.
BerVariable OnTheWire(const Oid& name, const MibValue& value);

}  // namespace plotmeter::simulator
