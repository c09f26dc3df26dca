// The 26 letters in one case; what else there is stays. No locale changes it.

#pragma once

#include <string>
#include <string_view>

namespace plotmeter {

inline std::string LowerAscii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace plotmeter
