// The account of one printer over one channel: its readings, one after the other, into entries that
// say what was counted from which reading to which. Pure; the heart of the ledger.
//
//    ChannelAccount account({{7, "media.area", "m2"}, {8, "ink.used", "cc"}});
//    account.Take(reading, [](const Entry& entry) { … });   "meter 7: 433 to 440.5, counted 7.5"
//    account.Open()                                          gaps that nothing has settled yet
//    account.State()                                         to go on another day, by
//                                                            ChannelAccount::Resume
//
// A **meter epoch** is a stretch in which a meter is one unbroken count. Usage is the difference of
// two readings of one epoch, never negative and never a guess; what happened between two epochs is
// a **gap**, an entry that counts nothing and says how much it can hide at the most. When in doubt
// less is counted, and a gap says so: the truth is what is counted, or lies within the gaps.
//
// What the account does with a reading, in this order:
//
//    other   The account follows one collector. What another one reads tells nothing new, until the
//            one that is followed has been silent for a day; then the account follows that one.
//            Where the device may have started anew meanwhile, it may have been set back unseen:
//            what lies above is counted, and a gap stands beside it. So it is where the device may
//            have started anew and the other collector had seen more.
//    rise    Counted. By more than anything can print (most_printed.h): a gap, and a new epoch.
//    refill  After a fall, a rise from below what was counted before, of a device that may have
//            started anew, and more than twice as large as any rise that was counted (where none
//            was, more than half of what the meter stood at before): its old counts were put back.
//            A gap, and a new epoch.
//    wrap    A Counter32 near 2^32 that is small now, of a device that did not start anew, and
//            whose increase is no more than it can print: counted across.
//    fall    The whole reading is doubted, all its meters, until another one says more:
//            - it comes back to where it was, and the device did not start anew: the fallen reading
//              was stale, and never happened;
//            - it comes back, but the device may have started anew: what lies above is counted;
//              that it was set back and printed on is possible too, so that is a gap;
//            - it moves below where it was: a new epoch from the fallen reading on. Meters that did
//              not fall with it are in the gap too, if the device may have started anew: its board
//              may be another one.
//    swap    Somebody saw another board (PrinterEvent "board-swapped"): a new epoch for all meters.
//    unit    Another unit is another meter. Where it takes the place of one, a gap stands between.
//
// What no reading can tell: that counts were raised by hand, by no more than can be printed.
//
// Sources: domain.md 13 as far as it says; RFC 3805 prtMarkerLifeCount is a Counter32.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/decimal.h"
#include "common/time.h"
#include "portal/ledger/quantity.h"

namespace plotmeter {

// Of the same printer and channel; `number` is the store's.
struct AccountMeter {
  std::int64_t number = 0;
  std::string meter = {};  // "ink.used"
  std::string unit = {};
  bool wraps = false;  // it is a Counter32
  std::string same =
      {};  // the same words: the same count, perhaps in another unit; empty: no other
};

// What one printer said at one instant over one channel.
struct AccountReading {
  Instant at = {};         // as the store put it in order (Store::EachAccountReading)
  std::int64_t batch = 0;  // the store's number of the batch that told it
  std::string collector = {};
  std::optional<std::chrono::milliseconds> up = {};           // since the device started
  std::vector<std::pair<std::int64_t, Decimal>> values = {};  // by the meter's number
};

// A value that was read, and which batch has it.
struct MeterStand {
  Instant at = {};
  Decimal value = Decimal::FromInteger(0);
  std::int64_t batch = 0;

