#include "portal/ledger/reconciliation.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/portal/ledger/printed_month.h"

namespace plotmeter {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Instant At(const std::string& text) { return *ParseInstant(text); }

// A meter that was read at these hours of 10 November.
MeterEntries Read(const std::string& meter, const std::string& unit,
                  const std::vector<std::pair<int, std::string>>& readings,
                  std::int64_t number = 1) {
  MeterEntries of{.channel = "piws", .meter = {.number = number, .meter = meter, .unit = unit}};
  if (meter == "ink.used") of.meter.colorant = "cyan";
  MeterStand last;
  for (const auto& [hour, value] : readings) {
    const MeterStand stand{.at = At("2026-11-10T00:00:00Z") + std::chrono::hours(hour),
                           .value = *Decimal::Parse(value)};
    Entry entry{.meter = number, .opening = stand, .closing = stand};
    if (!of.entries.empty()) {
      entry.kind = EntryKind::kCounted;
      entry.opening = last;
      entry.used = *Exact::Of(stand.value).Minus(Exact::Of(last.value));
    }
    of.entries.push_back(entry);
    last = stand;
  }
  return of;
}

JobRow Printed(const std::string& ended, std::int64_t pages) {
  JobRow job{.channel = "piws",
             .job = ended,
             .type = "print",
             .status = "printed",
             .ended_at = At("2026-11-10T" + ended + ":00Z")};
  job.finished = job.ended_at;
  job.started = job.ended_at - std::chrono::minutes(5);
  job.printed_pages = pages;
  job.ink = "[]";
  return job;
}

// "impressions 7 of 7: fits", as many as there are.
std::vector<std::string> Words(const std::vector<MeterEntries>& meters,
                               const std::vector<JobRow>& jobs, Reconciling within = {}) {
  if (within.settled == Instant{}) within.settled = At("2026-12-01T00:00:00Z");
  std::vector<std::string> words;
  for (const Reconciled& row : Reconcile(meters, jobs, within)) {
    words.push_back(fmt::format("{} of {}: {}", row.in_jobs, row.metered, ToText(row.fit)));
  }
  return words;
}

const std::vector<std::pair<int, std::string>> kSeven = {{6, "100"}, {12, "107"}};

TEST(ReconciliationTest, PutsPagesBesideAMeter) {
  const MeterEntries meter = Read("impressions", "impressions", kSeven);
  EXPECT_THAT(Words({meter}, {Printed("08:00", 3), Printed("09:00", 4)}),
              ElementsAre("7 of 7: fits"));
  EXPECT_THAT(Words({meter}, {Printed("08:00", 6)}), ElementsAre("6 of 7: job-missing"));
  EXPECT_THAT(Words({meter}, {Printed("08:00", 8)}), ElementsAre("8 of 7: not-explained"));
}

TEST(ReconciliationTest, HasNoRowWithoutACounterpart) {
  EXPECT_THAT(Words({Read("sheets", "sheets", kSeven), Read("media.area", "m2", kSeven)},
                    {Printed("08:00", 7)}),
              IsEmpty());
  EXPECT_THAT(Words({Read("impressions", "?", kSeven)}, {Printed("08:00", 7)}), IsEmpty());
  JobRow raw = Printed("08:00", 7);
  raw.area = "191.35";
  raw.area_unit = "?";
  EXPECT_THAT(Words({Read("media.area", "m2", kSeven)}, {raw}), IsEmpty());
}

TEST(ReconciliationTest, WhatIsNotSaidIsNotNothing) {
  const MeterEntries meter = Read("impressions", "impressions", kSeven);
  JobRow silent = Printed("09:00", 0);
  silent.printed_pages.reset();
  EXPECT_THAT(Words({meter}, {Printed("08:00", 3), silent}), ElementsAre("3 of 7: unallocated"));
  EXPECT_THAT(Words({meter}, {Printed("08:00", 9), silent}), ElementsAre("9 of 7: not-explained"));
  silent.status = "held";
  EXPECT_THAT(Words({meter}, {Printed("08:00", 5), silent}), ElementsAre("5 of 7: job-missing"));
  JobRow unknown = Printed("09:00", 4);
  unknown.type = "unknown";
  EXPECT_THAT(Words({meter}, {Printed("08:00", 3), unknown}), ElementsAre("3 of 7: unallocated"));
  EXPECT_THAT(Words({meter}, {Printed("08:00", 7), unknown}), ElementsAre("7 of 7: fits"));
}

TEST(ReconciliationTest, KnowsWhichJobsPrinted) {
  const auto beside = [](const std::string& closing, JobRow job) {
    return Words({Read("impressions", "impressions", {{6, "100"}, {12, closing}})},
                 {Printed("08:00", 7), std::move(job)});
  };
  JobRow job = Printed("09:00", 2);
  job.type = "scan";
  EXPECT_THAT(beside("109", job), ElementsAre("7 of 9: job-missing")) << "a scan prints nothing";
  job.type = "copy";
  EXPECT_THAT(beside("109", job), ElementsAre("9 of 9: fits"));
  EXPECT_THAT(beside("107", job), ElementsAre("9 of 7: not-explained"));
  job.type = "print";
  job.status = "pending";
  EXPECT_THAT(beside("109", job), ElementsAre("7 of 9: job-missing")) << "it would print them";
  job.status = "cancelled";
  EXPECT_THAT(beside("110", job), ElementsAre("9 of 10: unallocated")) << "these at the least";
  job.started.reset();
  job.finished.reset();
  EXPECT_THAT(beside("109", job), ElementsAre("7 of 9: job-missing")) << "it never began";
}

TEST(ReconciliationTest, TakesTheJobsOfOneChannel) {
  JobRow same = Printed("08:00", 7);
  same.channel = "ledm";
  EXPECT_THAT(Words({Read("impressions", "impressions", kSeven)}, {Printed("08:00", 7), same}),
              ElementsAre("7 of 7: fits"));
}

TEST(ReconciliationTest, KnowsAJobThatIsToldTwice) {
  JobRow again = Printed("08:00", 3);
  again.job = "another";
  EXPECT_THAT(Words({Read("impressions", "impressions", kSeven)},
                    {Printed("08:00", 3), again, Printed("09:00", 4)}),
              ElementsAre("10 of 7: job-twice"));
}

TEST(ReconciliationTest, CutsWhereThePrinterWasQuiet) {
  // Lost before noon, and as much told too much after it.
  const MeterEntries meter =
      Read("impressions", "impressions", {{6, "100"}, {12, "107"}, {18, "114"}});
  const auto rows = Reconcile({meter}, {Printed("08:00", 5), Printed("14:00", 9)},
                              {.settled = At("2026-12-01T00:00:00Z")});
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].residue, 0);
  EXPECT_TRUE(IsMismatch(rows[0].fit)) << ToText(rows[0].fit);
  // At noon a job is printed: nobody knows how much of it the reading has.
  EXPECT_THAT(Words({meter}, {Printed("08:00", 5), Printed("12:02", 9)}),
              ElementsAre("14 of 14: fits"));
}

