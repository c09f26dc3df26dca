// What a watch of a printer compares with what was told last (printer_read.h): how the printer is,
// which alerts it lists, how its jobs are and where its error log ends. Pure.
//
//    known.look = LookOf(table);                at a reading
//    LookSubtrees(known), WatchObjects(known)   what to walk and to get at a watch
//    IsAsItWas(table, known)                    nothing has happened

#pragma once

#include <vector>

#include "collector/snmp/printer_read.h"
#include "collector/snmp/table.h"

namespace plotmeter {

// The rows of a reading, or of a watch, that are compared. Of an alert the severity and the code;
// empty where the table does not show each of its alerts by one of them.
SnmpTable LookOf(const SnmpTable& table);

std::vector<Oid> LookSubtrees(const PrinterKnowledge& known);

// False also where a job is not at its end, or was not read yet.
bool IsAsItWas(const SnmpTable& now, const PrinterKnowledge& known);

}  // namespace plotmeter
