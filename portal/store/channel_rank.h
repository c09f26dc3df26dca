// Which of a printer's channels is believed where nothing else decides: domain.md 1, the ladder.
//
//    RankOf("piws") < RankOf("ledm") < RankOf("snmp")     the lower, the more it is believed
//
// What a collector says of a meter of its own (docs/decisions/0007) comes before it. Pure.

#pragma once

#include <string_view>

namespace plotmeter {

constexpr int RankOf(std::string_view channel) {
  if (channel == "piws") return 0;
  if (channel == "ledm") return 1;
  return channel == "snmp" ? 2 : 3;
}

}  // namespace plotmeter
