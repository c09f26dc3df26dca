// How the cost of something grows with its size: what a stranger can stretch must not cost the
// square of it.
//
//    if (!kClockIsOfTheProcessor) GTEST_SKIP();
//    EXPECT_LT(GrowthOf(2'000, [](int size) { ReadMany(size); }), kNoSquare);
//
// Processor time of this process, not time on the wall, as a ratio of two sizes in the same run:
// other work on the machine changes neither. What grows with its size gives about 8, what grows
// with its square 64.

#pragma once

#include <algorithm>
#include <ctime>
#include <functional>
#include <limits>

namespace plotmeter {

// On Windows std::clock() is time on the wall: who asks for growth there is skipped.
#ifdef _WIN32
constexpr bool kClockIsOfTheProcessor = false;
#else
constexpr bool kClockIsOfTheProcessor = true;
#endif

constexpr int kEightTimes = 8;
constexpr double kNoSquare = 24;

// The processor time of `work(8 * size)` in that of `work(size)`, each the least of three.
inline double GrowthOf(int size, const std::function<void(int)>& work) {
  const auto cost = [&](int of) {
    std::clock_t least = std::numeric_limits<std::clock_t>::max();
    for (int i = 0; i < 3; ++i) {
      const std::clock_t begin = std::clock();
      work(of);
      least = std::min(least, std::clock() - begin);
    }
    return std::max(static_cast<double>(least), 1.0);
  };
  const double small = cost(size);
  return cost(kEightTimes * size) / small;
}

}  // namespace plotmeter
