// What of a printer's answers may be shown to strangers: the redaction of the diagnostics bundle.
//
//    Redaction redaction({.model = "HP DesignJet Z9 24in", .serial = "CN9541H01M"});
//    redaction.Text("InkType", "magenta")          "magenta": every word of it is known
//    redaction.Text("JobName", "Hotel Adlon.pdf")  "<15: Aa Aa.a>": how long, and of what
//    redaction.Text("SerialNumber", "CN9541H01M")  "serial-1", the same wherever it stands
//
// By an allow-list: a text is kept if it is a number, a date, a word of the trade (colours, media,
// units, states: diagnose_words.cpp), the printer's own model, a version where the name of its
// field says so, or one word where that says it is an enumeration. Everything else becomes its
// shape: its octets counted, each run of capitals A, of small letters a, of digits 9, of what is
// not ASCII x. Numbers with leading zeros or more than 12 digits are no counts, and are shaped too.
//
// Names of fields are kept where they look like names of a schema, since they are what is wanted.
// One that a printer made of something else (a dictionary whose keys are names) is numbered.
//
// Pure, but that it numbers what it meets. Not for two threads.

#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "collector/snmp/value.h"
#include "collector/xml/document.h"
#include "common/json.h"

namespace plotmeter {

// True for words that name no person, place or machine, in small letters: "cyan", "roll", "cc".
bool IsWordOfTheTrade(std::string_view lower);

// "<15: Aa Aa.a>"
std::string ShapeOf(std::string_view text);

struct RedactionRules {
  std::string model = {};   // as the printer says it
  std::string serial = {};  // as the printer says it
  bool with_serial = false;
};

class Redaction {
 public:
  explicit Redaction(RedactionRules rules);

  // A text of a field of this name.
  std::string Text(std::string_view field, std::string_view text);

  // The name of a field, as it may be shown. `is_key`: of a dictionary.
  std::string Name(std::string_view name, bool is_key = false);

  // The members of a document, {"InkSystem":{"Slot":[{"Id":"0",…},…]}}. What names people is not in
  // the tree in the first place (xml/document.h).
  Json Document(const Node& node);

  // "1.3.6.1.2.1.43.8.2.1.12.1.1", and texts that stand in an index ("1.3.6.1.4.1.11.(text of 8)").
  static std::string Object(const Oid& oid);

  // 3, "oid: 1.3.6.1", "text: Plain Paper", "time: 2026-11-22T09:00:03" for DateAndTime; of what is
  // no text "hex: 8000" for up to 3 octets, else "octets: 6", addresses among them.
  Json SnmpValue(const Oid& object, const Value& value);

  int shaped() const { return shaped_; }  // texts that were replaced by their shape

 private:
  bool IsKnown(std::string_view text) const;
  std::string StandIn(std::string_view serial);
  std::string Shape(std::string_view text);
  std::string Fields(std::string_view text, char between);  // "SN:…;MDL:…"

  const RedactionRules rules_;
  std::set<std::string> own_words_;               // of the model
  std::map<std::string, std::string> stand_ins_;  // by serial
  std::map<std::string, std::string> names_;      // of fields that were numbered
  int shaped_ = 0;
};

}  // namespace plotmeter