  bool operator==(const MeterStand&) const = default;
};

enum class EntryKind {
  kBase,  // the first reading of a meter: from here on it is counted
  kCounted,
  kWrapped,   // counted, too
  kFell,      // from here on gaps: the meter fell
  kReturned,  // it fell and came back
  kJumped,    // it rose by more than can be printed
  kSwapped,   // the device is, or may be, another one
  kUnit,      // the printer counts it in another unit since
  kOpen,      // it fell, and nothing has come since that would settle it
  // It was entered by hand, and is read over a channel since; the closing stand repeats what was
  // entered last. Who makes books says so, not an account.
  kConnected,
  // In a part of it another channel counts the same (believed.h says so).
  kElsewhere,
};

// "base", "counted", "wrapped", "fell", "returned", "jumped", "swapped", "unit", "open",
// "connected", "elsewhere".
std::string_view ToText(EntryKind kind);
constexpr bool IsGap(EntryKind kind) { return kind >= EntryKind::kFell; }

struct Entry {
  std::int64_t meter = 0;
  EntryKind kind = EntryKind::kBase;
  MeterStand opening = {};
  MeterStand closing = {};
  Exact used = {};  // in the meter's unit; of a gap 0
  std::optional<std::int64_t> most =
      {};  // what a gap can hide at the most, in base units; empty: unknown
};

class ChannelAccount {
 public:
  using Emit = std::function<void(const Entry&)>;

  explicit ChannelAccount(std::vector<AccountMeter> meters);

  // Goes on where State() was taken. Throws JsonError for what is no state.
  void Resume(std::string_view state);
  std::string State() const;
  // Of a state: since when a reading is doubted; empty: none is.
  static std::optional<Instant> DoubtedSince(std::string_view state);

  // By rising `at`, and those of one collector in the order in which it made them.
  void Take(const AccountReading& reading, const Emit& emit);
  // Another board was seen in the device; between the readings before and after `at`.
  void Swap() { swapped_ = true; }

  // Gaps of a fall that is not settled: what fell, and what rose and is doubted with it.
  std::vector<Entry> Open() const;

  // What that meter stands at, as far as it is believed; empty: nothing was taken of it.
  std::optional<MeterStand> StandOf(std::int64_t meter) const;

 private:
  struct Meter {
    AccountMeter what = {};
    std::optional<MeterStand> last = {};  // the highest of its epoch
    // It was not read when all others began an epoch: its next value begins one.
    bool behind = false;
    std::optional<Decimal> former = {};  // the highest of all epochs before
    std::optional<Exact> largest = {};   // that was ever counted from one reading to the next
  };
  // Of a reading: when, by whom, and how long the device had been running.
  struct Seen {
    Instant at = {};
    std::string collector = {};
    std::optional<std::chrono::milliseconds> up = {};
  };
  // A reading in which something fell.
  struct Doubted {
    Seen seen = {};
    std::map<std::int64_t, MeterStand> values = {};
    std::set<std::int64_t> fallen = {};
  };

  Meter* Find(std::int64_t number);
  const Meter* Find(std::int64_t number) const;
  bool RanOn(Instant since, const AccountReading& reading) const;
  bool Wraps(const Meter& meter, const AccountReading& reading, const MeterStand& stand,
             Exact& used) const;
  std::set<std::int64_t> Fallen(const AccountReading& reading);
  void Doubt(const AccountReading& reading, std::set<std::int64_t> fallen);
  void TakeWhileDoubting(const AccountReading& reading, const Emit& emit);
  void BeginAnew(const AccountReading& reading, const Emit& emit);
  void Accept(const AccountReading& reading, const Emit& emit);
  bool IsPutBack(const Meter& meter, const AccountReading& reading, const Exact& rise) const;
  static void BeginEpoch(Meter& meter, const MeterStand& stand);
  void BeginMeter(Meter& meter, const AccountReading& reading, const MeterStand& stand,
                  bool is_swapped, const Emit& emit);
  void AcceptValue(Meter& meter, const AccountReading& reading, const MeterStand& stand,
                   bool all_swapped, const Emit& emit);
  bool JumpsAfterRestart(const AccountReading& reading);

  std::vector<Meter> meters_;  // by number
  std::optional<Seen> last_;   // the last reading that was believed
  std::optional<Doubted> doubted_;
  // The highest since `last_`, and when, by collectors that are not followed.
  struct Sight {
    Decimal value;
    Instant at = {};
  };
  std::map<std::int64_t, Sight> others_saw_;
  bool swapped_ = false;
};

}  // namespace plotmeter
