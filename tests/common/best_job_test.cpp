#include "common/best_job.h"

#include <gtest/gtest.h>

#include "tests/collector/spool/spool_fixture.h"

namespace plotmeter {
namespace {

TEST(BestJobTest, DecidesEveryPairOfAnswers) {
  struct Case {
    const char* what;
    JobRecord kept, later;
    bool better;
    const char* status;
    const char* ink;  // of the best; nullptr: none
  };
  const Case cases[] = {
      {"the same", JobOf("j", "printed", "0.21"), JobOf("j", "printed", "0.21"), false, "printed",
       "0.21"},
      {"final beats not final", JobOf("j", "printing", "0.10"), JobOf("j", "printed", "0.21"), true,
       "printed", "0.21"},
      {"not final never beats final", JobOf("j", "printed", "0.21"), JobOf("j", "printing", "0.30"),
       false, "printed", "0.21"},
      {"emptier, missing", JobOf("j", "printed", "0.21"), JobOf("j", "printed"), false, "printed",
       "0.21"},
      {"emptier, zero", JobOf("j", "printed", "0.21"), JobOf("j", "printed", "0.00"), false,
       "printed", "0.21"},
      {"deleted after it was printed", JobOf("j", "printed", "0.21"), JobOf("j", "cancelled"),
       false, "printed", "0.21"},
      {"cancelled while printing keeps what was used", JobOf("j", "printing", "0.10"),
       JobOf("j", "cancelled", "0.00"), true, "cancelled", "0.10"},
      {"accounting that came late", JobOf("j", "printed"), JobOf("j", "printed", "0.21"), true,
       "printed", "0.21"},
      {"corrected", JobOf("j", "printed", "0.21"), JobOf("j", "printed", "0.25"), true, "printed",
       "0.25"},
      {"never printed", JobOf("j", "pending"), JobOf("j", "cancelled"), true, "cancelled", nullptr},
      {"further on", JobOf("j", "printing", "0.10"), JobOf("j", "printing", "0.15"), true,
       "printing", "0.15"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(IsBetter(c.kept, c.later), c.better) << c.what;
    const JobRecord best = BestOf(c.kept, c.later);
    EXPECT_EQ(best.status, c.status) << c.what;
    EXPECT_EQ(best.ink.empty() ? "" : best.ink[0].amount.value.text(),
              c.ink == nullptr ? "" : c.ink)
        << c.what;
  }
}

TEST(BestJobTest, TakesLookingAgainForNothingNew) {
  const JobRecord kept = JobOf("j", "printing", "0.10");
  JobRecord later = kept;
  later.seen_at += std::chrono::minutes(10);
  later.clock_offset_ms = 17;
  EXPECT_FALSE(IsBetter(kept, later));
}

TEST(BestJobTest, AJobThatWasOverWithoutAWordOfItStaysInItsMonth) {
  const JobRecord kept = JobOf("j", "unknown", "0.21");
  JobRecord later = JobOf("j", "cancelled", "0.00");
  later.seen_at = kept.seen_at + std::chrono::hours(24 * 31);
  EXPECT_EQ(BestOf(kept, later).seen_at, kept.seen_at);
  EXPECT_EQ(BestOf(kept, later).ink.at(0).amount.value.text(), "0.21");
  EXPECT_EQ(BestOf(JobOf("j", "unknown"), later).seen_at, later.seen_at) << "it had used nothing";
  later.finished = later.seen_at;
  EXPECT_EQ(BestOf(kept, later).seen_at, later.seen_at) << "the printer says when";
}

TEST(BestJobTest, KeepsWhenAJobWasFirstSeenFinal) {
  const JobRecord kept = JobOf("j", "printed");
  JobRecord later = JobOf("j", "printed", "0.21");
  later.seen_at += std::chrono::minutes(10);
  EXPECT_TRUE(IsBetter(kept, later));
  EXPECT_EQ(BestOf(kept, later).seen_at, kept.seen_at);
}

TEST(BestJobTest, FillsOneColorantAtATime) {
  JobRecord kept = JobOf("j", "printing", "0.10");
  JobRecord later = JobOf("j", "printed");
  later.ink.push_back({.colorant = "cyan", .amount = {*Decimal::Parse("0.30"), "cc"}});
  const JobRecord best = BestOf(kept, later);
  ASSERT_EQ(best.ink.size(), 2U);
  EXPECT_EQ(best.ink[0].colorant, "cyan");
  EXPECT_EQ(best.ink[1].colorant, "magenta");
  EXPECT_FALSE(IsBetter(best, later));
}

TEST(BestJobTest, SettlesWhateverIsShownAgainAndAgain) {
  // From any pair of answers, showing them in turn ends: revisions never rise for ever.
  const JobRecord shown[] = {JobOf("j", "pending"),         JobOf("j", "printing", "0.10"),
                             JobOf("j", "printed", "0.21"), JobOf("j", "printed"),
                             JobOf("j", "cancelled"),       JobOf("j", "printed", "0.00")};
  for (const JobRecord& a : shown) {
    for (const JobRecord& b : shown) {
      JobRecord best = a;
      int revisions = 0;
      for (int round = 0; round < 10; ++round) {
        for (const JobRecord* next : {&b, &a}) {
          if (!IsBetter(best, *next)) continue;
          best = BestOf(best, *next);
          ++revisions;
        }
      }
      if (IsFinal(a) || IsFinal(b)) {
        EXPECT_LE(revisions, 2) << a.status << " and " << b.status;
      }
    }
  }
}

}  // namespace
}  // namespace plotmeter
