// Bytes as hexadecimal text, the form in which vectors are published.

#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace plotmeter {

inline std::string ToHex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

// Blanks between bytes are skipped. The text is ours: it is not checked.
inline std::string FromHex(std::string_view text) {
  std::string out;
  std::string digits;
  for (const char c : text) {
    if (c == ' ') continue;
    digits += c;
    if (digits.size() == 2) {
      out += static_cast<char>(std::stoi(digits, nullptr, 16));
      digits.clear();
    }
  }
  return out;
}

}  // namespace plotmeter
