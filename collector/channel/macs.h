// How many MAC addresses of one printer are told and remembered: a printer has a few, but an agent
// may name a new one at each row of its table.

#pragma once

#include <cstddef>

namespace plotmeter {

inline constexpr std::size_t kMostMacs = 64;

}  // namespace plotmeter
