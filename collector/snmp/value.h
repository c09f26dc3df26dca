// One value as an agent gave it, with the type it gave (RFC 2578 section 7, RFC 3416 section 3).
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
#include <memory>
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
  static Value ObjectId(Oid oid) {
    return {ValueType::kOid, std::make_shared<const Oid>(std::move(oid))};
  }
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
  const Oid* AsOid() const {
    const auto* oid = std::get_if<SharedOid>(&content_);
    return oid ? oid->get() : nullptr;
  }

  friend bool operator==(const Value& a, const Value& b) {
    if (a.AsOid() && b.AsOid()) return *a.AsOid() == *b.AsOid();
    return a.type_ == b.type_ && a.content_ == b.content_;
  }

 private:
  // Elsewhere, because few values are one, and it would make each of them three times as large.
  using SharedOid = std::shared_ptr<const Oid>;
  using Content = std::variant<std::monostate, std::int64_t, std::string, SharedOid>;
  Value(ValueType type, Content content) : type_(type), content_(std::move(content)) {}

  ValueType type_ = ValueType::kNull;
  Content content_ = {};
};

}  // namespace plotmeter
