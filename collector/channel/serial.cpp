#include "collector/channel/serial.h"

#include <algorithm>
#include <cstddef>

namespace plotmeter {

std::string UsableSerial(std::string_view text) {
  constexpr std::size_t kShortest = 6;
  constexpr std::string_view kBlank(" \t\r\n\0", 5);
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  std::string serial(text.substr(first, text.find_last_not_of(kBlank) - first + 1));
  for (char& c : serial) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  const bool plain = std::ranges::all_of(serial, [](char c) { return c > ' ' && c < '\x7f'; });
  if (!plain || serial.size() < kShortest || serial == "<PRIVATE>") return {};
  const bool all_one = serial.find_first_not_of(serial[0]) == std::string::npos;
  if (all_one && (serial[0] == 'X' || serial[0] == '0' || serial[0] == 'F')) return {};
  return serial;
}

}  // namespace plotmeter
