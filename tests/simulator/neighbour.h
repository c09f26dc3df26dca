// What else stands in an office beside large-format printers and answers SNMP: devices that a
// collector must tell apart from them, each with the right verdict.
//
//    FindNeighbour("windows-pc")->expect    "not-a-printer"
//    NeighbourMib(*FindNeighbour("windows-pc"), 3, *ParseAddress("127.60.0.9"), uptime)
//
// Written by us after the ways of such devices; no recording is copied. Pure.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/mib.h"

namespace plotmeter::simulator {

struct NeighbourKind {
  std::string_view name = {};
  std::string_view expect = {};  // "office", "other-maker" or "not-a-printer"
  std::string_view help = {};    // one short sentence without its full stop
  void (*fill)(Mib& mib, std::uint32_t number) = nullptr;
};

const std::vector<NeighbourKind>& NeighbourKinds();
const NeighbourKind* FindNeighbour(std::string_view name);  // null: there is none

// A line for every kind, as --help shows them.
std::string NeighbourHelp();

// `number` makes one device of a kind differ from the next; `uptime` in hundredths of a second.
Mib NeighbourMib(const NeighbourKind& kind, std::uint32_t number, std::uint32_t address,
                 std::uint64_t uptime);

}  // namespace plotmeter::simulator
