// What one printer said over one channel at one instant, as it said it: meters, supplies, media,
// alerts, state.
//
// Quantities keep the printer's decimal text and unit ("433", "cc"); nothing is converted, summed
// or rounded before the portal's ledger. An absent value means unknown, and unknown is never 0.
//
//    Reading r{.printer = {"HP", "CN9541H01M"}, .at = now, .channel = ChannelKind::kPiws};
//    r.meters.push_back({.meter = "ink.used", .colorant = "magenta",
//                        .value = {*Decimal::Parse("433"), "cc"}});

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/decimal.h"
#include "common/time.h"

namespace plotmeter {

// The way by which a printer was read. The same count over two channels is two meters.
enum class ChannelKind { kNone, kSnmp, kPiws, kLedm };

constexpr std::string_view ToText(ChannelKind kind) {
  switch (kind) {
    case ChannelKind::kSnmp:
      return "snmp";
    case ChannelKind::kPiws:
      return "piws";
    case ChannelKind::kLedm:
      return "ledm";
    case ChannelKind::kNone:
      break;
  }
  return "none";
}

// The inverse; kNone for a word that is none of them.
constexpr ChannelKind ChannelOf(std::string_view text) {
  for (const ChannelKind kind : {ChannelKind::kSnmp, ChannelKind::kPiws, ChannelKind::kLedm}) {
    if (text == ToText(kind)) return kind;
  }
  return ChannelKind::kNone;
}

// Who the printer is. Empty text means that the channel did not say. Never an address, a host name
// or sysName.
struct PrinterIdentity {
  std::string manufacturer = {};  // "HP"
  std::string serial =
      {};  // trimmed and in upper case; empty when it is a placeholder (domain: all X, all 0 …)
  std::string product = {};  // product number, "W3Z71A"
  std::string model = {};    // "HP DesignJet Z9 24in"
  std::string firmware = {};

  bool operator==(const PrinterIdentity&) const = default;
};

// One meter at one instant. `meter` is one of ink.used, media.area, media.length, impressions,
// sheets, prints, scans, copies, cartridges.used, engine.hours, or x-… for a count whose meaning is
// not settled.
struct MeterValue {
  std::string meter = {};
  std::optional<std::string> colorant =
      {};  // "magenta", "photo-black"; an open set, lower case with hyphens
  std::optional<std::string> media = {};  // paper id
  Quantity value = {};
  std::string source =
      {};  // the object or element it came from: "1.3.6.1.2.1.43.10.2.1.4.1.1", "InkSystem/InkUsed"
  // Another channel gave this meter too, and the profile of the model believes that one. Both
  // counts are kept; who adds them up counts twice.
  bool outranked = false;

  bool operator==(const MeterValue&) const = default;
};

// One consumable or waste box. RFC 3805 prtMarkerSuppliesTable, PIWS InkSupplyInfo.
struct Supply {
  std::string supply = {};  // which one, stable within printer and channel: "1.5", "slot-0"
  std::optional<std::string> kind =
      {};  // "ink-cartridge", "waste-ink"; the printer's own word in lower case
  std::optional<std::string> colorant = {};
  std::optional<std::string> description = {};
  std::optional<Quantity> level =
      {};  // what is left (of a receptacle: the room left); absent = unknown
  std::optional<Quantity> capacity = {};
  std::optional<Decimal> percent = {};     // only where the printer itself said a percentage
  std::optional<std::string> remark = {};  // "some-left", "some-room": an answer without a number
  std::optional<std::string> state = {};   // raw: "Warning", "Ok"
  std::optional<std::string> part_number = {};
  std::optional<std::string> serial = {};     // of the cartridge
  std::optional<std::string> installed = {};  // as the printer gave it, as are the next three
  std::optional<std::string> expires = {};    // good until
  std::optional<std::string> warranty = {};   // in its own word: "InWarranty"
  std::optional<std::string> warranty_until = {};

  bool operator==(const Supply&) const = default;
};

// Media in one input (roll, sheet). RFC 3805 prtInputTable, PIWS MediaSystem.
struct LoadedMedia {
  std::string input = {};                 // "Roll1", "MANUAL_FEED"
  std::optional<std::string> kind = {};   // of the input: "roll", "manual-sheet"; else its own word
  std::optional<std::string> media = {};  // paper id
  std::optional<std::string> name = {};
  std::optional<Quantity> width = {};
  std::optional<Quantity> length = {};       // of a sheet
  std::optional<Quantity> length_left = {};  // on a roll
  std::optional<std::string> state = {};  // of the input: "idle", "unavailable-on-request, offline"

  bool operator==(const LoadedMedia&) const = default;
};

enum class Severity { kUnknown, kInformation, kWarning, kCritical };

constexpr std::string_view ToText(Severity severity) {
  switch (severity) {
    case Severity::kInformation:
      return "information";
    case Severity::kWarning:
      return "warning";
    case Severity::kCritical:
      return "critical";
    case Severity::kUnknown:
      break;
  }
  return "unknown";
}

// One alert that is active now. `key` names the same alert from poll to poll.
struct Alert {
  std::string key = {};  // "231" (prtAlertIndex), "/IDS/CARTRIDGE_GROUPS/…/VERYLOW"
  Severity severity = Severity::kUnknown;
  std::string code = {};
  std::optional<std::string> text = {};
  std::optional<std::string> part = {};      // of the printer, where it says which: "input 2"
  std::optional<std::string> location = {};  // within the part, in the maker's own numbers: "12"
  std::optional<Quantity> raised = {};       // the printer's uptime then: "345678", "1/100 s"

  bool operator==(const Alert&) const = default;
};

// One thing that a printer says of itself, of a part or of a job, and that has no place of its own:
// how wide it prints, how long a head may live, how a sheet was folded. Kept as it was said.
//
//    Trait{.trait = "nominal-life", .part = "printhead-3", .value = "1000", .unit = "cc"}
struct Trait {
  std::string trait = {};  // which: a lower-case word of an open set, chosen by the collector
  std::optional<std::string> part =
      {};  // the supply or input, by its name there; absent: the whole
  std::string value = {};
  std::string unit = {};  // the printer's word; empty where it named none

  bool operator==(const Trait&) const = default;
};

struct Reading {
  PrinterIdentity printer = {};
  Instant at = {};  // the collector's clock when the device answered
  ChannelKind channel = ChannelKind::kNone;
  std::vector<MeterValue> meters = {};
  std::vector<Supply> supplies = {};
  std::vector<LoadedMedia> media = {};
  std::optional<std::string> state =
      {};  // idle, printing, warming-up, stopped, asleep; else the printer's word
  // Since it started, as it said it ("8640000", "1/100 s"); less than before means a restart.
  std::optional<Quantity> uptime = {};
  std::optional<std::vector<Alert>> alerts =
      {};  // absent: the channel made no statement; empty: none is active
  std::vector<Trait> traits = {};

  bool operator==(const Reading&) const = default;
};

}  // namespace plotmeter
