// A thousand years, in each of which everything befalls a printer's meters, at random moments:
// what is counted is what was printed, or the gaps that are named hold the difference.

#include <gtest/gtest.h>

#include "portal/ledger/account.h"
#include "tests/portal/ledger/metered_year.h"

namespace plotmeter {
namespace {

// By area, ink, prints; in thousandths, as MeteredYear has them.
struct Counted {
  std::array<std::int64_t, 3> used = {};
  std::array<std::int64_t, 3> most = {};  // that gaps can hide
  std::array<int, 3> gaps = {};
  std::array<bool, 3> without_end = {};

  std::array<std::int64_t, 3> base = {};  // the batch of the first reading, and of the last
  std::array<MeterStand, 3> last = {};

  void Add(const Entry& entry) {
    const std::size_t what = entry.meter == 4 ? 1 : static_cast<std::size_t>(entry.meter) - 1;
    used[what] += *entry.used.Scaled(1000, 1);
    if (entry.kind == EntryKind::kBase && base[what] == 0) base[what] = entry.opening.batch;
    last[what] = entry.closing;
    if (!IsGap(entry.kind)) return;
    constexpr std::array<std::int64_t, 3> kDivisor = {100'000, 1'000,
                                                      1};  // base units to thousandths
    constexpr std::array<std::int64_t, 3> kFactor = {1, 1, 1'000};
    ++gaps[what];
    if (entry.most)
      most[what] += *entry.most / kDivisor[what] * kFactor[what];
    else
      without_end[what] = true;
  }
};

std::vector<AccountMeter> Meters() {
  return {{1, "media.area", "m2"},
          {2, "ink.used", "cc", false, "ink.used"},
          {3, "prints", "prints", true},
          {4, "ink.used", "ml", false, "ink.used"}};
}

Counted Count(const MeteredYear::Account& of) {
  Counted counted;
  auto account = std::make_unique<ChannelAccount>(Meters());
  if (of.is_swapped) account->Swap();
  const auto note = [&](const Entry& entry) { counted.Add(entry); };
  int taken = 0;
  for (const AccountReading& reading : of.readings) {
    if (++taken % 240 == 0) {  // a month is over, and the account is put down
      const std::string state = account->State();
      account = std::make_unique<ChannelAccount>(Meters());
      account->Resume(state);
    }
    if (of.swaps.contains(reading.batch)) account->Swap();
    account->Take(reading, note);
  }
  for (const Entry& open : account->Open()) counted.Add(open);
  return counted;
}

class AccountYearTest : public testing::TestWithParam<int> {};

TEST_P(AccountYearTest, EndsWithWhatWasPrintedOrAGapThatHoldsIt) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  constexpr int kYears = 5;  // each takes ten times as long
#else
  constexpr int kYears = 50;
#endif
  int accounts = 0;
  int exact = 0;
  std::array<int, kThatBefall> befell = {};
  for (int i = 0; i < kYears; ++i) {
    const auto seed = static_cast<std::uint32_t>(GetParam() * kYears + i);
    const MeteredYear year(seed);
    for (int what = 0; what < kThatBefall; ++what) {
      befell[static_cast<std::size_t>(what)] += year.befell(static_cast<Befalls>(what)) ? 1 : 0;
    }
    for (const MeteredYear::Account& account : year.accounts()) {
      const Counted counted = Count(account);
      for (std::size_t what = 0; what < 3; ++what) {
        const std::string where = "seed " + std::to_string(seed) + ", count " +
                                  std::to_string(what) + ": " + year.story();
        if (counted.base[what] == 0) continue;
        const MeterStand& last = counted.last[what];
        EXPECT_LE(account.readings.back().at - last.at, std::chrono::hours(26)) << where;
        const std::int64_t missing = year.printed_at(last.batch)[what] -
                                     year.printed_at(counted.base[what])[what] - counted.used[what];
        EXPECT_GE(missing, 0) << "more was counted than was printed, " << where;
        if (counted.gaps[what] == 0) {
          EXPECT_EQ(missing, 0) << where;
        } else if (!counted.without_end[what]) {
          EXPECT_LE(missing, counted.most[what]) << where;
        }
        ++accounts;
        exact += missing == 0 ? 1 : 0;
        if (HasFailure()) return;
      }
    }
  }
  RecordProperty("exact", exact);
  if (kYears < 50) return;  // too few to say how many
  EXPECT_GT(exact * 2, accounts) << "gaps are for what cannot be known";
  for (int what = 0; what < kThatBefall; ++what) {
    const bool is_clock = what == static_cast<int>(Befalls::kClockAhead) ||
                          what == static_cast<int>(Befalls::kClockBehind);
    const int years = befell[static_cast<std::size_t>(what)];
    EXPECT_GE(years * 10, (is_clock ? 6 : 9) * kYears) << what << " befell " << years << " years";
  }
}

INSTANTIATE_TEST_SUITE_P(OfAThousand, AccountYearTest, testing::Range(0, 20));

}  // namespace
}  // namespace plotmeter