// What rounding could hide in each stretch is more than it could hide in all.
TEST(ReconciliationTest, PutsAllStretchesTogether) {
  const auto area = [](const std::string& closing) {
    std::vector<JobRow> jobs = {Printed("08:00", 7), Printed("14:00", 7)};
    for (JobRow& job : jobs) {
      job.area = "3.500000";
      job.area_unit = "m2";
    }
    return Words({Read("media.area", "m2", {{6, "10.0"}, {12, "13.6"}, {18, closing}})}, jobs);
  };
  EXPECT_THAT(area("17.1"), ElementsAre("700000000 of 710000000: rounding"));
  EXPECT_THAT(area("17.2"), ElementsAre("700000000 of 720000000: job-missing"));
}

TEST(ReconciliationTest, LetsWhatIsYoungSettle) {
  const MeterEntries meter =
      Read("impressions", "impressions", {{6, "100"}, {12, "107"}, {18, "114"}});
  EXPECT_THAT(Words({meter}, {Printed("08:00", 7)}, {.settled = At("2026-11-10T13:00:00Z")}),
              ElementsAre("7 of 7: fits"));
  EXPECT_THAT(Words({meter}, {Printed("08:00", 7)}, {.settled = At("2026-11-10T09:00:00Z")}),
              ElementsAre("0 of 0: unsettled"));
  EXPECT_THAT(
      Words({meter}, {Printed("14:00", 7)},
            {.jobs_since = At("2026-11-10T12:00:00Z"), .settled = At("2026-12-01T00:00:00Z")}),
      ElementsAre("7 of 7: fits"))
      << "before the first job nothing is known of jobs";
}

