#include "portal/ledger/usage.h"

#include <gtest/gtest.h>

#include <random>

namespace plotmeter {
namespace {

Instant At(std::int64_t seconds) { return FromMillis(seconds * 1000); }

using Series = std::vector<std::pair<std::int64_t, std::string>>;

// What EachMeter would give of `all` for (from, to].
std::vector<MeterPoint> Within(const Series& all, std::int64_t from, std::int64_t to) {
  std::vector<MeterPoint> points;
  for (const auto& [at, value] : all) {
    if (at > to) break;
    if (at <= from) points.clear();
    points.push_back({At(at), *Decimal::Parse(value)});
  }
  return points;
}

std::string Used(const Series& all, std::int64_t from, std::int64_t to) {
  const auto usage = Count(Within(all, from, to), At(from));
  if (!usage) return "unknown";
  return (usage->used ? usage->used->Text() : "a base") +
         (usage->gaps > 0 ? ", gaps " + std::to_string(usage->gaps) : "");
}

const Series kSwapped = {{10, "100"}, {20, "130"}, {30, "5"}, {40, "25"}};

TEST(UsageTest, CountsFromTheLastReadingBeforeThePeriod) {
  EXPECT_EQ(Used(kSwapped, 10, 20), "30");
  EXPECT_EQ(Used(kSwapped, 15, 25), "30") << "the value at 15 is the reading at 10";
  EXPECT_EQ(Used(kSwapped, 0, 20), "30") << "the first reading is a base";
}

TEST(UsageTest, OpensAnEpochWhereAMeterFalls) {
  EXPECT_EQ(Used(kSwapped, 10, 40), "50, gaps 1");
  EXPECT_EQ(Used(kSwapped, 20, 30), "0, gaps 1");
}

TEST(UsageTest, KnowsNothingWithoutAReadingInside) {
  EXPECT_EQ(Used(kSwapped, 0, 5), "unknown");
  EXPECT_EQ(Used(kSwapped, 40, 100), "unknown") << "unknown is not 0";
  EXPECT_EQ(Used({}, 0, 100), "unknown");
  EXPECT_EQ(Used(kSwapped, 0, 10), "a base");
}

TEST(UsageTest, NamesOpeningAndClosingReading) {
  const auto usage = Count(Within(kSwapped, 15, 40), At(15));
  ASSERT_TRUE(usage);
  EXPECT_EQ(usage->opening.text(), "100");
  EXPECT_EQ(usage->opening_at, At(10));
  EXPECT_EQ(usage->closing.text(), "25");
  EXPECT_EQ(usage->closing_at, At(40));
}

TEST(UsageTest, KeepsEveryDecimalPlace) {
  EXPECT_EQ(Used({{1, "0.10"}, {2, "0.3"}, {3, "0.300001"}}, 0, 3), "0.200001");
}

TEST(UsageTest, SaysNothingWhereNumbersAreBeyondAllMeasure) {
  EXPECT_EQ(Used({{1, "0.00000000000000000000000000000001"}, {2, "999999999999999999"}}, 0, 3),
            "a base");
}

// Whatever the readings and however a stretch is cut: the parts are the whole.
TEST(UsageTest, TilesExactly) {
  std::mt19937 random(7);
  const auto between = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  for (int round = 0; round < 500; ++round) {
    Series all;
    std::int64_t thousandths = between(0, 100000);
    for (std::int64_t at = between(0, 20); at < 200; at += between(1, 30)) {
      thousandths = between(0, 9) == 0 ? between(0, 5000) : thousandths + between(0, 9000);
      std::string text = std::to_string(thousandths / 1000);
      if (thousandths % 1000 != 0)
        text += "." + std::to_string(1000 + thousandths % 1000).substr(1);
      all.emplace_back(at, text);
    }
    Exact parts;
    int gaps = 0;
    for (std::int64_t from = 0; from < 220;) {
      const std::int64_t to = from + between(1, 60);
      if (const auto usage = Count(Within(all, from, to), At(from))) {
        if (usage->used) parts = *parts.Plus(*usage->used);
        gaps += usage->gaps;
      }
      from = to;
    }
    const auto whole = Count(Within(all, 0, 1000), At(0));
    ASSERT_TRUE(whole);
    if (!whole->used) continue;
    const auto rest = parts.Minus(*whole->used);
    ASSERT_TRUE(rest);
    EXPECT_EQ(rest->Text().find_first_not_of("0."), std::string::npos)
        << "round " << round << ": " << parts.Text() << " and " << whole->used->Text();
    EXPECT_EQ(gaps, whole->gaps);
  }
}

TEST(UsageTest, MarksWhatIsNotConfirmed) {
  const PrinterRow printer{.id = "prn_1", .manufacturer = "HP", .serial = "CN1"};
  const MeterSeries confirmed{.channel = "piws", .meter = "ink.used", .unit = "cc"};
  const MeterSeries raw{.channel = "piws", .meter = "media.area", .unit = "?"};
  const auto usage = Count(Within(kSwapped, 10, 20), At(10));
  ASSERT_TRUE(usage);
  EXPECT_EQ(MakeUsageRow(printer, confirmed, *usage).known_as, "measured");
  EXPECT_EQ(MakeUsageRow(printer, confirmed, *usage).used_base, "30000000");
  EXPECT_EQ(MakeUsageRow(printer, raw, *usage).known_as, "raw");
  EXPECT_EQ(MakeUsageRow(printer, raw, *usage).used, "30");
  EXPECT_EQ(MakeUsageRow(printer, raw, *usage).used_base, "");
  EXPECT_EQ(MakeUsageRow(printer, raw, *usage).base_unit, "");
  EXPECT_EQ(MakeUsageRow({.id = "prn_2"}, confirmed, *usage).known_as, "unidentified");
}

}  // namespace
}  // namespace plotmeter
