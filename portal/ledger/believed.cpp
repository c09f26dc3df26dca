#include "portal/ledger/believed.h"

namespace plotmeter {
namespace {

enum class Where { kHere, kElsewhere, kBoth };

Where WhereCounted(const StoredMeter& meter, const Entry& entry) {
  const Instant from = entry.opening.at, to = entry.closing.at;
  for (const Elsewhere& span : meter.elsewhere) {
    const bool is_over = span.until && *span.until < to;
    if (from >= span.since && !is_over) return Where::kElsewhere;
    if (to <= span.since || (span.until && *span.until <= from)) continue;
    // Before the other channel this one had counted nothing: there is nothing to go on from.
    return from == meter.first && !is_over ? Where::kElsewhere : Where::kBoth;
  }
  return Where::kHere;
}

bool IsAboveNothing(const Exact& amount) {
  const auto negative = Exact().Minus(amount);
  return !negative || negative->IsNegative();
}

}  // namespace

BelievedEntry Believed(const StoredMeter& meter, const Entry& entry) {
  if (meter.told_at) return {entry, entry.closing.at > *meter.told_at};
  const Where where = WhereCounted(meter, entry);
  if (where != Where::kBoth || IsGap(entry.kind)) return {entry, where == Where::kElsewhere};
  if (!IsAboveNothing(entry.used)) return {entry, true};
  Entry gap = entry;
  gap.kind = EntryKind::kElsewhere;
  gap.used = {};
  const auto all = ToBase(meter.meter, meter.unit, entry.used);
  gap.most = all ? std::optional(all->amount) : std::nullopt;
  return {gap, false};
}

}  // namespace plotmeter
