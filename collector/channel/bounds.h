// What one answer may hold at most, over whichever channel it came.
//
//    Bound(told.answers);     a list that no honest printer has is cut, or left out, with a remark
//
// A reading with more rows than the portal takes (proto/batch.h) would not be kept at all, and what
// comes after an answer is done for each entry on threads that all printers share. A trait that is
// none of trait_words.h is left out. Pure.

#pragma once

#include <cstddef>

#include "collector/channel/channel.h"

namespace plotmeter {

inline constexpr std::size_t kMaxEntries = 1'000;  // meters, supplies, media, alerts, events
inline constexpr std::size_t kMaxJobs = 10'000;
inline constexpr std::size_t kMaxRemarks = 100;
inline constexpr std::size_t kMaxRemark = 255;  // bytes of one

// The first of each list are taken. Too many alerts are no statement: a part of them would clear
// the others. The remarks that say so come first.
void Bound(Answers& answers);

}  // namespace plotmeter
