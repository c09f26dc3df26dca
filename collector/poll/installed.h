// Which cartridges, printheads and other parts with a serial number a printer has.
//
//    InstalledEvents(reading)[0]    cartridge-installed, key "A1B2C3",
//                                   text "slot-0, marking, magenta, HP 746, 2026-01-31"
//
// A part is told at each reading and counts once, by its serial number. So what is told of a printer
// after the first reading that names its parts are those that were replaced: how often, and which.
// A printer's own count of insertions is none of replacements.
//
// Pure. Source: PIWS InkSupplyInfo.{SerialNumber, InstallDate}, LEDM ConsumableInfo.SerialNumber;
// SNMP has none.

#pragma once

#include <string_view>
#include <vector>

#include "common/event.h"
#include "common/reading.h"

namespace plotmeter {

// In the order of the supplies; a placeholder for a serial number is none.
std::vector<PrinterEvent> InstalledEvents(const Reading& reading);

// Of that kind: "cartridge-installed", "printhead-installed" or "part-installed".
bool IsInstalled(std::string_view kind);

}  // namespace plotmeter
