// A month of a printer that prints, and what it tells of that: jobs, and meters that are read every
// three hours. It knows nothing of how the ledger compares them.
//
//    PrintedMonth month(seed, {.fault = Fault::kJobLost});
//    Reconcile(month.meters(), month.jobs(), month.within())
//    month.share()       how much of the month the fault is, in thousandths
//
// Meters: 1 impressions, 2 media.area in m2, 3 media.length in m, 4 and 5 ink.used in cc. Numbers
// are cut to the digits that are shown, those of jobs cut or rounded; ink serves heads every night.

#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "portal/ledger/reconciliation.h"

namespace plotmeter {

enum class Fault {
  kNone,
  kJobLost,
  kJobDoubled,
  kMeterJumped,
  kMeterStuck,
  kJobAreaScaled,
};

class PrintedMonth {
 public:
  static constexpr std::size_t kMeters = 5;
  // By meter, in the smallest units of this world: pages, mm², µm, and nL twice.
  using Amounts = std::array<std::int64_t, kMeters>;

  struct Made {
    Fault fault = Fault::kNone;
    std::size_t meter = 1;        // that jumps or is stuck
    std::int64_t per_mille = 10;  // how large it is at the least
    // Everything that ordinary printers leave out: amounts, times, types.
    bool leaves_out = true;
    // Its meters are fine enough for one to tell of another.
    bool has_witness = false;
  };

  PrintedMonth(std::uint32_t seed, const Made& made) : made_(made), random_(seed) {
    job_decimals_ = static_cast<int>(Between(3, 6));
    area_decimals_ = static_cast<int>(Between(0, 3));
    length_decimals_ = static_cast<int>(Between(0, 2));
    ink_decimals_ = Once(2) ? 0 : 3;
    job_is_cut_ = Once(2);
    by_night_ = Once(4) && made_.fault != Fault::kMeterStuck;
    if (made_.has_witness) {
      job_decimals_ = 6;
      area_decimals_ = 3;
      length_decimals_ = 2;
    }
    Print();
    if (made_.fault == Fault::kJobLost || made_.fault == Fault::kJobDoubled) ChooseJobs();
    Read();
    Tell();
  }

  std::vector<MeterEntries> meters() const { return meters_; }
  const std::vector<JobRow>& jobs() const { return rows_; }
  Reconciling within() const { return {.jobs_since = begins_, .settled = ends_}; }
  // Of that meter's month, rounded down.
  std::int64_t share(std::size_t meter) const {
    return total_[meter] == 0 ? 0 : fault_[meter] * 1000 / total_[meter];
  }

 private:
  struct Printed {
    Instant from = {}, to = {};
    Amounts used = {};
    int pages = 1;
    bool is_scan = false, is_cancelled = false, says_nothing = false, is_lost = false,
         is_doubled = false, is_mono = false;
  };

  std::int64_t Between(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
  }
  bool Once(int in) { return Between(1, in) == 1; }

