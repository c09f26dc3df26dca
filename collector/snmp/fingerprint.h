// What stands at an address, from what it answered: pure, and the same for one address and a /16.
//
//    Fingerprint f = RecognisePrinter(table);
//    ToText(f.verdict)   "large-format"
//    f.model             "HP DesignJet T1600 PostScript Printer"
//    f.rule              "the maker is HP (MFG of the IEEE-1284 ID) and MDL names a
//                        large-format family"
//
// The table holds what FingerprintObjects() names; any of it may be missing. Only proofs count: a
// sysObjectID is the same for every HP printer, sysDescr may hold a name a user made up, and a PC
// lists the queues of its printers as if they were its own devices.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collector/snmp/table.h"
#include "common/reading.h"

namespace plotmeter {

enum class Verdict {
  kUnknown,      // it answers, and nothing shows what it is
  kLargeFormat,  // an HP large-format printer: this is what we meter
  kOffice,       // an HP printer that is not metered
  kOtherMaker,
  kNotAPrinter,
  kSilent,  // nothing answered; never the result of RecognisePrinter
};

std::string_view ToText(Verdict verdict);  // "large-format", "office", "other-maker", …

struct Fingerprint {
  // One of the rules, in the order in which they were asked; the last one decided.
  struct Step {
    std::string question = {};  // "Is it a printer?"
    bool is_so = false;
    std::string because = {};  // what was seen

    bool operator==(const Step&) const = default;
  };

  Verdict verdict = Verdict::kUnknown;
  std::string maker = {};    // empty: not known
  std::string model = {};    // for people; never key on it
  std::string serial = {};   // trimmed, upper case; empty: none, or a placeholder
  std::string product = {};  // product number
  std::string firmware = {};
  std::string rule = {};                         // which rule decided, in words
  std::vector<Step> steps = {};                  // how it came to that
  std::vector<std::uint32_t> printer_rows = {};  // hrDeviceIndex of each row that is a printer
  std::vector<std::pair<std::string, std::string>> texts = {};  // every text looked at: {"MDL", …}

  PrinterIdentity identity() const;
};

Fingerprint RecognisePrinter(const SnmpTable& table);

// What to ask for it: scalars for one GET; then the column hrDeviceType; then, per printer row,
// hrDeviceDescr and hrDeviceID, with the serial of the Printer-MIB and HP's own identity objects.
std::vector<Oid> FingerprintScalars();
std::vector<Oid> FingerprintRowObjects(const SnmpTable& table);

// hrDeviceIndex of the rows whose hrDeviceType is printer.
std::vector<std::uint32_t> PrinterRows(const SnmpTable& table);

}  // namespace plotmeter
