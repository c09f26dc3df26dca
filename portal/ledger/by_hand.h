// What a person may enter of a printer that no collector reaches, and say of a gap; looked at alike
// by the API and the command line. Pure.
//
//    WhatIsWrong(EnteredValue{.meter = "ink.used", .unit = "m2", .value = "433"})
//        {"unit", "one of cc, ml, …"}
//    SerialText(" cn9541h01m ")                "CN9541H01M", as collectors name it
//
// A person says in which unit a meter counts, so only units that are confirmed are taken: what is
// entered can always be counted.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/time.h"
#include "portal/store/books.h"
#include "portal/store/entered.h"

namespace plotmeter {

struct EnteredWrongly {
  const char* member = "";
  std::string expected = {};
};

// The first thing that is; empty: nothing.
std::optional<EnteredWrongly> WhatIsWrong(const EnteredValue& value);
std::optional<EnteredWrongly> WhatIsWrong(const NewPrinter& printer);

// What was used in a gap: decimal text, in its meter's unit, 0 or more.
bool IsUsed(std::string_view text);
// No more than the gap can hide; and where nobody knows how much that is, no more than all printers
// of the world print in a year. `used` IsUsed.
bool CanBeIn(const NamedGap& gap, std::string_view used);

std::string SerialText(std::string_view text);

// Nobody reads a meter tomorrow; clocks differ by some minutes. Not before 2000 either.
bool CanBeReadAt(Instant at, Instant now);

}  // namespace plotmeter
