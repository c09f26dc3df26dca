// Every trait (common/reading.h) that a channel may tell. What a printer says in other words stays
// at the site: bounds.h leaves it out, and docs/privacy.md is made of this list.

#pragma once

#include <algorithm>
#include <string_view>

namespace plotmeter {

struct TraitWord {
  std::string_view word;
  std::string_view what;
  std::string_view source;  // the element or object
};

// By word.
inline constexpr TraitWord kTraitWords[] = {
    {"activities", "What it does now", "PIWS CurrentActivities"},
    {"batch", "Of which it was made, of a supply", "PIWS BatchID"},
    {"bios-version", "Version of a part of its software", "PIWS BIOSVersion"},
    {"brand", "Of a supply: HP", "PIWS Brand; LEDM Brand"},
    {"capacity", "Of an input, when full", "SNMP prtInputMaxCapacity"},
    {"collate", "In which order copies were wanted", "PIWS CollateType"},
    {"colorant-consumed", "Of a job, in the printer's words", "SNMP jmAttribute 173"},
    {"colorant-requested", "Of a job, in the printer's words", "SNMP jmAttribute 172"},
    {"conflict", "Why a job cannot be printed, in bits", "PIWS ConflictMask"},
    {"destination", "Where the paper goes", "PIWS MediaDestinationUsed, MediaDestination"},
    {"expired-ink-used", "Whether a printhead met ink that was too old", "PIWS ExpiredInkUsed"},
    {"firmware-date", "When its firmware was released", "PIWS FwReleaseDate"},
    {"folding", "How sheets are folded", "PIWS FoldingStyle"},
    {"hold-reason", "Why a job waits", "PIWS HoldReason"},
    {"insertions", "How often a cartridge was put into the slot", "PIWS NumberOfInsertions"},
    {"interface-version", "Of its web services", "PIWS InterfaceVersion"},
    {"level", "Of an input: how much paper lies in it", "SNMP prtInputCurrentLevel"},
    {"manufactured", "When a supply was made", "PIWS ManufacturerDate"},
    {"marker", "Which marker a supply belongs to", "SNMP prtMarkerSuppliesMarkerIndex"},
    {"medium-size", "Of a job's paper", "SNMP jmAttribute 175"},
    {"medium-type", "Of a job's paper", "SNMP jmAttribute 174; PIWS PaperId, MediaType"},
    {"model-number", "The maker's name of the model", "PIWS ModelNumber"},
    {"nominal-life", "How long a printhead may live", "PIWS NominalLife"},
    {"octets", "What was sent for a serial number, model or firmware that is not plain ASCII",
     "SNMP, the objects of identity"},
    {"os-version", "Version of a part of its software", "PIWS OSVersion"},
    {"page-order", "Whether the first or the last page comes first", "PIWS PrintingOrder"},
    {"ready-for", "What it could do now", "PIWS ReadyToExecuteActivities"},
    {"region", "Where in the world it was sold for", "PIWS DeviceRegion"},
    {"remaining-time", "Of what it does now", "PIWS RemainingTime"},
    {"reported-severity", "Of a supply's state, as its panel shows it",
     "PIWS UserReportedSeverity"},
    {"reported-status", "A supply's state, as its panel shows it", "PIWS UserReportedStatus"},
    {"rotation", "Of the page", "PIWS Rotation"},
    {"sheets-completed", "Of a job", "SNMP jmAttribute 151"},
    {"sheets-requested", "Of a job", "SNMP jmAttribute 150"},
    {"status", "Its own, or of a marker or an output, in the printer's words",
     "PIWS MostRelevantStatus; SNMP prtMarkerStatus, prtOutputStatus"},
    {"status-code", "A supply's state as a number", "PIWS StatusCode"},
    {"status-list", "All that its state is made of", "PIWS StatusList"},
    {"status-severity", "How bad its state is", "PIWS StatusSeverity"},
    {"usage-time", "How long a printhead has worked", "PIWS UsageTime"},
    {"width", "How wide it prints", "PIWS PrinterWidth"},
};

constexpr bool IsTraitWord(std::string_view word) {
  return std::ranges::binary_search(kTraitWords, word, {}, &TraitWord::word);
}

static_assert(std::ranges::is_sorted(kTraitWords, {}, &TraitWord::word));

}  // namespace plotmeter
