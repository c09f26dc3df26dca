// The objects we ask for, by the names their MIBs give them. What is not here is never requested:
// sysContact, sysName and sysLocation, prtGeneral's operator and service person (columns 4 and 5),
// trap community strings, ARP and connection tables are left out on purpose.

#pragma once

#include "collector/snmp/oid.h"

namespace plotmeter::mib {

// MIB-II, RFC 3418
inline const Oid kSysDescr = {1, 3, 6, 1, 2, 1, 1, 1, 0};
inline const Oid kSysObjectId = {1, 3, 6, 1, 2, 1, 1, 2, 0};
inline const Oid kEnterprises = {1, 3, 6, 1, 4, 1};

// Host Resources MIB, RFC 2790. Columns; the index is hrDeviceIndex.
inline const Oid kHrDeviceType = {1, 3, 6, 1, 2, 1, 25, 3, 2, 1, 2};
inline const Oid kHrDeviceDescr = {1, 3, 6, 1, 2, 1, 25, 3, 2, 1, 3};
inline const Oid kHrDeviceId = {1, 3, 6, 1, 2, 1, 25, 3, 2, 1, 4};
inline const Oid kHrDeviceStatus = {1, 3, 6, 1, 2, 1, 25, 3, 2, 1, 5};
inline const Oid kHrPrinterStatus = {1, 3, 6, 1, 2, 1, 25, 3, 5, 1, 1};
inline const Oid kHrPrinterErrorState = {1, 3, 6, 1, 2, 1, 25, 3, 5, 1, 2};
inline const Oid kHrDevicePrinter = {1, 3, 6, 1, 2, 1, 25, 3, 1, 5};  // a value of hrDeviceType

// Printer-MIB, RFC 3805. Columns; the index is hrDeviceIndex and the subunit.
inline const Oid kPrtCurrentLocalization = {1, 3, 6, 1, 2, 1, 43, 5, 1, 1, 2};
inline const Oid kPrtGeneralSerialNumber = {1, 3, 6, 1, 2, 1, 43, 5, 1, 1, 17};
inline const Oid kPrtAlertCriticalEvents = {1, 3, 6, 1, 2, 1, 43, 5, 1, 1, 18};
inline const Oid kPrtLocalizationCharacterSet = {1, 3, 6, 1, 2, 1, 43, 7, 1, 1, 4};
inline const Oid kPrtInput = {1, 3, 6, 1, 2, 1, 43, 8, 2, 1};
inline const Oid kPrtMarkerCounterUnit = {1, 3, 6, 1, 2, 1, 43, 10, 2, 1, 3};
inline const Oid kPrtMarkerLifeCount = {1, 3, 6, 1, 2, 1, 43, 10, 2, 1, 4};
inline const Oid kPrtMarkerSupplies = {1, 3, 6, 1, 2, 1, 43, 11, 1, 1};
inline const Oid kPrtMarkerColorantValue = {1, 3, 6, 1, 2, 1, 43, 12, 1, 1, 4};
inline const Oid kPrtAlert = {1, 3, 6, 1, 2, 1, 43, 18, 1, 1};

// PWG Port Monitor MIB (PWG 5107.1): the IEEE-1284 device ID of the first port.
inline const Oid kPpmDeviceId = {1, 3, 6, 1, 4, 1, 2699, 1, 2, 1, 2, 1, 1, 3, 1};

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
inline const Oid kHpTray = kHpPml + Oid{4, 1, 3, 3};            // .source.field.0
inline const Oid kHpLifetimeInk = kHpPml + Oid{4, 1, 5, 6, 3};  // .colour.1.0; T770, not in the MIB

}  // namespace plotmeter::mib
