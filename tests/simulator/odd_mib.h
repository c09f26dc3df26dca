// What the oddities of a device make of its MIB: indexes that are not 1, 2, 3, texts that are too
// long or hold NUL, a life counter that lies, and the two contexts of SNMPv3.
//
//    OddMib(PrinterMib(printer, address), odd, printer.first_life_count())
//
// Pure.

#pragma once

#include <cstdint>

#include "tests/simulator/mib.h"
#include "tests/simulator/oddity.h"

namespace plotmeter::simulator {

// hr-index, sparse-index, index-zero (joins between the tables follow the rows; colorants keep
// their index, for 0 means none there), huge-strings, nul-strings, falls and wraps.
// `first_life_count` is what the life counter showed when the printer's life began.
Mib OddMib(Mib mib, const Oddities& odd, std::int64_t first_life_count);

// jetdirect-context: the 1284 ID and the supplies are in `jetdirect` beside the system group, and
// not in `standard`.
struct Contexts {
  Mib standard = {};
  Mib jetdirect = {};
};
Contexts SplitContexts(const Mib& mib);

}  // namespace plotmeter::simulator
