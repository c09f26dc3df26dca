#include "portal/ledger/most_printed.h"

#include <algorithm>

#include "portal/ledger/quantity.h"

namespace plotmeter {
namespace {

// Base units an hour.
std::int64_t AnHour(std::string_view base_unit) {
  if (base_unit == "nL") return 50'000'000'000;        // 50 l
  if (base_unit == "mm2/100") return 300'000'000'000;  // 3 000 m²
  if (base_unit == "um") return 3'000'000'000;         // 3 000 m
  return 10'000;                                       // sheets, scans, cartridges
}

}  // namespace

std::optional<std::int64_t> MostPrinted(std::string_view meter, std::string_view unit,
                                        std::chrono::milliseconds within) {
  const auto base = BaseUnit(meter, unit);
  if (!base) return std::nullopt;
  const auto hours = std::chrono::ceil<std::chrono::hours>(within).count();
  std::int64_t most = 0;
  if (__builtin_mul_overflow(AnHour(*base), std::max<std::int64_t>(hours, 1), &most)) {
    return std::nullopt;
  }
  return most;
}

}  // namespace plotmeter
