// A text as JSON has it, for who writes JSON without a tree of it (json.h).
//
//    AppendJsonString(out, "24\" roll");     out ends in "24\" roll", quotes and backslash included

#pragma once

#include <string>
#include <string_view>

namespace plotmeter {

// Appends the text in its quotes. What is not UTF-8 is written with replacement characters.
void AppendJsonString(std::string& out, std::string_view text);

}  // namespace plotmeter
