#include "tests/crash/cut_points.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "common/crypto.h"

namespace plotmeter::crash {

CutPoints::CutPoints(const CrashDisk& disk, std::uint64_t seed) : disk_(disk), chance_(seed) {
  for (std::size_t op = 0; op <= disk.ops(); ++op) {
    for (const auto loss :
         {CrashDisk::Loss::kAllUnsynced, CrashDisk::Loss::kNothing, CrashDisk::Loss::kAny}) {
      left_.emplace_back(op, loss);
    }
  }
  std::ranges::shuffle(left_, chance_);
}

std::optional<CutPoint> CutPoints::Next() {
  while (!left_.empty()) {
    const auto [op, loss] = left_.back();
    left_.pop_back();
    ++drawn_;
    CutPoint point{.op = op, .left = disk_.After(op, loss, chance_)};
    std::string image;
    for (const auto& [path, bytes] : point.left) {
      image += fmt::format("{} {} ", path, bytes.size());
      image += bytes;
    }
    if (images_.insert(Sha256(image)).second) return point;
  }
  return {};
}

std::uint64_t LifeSeed(std::uint64_t campaign, const std::string& what, int life) {
  const std::string hash = Sha256(fmt::format("{} {} {}", campaign, what, life));
  std::uint64_t seed = 0;
  std::memcpy(&seed, hash.data(), sizeof seed);
  return seed;
}

}  // namespace plotmeter::crash
