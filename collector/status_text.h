// A printer of status.json as text and back, without a tree of JSON: of a large site it is a
// thousand of them, read at each start and written after each round.
//
//    AppendStatus(text, "10.0.0.7:161", status);     {"address":"10.0.0.7:161","asleep":false,…}
//    TakeStatus(text)                                 the first, and the comma behind it, are gone
//
// Pure.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "collector/status_book.h"

namespace plotmeter {

// One object, its members in alphabetical order.
void AppendStatus(std::string& out, const std::string& address, const PrinterStatus& status);

// Address and status of what AppendStatus wrote, off the front of `text`. Empty, and `text` as it
// was, for whatever else is JSON too: other members, another order, blanks, texts with escapes.
std::optional<std::pair<std::string, PrinterStatus>> TakeStatus(std::string_view& text);

}  // namespace plotmeter
