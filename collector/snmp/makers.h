// Who owns which number below 1.3.6.1.4.1 (IANA's list of private enterprise numbers), as far as
// printers and what stands next to them are concerned.

#pragma once

#include <string_view>

#include "collector/snmp/oid.h"

namespace plotmeter {

// "Canon" for 1.3.6.1.4.1.1602.4.3; empty for a number that is not in the table.
std::string_view MakerOf(const Oid& sys_object_id);

// Subtrees of sysObjectID that prove that something is no printer, whatever its other answers say
// (a PC with a DesignJet driver shows a DesignJet queue). What it is: "Windows"; empty: not proven.
std::string_view NotAPrinterBecause(const Oid& sys_object_id);

}  // namespace plotmeter
