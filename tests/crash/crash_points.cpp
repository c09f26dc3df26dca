// The long campaign within one program: the power goes out at so many points of scripted lives,
// each of which leaves another disk, and a machine is killed so many times. What is broken is
// printed with the seed that shows it again.
//
//    crash_points --points 10000 --kills 2000 --seed 1
//
// Exit code 1: a promise was broken; 2: a wrong argument.

#include <fmt/format.h>
#include <stdlib.h>

#include <charconv>
#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

#include "tests/crash/cut_points.h"
#include "tests/crash/real_kills.h"
#include "tests/crash/script.h"

namespace plotmeter::crash {
namespace {

constexpr int kPointsALife = 250;

// Returns how many promises were broken.
template <typename Life>
int CutThePower(const char* what, int wanted, std::uint64_t seed) {
  int points = 0, drawn = 0, lives = 0, broken = 0;
  for (; points < wanted; ++lives) {
    const std::uint64_t own = LifeSeed(seed, what, lives);
    Life life(own);
    CutPoints cuts(life.disk(), own);
    for (int i = 0; i < kPointsALife && points < wanted; ++i) {
      const auto point = cuts.Next();
      if (!point) break;
      ++points;
      for (const std::string& sentence : life.Check(point->op, point->left)) {
        fmt::print("{}, seed {}, life {}, point {}, operation {}: {}\n", what, seed, lives, i,
                   point->op, sentence);
        ++broken;
      }
    }
    drawn += cuts.drawn();
  }
  fmt::print(
      "power cuts, {}: {} points, each of another disk image, of {} drawn in {} lives, seed "
      "{}; {} promises broken\n",
      what, points, drawn, lives, seed, broken);
  std::fflush(stdout);
  return broken;
}

struct Wanted {
  int points = 10'000;
  int kills = 2'000;
  int seed = 1;
};

// Throws std::invalid_argument: a campaign of nothing breaks nothing, too.
Wanted WantedOf(int argc, char** argv) {
  Wanted wanted;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    int* number = name == "--points"  ? &wanted.points
                  : name == "--kills" ? &wanted.kills
                  : name == "--seed"  ? &wanted.seed
                                      : nullptr;
    const std::string_view text = i + 1 < argc ? argv[i + 1] : "";
    const char* const end = text.data() + text.size();
    if (number == nullptr || std::from_chars(text.data(), end, *number).ptr != end ||
        text.empty() || *number < 0) {
      throw std::invalid_argument(fmt::format(
          "'{} {}': expected --points N, --kills N or --seed N, each a number", name, text));
    }
  }
  return wanted;
}

int Run(const Wanted& wanted) {
  const auto seed = static_cast<std::uint64_t>(wanted.seed);
  const auto begun = std::chrono::steady_clock::now();
  int broken = 0;
  broken += CutThePower<SpoolScript>("the spool", wanted.points * 3 / 4, seed);
  broken += CutThePower<PortalScript>("the portal", wanted.points - wanted.points * 3 / 4, seed);
  const KillReport killed = KillForReal(wanted.kills, seed);
  for (const std::string& sentence : killed.broken) fmt::print("{}\n", sentence);
  fmt::print("SIGKILL: {} kills, {} readings, {} jobs, {} alerts, seed {}; {} promises broken\n",
             killed.kills, killed.readings, killed.jobs, killed.alerts, seed, killed.broken.size());
  fmt::print("{} s\n", std::chrono::duration_cast<std::chrono::seconds>(
                           std::chrono::steady_clock::now() - begun)
                           .count());
  return broken + static_cast<int>(killed.broken.size()) == 0 ? 0 : 1;
}

}  // namespace
}  // namespace plotmeter::crash

int main(int argc, char** argv) {
  if (std::filesystem::is_directory("/dev/shm")) setenv("TEST_TMPDIR", "/dev/shm/", 0);
  plotmeter::crash::Wanted wanted;
  try {
    wanted = plotmeter::crash::WantedOf(argc, argv);
  } catch (const std::invalid_argument& error) {
    fmt::print(stderr, "crash_points: {}\n", error.what());
    return 2;
  }
  return plotmeter::crash::Run(wanted);
}
