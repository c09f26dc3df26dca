// What the documents of HP's Printer Information Web Services mean. Pure: a document in, parts of
// Answers out.
//
//    Answers answers;
//    ReadInkSystem(ReadDocument(body), answers);
//    answers.meters[0]      ink.used, magenta, 433 "cc", from "InkSystem/InkSlot[0]/InkUsed"
//    answers.supplies[0]    slot-0: marking, magenta, "HP 746", 196 of 300 cc, 66 %, Warning
//
// Source: what a DesignJet Z9 was recorded to send, and what public clients of other models expect;
// HP publishes no schema. Quantities keep the printer's digits and unit. What is absent, empty,
// negative, unreadable or dated before 2000 stays absent; a value that is there but cannot be read
// leaves a line in answers.remarks as well.
//
// Each function returns false, and changes nothing, when the document is another one.

#pragma once

#include <map>
#include <optional>
#include <string>

#include "collector/channel/channel.h"
#include "collector/xml/document.h"

namespace plotmeter {

// Paper id to name: "2070" to "Photo Gloss/Semi-Gloss/Satin Paper"; a customer's paper has 32 hex
// digits.
using PaperNames = std::map<std::string, std::string>;

// Identification.Fields.{Manufacturer, SerialNumber, PartNumber, ModelName, FwReleaseName}, or
// without Fields and with ProductNumber, ProductName, FirmwareVersion. Empty when the document is
// another one or names no printer.
std::optional<PrinterIdentity> ReadIdentification(const Node& document);

// What else Identification says of the printer itself, as traits: its width, its region, when its
// firmware was released. Not its UUID and ServiceID: the serial number is who it is.
void ReadTraits(const Node& document, Answers& into);

// Identification.Fields.PrinterName, which people choose; read only if the site wants it. Empty
// text where the member is there and says nothing.
std::optional<std::string> ReadPrinterName(const Node& document);

// Meters ink.used, one a colorant, and the supplies. InkUsed of the group and of its only slot are
// one count, told once, and nothing is added up here:
//
//    the group tells it               that one, whatever its slots: a second slot changes nothing
//    it does not, but its only slot   the slot's, under the same colorant
//    it does not, but several slots   each slot's, as x-slot-ink, not billed: "black-slot-1"
//    it has no slot                   the group's
//
// The source names the slot where it says the same as its group. What is billed is told apart by
// the colorant and not by the source, so a slot of several never goes on where a group left off;
// and a printer that told the group's count now and then only, and its slots' between, would be
// counted twice if these were billed.
//
// HPInkUsed beside it that is less says that ink of others was used, as it seems: the event
// foreign-ink, once for each colorant, and no meter. Internal tanks (Reservoir) are not supplies,
// and a group of nothing else is no meter. Levels and NumberOfInsertions are no measure of use.
// Post-treatment is a colorant like the others, with kind "glossing". A colour in several groups is
// told apart: "black-group-0", "black-group-4".
bool ReadInkSystem(const Node& document, Answers& into);

// state: "idle", "printing", "stopped", else the printer's word for its most relevant activity
// ("DeviceMaintenance").
bool ReadDeviceStatus(const Node& document, Answers& into);

// What lies in each roll, sheet feed or other input, told apart by what the name of its element
// contains ("Roll_2", "MainRoll"). Only a roll has a length left.
bool ReadMediaSystem(const Node& document, const PaperNames& papers, Answers& into);

// alerts, keyed by FullName, with the part that it names ("cartridge-group yellow 1, cartridge 4",
// said.h), or else the Area. No alert in the document: an empty list, because none is active.
bool ReadActiveAlerts(const Node& document, Answers& into);

// PaperList or PaperListStatus; English names where there are several. Empty when the document is
// another one.
std::optional<PaperNames> ReadPaperList(const Node& document);

// What is listed now, and beside it the names that were known before, as far as there is room: a
// customer deletes papers, and their jobs stay.
void TakePaperList(PaperNames listed, PaperNames& known);

}  // namespace plotmeter
