#include "portal/ledger/reconciliation.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "portal/ledger/job_amounts.h"
#include "portal/ledger/quantity.h"

namespace plotmeter {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

constexpr milliseconds kQuiet = minutes(15);
constexpr milliseconds kUsualJob = hours(1);  // where a printer does not say when it began
constexpr milliseconds kLongestJob = hours(12);

// Of amounts that are not negative; no printer prints what does not fit.
std::int64_t Sum(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

std::int64_t AboveNothing(Int128 amount) {
  return static_cast<std::int64_t>(std::clamp<Int128>(amount, 0, INT64_MAX));
}

// A job as this file reckons with it.
struct Slip {
  const JobRow* row = nullptr;
  JobAmounts amounts = {};
  Instant from = {}, to = {};  // the printer was not quiet
  bool is_whole = true;        // what it says is all that it used
  bool is_sure = true;         // that it printed
};

bool IsNothing(const JobRow& job) {
  if (job.type == "scan" || job.status == "pending" || job.status == "held") return true;
  return job.status == "cancelled" && !job.started && !job.finished;
}

Slip SlipOf(const JobRow& job) {
  milliseconds lasted = kUsualJob;
  if (job.started && job.finished && *job.started <= *job.finished) {
    lasted = std::min<milliseconds>(*job.finished - *job.started, kLongestJob);
  }
  return {.row = &job,
          .amounts = AmountsOf(job),
          .from = job.ended_at - lasted - kQuiet,
          .to = job.ended_at + kQuiet,
          .is_whole = job.status == "printed",
          .is_sure = job.type == "print" || job.type == "copy"};
}

// What jobs tell of: no less than `least`, no more than `most`.
struct Told {
  std::int64_t least = 0;
  std::int64_t most = 0;
  std::int64_t over = 0;   // by how much rounding can make `least` too large
  std::int64_t under = 0;  // and `most` too small
  std::int64_t jobs = 0;
  std::int64_t unsaid = 0;

  void Add(const Slip& slip, const BaseAmount* amount, bool is_inside) {
    ++jobs;
    if (amount == nullptr || !slip.is_whole) ++unsaid;
    if (amount == nullptr) return;
    most = Sum(most, amount->amount);
    under = Sum(under, amount->digit);
    if (!is_inside || !slip.is_sure) return;
    least = Sum(least, amount->amount);
    over = Sum(over, (amount->digit + 1) / 2);
  }
  void Add(const Told& other) {
    least = Sum(least, other.least);
    most = Sum(most, other.most);
    over = Sum(over, other.over);
    under = Sum(under, other.under);
    jobs += other.jobs;
    unsaid += other.unsaid;
  }
};

// A stretch of one meter between two quiet readings, or several of them.
struct Span {
  Instant from = {}, to = {};
  std::int64_t metered = 0;
  std::int64_t digit = 0;    // of its readings
  std::int64_t service = 0;  // ink that no job needs to tell of
  bool has_gap = false;
  Told told = {};

  std::int64_t Rounding() const { return Sum(digit, std::max(told.over, told.under)); }
  std::int64_t Tolerance() const { return Sum(Rounding(), told.most - told.least); }
  // By how much jobs tell more than can be.
  std::int64_t Less() const {
    return AboveNothing(Int128{told.least} - told.over - digit - metered);
  }
  // And the meter counts more. Not known where a job does not say how much.
  std::int64_t More() const {
    if (told.unsaid > 0) return 0;
    return AboveNothing(Int128{metered} - told.most - told.under - digit - service);
  }
};

// One meter, beside the jobs.
struct Side {
  const MeterEntries* of = nullptr;
  std::vector<Span> spans = {};
  Span whole = {};  // all spans without gaps
  Span sure = {};   // and of these, those in which all jobs say how much
  std::int64_t gaps = 0;
  std::optional<std::int64_t> smallest_job = {};
  std::int64_t busiest = 0;  // of the spans: what jobs tell of
};

class Table {
 public:
  Table(const std::vector<MeterEntries>& meters, const std::vector<JobRow>& jobs,
        const Reconciling& within)
      : within_(within) {
    for (const JobRow& job : jobs) {
      if (!IsNothing(job)) slips_.push_back(SlipOf(job));
    }
    std::ranges::stable_sort(slips_, {}, &Slip::to);
    for (const MeterEntries& meter : meters) {
      if (!BaseUnit(meter.meter.meter, meter.meter.unit) || !IsInJobs(meter.meter.meter)) continue;
      if (const std::string channel = ChannelFor(meter.meter); !channel.empty()) {
        sides_.push_back(SideOf(meter, channel));
      }
    }
  }

  std::vector<Reconciled> Rows() const {
    std::vector<Reconciled> rows;
    for (const Side& side : sides_) rows.push_back(RowOf(side));
    return rows;
  }

 private:
  std::string ChannelFor(const StoredMeter& meter) const {
    for (const char* channel : {"piws", "ledm", "snmp"}) {
      if (std::ranges::any_of(slips_, [&](const Slip& slip) {
            return slip.row->channel == channel &&
                   slip.amounts.Of(meter.meter, meter.colorant) != nullptr;
          })) {
        return channel;
      }
    }
    return {};
  }

  // Jobs that are not quiet somewhere between, those of any channel.
  template <typename Visit>
  void EachBetween(Instant from, Instant to, const Visit& visit) const {
    auto slip = std::ranges::upper_bound(slips_, from, {}, &Slip::to);
    for (; slip != slips_.end() && slip->to - kLongestJob - 2 * kQuiet < to; ++slip) {
      if (slip->from < to) visit(*slip);
    }
  }
  bool IsQuiet(Instant at) const {
    bool is_quiet = true;
    EachBetween(at, at, [&](const Slip&) { is_quiet = false; });
    return is_quiet;
  }

  void Close(Side& side, Span span, const Exact& used, const std::string& channel) const {
    const StoredMeter& meter = side.of->meter;
    const auto base = ToBase(meter.meter, meter.unit, used);
    span.metered = base ? base->amount : 0;
    span.has_gap = span.has_gap || !base;
    EachBetween(span.from, span.to, [&](const Slip& slip) {
      if (slip.row->channel != channel) return;
      const BaseAmount* amount = slip.amounts.Of(meter.meter, meter.colorant);
      span.told.Add(slip, amount, slip.from >= span.from && slip.to <= span.to);
      if (amount == nullptr || amount->amount == 0) return;
      side.smallest_job = std::min(side.smallest_job.value_or(amount->amount), amount->amount);
    });
    if (meter.meter == "ink.used") {
      const auto days = std::chrono::ceil<std::chrono::days>(span.to - span.from).count();
      span.service = Sum(days * kServiceADay, span.told.least / 100 * kServicePercent);
    }
    side.busiest = std::max(side.busiest, span.told.least);
    side.spans.push_back(span);
  }

  Side SideOf(const MeterEntries& meter, const std::string& channel) const {
    Side side{.of = &meter};
    std::optional<Span> span;
    Exact used;
    const auto close = [&] {
      if (span) Close(side, *span, used, channel);
      span.reset();
      used = {};
    };
    for (const Entry& entry : meter.entries) {
      if (entry.kind == EntryKind::kBase) continue;
      if (entry.opening.at < within_.jobs_since || entry.closing.at > within_.settled) continue;
      if (span && entry.opening.at > span->to) close();
      if (!span) span = Span{.from = entry.opening.at};
      span->to = std::max(span->to, entry.closing.at);
      for (const MeterStand* stand : {&entry.opening, &entry.closing}) {
        const auto digit = LastDigit(meter.meter.meter, meter.meter.unit, stand->value.decimals());
        span->digit = std::max(span->digit, digit.value_or(0));
      }
      const auto sum = used.Plus(entry.used);
      span->has_gap = span->has_gap || IsGap(entry.kind) || !sum;
      used = sum.value_or(used);
      // What belongs to the same reading comes right after it.
      const bool is_last =
          &entry == &meter.entries.back() || (&entry)[1].closing.at != entry.closing.at;
      if (is_last && IsQuiet(span->to)) close();
    }
    close();
    AddUp(side);
    return side;
  }

  static void AddUp(Side& side) {
    const auto add = [](Span& all, const Span& span) {
      // Readings between two spans count for neither.
      const bool goes_on = all.to == span.from && all.to != Instant{};
      if (all.to == Instant{}) all.from = span.from;
      all.digit = goes_on ? std::max(all.digit, span.digit) : Sum(all.digit, span.digit);
      all.to = span.to;
      all.metered = Sum(all.metered, span.metered);
      all.service = Sum(all.service, span.service);
      all.told.Add(span.told);
    };
    for (const Span& span : side.spans) {
      side.gaps += span.has_gap ? 1 : 0;
      if (span.has_gap) continue;
      add(side.whole, span);
      if (span.told.unsaid == 0) add(side.sure, span);
    }
  }

  enum class Says { kSilent, kAgrees, kAgainst };

  // What another meter says of a mismatch there.
  static Says Witness(const Side& other, bool is_more, Instant from, Instant to) {
    bool is_silent = true;
    std::int64_t tolerance = 0;
    for (const Span& span : other.spans) {
      if (span.to <= from || span.from >= to) continue;
      if (span.has_gap || (is_more && span.told.unsaid > 0)) return Says::kSilent;
      if ((is_more ? span.More() : span.Less()) > 0) return Says::kAgrees;
      is_silent = false;
      tolerance = Sum(tolerance, Sum(span.Tolerance(), is_more ? span.service : 0));
    }
    // It fits. It says something if it would have shown half of the smallest of its jobs.
    if (!is_silent && other.smallest_job && *other.smallest_job > Sum(tolerance, tolerance)) {
      return Says::kAgainst;
    }
    return (is_more ? other.sure.More() : other.whole.Less()) > 0 ? Says::kAgrees : Says::kSilent;
  }
  Says Witnesses(const Side& side, bool is_more, Instant from, Instant to) const {
    Says all = Says::kSilent;
    for (const Side& other : sides_) {
      if (&other == &side) continue;
      const Says says = Witness(other, is_more, from, to);
      if (says == Says::kAgainst) return says;
      if (says == Says::kAgrees) all = says;
    }
    return all;
  }

  // What of the amounts there is told by two jobs that are one: a printer prints one at a time.
  std::int64_t ToldTwice(const Side& side, Instant from, Instant to) const {
    using Same = std::tuple<std::string, Instant, Instant, std::int64_t, std::string, std::string>;
    std::set<Same> seen;
    std::int64_t twice = 0;
    EachBetween(from, to, [&](const Slip& slip) {
      const BaseAmount* amount = slip.amounts.Of(side.of->meter.meter, side.of->meter.colorant);
      const JobRow& row = *slip.row;
      if (amount == nullptr || !row.started || !row.finished) return;
      if (!seen.emplace(row.channel, *row.started, *row.finished, row.printed_pages.value_or(-1),
                        row.area.value_or(""), row.ink)
               .second) {
        twice = Sum(twice, amount->amount);
      }
    });
    return twice;
  }

  // Why jobs tell more there, by `by`.
  Fit WhyLess(const Side& side, const Span& there, std::int64_t by) const {
    if (ToldTwice(side, there.from, there.to) >= by) return Fit::kJobTwice;
    const Says says = Witnesses(side, false, there.from, there.to);
    if (says == Says::kAgrees) return Fit::kJobTwice;
    return there.metered == 0 ? Fit::kMeterStuck : Fit::kNotExplained;
  }

  // Why the meter counts more there, by `by`; `at_once`: more than half of all there is.
  Fit WhyMore(const Side& side, const Span& there, std::int64_t by, bool at_once) const {
    switch (Witnesses(side, true, there.from, there.to)) {
      case Says::kAgrees:
        return Fit::kJobMissing;
      case Says::kAgainst:
        return at_once ? Fit::kMeterJumped : Fit::kNotExplained;
      case Says::kSilent:
        break;
    }
    // Nobody else would know: what it prints between two quiet readings anyway may be jobs.
    return at_once && side.busiest > 0 && by > side.busiest ? Fit::kMeterJumped : Fit::kJobMissing;
  }

  Fit WhyItFits(const Side& side) const {
    const Span& all = side.whole;
    const std::int64_t residue = all.metered - all.told.least;
    if (residue == 0 && all.told.unsaid == 0) return Fit::kFits;
    if (residue <= all.Rounding() && residue >= -all.Rounding()) return Fit::kRounding;
    const bool is_service = residue > 0 && residue <= Sum(all.Rounding(), all.service);
    if (side.of->meter.meter == "ink.used" && is_service) return Fit::kMaintenance;
    return Fit::kUnallocated;
  }

  Reconciled RowOf(const Side& side) const {
    Reconciled row{.meter = side.of->meter.number};
    if (side.spans.empty()) {
      if (!side.of->entries.empty()) {
        row.from = side.of->entries.front().opening.at;
        row.to = side.of->entries.back().closing.at;
      }
      return row;
    }
    row.from = side.spans.front().from;
    row.to = side.spans.back().to;
    row.metered = side.whole.metered;
    row.in_jobs = side.whole.told.least;
    row.residue = row.metered - row.in_jobs;
    row.tolerance = side.whole.Tolerance();
    row.jobs = side.whole.told.jobs;
    row.unsaid = side.whole.told.unsaid;
    row.gaps = side.gaps;

    const Span* most = nullptr;
    std::int64_t most_by = 0, more = 0;
    for (const Span& span : side.spans) {
      if (span.has_gap) continue;
      more = Sum(more, span.More());
      const std::int64_t by = std::max(span.More(), span.Less());
      if (by <= most_by) continue;
      most = &span;
      most_by = by;
    }
    if (most == nullptr) {  // in none alone; perhaps in all together
      most = side.whole.Less() > 0 ? &side.whole : side.sure.More() > 0 ? &side.sure : nullptr;
      if (most != nullptr) most_by = std::max(most->Less(), most->More());
    }
    if (most == nullptr) {
      row.fit = WhyItFits(side);
      return row;
    }
    row.shows_from = most->from;
    row.shows_to = most->to;
    const bool at_once = most != &side.sure && most_by >= more / 2;
    row.fit =
        most->Less() > 0 ? WhyLess(side, *most, most_by) : WhyMore(side, *most, most_by, at_once);
    return row;
  }

  const Reconciling within_;
  std::vector<Slip> slips_;  // by `to`
  std::vector<Side> sides_;
};

}  // namespace

std::string_view ToText(Fit fit) {
  switch (fit) {
    case Fit::kFits:
      return "fits";
    case Fit::kRounding:
      return "rounding";
    case Fit::kMaintenance:
      return "maintenance";
    case Fit::kUnallocated:
      return "unallocated";
    case Fit::kJobMissing:
      return "job-missing";
    case Fit::kJobTwice:
      return "job-twice";
    case Fit::kMeterJumped:
      return "meter-jumped";
    case Fit::kMeterStuck:
      return "meter-stuck";
    case Fit::kNotExplained:
      return "not-explained";
    case Fit::kUnsettled:
      return "unsettled";
  }
  return "";
}

std::vector<Reconciled> Reconcile(const std::vector<MeterEntries>& meters,
                                  const std::vector<JobRow>& jobs, const Reconciling& within) {
  return Table(meters, jobs, within).Rows();
}

}  // namespace plotmeter
