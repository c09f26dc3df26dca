// What jobs say they used, summed by a word of theirs. Pure.
//
//    JobUsage usage(JobWord::kMedia);
//    store.EachJob(…, [&](const JobRow& job) { usage.Add(job, "Europe/Berlin"); return true; });
//    for (const JobUsageRow& row : usage.Rows()) …      "2070": 12 jobs, 24 pages, …
//
// A sum is of the jobs that say it in a confirmed unit, and beside it stands how many these are:
// what the others used is unknown, and not 0. Jobs without the word are a row of their own. Counted
// are jobs that printed, copied or scanned, or say that they used something; none that waits yet.
//
// Meters are what is billed by; these sums are as good as what printers tell of their jobs
// (reconciliation.h).

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portal/ledger/job_amounts.h"
#include "portal/store/store.h"

namespace plotmeter {

enum class JobWord {
  kType,      // print, copy, scan
  kMedia,     // paper id
  kQuality,   // as the printer calls it
  kColor,     // color, mono: of the inks that the job names any is a colour, or none is
  kCoverage,  // ink by area, in ml/m2: one of the bands below
  kDay,       // on which it ended, where the site is: 2026-11-10
};

struct JobWordName {
  static constexpr std::string_view kExample = "type, media, quality, color, coverage or day";
  static std::optional<JobWordName> Parse(std::string_view text);
  JobWord word = JobWord::kType;
  std::string_view text = {};
};

// From so many ml of all inks on a square metre, up to what the next begins with. A drawing of
// lines takes less than one, a photograph ten and more.
struct CoverageBand {
  std::int64_t from = 0;  // ml/m2
  std::string_view name = {};
};
inline constexpr CoverageBand kCoverageBands[] = {
    {0, "0-1"}, {1, "1-3"}, {3, "3-6"}, {6, "6-10"}, {10, "10-"}};

struct JobSum {
  std::int64_t amount = 0;  // base units
  std::int64_t jobs = 0;    // that say it
};

struct JobUsageRow {
  std::optional<std::string> key = {};  // absent: the jobs do not say it
  bool is_rest = false;                 // of all words after the first thousand
  std::int64_t jobs = 0;
  std::optional<JobSum> pages = {}, area = {}, length = {};  // absent: none says it
  std::map<std::string, JobSum> ink = {};                    // by colorant
};

class JobUsage {
 public:
  static constexpr std::size_t kMostWords = 1000;

  explicit JobUsage(JobWord word) : word_(word) {}

  void Add(const JobRow& job, const std::string& time_zone);
  // By the word; who says none, and the rest, last.
  std::vector<JobUsageRow> Rows() const;

 private:
  std::optional<std::string> WordOf(const JobRow& job, const JobAmounts& amounts,
                                    const std::string& time_zone) const;

  const JobWord word_;
  std::map<std::string, JobUsageRow> rows_;
  JobUsageRow unsaid_;
  JobUsageRow rest_ = {.is_rest = true};
};

}  // namespace plotmeter
