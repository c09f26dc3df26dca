// Ninety days without a portal: a spool is filled as so many printers would fill it, opened again,
// and drained into a real portal's store. What is stored then is compared with what was read.
//
//    SilenceReport report = LiveThrough({.printers = 1000, .days = 90});
//    report.stored == report.read, report.open, report.bytes …

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace plotmeter::crash {

struct Silence {
  int printers = 1000;
  int days = 90;
  int readings_a_day = 8;  // the default interval; over each of two channels
  int jobs_a_day = 10;
  bool drain = true;
  // Called when the spool was full, opened and checked, before it is drained: that takes longest.
  std::function<void(const struct SilenceReport&)> filled = {};
  // Called now and then while it is drained, with the batches that were sent.
  std::function<void(std::int64_t)> sent = {};
};

struct SilenceReport {
  std::int64_t readings = 0;  // kept
  std::int64_t jobs = 0;
  std::int64_t read = 0;    // meter values in them
  std::int64_t stored = 0;  // rows of meters at the portal, after draining
  std::int64_t stored_jobs = 0;
  std::int64_t bytes = 0;         // of the spool when it was full
  std::int64_t portal_bytes = 0;  // of its database, when all was stored
  std::chrono::milliseconds fill{0}, open{0}, look{0}, check{0}, drained{0};
  std::string wrong = {};  // what is not as it was read; empty: nothing
};

SilenceReport LiveThrough(const Silence& silence);

// Readings a second that are kept one by one, each on the disk before the next.
double AppendsASecond(int readings);

}  // namespace plotmeter::crash
