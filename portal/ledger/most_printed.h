// The most that any large-format printer can count in a stretch of time: what rises by more did not
// print, its meter jumped. Generous: some twice what the fastest of them does (PageWide XL 8200: 30
// A1 a minute, 1 380 m² of a one-metre roll an hour).
//
//    MostPrinted("media.area", "m2", 3 h)      9 000 m², as 900000000000 (1/100 mm²)
//    MostPrinted("media.area", "?", 3 h)       empty: what is not confirmed is not judged
//
// A stretch below an hour counts as an hour: answers of a printer are not as punctual as our clock.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace plotmeter {

// In base units (quantity.h).
std::optional<std::int64_t> MostPrinted(std::string_view meter, std::string_view unit,
                                        std::chrono::milliseconds within);

}  // namespace plotmeter
