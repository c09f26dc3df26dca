// What came, fit for one line of an error message: printable ASCII, and not too much of it.
//
//    Shown("10.0.0.\x07")   "10.0.0.?"

#pragma once

#include <string>
#include <string_view>

namespace plotmeter {

std::string Shown(std::string_view text);

}  // namespace plotmeter
