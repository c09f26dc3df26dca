// The spool: how fast it keeps readings one by one, how large it gets in ninety days without a
// portal for a thousand printers, how long it then takes to open, and whether all of it arrives.
//
//    bench_spool [PRINTERS]

#include <fmt/format.h>

#include <cstdlib>

#include "tests/crash/long_silence.h"

int main(int argc, char** argv) {
  using namespace plotmeter::crash;
  const int printers = argc > 1 ? std::atoi(argv[1]) : 1000;
  fmt::print("bench spool.appends: {:.0f} readings/s, each synced\n", AppendsASecond(2000));
  std::fflush(stdout);
  const auto seconds = [](std::chrono::milliseconds span) {
    return static_cast<double>(span.count()) / 1000;
  };
  const auto filled = [&](const SilenceReport& report) {
    fmt::print("bench spool.size: {:.2f} GB, {} readings and {} jobs of {} printers in 90 days\n",
               static_cast<double>(report.bytes) / 1e9, report.readings, report.jobs, printers);
    fmt::print("bench spool.fill: {:.0f} readings/s, synced by the round\n",
               static_cast<double>(report.readings) / seconds(report.fill));
    fmt::print("bench spool.open: {:.2f} s (goal <= 2) {}\n", seconds(report.open),
               seconds(report.open) <= 2 ? "ok" : "short");
    fmt::print("bench spool.check: {:.1f} s, every page, in the background\n",
               seconds(report.check));
    std::fflush(stdout);
  };
  const SilenceReport report = LiveThrough(
      {.printers = printers, .days = 90, .filled = filled, .sent = [](std::int64_t sent) {
         fmt::print(stderr, "{} batches\r", sent);
       }});
  fmt::print("bench spool.drain: {:.0f} s, sealed, opened and stored in one process\n",
             seconds(report.drained));
  fmt::print("bench spool.equal: {} values and {} jobs stored of {} and {}{} {}\n", report.stored,
             report.stored_jobs, report.read, report.jobs,
             report.wrong.empty() ? "" : ": " + report.wrong,
             report.wrong.empty() ? "ok" : "short");
  return report.wrong.empty() ? 0 : 1;
}
