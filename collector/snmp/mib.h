// The objects we ask for, by the names their MIBs give them. What is not here is never requested.
//
// Left out on purpose, because they name people or lead to them: sysContact, prtGeneral's operator
// and service person (columns 4 and 5), the lines of the front panel (prtConsoleDisplayBufferText;
// while a job prints they may show its name and owner, and what else they say the alert table says
// too), jmJobOwner, the account and the host of a job, trap community strings, ARP and connection
// tables, processes.
//
// Left out because it tells nothing new: prtMarkerPowerOnCount starts at 0 with every start, so as
// a meter it would open an epoch a day, and sysUpTime shows a restart without it.

#pragma once

#include "collector/snmp/oid.h"

namespace plotmeter::mib {

// MIB-II, RFC 3418
inline const Oid kSysDescr = {1, 3, 6, 1, 2, 1, 1, 1, 0};
inline const Oid kSysObjectId = {1, 3, 6, 1, 2, 1, 1, 2, 0};
inline const Oid kSysUpTime = {1, 3, 6, 1, 2, 1, 1, 3, 0};         // of the network card; 1/100 s
inline const Oid kSysName = {1, 3, 6, 1, 2, 1, 1, 5, 0};           // asked for only if the site
inline const Oid kSysLocation = {1, 3, 6, 1, 2, 1, 1, 6, 0};       // wants it (Curiosity)
inline const Oid kIfPhysAddress = {1, 3, 6, 1, 2, 1, 2, 2, 1, 6};  // RFC 2863; index ifIndex
inline const Oid kEnterprises = {1, 3, 6, 1, 4, 1};

// Host Resources MIB, RFC 2790. Columns but for the first; the index is hrDeviceIndex.
inline const Oid kHrSystemDate = {1, 3, 6, 1, 2, 1, 25, 1, 2, 0};  // DateAndTime of its own clock
inline const Oid kHrDeviceType = {1, 3, 6, 1, 2, 1, 25, 3, 2, 1, 2};
inline const Oid kHrDeviceDescr = {1, 3, 6, 1, 2, 1, 25, 3, 2, 1, 3};
inline const Oid kHrDeviceId = {1, 3, 6, 1, 2, 1, 25, 3, 2, 1, 4};
inline const Oid kHrDeviceStatus = {1, 3, 6, 1, 2, 1, 25, 3, 2, 1, 5};
inline const Oid kHrPrinterStatus = {1, 3, 6, 1, 2, 1, 25, 3, 5, 1, 1};
inline const Oid kHrPrinterErrorState = {1, 3, 6, 1, 2, 1, 25, 3, 5, 1, 2};
inline const Oid kHrDevicePrinter = {1, 3, 6, 1, 2, 1, 25, 3, 1, 5};  // a value of hrDeviceType

// Printer-MIB, RFC 3805. Columns; the index is hrDeviceIndex and the subunit.
inline const Oid kPrinterMib = {1, 3, 6, 1, 2, 1, 43};
inline const Oid kPrtCurrentLocalization = {1, 3, 6, 1, 2, 1, 43, 5, 1, 1, 2};
inline const Oid kPrtGeneralSerialNumber = {1, 3, 6, 1, 2, 1, 43, 5, 1, 1, 17};
inline const Oid kPrtAlertCriticalEvents = {1, 3, 6, 1, 2, 1, 43, 5, 1, 1, 18};
inline const Oid kPrtLocalizationCharacterSet = {1, 3, 6, 1, 2, 1, 43, 7, 1, 1, 4};
inline const Oid kPrtInput = {1, 3, 6, 1, 2, 1, 43, 8, 2, 1};
inline const Oid kPrtOutput = {1, 3, 6, 1, 2, 1, 43, 9, 2, 1};
inline const Oid kPrtOutputStatus = kPrtOutput + Oid{6};
inline const Oid kPrtMarker = {1, 3, 6, 1, 2, 1, 43, 10, 2, 1};
inline const Oid kPrtMarkerCounterUnit = kPrtMarker + Oid{3};
inline const Oid kPrtMarkerLifeCount = kPrtMarker + Oid{4};
inline const Oid kPrtMarkerStatus = kPrtMarker + Oid{15};
inline const Oid kPrtMarkerSupplies = {1, 3, 6, 1, 2, 1, 43, 11, 1, 1};
inline const Oid kPrtMarkerColorant = {1, 3, 6, 1, 2, 1, 43, 12, 1, 1};
inline const Oid kPrtMarkerColorantValue = kPrtMarkerColorant + Oid{4};
inline const Oid kPrtAlert = {1, 3, 6, 1, 2, 1, 43, 18, 1, 1};

// PWG Port Monitor MIB (PWG 5107.1): the IEEE-1284 device ID of the first port.
inline const Oid kPpmDeviceId = {1, 3, 6, 1, 4, 1, 2699, 1, 2, 1, 2, 1, 1, 3, 1};

// Job Monitoring MIB, RFC 2707 (PWG). Columns; the index of a job is its job set and its number,
// that of an attribute those two, its type and its instance.
inline const Oid kJobMib = {1, 3, 6, 1, 4, 1, 2699, 1, 1, 1};
inline const Oid kJmActiveJobs = kJobMib + Oid{1, 1, 1, 2};  // of a job set; there without jobs too
inline const Oid kJmJobState = kJobMib + Oid{3, 1, 1, 2};
inline const Oid kJmAttributeNumber = kJobMib + Oid{4, 1, 1, 3};
inline const Oid kJmAttributeOctets = kJobMib + Oid{4, 1, 1, 4};

// HP's own. kHpPml is P of HP-LASERJET-COMMON-MIB: its texts are PML strings (snmp/text.h).
inline const Oid kHp = {1, 3, 6, 1, 4, 1, 11};
inline const Oid kHpPrinterCard = {1, 3, 6, 1, 4, 1, 11, 2, 3, 9};
inline const Oid kHpPrinterDevice = {1, 3, 6, 1, 4, 1, 11, 2, 3, 9, 1, 2};   // of hrDeviceID
inline const Oid kGdStatusId = {1, 3, 6, 1, 4, 1, 11, 2, 3, 9, 1, 1, 7, 0};  // IEEE-1284 ID
inline const Oid kHpPml = {1, 3, 6, 1, 4, 1, 11, 2, 3, 9, 4, 2, 1};
inline const Oid kHpModelNumber = kHpPml + Oid{1, 3, 1, 0};
inline const Oid kHpModelName = kHpPml + Oid{1, 3, 2, 0};
inline const Oid kHpSerialNumber = kHpPml + Oid{1, 3, 3, 0};
inline const Oid kHpFirmwareDate = kHpPml + Oid{1, 3, 5, 0};
inline const Oid kHpFirmware = kHpPml + Oid{1, 3, 6, 0};
inline const Oid kHpJobInfo = kHpPml + Oid{1, 6, 5};         // .field.job.0
inline const Oid kHpErrorLog = kHpPml + Oid{1, 11};          // .entry.{1 time, 2 code}.0
inline const Oid kHpEnginePages = kHpPml + Oid{4, 1, 2, 5};  // .0: total-engine-page-count
inline const Oid kHpHeads = kHpPml + Oid{4, 1, 5, 3};  // .head.19.0: ink; T770, not in the MIB
inline const Oid kHpTray = kHpPml + Oid{4, 1, 3, 3};   // .source.field.0
inline const Oid kHpLifetimeInk = kHpPml + Oid{4, 1, 5, 6, 3};  // .colour.1.0; T770, not in the MIB

}  // namespace plotmeter::mib
