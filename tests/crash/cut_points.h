// Where the power goes out in a life on a CrashDisk: every point is another disk image, in the
// order of chance and without replacement.
//
//    CutPoints points(script.disk(), seed);
//    while (const auto point = points.Next()) script.Check(point->op, point->left);
//
// Many operations leave the same image (all between two syncs, when all that was not synced is
// lost); those after the first are passed over. The same life and seed give the same points.

#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/crash/crash_disk.h"

namespace plotmeter::crash {

struct CutPoint {
  std::size_t op = 0;  // after so many operations
  CrashDisk::Contents left = {};
};

class CutPoints {
 public:
  // `disk` must outlive it, and be written no more.
  CutPoints(const CrashDisk& disk, std::uint64_t seed);

  // Empty: each operation was tried with each loss.
  std::optional<CutPoint> Next();
  int drawn() const { return drawn_; }  // so far, with those passed over
  int distinct() const { return static_cast<int>(images_.size()); }

 private:
  const CrashDisk& disk_;
  std::mt19937_64 chance_;
  std::vector<std::pair<std::size_t, CrashDisk::Loss>> left_;
  std::set<std::string> images_;  // SHA-256
  int drawn_ = 0;
};

// A seed for one of many lives. Those of one campaign are never those of another: a campaign's seed
// plus one is not the same campaign a life later.
std::uint64_t LifeSeed(std::uint64_t campaign, const std::string& what, int life);

}  // namespace plotmeter::crash
