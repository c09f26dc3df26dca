// What the SNMP agent of a simulated printer has to say: MIB-II, Host Resources (RFC 2790),
// Printer-MIB (RFC 3805) and HP's private objects, as DesignJets answer them.
//
// Among it are things that a collector must never pick up, where real printers have them too: a
// person in sysContact, operator and service person in prtGeneral, a trap community (NeverTexts in
// models.h).

#pragma once

#include <cstdint>

#include "tests/simulator/mib.h"
#include "tests/simulator/printer.h"

namespace plotmeter::simulator {

// `address` is the printer's own, in host order.
Mib PrinterMib(const SimulatedPrinter& printer, std::uint32_t address);

}  // namespace plotmeter::simulator
