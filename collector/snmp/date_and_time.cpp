#include "collector/snmp/date_and_time.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace plotmeter {

std::optional<Instant> DateAndTime(std::string_view octets) {
  if (octets.size() != 11) return std::nullopt;
  std::array<unsigned, 11> o{};
  std::ranges::transform(octets, o.begin(), [](char c) { return static_cast<unsigned char>(c); });
  const auto second =
      ParseInstant(fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}{:02}:{:02}", o[0] << 8 | o[1],
                               o[2], o[3], o[4], o[5], o[6], o[8] == '-' ? '-' : '+', o[9], o[10]));
  if (!second || ToMillis(*second) <= 0 || o[7] > 9) return std::nullopt;
  return *second + std::chrono::milliseconds(o[7] * 100);
}

}  // namespace plotmeter