TEST(ReconciliationTest, TellsAJumpFromALostJob) {
  JobRow job = Printed("08:00", 7);
  job.area = "3.50";
  job.area_unit = "m2";
  const MeterEntries pages = Read("impressions", "impressions", kSeven, 1);
  EXPECT_THAT(Words({pages, Read("media.area", "m2", {{6, "10.0"}, {12, "13.5"}}, 2)}, {job}),
              ElementsAre("7 of 7: fits", "350000000 of 350000000: fits"));
  EXPECT_THAT(Words({pages, Read("media.area", "m2", {{6, "10.0"}, {12, "14.5"}}, 2)}, {job}),
              ElementsAre("7 of 7: fits", "350000000 of 450000000: meter-jumped"));
  EXPECT_THAT(Words({pages, Read("media.area", "m2", {{6, "10.0"}, {12, "10.0"}}, 2)}, {job}),
              ElementsAre("7 of 7: fits", "350000000 of 0: meter-stuck"));
  EXPECT_THAT(Words({pages, Read("media.area", "m2", {{6, "10.0"}, {12, "12.5"}}, 2)}, {job}),
              ElementsAre("7 of 7: fits", "350000000 of 250000000: not-explained"));
  job.printed_pages = 5;
  EXPECT_THAT(Words({pages, Read("media.area", "m2", {{6, "10.0"}, {12, "14.5"}}, 2)}, {job}),
              ElementsAre("5 of 7: job-missing", "350000000 of 450000000: job-missing"));
}

TEST(ReconciliationTest, KnowsThatHeadsAreServed) {
  JobRow job = Printed("08:00", 7);
  job.ink = R"([["cyan","5.25","cc"]])";
  const auto ink = [&](const std::string& closing) {
    return Words({Read("ink.used", "cc", {{6, "100"}, {12, closing}})}, {job});
  };
  EXPECT_THAT(ink("103"), ElementsAre("5250000 of 3000000: not-explained"));
  EXPECT_THAT(ink("105"), ElementsAre("5250000 of 5000000: rounding"));
  EXPECT_THAT(ink("108"), ElementsAre("5250000 of 8000000: maintenance"));
  EXPECT_THAT(ink("120"), ElementsAre("5250000 of 20000000: meter-jumped"));
}

TEST(ReconciliationTest, DoesNotCompareWhatIsAGap) {
  MeterEntries meter = Read("impressions", "impressions", {{6, "100"}, {12, "107"}, {18, "9"}});
  meter.entries[2].kind = EntryKind::kFell;
  meter.entries[2].used = {};
  const auto rows = Reconcile({meter}, {Printed("08:00", 7), Printed("14:00", 2)},
                              {.settled = At("2026-12-01T00:00:00Z")});
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].fit, Fit::kFits);
  EXPECT_EQ(rows[0].metered, 7);
  EXPECT_EQ(rows[0].gaps, 1);

  // A gap may stand beside what was counted up to the same reading.
  meter = Read("impressions", "impressions", {{6, "100"}, {12, "107"}});
  meter.entries.push_back(meter.entries.back());
  meter.entries.back().kind = EntryKind::kReturned;
  meter.entries.back().used = {};
  EXPECT_THAT(Words({meter}, {Printed("08:00", 9)}), ElementsAre("0 of 0: fits"));
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint32_t kMonths = 3;  // each takes ten times as long
#else
constexpr std::uint32_t kMonths = 30;
#endif

