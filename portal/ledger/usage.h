// What a meter counted in a period, from its readings. Pure.
//
//    readings 100 at t1, 130 at t2, 5 at t3 (the board was swapped), 25 at t4
//    Count(series, period from t1 to t4)    used 30 + 20 = 50, gaps 1
//
// The value at an instant is the last reading at or before it. A period is from `from` to `to`:
// where a reading stands at or before `from`, it is the base; else the first one inside is, and is
// not usage itself. A fall opens a new meter epoch: what was counted between the last reading of
// one epoch and the first of the next is not known and not guessed; `gaps` says how often that
// happened. Consecutive periods tile exactly: what two of them used is what the period over both
// used. No reading inside (from, to] means that nothing is known: there is no usage then, which is
// not a usage of 0.

#pragma once

#include <functional>
#include <optional>
#include <string>

#include "portal/ledger/quantity.h"
#include "portal/store/store.h"

namespace plotmeter {

struct MeterUsage {
  Decimal opening = Decimal::FromInteger(0);
  Instant opening_at = {};
  Decimal closing = Decimal::FromInteger(0);
  Instant closing_at = {};
  std::optional<Exact> used = {};  // empty: one reading alone, or numbers beyond all measure
  int gaps = 0;                    // falls within
};

// `series` is what Store::EachMeter gives for (from, to]. Empty: nothing is known of that period.
std::optional<MeterUsage> Count(const std::vector<MeterPoint>& points, Instant from);

// One line of the usage account, as text; an empty text is unknown. The names are the columns.
struct UsageRow {
  std::string customer = {}, site = {}, manufacturer = {}, model = {}, serial = {};
  std::string channel = {}, meter = {}, colorant = {}, media = {}, unit = {};
  std::string opening = {}, opening_at = {}, closing = {}, closing_at = {};
  std::string used = {};       // in `unit`
  std::string base_unit = {};  // nL, mm2/100, um, 1
  std::string used_base = {};  // a whole number of base units
  std::string known_as = {};   // measured; raw (unit not confirmed); unidentified (no serial)
  int gaps = 0;
  bool outranked = false;  // another channel is believed for this meter; do not add both
  std::string opening_batch = {}, closing_batch = {};
};

UsageRow MakeUsageRow(const PrinterRow& printer, const MeterSeries& series,
                      const MeterUsage& usage);

}  // namespace plotmeter
