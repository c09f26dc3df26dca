// What happens to fields that point at people and places before they are written to disk (wire:
// masking and forgetting). User, account and host names are no such fields: they are never read at
// all.
//
//    Masked(MaskMode::kHashed, key, "job-name", "Plan Miller.pdf")   "h:Zk3…"  (128 bits,
//                                                                     base64url)
//    Masked(MaskMode::kOff,    key, "job-name", "Plan Miller.pdf")   empty
//
// kMaskedFields is the one table of them: the settings, the spool and docs/privacy.md are made of
// it. The portal cannot widen a mode: nothing that it can say reaches this file. Whoever can print
// can test guesses of a hashed name.

#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "common/secret.h"

namespace plotmeter {

enum class MaskMode { kOff, kHashed, kSent };

std::string_view ToText(MaskMode mode);

// "off", "hashed", "sent"; throws UsageError that names `setting` for anything else.
MaskMode ParseMaskMode(const std::string& setting, const std::string& text);

// The modes that a site has chosen; as here when it chose nothing.
struct MaskModes {
  MaskMode job_names = MaskMode::kHashed;
  MaskMode ip_addresses = MaskMode::kOff;
  MaskMode mac_addresses = MaskMode::kOff;
  MaskMode printer_names = MaskMode::kOff;
  MaskMode locations = MaskMode::kOff;

  bool operator==(const MaskModes&) const = default;
};

struct MaskedField {
  std::string_view word = {};     // what is hashed with the value; never changed, or hashes would
  std::string_view setting = {};  // --job-names
  MaskMode MaskModes::*mode = nullptr;
  std::string_view what = {};    // "what leaves of …"
  std::string_view source = {};  // where printers say it
  std::string_view member = {};  // of N (proto/batch.schema.json, #/$defs/names)
  std::string_view why = {};     // why its mode is what it is, for the example of settings
};

inline constexpr std::array<MaskedField, 5> kMaskedFields = {{
    {"job-name", "job-names", &MaskModes::job_names, "the names of jobs",
     "PIWS JobName; Job MIB jobName; HP job-info", "jobs.*.name",
     "A name tells a person what a job was, and may tell who printed it: hashed, equal names stay "
     "equal and nobody can read them."},
    {"ip-address", "ip-addresses", &MaskModes::ip_addresses, "the IP addresses of printers",
     "the address at which the collector reads the printer", "printers.*.ip",
     "Nobody outside needs to know how this network is built: the serial number says which printer "
     "it is."},
    {"mac-address", "mac-addresses", &MaskModes::mac_addresses, "the MAC addresses of printers",
     "SNMP ifPhysAddress", "printers.*.macs[]",
     "As for addresses. The collector itself uses them to notice a board that was swapped."},
    {"printer-name", "printer-names", &MaskModes::printer_names,
     "the names that people gave to printers", "PIWS PrinterName; SNMP sysName", "printers.*.name",
     "People name printers after people and rooms."},
    {"location", "locations", &MaskModes::locations, "where printers stand", "SNMP sysLocation",
     "printers.*.location", "Who bills knows the site; a room is more than a bill needs."},
}};

// The row of kMaskedFields that says `word`.
const MaskedField& MaskedFieldOf(std::string_view word);

// HMAC-SHA-256 of field and value under a key that never leaves the collector, cut to 128 bits.
std::optional<std::string> Masked(MaskMode mode, const Secret& key, std::string_view field,
                                  const std::string& value);

// The same for what may have been masked before, under another mode: a hash is not hashed again.
std::optional<std::string> MaskedAgain(MaskMode mode, const Secret& key, std::string_view field,
                                       const std::string& kept);

// Whether `value` is what kHashed makes of something.
bool LooksHashed(std::string_view value);

}  // namespace plotmeter
