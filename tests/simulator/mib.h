// What an SNMP agent has to say: object identifiers and typed values, in the order a walk meets
// them.
//
//    Mib mib;
//    mib.Set(*ParseOid("1.3.6.1.2.1.1.5.0"), Octets("plotter"));
//    mib.Find(*ParseOid("1.3.6.1.2.1.1.5.0"))->octets    "plotter"
//    mib.After(*ParseOid("1.3"))->first                  1.3.6.1.2.1.1.5.0
//
// Values only; not for sharing between threads while it is filled.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plotmeter::simulator {

// Compares as RFC 3416 section 4.2.2 orders names: sub-identifier by sub-identifier.
using Oid = std::vector<std::uint32_t>;

// "1.3.6.1" (a leading dot is understood); 2 to 128 sub-identifiers; empty when it is anything
// else.
std::optional<Oid> ParseOid(std::string_view text);
std::string OidText(const Oid& oid);

// The numbers are the BER tags (RFC 3416 section 3), which the .snmprec format uses too.
enum class MibType : std::uint8_t {
  kInteger = 2,
  kOctets = 4,
  kNull = 5,
  kOid = 6,
  kIpAddress = 64,
  kCounter32 = 65,
  kGauge32 = 66,
  kTimeTicks = 67,
  kOpaque = 68,
  kCounter64 = 70,
};

// One value with its exact type. Only the member that belongs to the type is meant.
struct MibValue {
  MibType type = MibType::kNull;
  std::int32_t integer = 0;  // kInteger
  std::uint64_t count = 0;   // kCounter32, kGauge32, kTimeTicks (32 bits of it), kCounter64
  std::string octets = {};   // kOctets, kOpaque; kIpAddress as its 4 octets
  Oid oid = {};              // kOid

  bool operator==(const MibValue&) const = default;
};

MibValue Integer(std::int64_t value);  // cut to 32 bits
MibValue Octets(std::string_view value);
MibValue ObjectId(std::string_view dotted);  // throws std::invalid_argument
MibValue Counter32(std::uint64_t value);     // modulo 2^32, as a counter wraps
MibValue Gauge32(std::uint64_t value);
MibValue TimeTicks(std::uint64_t hundredths);  // modulo 2^32: wraps at 497 days
MibValue Counter64(std::uint64_t value);
MibValue IpAddress(std::uint32_t address);  // host order

class Mib {
 public:
  using Row = std::pair<const Oid, MibValue>;

  void Set(Oid oid, MibValue value);

  // `prefix` as text, then the index: Set("1.3.6.1.2.1.43.10.2.1.4", {1, 2}, Counter32(0)).
  void Set(std::string_view prefix, const Oid& index, MibValue value);

  const MibValue* Find(const Oid& oid) const;  // null: no such instance
  const Row* After(
      const Oid& oid) const;  // the first row behind `oid`; null at the end of the view
  bool HasBelow(const Oid& prefix) const;  // is there any row under `prefix`?

  std::size_t size() const { return rows_.size(); }
  auto begin() const { return rows_.begin(); }
  auto end() const { return rows_.end(); }

 private:
  std::map<Oid, MibValue> rows_;
};

}  // namespace plotmeter::simulator
