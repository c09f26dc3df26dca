// A printer's year of readings, with what really was printed: everything that can befall a meter,
// once each, at random moments.
//
//    MeteredYear year(seed);
//    for (const auto& account : year.accounts()) …     account.readings
//    year.printed_at(batch)                            in thousandths
//
// It knows nothing of how the ledger counts. Meters: 1 media.area in m2 (thousandths), 2 ink.used
// in cc, 3 prints, a Counter32. A printer that changes its serial goes on in another account.

#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "portal/ledger/account.h"

namespace plotmeter {

enum class Befalls {
  kWrap,
  kReset,       // all counts to 0
  kRestore,     // NVRAM of some days ago
  kUnit,        // ink in ml from now on
  kSerial,      // another serial, the same counts
  kBoard,       // other counts altogether; another serial, or the old one written into it
  kReplaced,    // another printer at its address: other counts, another serial, nobody saw a swap
  kMoved,       // another collector reads it from now on
  kTwo,         // a second collector reads it too, for a while
  kClockAhead,  // the collector's clock, for a while
  kClockBehind,
  kStale,  // old answers, for a while
};
inline constexpr int kThatBefall = 12;

class MeteredYear {
 public:
  static constexpr int kMeters = 4;  // numbers 1 to 3, and 4: ink in ml
  using Counts = std::array<std::int64_t, kMeters>;