  void Print() {
    const std::int64_t busy = Between(3, 30);
    for (int day = -1; day < 32; ++day) {
      if (day % 7 == 5 && !by_night_) continue;
      Instant at = begins_ + std::chrono::hours(24 * day + (by_night_ ? 0 : 8));
      const Instant evening = at + std::chrono::hours(by_night_ ? 24 : 10);
      const std::int64_t jobs = Between(1, busy);
      for (std::int64_t n = 0; n < jobs && at < evening - std::chrono::hours(2); ++n) {
        at += std::chrono::seconds(Between(5, 2 * 36'000 / jobs));
        Printed job{.from = at};
        job.pages = Once(4) ? static_cast<int>(Between(2, 12)) : 1;
        at += std::chrono::seconds(job.pages * Between(20, 240));
        job.to = at;
        if (made_.leaves_out) {
          job.is_scan = Once(15);
          job.is_cancelled = Once(30);
          job.says_nothing = Once(20);
          job.is_mono = Once(6);
        }
        const std::int64_t width = Between(210, 914);  // mm
        const std::int64_t length = Between(297, 2000);
        const auto pages = static_cast<std::int64_t>(job.pages);
        job.used = {pages, pages * width * length + Between(0, 99), pages * length * 1000,
                    pages * width * length * Between(1, 9) / 10,
                    job.is_mono ? 0 : pages * width * length * Between(1, 9) / 10};
        if (job.is_scan) job.used = {};
        printed_.push_back(job);
        for (std::size_t i = 0; i < kMeters; ++i) {
          if (IsWithin(job)) total_[i] += job.used[i];
        }
      }
    }
  }
  bool IsWithin(const Printed& job) const {
    return job.from > begins_ + std::chrono::hours(13) && job.to < ends_ - std::chrono::hours(13);
  }

  // Those that are lost or doubled, until they are so much of pages and of area.
  void ChooseJobs() {
    while (share(0) < made_.per_mille || share(1) < made_.per_mille) {
      Printed& job = printed_[static_cast<std::size_t>(
          Between(0, static_cast<std::int64_t>(printed_.size()) - 1))];
      if (!IsWithin(job) || job.is_scan || job.is_cancelled || job.is_lost || job.is_doubled) {
        continue;
      }
      (made_.fault == Fault::kJobLost ? job.is_lost : job.is_doubled) = true;
      for (std::size_t i = 0; i < kMeters; ++i) fault_[i] += job.used[i];
    }
  }

  int DecimalsOf(std::size_t meter) const {
    return std::array{0, area_decimals_, length_decimals_, ink_decimals_, ink_decimals_}[meter];
  }
  static std::int64_t UnitOf(std::size_t meter) {  // how many of this world are one of the meter's
    return std::array<std::int64_t, kMeters>{1, 1'000'000, 1'000'000, 1'000'000, 1'000'000}[meter];
  }
  static Decimal Cut(std::int64_t amount, std::int64_t unit, int decimals, bool rounds = false) {
    std::int64_t ones = 1;
    for (int i = 0; i < decimals; ++i) ones *= 10;
    if (unit == 1) return Decimal::FromInteger(amount);
    const std::int64_t shown = (amount + (rounds ? unit / ones / 2 : 0)) / (unit / ones);
    std::string text = std::to_string(shown / ones);
    if (decimals > 0) text += "." + std::to_string(ones + shown % ones).substr(1);
    return *Decimal::Parse(text);
  }

  // The meters at every reading: a page counts when it is printed, at the latest at the job's end.
  void Read() {
    constexpr std::array kNames = {"impressions", "media.area", "media.length", "ink.used",
                                   "ink.used"};
    constexpr std::array kUnits = {"impressions", "m2", "m", "cc", "cc"};
    for (std::size_t i = 0; i < kMeters; ++i) {
      meters_.push_back({.channel = i == 0 ? "ledm" : "piws",
                         .meter = {.number = static_cast<std::int64_t>(i) + 1,
                                   .meter = kNames[i],
                                   .colorant = i < 3    ? ""
                                               : i == 3 ? "black"
                                                        : "cyan",
                                   .unit = kUnits[i]}});
      shown_[i] = Between(0, 1'000'000) * UnitOf(i) + Between(0, UnitOf(i) - 1);
    }
    const std::int64_t falls_at = 8 * Between(4, 24);  // the reading at which a meter has its fault
    std::size_t next = 0;
    std::array<MeterStand, kMeters> last;
    int number = 0;
    for (Instant at = begins_ - std::chrono::hours(Between(1, 3));
         at < ends_ + std::chrono::hours(4);
         at += std::chrono::hours(3) + std::chrono::seconds(Between(-120, 120))) {
      while (next < printed_.size() && printed_[next].to <= at) {
        for (std::size_t i = 0; i < kMeters; ++i) Count(i, printed_[next].used[i]);
        ++next;
      }
      Amounts now = shown_;
      // A job that is being printed counts in part.
      if (next < printed_.size() && printed_[next].from < at) {
        for (std::size_t i = 1; i < kMeters; ++i) {
          if (IsStuck(i)) continue;
          now[i] += printed_[next].used[i] / printed_[next].pages / 2;
        }
      }
      if (number % 8 == 0) {
        for (std::size_t i = 3; i < kMeters; ++i) Serve(now, i, Between(20'000, 400'000));
      }
      if (number == falls_at && made_.fault == Fault::kMeterJumped) {
        const std::int64_t by = std::max(total_[made_.meter] * made_.per_mille / 1000 + 1,
                                         made_.meter == 0 ? 1 : UnitOf(made_.meter) / 10);
        fault_[made_.meter] += by;
        shown_[made_.meter] += by;
        now[made_.meter] += by;
      }
      for (std::size_t i = 0; i < kMeters; ++i) {
        const MeterStand stand{.at = at + std::chrono::seconds(i == 0 ? 40 : 0),
                               .value = Cut(now[i], UnitOf(i), DecimalsOf(i)),
                               .batch = number + 1};
        const auto used = Exact::Of(stand.value).Minus(Exact::Of(last[i].value));
        meters_[i].entries.push_back({.meter = static_cast<std::int64_t>(i) + 1,
                                      .kind = number == 0 ? EntryKind::kBase : EntryKind::kCounted,
                                      .opening = number == 0 ? stand : last[i],
                                      .closing = stand,
                                      .used = number == 0 ? Exact() : *used});
        last[i] = stand;
      }
      // In the evening; whole days, so that it stands still between two quiet readings.
      if (number % 8 == 0) {
        stands_still_ = number >= falls_at && share(made_.meter) < made_.per_mille;
      }
      ++number;
    }
  }
  void Serve(Amounts& now, std::size_t ink, std::int64_t amount) {
    now[ink] += amount;
    shown_[ink] += amount;
  }
  bool IsStuck(std::size_t meter) const {
    return made_.fault == Fault::kMeterStuck && meter == made_.meter;
  }
  void Count(std::size_t meter, std::int64_t used) {
    if (IsStuck(meter) && stands_still_) {
      fault_[meter] += used;
    } else {
      shown_[meter] += used;
    }
  }

  void Tell() {
    int number = 0;
    for (const Printed& job : printed_) {
      if (job.is_lost) continue;
      rows_.push_back(RowOf(job, ++number));
      if (!job.is_doubled) continue;
      rows_.push_back(rows_.back());
      rows_.back().job = std::to_string(++number);
    }
    std::ranges::stable_sort(rows_, {}, &JobRow::ended_at);
  }
  JobRow RowOf(const Printed& job, int number) {
    JobRow row{.channel = "piws",
               .job = std::to_string(number),
               .type = "print",
               .status = "printed",
               .ended_at = job.to + std::chrono::seconds(Between(-20, 20))};
    row.started = job.from + std::chrono::hours(2);  // by its own clock
    row.finished = job.to + std::chrono::hours(2);
    if (job.is_scan) {
      row.type = Once(2) ? "scan" : "unknown";
      row.printed_pages = 1;
      row.ink = "[]";
      return row;
    }
    if (job.is_cancelled) {
      row.status = "cancelled";
      row.ink = "[]";
      return row;
    }
    row.printed_pages = job.pages;
    row.ink = "[]";
    if (job.says_nothing) return row;
    std::int64_t area = job.used[1];
    if (made_.fault == Fault::kJobAreaScaled) {
      area += area * made_.per_mille / 1000 + 1;
      if (IsWithin(job)) fault_[1] += area - job.used[1];
    }
    row.area = Cut(area, UnitOf(1), job_decimals_, !job_is_cut_).text();
    row.area_unit = "m2";
    row.length = Cut(job.used[2], UnitOf(2), job_decimals_, !job_is_cut_).text();
    row.length_unit = "m";
    row.ink = "[[\"black\",\"" + Cut(job.used[3], UnitOf(3), job_decimals_, !job_is_cut_).text() +
              "\",\"cc\"]";
    if (!job.is_mono) {
      row.ink += ",[\"cyan\",\"" + Cut(job.used[4], UnitOf(4), job_decimals_, !job_is_cut_).text() +
                 "\",\"cc\"]";
    }
    row.ink += "]";
    return row;
  }

  const Made made_;
  std::mt19937 random_;
  const Instant begins_ = *ParseInstant("2026-11-01T00:00:00Z");
  const Instant ends_ = *ParseInstant("2026-12-01T00:00:00Z");
  int job_decimals_ = 6, area_decimals_ = 2, length_decimals_ = 1, ink_decimals_ = 0;
  bool job_is_cut_ = false;
  bool by_night_ = false;
  bool stands_still_ = false;
  std::vector<Printed> printed_;
  Amounts shown_ = {};
  Amounts total_ = {};
  Amounts fault_ = {};
  std::vector<MeterEntries> meters_;
  std::vector<JobRow> rows_;
};

}  // namespace plotmeter
