// A recorded walk, as an agent that answers it again: exact types, exact octets.
//
//    1.3.6.1.2.1.1.5.0|4|plotter          text
//    1.3.6.1.2.1.2.2.1.6.1|4x|00265516F576  octets in hexadecimal
//    1.3.6.1.2.1.1.3.0|67|726216028       TimeTicks
//
// Tags: 2 INTEGER, 4 and 4x OCTET STRING, 5 NULL, 6 OBJECT IDENTIFIER, 64 IpAddress, 65 Counter32,
// 66 Gauge32, 67 TimeTicks, 68x Opaque, 70 Counter64: the .snmprec format of snmpsim.

#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

#include "tests/simulator/mib.h"

namespace plotmeter::simulator {

// Names the line and what is wrong with it: "line 7: tag '99' is not one of .snmprec".
struct RecordingError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Empty lines are skipped; a repeated OID, an unknown tag or a value out of range throws
// RecordingError.
Mib ParseRecording(std::string_view text);
Mib LoadRecording(const std::filesystem::path& file);

// One line of a recording without its line feed: what ParseRecording reads back as the same row.
std::string RecordingLine(const Oid& oid, const MibValue& value);

}  // namespace plotmeter::simulator
