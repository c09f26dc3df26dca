#include "tests/simulator/odd_mib.h"

#include <algorithm>
#include <optional>

namespace plotmeter::simulator {

namespace {

constexpr std::size_t kDeviceAt = 11;  // where a row of prt… and hrDevice… names its hrDeviceIndex
constexpr std::size_t kRowAt = 12;     // and its own index

const Oid kSystem = {1, 3, 6, 1, 2, 1, 1};
const Oid kDevices = {1, 3, 6, 1, 2, 1, 25, 3};
const Oid kPrinter = {1, 3, 6, 1, 2, 1, 43};
const Oid kHp = {1, 3, 6, 1, 4, 1, 11};
const Oid kPhysAddress = {1, 3, 6, 1, 2, 1, 2, 2, 1, 6};
const Oid kProduct = {1, 3, 6, 1, 4, 1, 11, 2, 3, 9, 4, 2, 1, 1, 3, 1, 0};
const Oid kStatusId = {1, 3, 6, 1, 4, 1, 11, 2, 3, 9, 1, 1, 7};

enum Table : std::uint32_t { kInput = 8, kMarker = 10, kSupply = 11, kColorant = 12 };

bool Under(const Oid& oid, const Oid& prefix) {
  return oid.size() > prefix.size() && std::equal(prefix.begin(), prefix.end(), oid.begin());
}

// The table and column of a row of the Printer-MIB that has an index of its own.
struct Place {
  std::uint32_t table = 0;
  std::uint32_t column = 0;
};

Place PlaceOf(const Oid& oid) {
  if (!Under(oid, kPrinter) || oid.size() <= kDeviceAt) return {};
  return {oid[7], oid[10]};
}

std::uint32_t NewIndex(std::uint32_t index, const Oddities& odd, std::uint32_t table) {
  if (odd.Has("sparse-index")) return index * 4 + 1;
  if (odd.Has("index-zero") && table != kColorant && index > 0) return index - 1;
  return index;
}

void MoveRow(Oid& oid, MibValue& value, const Oddities& odd) {
  const Place place = PlaceOf(oid);
  if (oid.size() > kRowAt && place.table >= kInput && place.table <= kColorant &&
      place.table != 9) {
    oid[kRowAt] = NewIndex(oid[kRowAt], odd, place.table);
  }
  const bool names_marker =
      (place.table == kSupply || place.table == kColorant) && place.column == 2;
  const bool names_colorant = place.table == kSupply && place.column == 3;
  if ((names_marker || names_colorant) && value.integer > 0) {
    value.integer = static_cast<std::int32_t>(NewIndex(static_cast<std::uint32_t>(value.integer),
                                                       odd, names_marker ? kMarker : kColorant));
  }
  if (!odd.Has("hr-index") || oid.size() <= kDeviceAt || oid[kDeviceAt] != 1) return;
  if (!Under(oid, kPrinter) && !Under(oid, kDevices)) return;
  oid[kDeviceAt] = static_cast<std::uint32_t>(odd.Number("hr-index"));
  const bool says_itself = Under(oid, kDevices) && oid[8] == 2 && oid[10] == 1;
  if (says_itself) value.integer = static_cast<std::int32_t>(oid[kDeviceAt]);
}

// The texts of a device, with the two octets PML puts before one left as they are.
void Lengthen(const Oid& oid, std::string& text, const Oddities& odd) {
  const Place place = PlaceOf(oid);
  const bool describes = oid == Oid{1, 3, 6, 1, 2, 1, 1, 1, 0} ||
                         (place.table == kSupply && place.column == 6) ||
                         (place.table == kInput && place.column == 12);
  if (odd.Has("huge-strings") && describes) {
    text.resize(std::max<std::size_t>(text.size(), odd.Number("huge-strings")), 'x');
  }
  const bool named =
      Under(oid, kSystem) || Under(oid, kDevices) || Under(oid, kPrinter) || Under(oid, kHp);
  if (odd.Has("nul-strings") && named && text.size() > 2) {
    if (place.table == kSupply) std::ranges::replace(text, ' ', '\0');
    text.append(2, '\0');
  }
}

// What else somebody put in.
void Exchange(const Oid& oid, std::string& octets, const Oddities& odd) {
  if (odd.Has("other-card") && Under(oid, kPhysAddress) && octets.size() == 6) {
    octets[3] = static_cast<char>(octets[3] ^ 0x40);
  }
  if (odd.Has("other-product") && oid == kProduct && !octets.empty()) {
    octets.back() = octets.back() == 'Z' ? 'Y' : 'Z';
  }
}

void Lie(const Oid& oid, MibValue& value, const Oddities& odd, std::int64_t first) {
  const Place place = PlaceOf(oid);
  if (place.table != kMarker || place.column != 4 || value.count == 0) return;
  if (odd.Has("wraps")) {
    const std::uint64_t at = std::max<std::uint64_t>(odd.Number("wraps"), 10);
    value.count = (value.count - static_cast<std::uint64_t>(first) + at - 10) % at;
  }
  if (odd.Has("falls")) value.count -= std::min(value.count, odd.Number("falls"));
}

}  // namespace

Mib OddMib(Mib mib, const Oddities& odd, std::int64_t first_life_count) {
  if (odd.empty()) return mib;
  Mib other;
  for (const auto& [name, healthy] : mib) {
    Oid oid = name;
    MibValue value = healthy;
    const bool bits = Under(oid, kDevices) && oid[8] == 5;  // hrPrinterDetectedErrorState
    if (value.type == MibType::kOctets && !bits) Lengthen(oid, value.octets, odd);
    if (value.type == MibType::kOctets) Exchange(oid, value.octets, odd);
    Lie(oid, value, odd, first_life_count);
    MoveRow(oid, value, odd);
    other.Set(std::move(oid), std::move(value));
  }
  return other;
}

Contexts SplitContexts(const Mib& mib) {
  Contexts contexts;
  for (const auto& [oid, value] : mib) {
    const Place place = PlaceOf(oid);
    const bool apart = Under(oid, kStatusId) || place.table == kSupply || place.table == kColorant;
    if (!apart) contexts.standard.Set(oid, value);
    if (apart || Under(oid, kSystem)) contexts.jetdirect.Set(oid, value);
  }
  return contexts;
}

}  // namespace plotmeter::simulator
