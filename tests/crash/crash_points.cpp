// The long campaign within one program: the power goes out at so many points of scripted lives, and
// a machine is killed so many times. What is broken is printed with the seed that shows it again.
//
//    crash_points --points 10000 --kills 2000 --seed 1
//
// Exit code 1: a promise was broken.

#include <fmt/format.h>
#include <stdlib.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <string>

#include "tests/crash/real_kills.h"
#include "tests/crash/script.h"

namespace plotmeter::crash {
namespace {

constexpr int kPointsALife = 500;

struct Tally {
  int points = 0;
  int lives = 0;
  int broken = 0;
};

template <typename Life>
Tally CutThePower(const char* what, int points, std::uint64_t seed) {
  Tally tally;
  for (; tally.points < points; ++tally.lives) {
    const std::uint64_t own = seed + static_cast<std::uint64_t>(tally.lives);
    Life life(own);
    std::mt19937_64 chance(own);
    for (int i = 0; i < kPointsALife && tally.points < points; ++i, ++tally.points) {
      const std::size_t op = chance() % (life.disk().ops() + 1);
      for (const std::string& sentence :
           life.Check(op, static_cast<CrashDisk::Loss>(i % 3), chance)) {
        fmt::print("{}, seed {}, point {}, operation {}: {}\n", what, own, i, op, sentence);
        ++tally.broken;
      }
    }
  }
  fmt::print("power cuts, {}: {} points in {} lives, seed {}; {} promises broken\n", what,
             tally.points, tally.lives, seed, tally.broken);
  std::fflush(stdout);
  return tally;
}

int Number(int argc, char** argv, const char* name, int fallback) {
  for (int i = 1; i + 1 < argc; ++i) {
    if (std::strcmp(argv[i], name) == 0) return std::atoi(argv[i + 1]);
  }
  return fallback;
}

int Run(int argc, char** argv) {
  const int points = Number(argc, argv, "--points", 10'000);
  const int kills = Number(argc, argv, "--kills", 2'000);
  const auto seed = static_cast<std::uint64_t>(Number(argc, argv, "--seed", 1));
  const auto begun = std::chrono::steady_clock::now();
  int broken = 0;
  broken += CutThePower<SpoolScript>("the spool", points * 3 / 4, seed).broken;
  broken += CutThePower<PortalScript>("the portal", points - points * 3 / 4, seed).broken;
  const KillReport killed = KillForReal(kills, seed);
  for (const std::string& sentence : killed.broken) fmt::print("{}\n", sentence);
  fmt::print("SIGKILL: {} kills, {} readings, seed {}; {} promises broken\n", killed.kills,
             killed.readings, seed, killed.broken.size());
  fmt::print("{} s\n", std::chrono::duration_cast<std::chrono::seconds>(
                           std::chrono::steady_clock::now() - begun)
                           .count());
  return broken + static_cast<int>(killed.broken.size()) == 0 ? 0 : 1;
}

}  // namespace
}  // namespace plotmeter::crash

int main(int argc, char** argv) {
  if (std::filesystem::is_directory("/dev/shm")) setenv("TEST_TMPDIR", "/dev/shm/", 0);
  return plotmeter::crash::Run(argc, argv);
}
