// Every place in what a printer says where a person's name could stand, and the same document with
// a mark there.
//
//    for (const Position& at : PositionsOf("<a><b c='x'>Miller</b></a>")) { … }
//    at.path      "a.b", "a.b@c"       of XML and JSON alike: names, [] for a list
//    at.with("M") "<a><b c='x'>M</b></a>"
//
// Shares no code with the collector's own parsers: what one of them overlooks is found here.

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "collector/snmp/value.h"

namespace plotmeter {

struct Position {
  std::string path = {};
  std::string text = {};  // what stands there now
  std::function<std::string(const std::string&)> with = {};
  // To mark several in one document, the last first: where it stands in XML, or how it is set in
  // JSON.
  std::size_t begin = 0;
  std::size_t size = 0;  // 0: JSON
  std::function<std::string(const std::string& document, const std::string& mark)> in = {};
};

// Texts of elements and attributes of XML, comments and CDATA included; strings, numbers and flags
// of JSON. Empty where there is nothing.
std::vector<Position> PositionsOf(const std::string& document);

// Of one value of a walk: the whole of it, or, where it is an IEEE-1284 ID or "JobAcct1=…", the
// part behind each = or :. A PML string keeps the two octets that it begins with. The path is the
// OID without what counts rows.
struct SnmpPosition {
  Oid oid = {};
  std::string path = {};
  std::function<Value(const std::string&)> with = {};
  bool is_number = false;
};
std::vector<SnmpPosition> PositionsOf(const Oid& oid, const Value& value);

}  // namespace plotmeter