TEST(ReconciledMonthsTest, ACleanMonthIsNoMismatch) {
  for (std::uint32_t seed = 0; seed < 4 * kMonths; ++seed) {
    const PrintedMonth month(seed, {.leaves_out = seed % 3 != 0});
    for (const Reconciled& row : Reconcile(month.meters(), month.jobs(), month.within())) {
      EXPECT_FALSE(IsMismatch(row.fit))
          << "seed " << seed << ", meter " << row.meter << ": " << ToText(row.fit) << ", residue "
          << row.residue << ", tolerance " << row.tolerance << ", at "
          << FormatInstant(row.shows_from);
    }
    if (HasFailure()) return;
  }
}

struct Injected {
  const char* name;
  Fault fault;
  std::size_t meter;  // that shows it
  Fit fit;
};

class InjectedFaultTest : public testing::TestWithParam<Injected> {};

// Of one in a hundred, or the smallest job that is more. A fault that is smaller than twice what
// rounding can do cannot be told from it; the row says how much that is.
TEST_P(InjectedFaultTest, IsFoundAndNamed) {
  const Injected& injected = GetParam();
  std::uint32_t large_enough = 0;
  for (std::uint32_t seed = 0; seed < kMonths; ++seed) {
    const PrintedMonth month(seed, {.fault = injected.fault,
                                    .meter = injected.meter,
                                    .leaves_out = false,
                                    .has_witness = injected.fit == Fit::kMeterJumped});
    const auto rows = Reconcile(month.meters(), month.jobs(), month.within());
    const Reconciled& row = rows.at(injected.meter);
    const std::int64_t one_percent = row.metered / 100;
    if (month.share(injected.meter) < 10 || one_percent <= 2 * row.tolerance) continue;
    ++large_enough;
    EXPECT_TRUE(IsMismatch(row.fit))
        << "seed " << seed << ": " << ToText(row.fit) << ", residue " << row.residue
        << ", tolerance " << row.tolerance << ", share " << month.share(injected.meter);
    EXPECT_EQ(ToText(row.fit), ToText(injected.fit)) << "seed " << seed;
    for (const Reconciled& other : rows) {
      const bool is_alone =
          injected.fault != Fault::kJobLost && injected.fault != Fault::kJobDoubled;
      if (is_alone && other.meter != row.meter) {
        EXPECT_FALSE(IsMismatch(other.fit)) << "seed " << seed << ", meter " << other.meter;
      }
    }
  }
  RecordProperty("large_enough", static_cast<int>(large_enough));
  EXPECT_GT(large_enough * 2, kMonths) << "most are";
}

INSTANTIATE_TEST_SUITE_P(
    Each, InjectedFaultTest,
    testing::Values(Injected{"LostInPages", Fault::kJobLost, 0, Fit::kJobMissing},
                    Injected{"LostInArea", Fault::kJobLost, 1, Fit::kJobMissing},
                    Injected{"LostInLength", Fault::kJobLost, 2, Fit::kJobMissing},
                    Injected{"DoubledInPages", Fault::kJobDoubled, 0, Fit::kJobTwice},
                    Injected{"DoubledInArea", Fault::kJobDoubled, 1, Fit::kJobTwice},
                    Injected{"DoubledInLength", Fault::kJobDoubled, 2, Fit::kJobTwice},
                    Injected{"PagesJump", Fault::kMeterJumped, 0, Fit::kMeterJumped},
                    Injected{"AreaJumps", Fault::kMeterJumped, 1, Fit::kMeterJumped},
                    Injected{"LengthJumps", Fault::kMeterJumped, 2, Fit::kMeterJumped},
                    Injected{"PagesAreStuck", Fault::kMeterStuck, 0, Fit::kMeterStuck},
                    Injected{"AreaIsStuck", Fault::kMeterStuck, 1, Fit::kMeterStuck},
                    Injected{"LengthIsStuck", Fault::kMeterStuck, 2, Fit::kMeterStuck},
                    Injected{"AreaScaled", Fault::kJobAreaScaled, 1, Fit::kNotExplained}),
    [](const auto& of) { return std::string(of.param.name); });

}  // namespace
}  // namespace plotmeter
