#include "portal/ledger/account.h"

#include <algorithm>

#include "portal/ledger/most_printed.h"

namespace plotmeter {
namespace {

using std::chrono::milliseconds;

// What a device's clock may run wrong in the time between two readings.
constexpr milliseconds kUptimeIsOff = std::chrono::minutes(5);
// A doubt that the fallen meters themselves never settle.
constexpr milliseconds kDoubtLasts = std::chrono::days(7);
// Four to eight times what lies between two readings of a collector.
constexpr milliseconds kOthersWait = std::chrono::hours(24);

std::optional<Exact> Rise(const Decimal& from, const Decimal& to) {
  return Exact::Of(to).Minus(Exact::Of(from));
}

// Numbers that cannot be compared neither fall nor rise.
bool IsBelow(const Decimal& value, const Decimal& other) {
  const auto rise = Rise(other, value);
  return rise && rise->IsNegative();
}

bool IsLess(const Exact& a, const Exact& b) {
  const auto rest = a.Minus(b);
  return rest && rest->IsNegative();
}

bool Has(const AccountReading& reading, std::int64_t meter) {
  return std::ranges::any_of(reading.values,
                             [&](const auto& value) { return value.first == meter; });
}

milliseconds Apart(Instant a, Instant b) { return a < b ? b - a : a - b; }

std::optional<std::int64_t> MostBetween(const AccountMeter& meter, Instant from, Instant to) {
  return MostPrinted(meter.meter, meter.unit, Apart(from, to));
}

bool IsMoreThan(const AccountMeter& meter, const Exact& used, std::optional<std::int64_t> most) {
  if (!most) return false;
  const auto base = ToBase(meter.meter, meter.unit, used);
  return !base || base->amount > *most;
}

}  // namespace

std::string_view ToText(EntryKind kind) {
  switch (kind) {
    case EntryKind::kBase:
      return "base";
    case EntryKind::kCounted:
      return "counted";
    case EntryKind::kWrapped:
      return "wrapped";
    case EntryKind::kFell:
      return "fell";
    case EntryKind::kReturned:
      return "returned";
    case EntryKind::kJumped:
      return "jumped";
    case EntryKind::kSwapped:
      return "swapped";
    case EntryKind::kUnit:
      return "unit";
    case EntryKind::kOpen:
      return "open";
    case EntryKind::kConnected:
      return "connected";
    case EntryKind::kElsewhere:
      return "elsewhere";
  }
  return "";
}

ChannelAccount::ChannelAccount(std::vector<AccountMeter> meters) {
  std::ranges::sort(meters, {}, &AccountMeter::number);
  for (AccountMeter& meter : meters) meters_.push_back({.what = std::move(meter)});
}

const ChannelAccount::Meter* ChannelAccount::Find(std::int64_t number) const {
  const auto found = std::ranges::lower_bound(meters_, number, {},
                                              [](const Meter& meter) { return meter.what.number; });
  return found != meters_.end() && found->what.number == number ? &*found : nullptr;
}

ChannelAccount::Meter* ChannelAccount::Find(std::int64_t number) {
  return const_cast<Meter*>(std::as_const(*this).Find(number));
}

std::optional<MeterStand> ChannelAccount::StandOf(std::int64_t meter) const {
  const Meter* found = Find(meter);
  return found != nullptr ? found->last : std::nullopt;
}

void ChannelAccount::Take(const AccountReading& reading, const Emit& emit) {
  const Seen* heard = doubted_ ? &doubted_->seen : last_ ? &*last_ : nullptr;
  if (heard != nullptr && heard->collector != reading.collector &&
      reading.at - heard->at <= kOthersWait) {
    for (const auto& [number, value] : reading.values) {
      const Sight sight{value, reading.at};
      const auto [seen, is_first] = others_saw_.try_emplace(number, sight);
      if (!is_first && IsBelow(seen->second.value, value)) seen->second = sight;
    }
    return;
  }
  if (doubted_) return TakeWhileDoubting(reading, emit);
  if (swapped_) return Accept(reading, emit);
  std::set<std::int64_t> fallen = Fallen(reading);
  if (fallen.empty()) return Accept(reading, emit);
  Doubt(reading, std::move(fallen));
}

// Whether the device is known to have run on from `since` to the reading. Where its uptime does not
// go with our clock, one of the two is wrong, and nobody knows.
bool ChannelAccount::RanOn(Instant since, const AccountReading& reading) const {
  if (!reading.up) return false;
  if (last_ && last_->up) {
    const milliseconds grown = *reading.up - *last_->up;
    const milliseconds apart = reading.at - last_->at;
    if (std::chrono::abs(grown - apart) > kUptimeIsOff + apart / 100) return false;
  }
  return *reading.up > Apart(reading.at, since) + kUptimeIsOff;
}

bool ChannelAccount::Wraps(const Meter& meter, const AccountReading& reading,
                           const MeterStand& stand, Exact& used) const {
  if (!meter.what.wraps || !RanOn(meter.last->at, reading)) return false;
  // From the last quarter into the first.
  if (IsBelow(meter.last->value, Decimal::FromInteger(std::int64_t{3} << 30)) ||
      !IsBelow(stand.value, Decimal::FromInteger(std::int64_t{1} << 30))) {
    return false;
  }
  const auto around =
      Exact::Of(Decimal::FromInteger(std::int64_t{1} << 32)).Plus(Exact::Of(stand.value));
  const auto rise = around ? around->Minus(Exact::Of(meter.last->value)) : std::nullopt;
  if (!rise || rise->IsNegative()) return false;
  const auto most = MostBetween(meter.what, meter.last->at, stand.at);
  if (!most || IsMoreThan(meter.what, *rise, most)) return false;
  used = *rise;
  return true;
}

std::set<std::int64_t> ChannelAccount::Fallen(const AccountReading& reading) {
  std::set<std::int64_t> fallen;
  for (const auto& [number, value] : reading.values) {
    const Meter* meter = Find(number);
    if (meter == nullptr || !meter->last || meter->behind) continue;
    Exact used;
    if (IsBelow(value, meter->last->value) &&
        !Wraps(*meter, reading, {reading.at, value, reading.batch}, used)) {
      fallen.insert(number);
    }
  }
  return fallen;
}

void ChannelAccount::Doubt(const AccountReading& reading, std::set<std::int64_t> fallen) {
  if (!doubted_) doubted_ = Doubted{};
  doubted_->seen = {reading.at, reading.collector, reading.up};
  doubted_->fallen.merge(fallen);
  for (const auto& [number, value] : reading.values) {
    doubted_->values.insert_or_assign(number, MeterStand{reading.at, value, reading.batch});
  }
}

void ChannelAccount::TakeWhileDoubting(const AccountReading& reading, const Emit& emit) {
  bool is_asked = false;  // it has a meter that fell
  bool is_back = true;
  bool is_lower = false;
  bool moved = false;
  for (const auto& [number, value] : reading.values) {
    const auto doubted = doubted_->values.find(number);
    const Meter* meter = Find(number);
    if (meter == nullptr || doubted == doubted_->values.end()) continue;
    moved = moved || IsBelow(doubted->second.value, value);
    if (!doubted_->fallen.contains(number)) continue;
    is_asked = true;
    is_back = is_back && !IsBelow(value, meter->last->value);
    is_lower = is_lower || IsBelow(value, doubted->second.value);
  }
  if (!is_asked) {
    if (reading.at - doubted_->seen.at > kDoubtLasts) BeginAnew(reading, emit);
    return;
  }
  if (is_back) {
    const bool is_stale = RanOn(last_->at, reading);
    for (const auto& [number, stand] : doubted_->values) {
      const Meter* meter = Find(number);
      if (is_stale || meter == nullptr || !meter->last) continue;
      emit({.meter = number,
            .kind = EntryKind::kReturned,
            .opening = *meter->last,
            .closing = stand,
            .most = MostBetween(meter->what, meter->last->at, reading.at)});
    }
    doubted_.reset();
    return Accept(reading, emit);
  }
  if (is_lower) return Doubt(reading, Fallen(reading));
  if (moved) BeginAnew(reading, emit);
}

// A new epoch at the doubted reading, and this one is the next of it.
void ChannelAccount::BeginAnew(const AccountReading& reading, const Emit& emit) {
  const Doubted doubted = *std::exchange(doubted_, std::nullopt);
  const bool ran_on = RanOn(last_->at, {.at = doubted.seen.at, .up = doubted.seen.up});
  for (Meter& meter : meters_) {
    if (!meter.last) continue;
    const auto stand = doubted.values.find(meter.what.number);
    const bool fell = doubted.fallen.contains(meter.what.number);
    if (stand == doubted.values.end()) {
      meter.behind = meter.behind || !ran_on;
      continue;
    }
    if (!fell && ran_on) continue;  // it went on; Accept counts it
    emit({.meter = meter.what.number,
          .kind = fell ? EntryKind::kFell : EntryKind::kSwapped,
          .opening = *meter.last,
          .closing = stand->second,
          .most = MostBetween(meter.what, meter.last->at, stand->second.at)});
    BeginEpoch(meter, stand->second);
  }
  last_ = doubted.seen;
  Take(reading, emit);
}

bool ChannelAccount::JumpsAfterRestart(const AccountReading& reading) {
  if (!last_ || RanOn(last_->at, reading)) return false;
  return std::ranges::any_of(reading.values, [&](const auto& value) {
    const Meter* meter = Find(value.first);
    if (meter == nullptr || !meter->last) return false;
    const auto rise = Rise(meter->last->value, value.second);
    return rise &&
           IsMoreThan(meter->what, *rise, MostBetween(meter->what, meter->last->at, reading.at));
  });
}

void ChannelAccount::Accept(const AccountReading& reading, const Emit& emit) {
  const bool all_swapped = std::exchange(swapped_, false) || JumpsAfterRestart(reading);
  const bool ran_on = !last_ || RanOn(last_->at, reading);
  const bool unwatched = last_ && last_->collector != reading.collector && !ran_on;
  // Of two that read at nearly the same time, each takes a while, and their clocks differ: the
  // one that began first may have seen more.
  const auto others_saw_more = [&](std::int64_t number, const Decimal& value) {
    const auto seen = others_saw_.find(number);
    return !ran_on && seen != others_saw_.end() && IsBelow(value, seen->second.value) &&
           reading.at - seen->second.at > kUptimeIsOff;
  };
  for (const auto& [number, value] : reading.values) {
    if (Meter* meter = Find(number)) {
      const std::optional<MeterStand> before = meter->last;
      bool is_gap = false;
      AcceptValue(*meter, reading, {reading.at, value, reading.batch}, all_swapped,
                  [&](const Entry& entry) {
                    is_gap = is_gap || IsGap(entry.kind);
                    emit(entry);
                  });
      if ((unwatched || others_saw_more(number, value)) && before && !is_gap) {
        emit({.meter = number,
              .kind = EntryKind::kReturned,
              .opening = *before,
              .closing = {reading.at, value, reading.batch},
              .most = MostBetween(meter->what, before->at, reading.at)});
      }
    }
  }
  if (all_swapped) {
    for (Meter& meter : meters_) {
      if (meter.last && !Has(reading, meter.what.number)) meter.behind = true;
    }
  }
  // Should it be counted in that unit again, it was counted in this one meanwhile.
  for (Meter& meter : meters_) {
    if (!meter.last || meter.what.same.empty() || Has(reading, meter.what.number)) continue;
    meter.behind = meter.behind || std::ranges::any_of(reading.values, [&](const auto& value) {
                     const Meter* other = Find(value.first);
                     return other != nullptr && other->what.same == meter.what.same;
                   });
  }
  last_ = {reading.at, reading.collector, reading.up};
  others_saw_.clear();
}

bool ChannelAccount::IsPutBack(const Meter& meter, const AccountReading& reading,
                               const Exact& rise) const {
  if (!meter.former || !IsBelow(meter.last->value, *meter.former)) return false;
  if (RanOn(meter.last->at, reading)) return false;
  if (!meter.largest) {
    const auto doubled = rise.Plus(rise);
    return doubled && IsLess(Exact::Of(*meter.former), *doubled);
  }
  const auto twice = meter.largest->Plus(*meter.largest);
  return twice && IsLess(*twice, rise);
}

void ChannelAccount::BeginEpoch(Meter& meter, const MeterStand& stand) {
  if (!meter.former || IsBelow(*meter.former, meter.last->value)) meter.former = meter.last->value;
  meter.last = stand;
  meter.behind = false;
}

void ChannelAccount::BeginMeter(Meter& meter, const AccountReading& reading,
                                const MeterStand& stand, bool is_swapped, const Emit& emit) {
  meter.last = stand;
  Entry entry{.meter = meter.what.number, .opening = stand, .closing = stand};
  emit(entry);
  const auto other = std::ranges::find_if(meters_, [&](const Meter& one) {
    return &one != &meter && one.last && !meter.what.same.empty() &&
           one.what.same == meter.what.same && !Has(reading, one.what.number);
  });
  if (other != meters_.end()) {
    entry.kind = EntryKind::kUnit;
    entry.most = MostBetween(meter.what, other->last->at, stand.at);
  } else if (is_swapped) {
    entry.kind = EntryKind::kSwapped;
  } else {
    return;
  }
  emit(entry);
}

void ChannelAccount::AcceptValue(Meter& meter, const AccountReading& reading,
                                 const MeterStand& stand, bool all_swapped, const Emit& emit) {
  if (!meter.last) return BeginMeter(meter, reading, stand, all_swapped, emit);
  const auto rise = Rise(meter.last->value, stand.value);
  Entry entry{.meter = meter.what.number,
              .kind = EntryKind::kCounted,
              .opening = *meter.last,
              .closing = stand,
              .used = rise.value_or(Exact()),
              .most = MostBetween(meter.what, meter.last->at, stand.at)};
  if (all_swapped || meter.behind) {
    entry.kind = EntryKind::kSwapped;
  } else if (!rise) {
    entry.kind = EntryKind::kJumped;  // beyond all measure
  } else if (rise->IsNegative()) {
    if (!Wraps(meter, reading, stand, entry.used)) return;
    entry.kind = EntryKind::kWrapped;
  } else if (IsMoreThan(meter.what, *rise, entry.most)) {
    entry.kind = EntryKind::kJumped;
  } else if (IsPutBack(meter, reading, *rise)) {
    entry.kind = EntryKind::kSwapped;
  }
  if (IsGap(entry.kind)) {
    entry.used = {};
    BeginEpoch(meter, stand);
  } else {
    entry.most.reset();
    meter.last = stand;
    // Idle time says nothing of what a rise may be. What no Decimal can hold is not remembered:
    // State() writes it as one.
    if (IsLess(meter.largest.value_or(Exact()), entry.used) && Decimal::Parse(entry.used.Text())) {
      meter.largest = entry.used;
    }
  }
  emit(entry);
}

std::vector<Entry> ChannelAccount::Open() const {
  std::vector<Entry> open;
  if (!doubted_) return open;
  for (const Meter& meter : meters_) {
    const auto stand = doubted_->values.find(meter.what.number);
    if (stand == doubted_->values.end() || !meter.last) continue;
    const bool is_uncounted = IsBelow(meter.last->value, stand->second.value);
    if (!is_uncounted && !doubted_->fallen.contains(meter.what.number)) continue;
    open.push_back({.meter = meter.what.number,
                    .kind = EntryKind::kOpen,
                    .opening = *meter.last,
                    .closing = stand->second});
  }
  return open;
}

}  // namespace plotmeter