  // One seed of four is of a printer that never says how long it has been running.
  // One of three is of a collector whose clock is always right.
  explicit MeteredYear(std::uint32_t seed)
      : random_(seed), says_uptime_(seed % 4 != 0), clock_fails_(seed % 3 != 0) {
    shown_ = {Between(0, 5'000'000), Between(0, 50'000) * 1000,
              (kWrapsAt - Between(200, 4000)) * 1000, 0};
    for (int i = 0; i < kThatBefall; ++i) {
      when_[static_cast<int>(Between(1, kHours / kStep - 1))].push_back(static_cast<Befalls>(i));
    }
    for (int step = 0; step < kHours / kStep; ++step) Step(step);
    for (auto& [printer, readings] : readings_) {
      std::ranges::stable_sort(readings, {}, &AccountReading::at);
    }
  }

  // One account a serial.
  struct Account {
    std::vector<AccountReading> readings = {};
    bool is_swapped = false;            // an event said that its board is another one's
    std::set<std::int64_t> swaps = {};  // batches before which an event said that it is another one
  };
  std::vector<Account> accounts() const {
    std::vector<Account> all;
    for (const auto& [serial, readings] : readings_) {
      all.push_back(
          {.readings = readings, .is_swapped = swapped_.contains(serial), .swaps = swaps_});
    }
    return all;
  }
  // When that reading was made, by what is counted: area, ink, prints.
  const std::array<std::int64_t, 3>& printed_at(std::int64_t batch) const {
    return by_batch_.at(batch);
  }

  const std::string& story() const { return story_; }
  // Whether that left a mark on what was read.
  bool befell(Befalls what) const { return befell_.contains(what); }

 private:
  static constexpr int kHours = 365 * 24;
  static constexpr int kStep = 6;  // hours
  static constexpr std::int64_t kWrapsAt = std::int64_t{1} << 32;

  std::int64_t Between(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
  }
  bool Once(int in) { return Between(1, in) == 1; }

  void Print() {
    if (Once(3)) return;  // a quiet time
    const int jobs = static_cast<int>(Between(0, 6));
    for (int i = 0; i < jobs; ++i) {
      Add(0, Between(60, 9'000));
      Add(ink_, Between(0, 12) * 1000);
      Add(2, Between(1, 4) * 1000);
    }
  }
  void Add(int meter, std::int64_t amount) {
    const auto i = static_cast<std::size_t>(meter);
    const std::int64_t wraps = kWrapsAt * 1000;
    if (meter == 2 && shown_[i] < wraps && shown_[i] + amount >= wraps) {
      befell_.insert(Befalls::kWrap);
    }
    printed_[i] += amount;
    shown_[i] += amount;
  }

  void Step(int step) {
    Print();
    if (const auto due = when_.find(step); due != when_.end()) {
      for (const Befalls what : due->second) Befall(what);
    }
    if (Once(200)) started_ = now_;
    Print();
    now_ = now_ + std::chrono::hours(kStep) + std::chrono::seconds(Between(-200, 200));
    history_.push_back(shown_);
    if (history_.size() > 100) history_.pop_front();
    Read(reader_);
    if (second_ > 0) {
      --second_;
      Print();
      now_ += std::chrono::minutes(Between(0, 60));
      Read("second");
    }
  }

  void Befall(Befalls what) {
    story_ += std::to_string(static_cast<int>(what)) + " at " + FormatInstant(now_) + "; ";
    switch (what) {
      case Befalls::kWrap:  // of another printer, which is about to
        shown_[2] = (kWrapsAt - Between(1, 300)) * 1000;
        return AnotherSerial();
      case Befalls::kReset:
        if (shown_ != Counts{}) befell_.insert(what);
        shown_ = {};
        history_.clear();  // nobody can set it back to what was before
        return Forget();
      case Befalls::kRestore:
        if (!history_.empty()) {
          befell_.insert(what);
          Restore(history_[static_cast<std::size_t>(
              Between(0, static_cast<std::int64_t>(history_.size()) - 1))]);
        }
        return Forget();
      case Befalls::kUnit:
        befell_.insert(what);
        shown_[3] = shown_[1];
        ink_ = 3;
        stale_ = 0;
        history_.clear();
        return;
      case Befalls::kSerial:
        befell_.insert(what);
        AnotherSerial();
        swapped_.insert(serial_);
        return;
      case Befalls::kBoard:
      case Befalls::kReplaced:
        befell_.insert(what);
        for (auto& count : shown_) count = Between(0, 3'000'000) * 1000;
        if (what == Befalls::kBoard && Once(2)) {  // the serial was written into the new one
          lost_ = {};
          history_.clear();
          swap_is_seen_ = true;
          return Forget();
        }
        AnotherSerial();
        if (what == Befalls::kBoard) swapped_.insert(serial_);
        return;
      case Befalls::kMoved:
        befell_.insert(what);
        reader_ = "moved";
        return;
      case Befalls::kTwo:
        befell_.insert(what);
        second_ = static_cast<int>(Between(1, 200));
        return;
      case Befalls::kClockAhead:
      case Befalls::kClockBehind:
        clock_off_ =
            std::chrono::minutes((what == Befalls::kClockAhead ? 1 : -1) * Between(1, 40'000));
        clock_is_off_ = clock_fails_ ? static_cast<int>(Between(1, 60)) : 0;
        if (clock_fails_) befell_.insert(what);
        return;
      case Befalls::kStale:
        stale_ = history_.empty() ? 0 : static_cast<int>(Between(1, 5));
        if (stale_ > 0) befell_.insert(what);
        stale_counts_ = history_.empty() ? shown_ : history_.back();
        return;
    }
  }

  void Restore(const Counts& counts) {
    for (std::size_t i = 0; i < kMeters; ++i) lost_[i] += shown_[i] - counts[i];
    shown_ = counts;
  }
  // What is gone from a count that stands no lower than when it was read last, nobody was shown.
  void LoseUnseen() {
    for (std::size_t i = 0; i < kMeters; ++i) {
      if (shown_[i] >= read_[i]) printed_[i] -= lost_[i];
    }
    lost_ = {};
  }
  // Nothing that was remembered of the device is of use any more.
  void Forget() {
    stale_ = 0;
    started_ = now_;
  }
  void AnotherSerial() {
    lost_ = {};
    ++serial_;
    history_.clear();
    Forget();
  }

  void Read(const std::string& collector) {
    AccountReading reading{.at = now_, .batch = ++batch_, .collector = collector};
    if (collector == "second") reading.at += std::chrono::minutes(8);
    // A batch that is cut while the clock is wrong says so, and the store sets it right; the last
    // reading is cut when the clock is right again.
    if (clock_is_off_ > 0 && collector == reader_ && --clock_is_off_ == 0) reading.at += clock_off_;
    // As the store does it: never later than it came to the portal, nor earlier than the one
    // before.
    Instant& before = sources_[collector];
    reading.at = before =
        std::max(before, std::min(reading.at, now_ + std::chrono::minutes(Between(0, 180))));
    if (says_uptime_) reading.up = now_ - started_;
    const bool is_stale = stale_ > 0;
    if (is_stale) --stale_;
    LoseUnseen();
    const Counts& counts = is_stale ? stale_counts_ : shown_;
    for (std::size_t i = 0; i < kMeters; ++i) {
      if (i == (ink_ == 3 ? 1U : 3U)) continue;
      const std::int64_t count = i == 2 ? counts[i] % (kWrapsAt * 1000) : counts[i];
      reading.values.emplace_back(static_cast<int>(i) + 1, Text(count));
    }
    if (!is_stale) read_ = shown_;
    // A stale answer shows what was printed when it was fresh.
    if (!is_stale) fresh_ = {printed_[0], printed_[1] + printed_[3], printed_[2]};
    by_batch_[batch_] = fresh_;
    if (std::exchange(swap_is_seen_, false)) swaps_.insert(batch_);
    readings_[serial_].push_back(std::move(reading));
  }

  static Decimal Text(std::int64_t thousandths) {
    std::string text = std::to_string(thousandths / 1000);
    if (thousandths % 1000 != 0) text += "." + std::to_string(1000 + thousandths % 1000).substr(1);
    return *Decimal::Parse(text);
  }

  std::mt19937 random_;
  Instant now_ = *ParseInstant("2026-01-01T00:00:00Z");
  Instant started_ = now_ - std::chrono::hours(500);
  Counts shown_ = {};
  Counts printed_ = {};
  Counts read_ = {};  // what the last reading showed
  Counts lost_ = {};  // by a restore since
  int ink_ = 1;
  std::deque<Counts> history_;
  std::map<int, std::vector<Befalls>> when_;
  int serial_ = 0;
  std::set<int> swapped_;
  std::set<std::int64_t> swaps_;
  bool swap_is_seen_ = false;  // and told with the next reading
  std::string reader_ = "first";
  int second_ = 0;
  std::chrono::minutes clock_off_{0};
  int clock_is_off_ = 0;
  int stale_ = 0;
  Counts stale_counts_ = {};
  std::int64_t batch_ = 0;
  std::map<std::string, Instant> sources_;  // the last reading of each
  std::map<int, std::vector<AccountReading>> readings_;
  std::map<std::int64_t, std::array<std::int64_t, 3>> by_batch_;
  std::array<std::int64_t, 3> fresh_ = {};
  std::string story_;
  std::set<Befalls> befell_;
  bool says_uptime_ = true;
  bool clock_fails_ = true;
};

}  // namespace plotmeter
