// Several channels of a printer may tell one count, and it is counted once: in each stretch of time
// one of them is believed.
//
//    ElsewhereOf(…, "snmp", "ink.used")    {2026-07-01T09:00:00Z, for good}: PIWS tells it since
//
// What a collector says of a meter (`outranked`, docs/decisions/0007) is about the channels that it
// reads itself. It does not say since when, and another collector may read another channel of the
// same printer. So the readings say when: a meter that is outranked is counted until the believed
// channel tells it first. Of channels that nobody outranks the first of PIWS, LEDM and SNMP is
// believed from its first reading of the meter to its last; for good, unless the other goes on for
// more than a day. Channels are compared by the name of a meter, whatever its colorant and media: a
// total beside its parts is the same printing.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "portal/store/books.h"
#include "portal/store/connection.h"

namespace plotmeter {

// When a channel told a meter.
struct MeterLife {
  std::string channel = {};
  bool outranked = false;  // says the last word
  Instant first = {};
  Instant last = {};
};

// Of one meter of `lives`, which are those of all channels that tell it.
std::vector<Elsewhere> ElsewhereOf(const MeterLife& life, const std::vector<MeterLife>& lives);

// By the name of the meter: of one printer, as that customer's collectors told it; with an empty
// `customer`, all. What is entered by hand is not among them.
std::map<std::string, std::vector<MeterLife>> LivesOf(StoreConnection& reader, std::int64_t owner,
                                                      const std::string& customer,
                                                      std::int64_t printer);

// Fills in what `lives` say of a meter of that channel.
void LookElsewhere(StoredMeter& meter, const std::string& channel,
                   const std::map<std::string, std::vector<MeterLife>>& lives);

}  // namespace plotmeter
