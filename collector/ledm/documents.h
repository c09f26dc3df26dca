// What the documents of LEDM, HP's XML device model, mean. Pure: a document in, parts of Answers
// out.
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

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "collector/channel/channel.h"
#include "collector/xml/document.h"

namespace plotmeter {

// What we may ask a printer for.
enum class LedmResource {
  kIdentity,    // ProductConfigDyn
  kEventTable,  // EventTable
  kUsage,       // ProductUsageDyn
  kSupplies,    // ConsumableConfigDyn
  kMedia,       // MediaHandlingDyn
  kStatus,      // ProductStatusDyn
  kJobs,        // JobList
  kLogs,        // ProductLogsDyn
};

// "ProductUsageDyn", for people.
std::string_view ToText(LedmResource resource);

// Where each resource of a printer is, several paths where it may be at one of them: as .xml or
// .json, and what stands behind a manifest at its usual places.
using LedmTree = std::map<LedmResource, std::vector<std::string>>;

// DiscoveryTree: only what is listed there, and only plain paths, because they go into a URL. Empty
// when the document is another one.
std::optional<LedmTree> ReadDiscoveryTree(const Node& document);

// Where printers without a tree have what they have.
LedmTree UsualTree();

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

// state ("idle", "printing", "stopped", "asleep", "warming-up", else the printer's word) and
// alerts, keyed "cartridgeLow/cyan/2" by ProductStatusAlertID, colour and station.
bool ReadProductStatus(const Node& document, Answers& into);

// events of kind "error-log". Entries move down when the log is full, so each is known by its code
// and the page count or time beside it. `at` is the collector's clock when the document came.
bool ReadProductLogs(const Node& document, Instant at, Answers& into);

// EventTable: for each category its AgingStamp, which changes when the event fires again.
using LedmStamps = std::map<std::string, std::string>;
std::optional<LedmStamps> ReadEventTable(const Node& document);

// JobList or a single Job: current jobs, without area, ink or times. A printer counts its jobs anew
// after each start, so `power_up`, the stamp of PowerUpEvent, is part of a job's id:
// "/Jobs/JobList/2@163-1". Empty when the document is another one.
std::optional<std::vector<JobRecord>> ReadJobs(const Node& document, const std::string& power_up);

}  // namespace plotmeter
