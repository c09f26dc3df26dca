// The texts of printers, as UTF-8 that may be shown: no NUL and what follows it, no control
// characters, no blanks at either end, at most 255 octets.
//
//    DecodePml("\xFD\xE8" "Plain Paper").utf8   "Plain Paper"
//    DecodePml("\x01\x15" "Gr\xDEe").utf8       "Größe" with Roman-8's ö and ß
//    DecodePml("\xFD\xE8").utf8                 ""
//    DecodePml("Ready").utf8                    "Ready": no known prefix, so none is taken away
//
// A PML string (HP's P tree, and only there) begins with two octets that name a PCL symbol set, big
// endian: 01 15 is 8U Roman-8, 00 0E is 0N ISO 8859-1, and DesignJets use FD E8. 65000 is also
// Windows' number of UTF-7; what printers send after it is not UTF-7 but ASCII or UTF-8.
// Never throws.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plotmeter {

struct Text {
  std::string utf8 = {};
  bool cut = false;  // it was longer than kMaxTextOctets

  bool operator==(const Text&) const = default;
};

inline constexpr std::size_t kMaxTextOctets = 255;

// A text of HP's P tree.
Text DecodePml(std::string_view octets);

// Any other text. `charset` is IANA's MIBenum as prtLocalizationCharacterSet gives it: 4 is
// Latin-1, 2004 hp-roman8; 3 (ASCII), 106 (UTF-8), none or any other means UTF-8 if it is valid UTF-8, else
// Latin-1.
Text DecodeText(std::string_view octets, std::optional<std::int64_t> charset = std::nullopt);

// ASCII only, without looking at the locale (LowerAscii: ascii.h).
std::string UpperAscii(std::string_view text);

// Without blanks at either end.
std::string_view Trimmed(std::string_view text);

}  // namespace plotmeter
