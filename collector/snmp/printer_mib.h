// What a walk of the Printer-MIB (RFC 3805), with the state of the Host Resources MIB (RFC 2790)
// and HP's own objects, means: pure.
//
//    Answers a = ReadPrinterMib(table, RecognisePrinter(table));
//    a.meters[0]   impressions 15232, unit "impressions", source 1.3.6.1.2.1.43.10.2.1.4.1.1
//
// Numbers and units stay as the agent gave them. The special values -1, -2 and -3 are answers, not
// amounts: they read as absent, -3 with a remark. A life count of 0 is absent too, since printers
// that do not count say 0. Supplies are joined to their colours by the colorant index, never by
// row. Markers are never summed: where there are several, nobody knows what each means, and those
// that count are the meters x-marker-life-1, x-marker-life-2 … by what is there, so that none
// changes its name when another begins to count.
//
// Traits: how each marker and output is ("status" of "marker 1.2"), which marker a supply belongs to
// where there are several, and the capacity and the level of an input, unless that level is the
// length left on a roll and so told already. A level of -3, at least one, is "some". Of a serial
// number, a model or firmware that is more than plain ASCII, what was sent ("octets", hexadecimal).
//
// Alerts: the severity is that of prtAlertSeverityLevel, never the code's; what needs nobody
// (training level noInterventionRequired) and "Ready" are information, unless they are critical.
// prtAlertTime is the agent's uptime then, in 1/100 s, and stays that; -1 and 0 are no location.
//
// Where there is an alert table, the error bits (hrPrinterDetectedErrorState) are a remark and no
// alert: they repeat what the table and the supplies say. An agent whose Printer-MIB has none says
// by its bits alone what is wrong, so each of them is an alert: its key and its code are the bit's
// word ("jammed"), and what stops the printer is critical (RFC 1514's hrDeviceStatus down; mib_words.h).
// No bit is then the statement that nothing is wrong.

#pragma once

#include <vector>

#include "collector/channel/channel.h"
#include "collector/channel/profiles.h"
#include "collector/snmp/fingerprint.h"
#include "collector/snmp/table.h"

namespace plotmeter {

Answers ReadPrinterMib(const SnmpTable& table, const Fingerprint& fingerprint,
                       const Profiles& profiles = BuiltInProfiles());

// True of an agent that has an alert table: one that lists alerts, of whatever device, or counts the
// critical ones. Its alerts have numbers, which come again after a start; error bits have none.
bool HasAlertTable(const SnmpTable& table);

// What to ask for it: columns to walk, then objects to get, some of which the walk has named.
const std::vector<Oid>& PrinterMibColumns();
std::vector<Oid> PrinterMibObjects(const SnmpTable& table, const Fingerprint& fingerprint);

// What few models have, HP's counters and log and the tables of jobs: to be walked once, and then
// again where there was something (printer_read.h).
std::vector<Oid> OptionalSubtrees(const Fingerprint& fingerprint);

}  // namespace plotmeter
