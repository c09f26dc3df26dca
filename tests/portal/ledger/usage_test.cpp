#include "portal/ledger/usage.h"

#include <gtest/gtest.h>

namespace plotmeter {
namespace {

Instant At(std::int64_t seconds) { return FromMillis(seconds * 1000); }

MeterStand Stand(std::int64_t at, const std::string& value) {
  return {At(at), *Decimal::Parse(value), at};
}

Entry Counted(MeterStand opening, MeterStand closing) {
  const Exact used = *Exact::Of(closing.value).Minus(Exact::Of(opening.value));
  return {.kind = EntryKind::kCounted,
          .opening = std::move(opening),
          .closing = std::move(closing),
          .used = used};
}

Entry Gap(MeterStand opening, MeterStand closing, std::optional<std::int64_t> most) {
  return {.kind = EntryKind::kFell,
          .opening = std::move(opening),
          .closing = std::move(closing),
          .most = most};
}

const PrinterRow kPrinter{.id = "prn_1", .manufacturer = "HP", .serial = "CN1"};
const StoredMeter kInk{.meter = "ink.used", .unit = "cc"};

TEST(UsageTest, AddsWhatWasCounted) {
  std::optional<MeterUsage> usage;
  Add(usage, Counted(Stand(10, "0.10"), Stand(20, "0.3")));
  Add(usage, Counted(Stand(20, "0.3"), Stand(30, "0.300001")));
  ASSERT_TRUE(usage);
  EXPECT_EQ(usage->opening, Stand(10, "0.10"));
  EXPECT_EQ(usage->closing, Stand(30, "0.300001"));
  EXPECT_EQ(usage->used->Text(), "0.200001");
  const UsageRow row = MakeUsageRow(kPrinter, "piws", kInk, *usage);
  EXPECT_EQ(row.known_as, "measured");
  EXPECT_EQ(row.used_base, "200001");
  EXPECT_EQ(row.used_base_at_most, "");
}

TEST(UsageTest, MakesNoUsageOfABase) {
  std::optional<MeterUsage> usage;
  Add(usage, {.opening = Stand(10, "5"), .closing = Stand(10, "5")});
  const UsageRow row = MakeUsageRow(kPrinter, "piws", kInk, *usage);
  EXPECT_EQ(row.opening, "5");
  EXPECT_EQ(row.used, "") << "one reading alone; that is not 0";
  EXPECT_EQ(row.used_base, "");
}

TEST(UsageTest, SaysBetweenWhatItLies) {
  std::optional<MeterUsage> usage;
  Add(usage, Counted(Stand(10, "5"), Stand(20, "7")));
  Add(usage, Gap(Stand(20, "7"), Stand(30, "1"), 500'000));
  Add(usage, Counted(Stand(30, "1"), Stand(40, "2")));
  const UsageRow row = MakeUsageRow(kPrinter, "piws", kInk, *usage);
  EXPECT_EQ(row.known_as, "bounded");
  EXPECT_EQ(row.gaps, 1);
  EXPECT_EQ(row.used, "3");
  EXPECT_EQ(row.used_base, "3000000");
  EXPECT_EQ(row.used_base_at_most, "3500000");
}

TEST(UsageTest, SaysNoMostWhereOneGapHasNone) {
  std::optional<MeterUsage> usage;
  Add(usage, Gap(Stand(20, "7"), Stand(30, "1"), 500'000));
  Add(usage, Gap(Stand(30, "1"), Stand(40, "0"), std::nullopt));
  const UsageRow row = MakeUsageRow(kPrinter, "piws", kInk, *usage);
  EXPECT_EQ(row.gaps, 2);
  EXPECT_EQ(row.used_base, "0");
  EXPECT_EQ(row.used_base_at_most, "");
}

TEST(UsageTest, TakesAPersonsWord) {
  std::optional<MeterUsage> usage;
  Add(usage, Counted(Stand(10, "5"), Stand(20, "7")));
  Add(usage, Gap(Stand(20, "7"), Stand(30, "1"), 500'000), Exact::Of(*Decimal::Parse("0.25")));
  const UsageRow row = MakeUsageRow(kPrinter, "piws", kInk, *usage);
  EXPECT_EQ(row.known_as, "entered");
  EXPECT_EQ(row.gaps, 0);
  EXPECT_EQ(row.used, "2.25");
  EXPECT_EQ(row.used_base, "2250000");
}

TEST(UsageTest, SaysNothingWhereNumbersAreBeyondAllMeasure) {
  std::optional<MeterUsage> usage;
  Add(usage, Counted(Stand(1, "0"), Stand(2, "999999999999999999")));
  Entry tiny = Counted(Stand(2, "0"), Stand(3, "0.00000000000000000000000000000001"));
  Add(usage, tiny);
  EXPECT_EQ(MakeUsageRow(kPrinter, "piws", kInk, *usage).used, "");
}

TEST(UsageTest, MarksWhatIsNotConfirmed) {
  std::optional<MeterUsage> usage;
  Add(usage, Counted(Stand(10, "100"), Stand(20, "130")));
  const StoredMeter raw{.meter = "media.area", .unit = "?"};
  EXPECT_EQ(MakeUsageRow(kPrinter, "piws", raw, *usage).known_as, "raw");
  EXPECT_EQ(MakeUsageRow(kPrinter, "piws", raw, *usage).used, "30");
  EXPECT_EQ(MakeUsageRow(kPrinter, "piws", raw, *usage).used_base, "");
  EXPECT_EQ(MakeUsageRow(kPrinter, "piws", raw, *usage).base_unit, "");
  const UsageRow unnamed = MakeUsageRow({.id = "prn_2"}, "piws", kInk, *usage);
  EXPECT_EQ(unnamed.known_as, "unidentified");
  EXPECT_EQ(unnamed.printer, "prn_2") << "its readings are found by that";
}

}  // namespace
}  // namespace plotmeter
