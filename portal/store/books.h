// What the ledger reads to make its books of printers, and the books themselves: the questions of
// portal/ledger/bookkeeping.h to the store.
//
//    books.EachChannel(reseller, printer, states, until, [](const ChannelReadings& channel) {…});
//
// **Order.** Readings come by `stands_at`. It is when a reading was made, by the collector's clock
// (set right by as much as it was off when the batch was cut, where that was over 10 minutes), but
// not ten minutes later than its batch came in (then: when that was), and never earlier than what
// the same stream of the same collector told before: a clock that was wrong for a while puts
// nothing out of order. (But for what stands in the future, a day or more after all else of the
// stream: that was told while the portal's own clock was wrong, and moves nothing that follows.)
//
// **Books** are made again from readings and decisions whenever these change; what is stale is
// noted in the transaction that stores the readings.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/decimal.h"
#include "common/reseller.h"
#include "common/time.h"
#include "portal/store/audit.h"
#include "portal/store/lists.h"
#include "portal/store/store.h"

namespace plotmeter {

// A channel that was read last so long before another one of the same printer is silent.
inline constexpr std::chrono::hours kUntilSilent{24};

// A stretch in which another channel is believed to count what a meter counts (elsewhere.h).
struct Elsewhere {
  Instant since = {};
  std::optional<Instant> until = {};  // empty: for good

  bool operator==(const Elsewhere&) const = default;
};

struct StoredMeter {
  std::int64_t number = 0;
  std::string meter = {};
  std::string colorant = {};  // empty: it has none
  std::string media = {};
  std::string unit = {};
  bool outranked = false;  // another channel is believed for this meter: the last word on it
  // Of one that is entered by hand: since when a channel tells what it counts.
  std::optional<Instant> told_at = {};
  // Of one that a channel tells: rising, and apart.
  std::vector<Elsewhere> elsewhere = {};
  Instant first = {};  // when its channel told it first, if `elsewhere` has anything
};

struct StoredReading {
  Instant stands_at = {};
  std::int64_t batch = 0;  // below 0: -batch is the number of what was entered by hand
  std::string collector = {};
  std::string site = {};  // of the collector, whose that is, and its time zone
  std::string customer = {};
  std::string time_zone = {};
  std::optional<std::chrono::milliseconds> up = {};
  std::vector<std::pair<std::int64_t, Decimal>> values = {};  // by the meter's number
};

struct ChannelReadings {
  std::string channel = {};
  std::string state =
      {};  // of the account when the first of these readings comes; empty: a new one
  std::vector<StoredMeter> meters = {};
  std::vector<StoredReading> readings = {};  // in order
  std::vector<Instant> swaps = {};           // events "board-swapped", rising
};

// Where a printer stood from `since` on.
struct PrinterPlace {
  Instant since = {};
  std::string site = {};
  std::string customer = {};
  std::string time_zone = {};
};

struct AccountState {
  std::string channel = {};
  Instant at = {};
  std::string state = {};
};

struct StalePrinter {
  std::string printer = {};
  Instant since = {};
  std::int64_t changes = 0;
};

// 2026-11 is 202611.
using MonthNumber = std::int64_t;

struct MonthRow {
  std::int64_t meter = 0;
  MonthNumber month = 0;
  std::string site = {};
  std::string opening = {}, closing = {};
  Instant opening_at = {}, closing_at = {};
  std::int64_t opening_batch = 0, closing_batch = 0;
  std::optional<std::string> used = {};
  std::optional<std::int64_t> used_base = {};
  std::int64_t gaps = 0;
  std::optional<std::int64_t> hidden_base = {};
  bool outranked = false;  // it is in no sum

  bool operator==(const MonthRow&) const = default;
};

struct MeterGapRow {
  std::string id = {};  // "gap_…": the same whenever the books are made again
  std::int64_t meter = 0;
  std::string kind = {};  // portal/ledger/account.h
  std::string opening = {}, closing = {};
  Instant opening_at = {}, closing_at = {};
  std::optional<std::int64_t> hidden_base = {};
  bool outranked = false;  // another channel counted it

  bool operator==(const MeterGapRow&) const = default;
};

// Jobs beside one meter in a month (portal/ledger/reconciliation.h), in its base unit.
struct ReconciledRow {
  std::int64_t meter = 0;
  MonthNumber month = 0;
  Instant from = {}, to = {};
  std::int64_t metered = 0, in_jobs = 0, tolerance = 0;
  std::int64_t jobs = 0, unsaid = 0, gaps = 0;
  std::string fit = {};
  std::optional<Instant> shows_from = {}, shows_to = {};

