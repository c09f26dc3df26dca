// That a channel has given a meter of a printer: who gave it once is known to have it
// (docs/decisions/0007).

#pragma once

#include <compare>
#include <string>

#include "common/reading.h"

namespace plotmeter {

struct GivenMeter {
  std::string serial = {};  // of the printer
  std::string meter = {};   // "ink.used"
  ChannelKind channel = ChannelKind::kNone;

  auto operator<=>(const GivenMeter&) const = default;
};

}  // namespace plotmeter
