// What the documents of LEDM, HP's XML device model, say of what a printer is, has and has counted.
// Pure: a document in, parts of Answers out. What happens there is in happenings.h.
//
//    Answers answers;
//    ReadProductUsage(ReadDocument(body), answers);
//    answers.meters[0]      impressions, 15232 "impressions", from
//                           "ProductUsageDyn/PrinterSubunit/TotalImpressions"
//
// Source: what office printers were recorded to send, and what public clients of them and of large
// ones read; HP publishes no schema, and no LEDM document of a large-format printer was seen.
// Elements are found by their local names, since namespaces vary with the firmware. Quantities keep
// the printer's digits and unit, "?" where it names none. What is absent, empty, negative,
// unreadable or dated before printers had clocks stays absent.
//
// Each function returns false, and changes nothing, when the document is another one.

#pragma once

#include <optional>

#include "collector/channel/channel.h"
#include "collector/xml/document.h"

namespace plotmeter {

// ProductConfigDyn. The firmware is the Revision of ProductInformation; the document's first one is
// the schema's. Empty when it names no printer.
std::optional<PrinterIdentity> ReadProductConfig(const Node& document);

// Meters: impressions in all, in black and in colour (x-…), scans, copies, and for each consumable
// that is no printhead ink.used and cartridges.used. Of several consumables of a colour, each is a
// meter of its own: "black-station-2".
bool ReadProductUsage(const Node& document, Answers& into);

// Supplies, by station or label. Level 0 of a supply whose quantity was not measured is unknown.
bool ReadConsumables(const Node& document, Answers& into);

// What lies in each tray or roll. LEDM says a sheet's length, not what is left of a roll.
bool ReadMediaHandling(const Node& document, Answers& into);

// FibonacciDyn of a Latex: currentPenLife {Pen, Life} and maintenanceKitUsage {Usage} as supplies
// pen-<pen> and maintenance-kit, with a remark "life 8123", "usage 17": nobody has said what
// they count, nor whether that is used or left. They are no meters, which would fall, and cast doubt
// on what else the printer counts, whenever a part is replaced.
bool ReadWear(const Node& document, Answers& into);

}  // namespace plotmeter
