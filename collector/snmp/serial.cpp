#include "collector/snmp/serial.h"

#include <algorithm>
#include <cstddef>

#include "collector/snmp/text.h"

namespace plotmeter {

std::string UsableSerial(std::string_view text) {
  constexpr std::size_t kShortest = 6;
  std::string serial = UpperAscii(Trimmed(text));
  const bool plain = std::ranges::all_of(serial, [](char c) { return c > ' ' && c < '\x7f'; });
  if (!plain || serial.size() < kShortest || serial == "<PRIVATE>") return {};
  const bool all_one = serial.find_first_not_of(serial[0]) == std::string::npos;
  if (all_one && (serial[0] == 'X' || serial[0] == '0' || serial[0] == 'F')) return {};
  return serial;
}

}  // namespace plotmeter
