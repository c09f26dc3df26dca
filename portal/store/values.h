// A quantity as a pair of columns, as the printer gave it: decimal text, and its unit.

#pragma once

#include <optional>
#include <string>

#include "common/reading.h"

namespace plotmeter {

inline std::optional<std::string> ValueOf(const std::optional<Quantity>& quantity) {
  return quantity ? std::optional(quantity->value.text()) : std::nullopt;
}

inline std::optional<std::string> UnitOf(const std::optional<Quantity>& quantity) {
  return quantity ? std::optional(quantity->unit) : std::nullopt;
}

}  // namespace plotmeter
