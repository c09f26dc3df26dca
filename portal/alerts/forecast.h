// For how many days a supply lasts, if it goes on as it did.
//
//    DaysLeft(levels, now)     12: the whole days, rounded down; empty: nobody can tell
//
// The method. Of the levels of the last 30 days, every fall from one to the next is use; a rise is
// a new cartridge, or one that was shaken, and no use. What was used, over the time from the first
// of these levels to the last, is the rate; what is left, by that rate, is the answer:
//
//    days = left now × (last − first) ÷ used, rounded down
//
// A level from before the 30 days counts as that of their beginning, since levels are noted when
// they change. Nobody can tell where the levels span less than three days, nothing was used, or
// units differ. Levels are the printer's own (percent, or an amount), so what a printer rounds to
// whole percents is no better than that. Exact integers throughout.

#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "portal/store/watched.h"

namespace plotmeter {

inline constexpr std::chrono::days kForecastWindow{30};
inline constexpr std::chrono::days kForecastNeeds{3};

// `levels` rise in time; the last one is what is left now. More than ten years is empty, too.
std::optional<int> DaysLeft(const std::vector<LevelPoint>& levels, Instant now);

}  // namespace plotmeter
