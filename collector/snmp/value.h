// One value as an agent gave it, with the type it gave (RFC 2578 section 7, RFC 3416 section 3),
// and a table of such values.
//
//    Value::Number(ValueType::kCounter32, 15232).AsNumber()   15232
//    Value::Octets("Ready").AsOctets()                        "Ready"
//    Value::Octets("Ready").AsNumber()                        empty: it is not a number
//
// Agents disagree on which of the four number types an object has (prtMarkerLifeCount came as
// INTEGER), so readers ask AsNumber() and do not care. Immutable values.

#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "collector/snmp/oid.h"

namespace plotmeter {

enum class ValueType {
  kNull,
  kInteger,    // signed, 32 bits
  kOctets,     // OCTET STRING
  kOid,        // OBJECT IDENTIFIER
  kIpAddress,  // four octets
  kCounter32,
  kGauge32,
  kTimeTicks,  // 1/100 s; wraps at 497 days
  kOpaque,     // the octets inside
  kCounter64,  // not in v1
  kNoSuchObject,
  kNoSuchInstance,
  kEndOfMibView,
};

class Value {
 public:
  Value() = default;  // NULL

  // A number of any type, Counter64 below 2^63 included.
  static Value Number(ValueType type, std::int64_t number) { return {type, number}; }
  // A Counter64 as it is; 2^63 and above have no AsNumber().
  static Value Counter64(std::uint64_t number) {
    if (number <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return {ValueType::kCounter64, static_cast<std::int64_t>(number)};
    }
    return {ValueType::kCounter64, std::monostate()};
  }
  static Value Octets(std::string octets, ValueType type = ValueType::kOctets) {
    return {type, std::move(octets)};
  }
  static Value ObjectId(Oid oid) { return {ValueType::kOid, std::move(oid)}; }
  static Value Exception(ValueType type) { return {type, std::monostate()}; }

  ValueType type() const { return type_; }

  // There is nothing: NULL, or one of the three answers of v2c that say so.
  bool is_absent() const {
    return type_ == ValueType::kNull || type_ == ValueType::kNoSuchObject ||
           type_ == ValueType::kNoSuchInstance || type_ == ValueType::kEndOfMibView;
  }

  // INTEGER, Counter32, Gauge32, TimeTicks, Counter64; else empty.
  std::optional<std::int64_t> AsNumber() const {
    const auto* number = std::get_if<std::int64_t>(&content_);
    return number ? std::optional(*number) : std::nullopt;
  }
  // OCTET STRING, Opaque, IpAddress; else empty. Points into this value.
  std::optional<std::string_view> AsOctets() const {
    const auto* octets = std::get_if<std::string>(&content_);
    return octets ? std::optional<std::string_view>(*octets) : std::nullopt;
  }
  // OBJECT IDENTIFIER; else nullptr.
  const Oid* AsOid() const { return std::get_if<Oid>(&content_); }

  bool operator==(const Value&) const = default;

 private:
  using Content = std::variant<std::monostate, std::int64_t, std::string, Oid>;
  Value(ValueType type, Content content) : type_(type), content_(std::move(content)) {}

  ValueType type_ = ValueType::kNull;
  Content content_ = {};
};

// What an agent answered, in the order of a walk. Holds no absent value: what is not there is not
// in the table.
using SnmpTable = std::map<Oid, Value>;

// Reads of one object; empty when it is not in the table or of another kind.
inline std::optional<std::int64_t> NumberAt(const SnmpTable& table, const Oid& oid) {
  const auto row = table.find(oid);
  return row == table.end() ? std::nullopt : row->second.AsNumber();
}
inline std::optional<std::string_view> OctetsAt(const SnmpTable& table, const Oid& oid) {
  const auto row = table.find(oid);
  return row == table.end() ? std::nullopt : row->second.AsOctets();
}
inline const Oid* OidAt(const SnmpTable& table, const Oid& oid) {
  const auto row = table.find(oid);
  return row == table.end() ? nullptr : row->second.AsOid();
}

}  // namespace plotmeter
