// What a meter counted in a period, from the entries of its account (account.h). Pure.
//
//    MeterUsage usage;
//    for (const Entry& entry : entries of one meter that closed in the period) Add(usage, entry);
//    MakeUsageRow(printer, "piws", meter, usage)      one line of the usage account
//
// A period is from `from` to `to`: an entry belongs to it when its closing reading stands after
// `from`, and at `to` or before. So consecutive periods tile exactly: what two of them used is what
// the period over both used. A meter without an entry in the period has no usage there, which is
// not a usage of 0.
//
// How a figure is known: **measured**, between readings of one epoch. **bounded**: gaps are in it;
// `used` is the least, `used_base_at_most` the most, where anybody knows it. **entered**: for a gap
// in it a person said how much it was, and no gap is left; or the meter itself was read off by a
// person (channel "manual"). **raw**: the printer's unit is not
// confirmed.
// **unidentified**: the printer names no serial.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "portal/ledger/account.h"
#include "portal/ledger/quantity.h"
#include "portal/store/books.h"
#include "portal/store/store.h"

namespace plotmeter {

struct MeterUsage {
  MeterStand opening = {};
  MeterStand closing = {};
  bool counted = false;                 // more than a first reading, which is a base and no usage
  std::optional<Exact> used = Exact();  // empty: numbers beyond all measure
  int gaps = 0;                         // that nobody has decided
  // What they can hide at the most, in base units; empty: nobody knows.
  std::optional<std::int64_t> hidden = 0;
  bool entered = false;  // a person decided on one
};

// `decided`: what a person said of the entry, if it is a gap.
void Add(std::optional<MeterUsage>& usage, const Entry& entry,
         const std::optional<Exact>& decided = std::nullopt);

// One line of the usage account, as text; an empty text is unknown. The names are the columns.
struct UsageRow {
  std::string customer = {}, site = {}, manufacturer = {}, model = {}, serial = {};
  std::string channel = {}, meter = {}, colorant = {}, media = {}, unit = {};
  std::string opening = {}, opening_at = {}, closing = {}, closing_at = {};
  std::string used = {};       // in `unit`
  std::string base_unit = {};  // nL, mm2/100, um, 1
  std::string used_base = {};  // a whole number of base units
  std::string known_as = {};   // measured, bounded, entered, raw, unidentified
  int gaps = 0;
  bool outranked = false;  // another channel is believed for this meter; do not add both
  std::string opening_batch = {}, closing_batch = {};  // or ids of what was entered by hand
  std::string used_base_at_most = {};  // only of what is bounded, and only where it is known
  std::string printer = {};            // its id; several may have no serial
};

// The ids of the batches are the caller's to add: `usage` has the store's numbers.
UsageRow MakeUsageRow(const PrinterRow& printer, const std::string& channel,
                      const StoredMeter& meter, const MeterUsage& usage);

}  // namespace plotmeter
