#include "common/best_job.h"

#include <algorithm>

namespace plotmeter {
namespace {

bool Says(const std::optional<std::int64_t>& value) { return value && *value != 0; }
bool Says(const std::optional<Quantity>& value) { return value && !value->value.is_zero(); }
bool Says(const std::optional<Decimal>& value) { return value && !value->is_zero(); }
bool Says(const std::optional<std::string>& value) { return value && !value->empty(); }
bool Says(const std::optional<Instant>& value) { return value.has_value(); }
bool Says(const std::optional<bool>& value) { return value.has_value(); }
bool Says(const std::vector<InkUse>& ink) {
  return std::ranges::any_of(ink, [](const InkUse& use) { return !use.amount.value.is_zero(); });
}

// What a bill could stand on.
template <typename Act>
void EachAmount(const JobRecord& a, const JobRecord& b, Act act) {
  act(a.printed_pages, b.printed_pages);
  act(a.printed_copies, b.printed_copies);
  act(a.area, b.area);
  act(a.length, b.length);
  act(a.ink, b.ink);
}

// Some amount was lost, and none was gained.
bool GrewEmptier(const JobRecord& kept, const JobRecord& later) {
  bool lost = false;
  bool gained = false;
  EachAmount(kept, later, [&](const auto& before, const auto& after) {
    lost = lost || (Says(before) && !Says(after));
    gained = gained || (!Says(before) && Says(after));
  });
  return lost && !gained;
}

bool UsedSomething(const JobRecord& job) {
  bool used = false;
  EachAmount(job, job, [&](const auto& amount, const auto&) { used = used || Says(amount); });
  return used;
}

template <typename T>
void FillFrom(const T& kept, T& later) {
  if (!Says(later) && Says(kept)) later = kept;
}

// One colorant at a time: the list of a later answer may be partial.
void FillInk(const std::vector<InkUse>& kept, std::vector<InkUse>& later) {
  for (const InkUse& use : kept) {
    const auto same = std::ranges::find(later, use.colorant, &InkUse::colorant);
    if (same == later.end()) {
      later.push_back(use);
    } else if (same->amount.value.is_zero()) {
      same->amount = use.amount;
    }
  }
}

}  // namespace

bool IsFinal(const JobRecord& job) {
  return job.status == "printed" || job.status == "cancelled" || job.status == "failed";
}

JobRecord BestOf(const JobRecord& kept, const JobRecord& later) {
  if (IsFinal(kept) && (!IsFinal(later) || GrewEmptier(kept, later))) return kept;
  JobRecord best = later;
  best.revision = kept.revision;
  // A job that was over without a word of how or when counts in the month in which it was seen.
  if (kept.status == "unknown" && !kept.finished && !later.finished && UsedSomething(kept)) {
    best.seen_at = kept.seen_at;
  }
  if (IsFinal(kept)) {
    best.seen_at = kept.seen_at;
    best.clock_offset_ms = kept.clock_offset_ms;
    // Printed stays printed: what is deleted afterwards was printed all the same.
    if (best.status != "printed" || kept.status == "printed") {
      best.status = kept.status;
      best.status_raw = kept.status_raw;
    }
  }
  FillFrom(kept.client_job, best.client_job);
  FillFrom(kept.name, best.name);
  FillFrom(kept.submitted, best.submitted);
  FillFrom(kept.started, best.started);
  FillFrom(kept.finished, best.finished);
  FillFrom(kept.pages, best.pages);
  FillFrom(kept.printed_pages, best.printed_pages);
  FillFrom(kept.copies, best.copies);
  FillFrom(kept.printed_copies, best.printed_copies);
  FillFrom(kept.media, best.media);
  FillFrom(kept.media_name, best.media_name);
  FillFrom(kept.media_source, best.media_source);
  FillFrom(kept.area, best.area);
  FillFrom(kept.length, best.length);
  FillFrom(kept.page_width, best.page_width);
  FillFrom(kept.page_height, best.page_height);
  FillFrom(kept.quality, best.quality);
  FillFrom(kept.economode, best.economode);
  FillFrom(kept.maximum_detail, best.maximum_detail);
  FillFrom(kept.gray_coverage, best.gray_coverage);
  FillFrom(kept.color_coverage, best.color_coverage);
  FillInk(kept.ink, best.ink);
  if (best.traits.empty()) best.traits = kept.traits;
  if (best.type == "unknown") best.type = kept.type;
  return best;
}

bool IsBetter(const JobRecord& kept, const JobRecord& later) {
  JobRecord best = BestOf(kept, later);
  // When it was looked at is not what was seen.
  best.seen_at = kept.seen_at;
  best.clock_offset_ms = kept.clock_offset_ms;
  return !(best == kept);
}

}  // namespace plotmeter
