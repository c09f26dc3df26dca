// What people will send to a printer: the jobs of a day, made from a seed.
//
//    JobsOfDay(model, {.seed = 7, .printer = 2}, day)    five or six jobs, by arrival; with a
//                                                        scanner one or two scans and copies
//                                                        more
//
// The same seed, printer and day give the same jobs on every machine, whatever was asked before.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "common/time.h"
#include "tests/simulator/models.h"

namespace plotmeter::simulator {

// What becomes of a job. Only kPrinted and kCancelledHalfway use ink and media.
enum class Fate { kPrinted, kCancelledHalfway, kCancelledUnprinted, kHeld, kDeletedUnprinted };

// What people ask of a printer. A copy is scanned and printed.
enum class JobKind { kPrint, kScan, kCopy };

struct JobPlan {
  JobKind kind = JobKind::kPrint;
  std::string uuid = {};         // the printer's
  std::string client_uuid = {};  // may be empty
  std::string name = {};
  std::string user = {};  // a trap, as are the next two
  std::string host = {};
  std::string account = {};
  Fate fate = Fate::kPrinted;
  Instant arrives = {};
  std::chrono::milliseconds page_time = {};  // to print one page
  int pages = 1;                             // of one copy
  int copies = 1;
  int pages_before_cancel = 0;  // of pages * copies; with kCancelledHalfway at least 1
  std::int64_t page_width = 0;  // micro-inches
  std::int64_t page_height = 0;
  std::size_t input = 0;     // where the media comes from: of the model's inputs
  std::string quality = {};  // Best, Normal, Fast
  bool economode = false;
  bool maximum_detail = false;
  std::vector<std::int64_t> page_ink = {};  // nanolitres of each ink for one page
  std::vector<std::int64_t> spit =
      {};                          // nanolitres of each ink the job costs the heads, in no account
  bool unaccounted = false;        // the printer keeps no account of it
  bool vanishes = false;           // it leaves the list soon after it is finished
  std::int64_t gray_coverage = 0;  // millionths
  std::int64_t color_coverage = 0;
};

struct JobSource {
  std::uint64_t seed = 0;
  std::uint64_t printer = 0;
  int jobs_a_day = 0;  // exactly so many are printed; 0: five or six
};

// All arrivals lie between 07:00 and 19:00 UTC of the day, at whole seconds.
std::vector<JobPlan> JobsOfDay(const PrinterModel& model, const JobSource& source,
                               std::chrono::sys_days day);

// Nanolitres of each ink that the nightly service of the heads takes; in no job's account.
std::vector<std::int64_t> NightlyService(const PrinterModel& model, const JobSource& source,
                                         std::chrono::sys_days day);

}  // namespace plotmeter::simulator
