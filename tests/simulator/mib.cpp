#include "tests/simulator/mib.h"

#include <charconv>
#include <stdexcept>

namespace plotmeter::simulator {

std::optional<Oid> ParseOid(std::string_view text) {
  if (text.starts_with('.')) text.remove_prefix(1);
  Oid oid;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (true) {
    std::uint32_t part = 0;
    const auto [next, error] = std::from_chars(at, end, part);
    if (error != std::errc{} || oid.size() == 128) return std::nullopt;
    oid.push_back(part);
    if (next == end) break;
    if (*next != '.') return std::nullopt;
    at = next + 1;
  }
  // BER packs the first two into one octet (X.690 section 8.19), which bounds them.
  if (oid.size() < 2 || oid[0] > 2 || (oid[0] < 2 && oid[1] > 39)) return std::nullopt;
  return oid;
}

std::string OidText(const Oid& oid) {
  std::string text;
  for (const std::uint32_t part : oid) {
    if (!text.empty()) text += '.';
    text += std::to_string(part);
  }
  return text;
}

MibValue Integer(std::int64_t value) {
  return {.type = MibType::kInteger, .integer = static_cast<std::int32_t>(value)};
}

MibValue Octets(std::string_view value) {
  return {.type = MibType::kOctets, .octets = std::string(value)};
}

MibValue ObjectId(std::string_view dotted) {
  auto oid = ParseOid(dotted);
  if (!oid) throw std::invalid_argument("not an object identifier: " + std::string(dotted));
  return {.type = MibType::kOid, .oid = std::move(*oid)};
}

MibValue Counter32(std::uint64_t value) {
  return {.type = MibType::kCounter32, .count = value & 0xFFFFFFFFu};
}

MibValue Gauge32(std::uint64_t value) {
  return {.type = MibType::kGauge32, .count = value & 0xFFFFFFFFu};
}

MibValue TimeTicks(std::uint64_t hundredths) {
  return {.type = MibType::kTimeTicks, .count = hundredths & 0xFFFFFFFFu};
}

MibValue Counter64(std::uint64_t value) { return {.type = MibType::kCounter64, .count = value}; }

MibValue IpAddress(std::uint32_t address) {
  std::string octets;
  for (int shift = 24; shift >= 0; shift -= 8) {
    octets += static_cast<char>(static_cast<unsigned char>(address >> shift));
  }
  return {.type = MibType::kIpAddress, .octets = std::move(octets)};
}

void Mib::Set(Oid oid, MibValue value) { rows_[std::move(oid)] = std::move(value); }

void Mib::Set(std::string_view prefix, const Oid& index, MibValue value) {
  auto oid = ParseOid(prefix);
  if (!oid) throw std::invalid_argument("not an object identifier: " + std::string(prefix));
  oid->insert(oid->end(), index.begin(), index.end());
  Set(std::move(*oid), std::move(value));
}

const MibValue* Mib::Find(const Oid& oid) const {
  const auto row = rows_.find(oid);
  return row == rows_.end() ? nullptr : &row->second;
}

const Mib::Row* Mib::After(const Oid& oid) const {
  const auto row = rows_.upper_bound(oid);
  return row == rows_.end() ? nullptr : &*row;
}

bool Mib::HasBelow(const Oid& prefix) const {
  const auto row = rows_.lower_bound(prefix);
  return row != rows_.end() && row->first.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), row->first.begin());
}

}  // namespace plotmeter::simulator
