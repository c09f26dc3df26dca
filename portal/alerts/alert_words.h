// What an alert's code means, for people. What is stored and exported stays the code.

#pragma once

#include <string_view>

namespace plotmeter {

// prtAlertCode (RFC 3805, PrtAlertCodeTC) without the kind of part, which stands beside it:
// "input-supply-empty" for "808" (inputMediaSupplyEmpty), "empty" for "13" (subunitEmpty). Empty
// for other, unknown and codes not in the table, makers' own among them.
std::string_view PrtAlertCodeWords(std::string_view code);

}  // namespace plotmeter
