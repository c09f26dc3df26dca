// An IEEE-1284 device ID, the one line in which a printer says what it is.
//
//    auto id = DeviceId::Parse("MANUFACTURE:OKI UK LTD;MODEL:MC873;CLASS:PRINTER;");
//    id.Get("MFG")      "OKI UK LTD"; synonyms are known, case does not matter
//    id.Get("SN")       ""
//    id.is_printer()    true
//
// Grammar: KEY ":" VALUE, separated by ";", the last ";" optional, blanks round each allowed. A
// value may hold ":" (`MEM:MEM=105MB`), so a field ends at ";" and its key at the first ":". Of a
// repeated key the first counts. Keys nobody knows are kept. Parse takes anything and never throws;
// what follows the first 4096 octets is not looked at.

#pragma once

#include <map>
#include <string>
#include <string_view>

namespace plotmeter {

class DeviceId {
 public:
  static DeviceId Parse(std::string_view octets);

  // The value of MFG, MDL, DES, CMD, CLS (by any of their names) or of another key, trimmed and
  // readable; empty when it is not there or has no value.
  std::string Get(std::string_view key) const;

  bool is_printer() const;  // CLS says PRINTER, in any case
  bool empty() const { return fields_.empty(); }

  const std::map<std::string, std::string>& fields() const { return fields_; }

 private:
  std::map<std::string, std::string> fields_;  // by the short name of the key, in upper case
};

}  // namespace plotmeter