  bool operator==(const ReconciledRow&) const = default;
};

// The same, as people see it.
struct NamedReconciled {
  std::string channel = {};
  StoredMeter meter = {};
  ReconciledRow row = {};
};

// A month of one meter, as people see it.
struct NamedMonth {
  std::string channel = {};
  StoredMeter meter = {};
  MonthRow row = {};
};

// What is replaced when a printer's books are made again.
struct PrinterBooks {
  Instant since = {};                     // gaps that closed after it
  MonthNumber from_month = 0;             // months from this one on
  std::vector<AccountState> states = {};  // after `since`
  std::vector<MonthRow> months = {};
  std::vector<MeterGapRow> gaps = {};
  std::vector<ReconciledRow> reconciled = {};  // months from `from_month` on
};

struct GapDecision {
  std::string gap = {};
  std::int64_t meter = 0;
  std::optional<std::string> used = {};  // in the meter's unit; absent: undone
  std::string reason = {};
  std::string who = {};
  Instant at = {};
};

// A gap as people see it, with what was decided last.
struct NamedGap {
  MeterGapRow gap = {};
  std::string printer = {};  // its id
  std::string serial = {}, model = {};
  Site site = {};
  std::string channel = {};
  StoredMeter meter = {};
  std::optional<GapDecision> decision = {};
};

struct SiteUsage {
  Site site = {};
  std::string meter = {}, colorant = {}, media = {};
  std::int64_t used_base = 0;  // of `printers`
  std::int64_t gaps = 0;
  std::int64_t printers = 0;
  std::int64_t unconverted = 0;  // printers whose unit is not confirmed: in no sum
};

class Books {
 public:
  virtual ~Books() = default;

  // One printer's readings up to and with `until`, channel by channel in their order: those after
  // the channel's state, and all where none is given. A channel without any is there if it has a
  // state; all its meters are. Of what that customer's collectors told; with an empty `customer`,
  // of all, which is what the states are of.
  virtual void EachChannel(const ResellerId& reseller, const std::string& customer,
                           const std::string& printer, const std::vector<AccountState>& states,
                           Instant until,
                           const std::function<void(const ChannelReadings&)>& visit) = 0;
  // Whether collectors of several customers told of it.
  virtual bool IsShared(const ResellerId& reseller, const std::string& printer) = 0;
  // Rising, from the first of all instants on; never empty for a printer that there is.
  virtual std::vector<PrinterPlace> PlacesOf(const ResellerId& reseller,
                                             const std::string& printer) = 0;
  // Of the sites at which it may have been read.
  virtual std::vector<std::string> TimeZonesOf(const ResellerId& reseller,
                                               const std::string& printer) = 0;
  // Of each channel of the printer the latest at or before `at` that is not stale.
  virtual std::vector<AccountState> StatesBefore(const ResellerId& reseller,
                                                 const std::string& printer, Instant at) = 0;
  // When the printer was read last before `before`, over any channel; empty: never.
  virtual std::optional<Instant> LastReading(const ResellerId& reseller, const std::string& printer,
                                             Instant before) = 0;
  // Of the channels that were read at `since` or later: when each was read last before; the
  // earliest. Empty: none was.
  virtual std::optional<Instant> ReadBefore(const ResellerId& reseller, const std::string& printer,
                                            Instant since) = 0;
  virtual std::vector<StalePrinter> StalePrinters(const ResellerId& reseller,
                                                  std::size_t limit) = 0;
  // False, and nothing is kept, where the printer's readings changed since `stale` was answered.
  virtual bool KeepBooks(const ResellerId& reseller, const StalePrinter& stale,
                         const PrinterBooks& books) = 0;
  // Makes all of them stale, from the first reading on.
  virtual void ReopenBooks(const ResellerId& reseller) = 0;
  // The id of a batch, or of what was entered by hand (entered.h), by the store's number; empty
  // where it is not this reseller's.
  virtual std::string BatchId(const ResellerId& reseller, std::int64_t number) = 0;

  // Decisions about the gaps of one printer, the last of each.
  virtual std::vector<GapDecision> DecisionsOf(const ResellerId& reseller,
                                               const std::string& printer) = 0;
  // Gaps that closed within `span`, by when they closed and id. A customer sees those since its
  // collectors know the printer.
  virtual Page<NamedGap> MeterGaps(const ResellerId& reseller, const PrinterFilter& filter,
                                   bool undecided_only, const Span& span, const Position& after,
                                   std::size_t limit) = 0;
  virtual std::optional<NamedGap> FindGap(const ResellerId& reseller, const std::string& customer,
                                          const std::string& id) = 0;
  // False where the gap is not this reseller's.
  virtual bool Decide(const ResellerId& reseller, const GapDecision& decision,
                      const Actor& actor) = 0;

  // Of one printer, from that month on: by month, then channel, meter, colorant, unit. Of what all
  // collectors told.
  virtual std::vector<NamedReconciled> ReconciledSince(const ResellerId& reseller,
                                                       const std::string& printer,
                                                       MonthNumber month) = 0;

  // The same of what was counted, those that are in no sum too: by month, then meter and colorant,
  // site, channel, unit.
  virtual std::vector<NamedMonth> MonthsSince(const ResellerId& reseller,
                                              const std::string& printer, MonthNumber month) = 0;

  // By site and meter; of one customer where the filter names it.
  virtual std::vector<SiteUsage> UsageBySite(const ResellerId& reseller, MonthNumber month,
                                             const PrinterFilter& filter) = 0;
};

}  // namespace plotmeter
