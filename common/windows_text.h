// Windows only: between our UTF-8 and the UTF-16 that its functions speak.

#pragma once

#include <string>
#include <string_view>

namespace plotmeter {

// What is no valid UTF-8 (UTF-16) becomes U+FFFD.
std::wstring Wide(std::string_view utf8);
std::string Utf8(std::wstring_view utf16);

}  // namespace plotmeter
