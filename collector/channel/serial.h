// Serial numbers: trimmed, in upper case, and none of the placeholders that devices send for
// "none". One rule for every channel: the serial is who a printer is.

#pragma once

#include <string>
#include <string_view>

namespace plotmeter {

// The serial as it is compared and kept; empty for a placeholder: all X (after an NVRAM
// initialisation), all 0, all F, "<private>", "N/A", fewer than 6 characters, or anything but
// printable ASCII without blanks.
std::string UsableSerial(std::string_view text);

}  // namespace plotmeter
