// Jobs and lifetime meters are two accounts of the same printing. Here they stand side by side, and
// what does not fit is named. Pure.
//
//    for (const Reconciled& row : Reconcile(meters, jobs, {.jobs_since = …, .settled = …}))
//      row.metered 412, row.in_jobs 400, row.residue 12, row.fit kJobMissing: impressions
//
// What is compared with what (by the documents that the channels read; no other pair is known):
//
//    impressions    printed_pages of jobs: pages that came out, copies counted
//    media.area     area of jobs
//    media.length   length of jobs
//    ink.used       ink of that colorant, of jobs
//
// A meter is compared only where its unit and that of the jobs are confirmed (quantity.h); "?" is
// not. It is compared with the jobs of one channel, the first of PIWS, LEDM and SNMP whose jobs say
// such an amount. A meter without a counterpart has no row.
//
// **Spans.** A meter's readings are cut where the printer was quiet: no job within a quarter of an
// hour of the reading. Within a span all jobs are whole. Only at the ends of the month a reading
// may stand in the middle of a job: then it may be in the span, or not. Each span has to fit for
// itself, and all of them together: what is lost in one and told twice in another is no balance.
//
// **Tolerance** is what rounding can do, never a share: for each job half a unit of the last digit
// that it says if it says too much, and a whole one if too little (printers round or cut), and one
// unit of the readings' last digit. Counts have none.
//
// **Unknown** is never 0. A job that printed and does not say how much may be any amount more; one
// of an unknown type, that much or nothing. Of a cancelled job the amount is the least.
//
// Jobs that are not all the printer's (calibration, a page of its own) show as missing.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "portal/ledger/account.h"
#include "portal/store/books.h"
#include "portal/store/store.h"

namespace plotmeter {

// When a printer's jobs and readings have come: printers tell of a job minutes after it ended, and
// collectors send both in the order in which they were read.
inline constexpr std::chrono::hours kSettleTime{12};

// Ink that no job accounts for, at the most: each day that has begun, and of what jobs used. Heads
// are served daily, and spit before each job; how much is in no document. Generous, so that a
// printer that is served is no fault.
inline constexpr std::int64_t kServiceADay = 2'000'000;  // nL
inline constexpr std::int64_t kServicePercent = 20;

enum class Fit {
  kFits,         // to the last digit
  kRounding,     // by no more than rounding can do
  kMaintenance,  // ink: the meter counts more, by no more than maintenance takes
  // The meter counts more, and jobs are there that do not say how much, or that may be of the month
  // or not, or of an unknown type.
  kUnallocated,
  kJobMissing,    // the meter counts more: all meters that would show it, or it is the only one
  kJobTwice,      // jobs tell more: two are the same, or all meters show it
  kMeterJumped,   // the meter counts more, at once, and others that would show a job do not
  kMeterStuck,    // jobs tell more: this meter stood still while they printed
  kNotExplained,  // neither
  kUnsettled,     // too young to say
};

// "fits", "rounding", "maintenance", "unallocated", "job-missing", "job-twice", "meter-jumped",
// "meter-stuck", "not-explained", "unsettled".
std::string_view ToText(Fit fit);
// A person has to look at it.
constexpr bool IsMismatch(Fit fit) { return fit >= Fit::kJobMissing && fit != Fit::kUnsettled; }

struct MeterEntries {
  std::string channel = {};
  StoredMeter meter = {};
  std::vector<Entry> entries = {};  // by closing
};

struct Reconciling {
  // The first job that was ever told of this printer: readings before it have no counterpart.
  Instant jobs_since = {};
  // Entries that closed later are too young: kSettleTime before the printer's last reading.
  Instant settled = {};
};

// Amounts are in the meter's base unit (quantity.h).
struct Reconciled {
  std::int64_t meter = 0;  // the store's number
  Instant from = {}, to = {};
  std::int64_t metered = 0;  // gaps are not in it, nor what jobs tell of while they lasted
  std::int64_t in_jobs = 0;  // that they tell of, at the least
  std::int64_t residue = 0;  // metered - in_jobs
  // What rounding can do, and jobs that may be in it or not.
  std::int64_t tolerance = 0;
  std::int64_t jobs = 0;    // that are in it, or may be
  std::int64_t unsaid = 0;  // of these: do not say how much
  std::int64_t gaps = 0;    // spans in which the meter has one
  Fit fit = Fit::kUnsettled;
  Instant shows_from = {}, shows_to = {};  // of a mismatch: where it is largest
};

// `jobs`: all that ended between the first opening and the last closing, and a day around, by when
// they ended. Where there are none, those before, which tell what the printer's jobs say.
std::vector<Reconciled> Reconcile(const std::vector<MeterEntries>& meters,
                                  const std::vector<JobRow>& jobs, const Reconciling& within);

}  // namespace plotmeter
