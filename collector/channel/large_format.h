// The families of HP's large-format printers, by name.

#pragma once

#include <string_view>

namespace plotmeter {

// \b(Designjet|PageWide\s+XL|Latex|Stitch)\b, in any case, as a matcher that takes linear time and
// no stack on any octets (std::regex may overflow the stack). "PageWide Pro", "DeskJet" and
// "Latexo" do not match.
bool NamesLargeFormat(std::string_view text);

}  // namespace plotmeter
