// One sweep, and when each pass of it was over: what discovery_bench.py holds beside other
// programs.
//
//    sweep_times RANGE PORT PACKETS_PER_SECOND [RETRIES [TIMEOUT_MS]]
//                0 packets a second: no ceiling
//
// Prints one line of JSON. The first pass is over when its last address has answered or timed out;
// its packets are the one of each address. The last printer is named when its fingerprint is told.

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <future>

#include "collector/discovery/sweep.h"
#include "collector/snmp/net_snmp_session.h"

namespace plotmeter {
namespace {

using Clock = std::chrono::steady_clock;

struct Seen {
  Clock::duration at{};
  std::uint64_t asked = 0;
  std::uint64_t answered = 0;
};

double Seconds(Clock::duration span) { return std::chrono::duration<double>(span).count(); }

int Measure(char** argv, int retries, std::chrono::milliseconds timeout) {
  const SystemClock clock;
  const int ceiling = std::atoi(argv[3]);
  NetSnmpSession session({.packets_per_second = ceiling}, clock);
  session.Start();
  Sweep sweep(session, {.ranges = {AddressRange::Parse("RANGE", argv[1])},
                        .port = static_cast<std::uint16_t>(std::atoi(argv[2])),
                        .timeout = timeout,
                        .retries = retries,
                        .window = WindowFor(ceiling, timeout)});
  // All called from the session's one thread, and read after `done`.
  Seen first;
  std::uint64_t printers = 0;
  Clock::duration last_printer{};
  std::promise<void> done;
  const auto start = Clock::now();
  sweep.Start(
      [&](const SweepRow& row) {
        if (row.fingerprint.verdict != Verdict::kLargeFormat) return;
        ++printers;
        last_printer = Clock::now() - start;
      },
      [&](const SweepProgress& now) {
        if (now.pass != SweepProgress::Pass::kFirst) return;
        first = {Clock::now() - start, now.asked, now.answered};
      },
      [&] { done.set_value(); });
  done.get_future().wait();
  const auto all = Clock::now() - start;
  const SnmpCounters counters = session.counters();
  fmt::print(
      R"({{"first_pass_s": {:.3f}, "first_pass_packets": {}, "first_pass_answered": {}, )"
      R"("last_printer_s": {:.3f}, "all_s": {:.3f}, "packets": {}, "retries": {}, "printers": {}}})"
      "\n",
      Seconds(first.at), first.asked, first.answered, Seconds(last_printer), Seconds(all),
      counters.packets_sent, counters.retries, printers);
  return 0;
}

}  // namespace
}  // namespace plotmeter

int main(int argc, char** argv) {
  if (argc < 4) {
    fmt::print(stderr, "sweep_times RANGE PORT PACKETS_PER_SECOND [RETRIES [TIMEOUT_MS]]\n");
    return 2;
  }
  const auto timeout =
      argc > 5 ? std::chrono::milliseconds(std::atoi(argv[5])) : plotmeter::SweepOptions{}.timeout;
  return plotmeter::Measure(argv, argc > 4 ? std::atoi(argv[4]) : 1, timeout);
}
