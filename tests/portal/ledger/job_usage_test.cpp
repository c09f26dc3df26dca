#include "portal/ledger/job_usage.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plotmeter {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

JobRow Printed(const std::string& ink = "[]", const std::string& area = "") {
  JobRow job{.channel = "piws",
             .job = "J",
             .type = "print",
             .status = "printed",
             .ended_at = *ParseInstant("2026-11-10T23:30:00Z"),
             .printed_pages = 2,
             .ink = ink};
  if (!area.empty()) {
    job.area = area;
    job.area_unit = "m2";
  }
  return job;
}

// "2070: 2 jobs, 4 pages of 2", "?: …" without the word.
std::vector<std::string> By(JobWord word, const std::vector<JobRow>& jobs) {
  JobUsage usage(word);
  for (const JobRow& job : jobs) usage.Add(job, "Europe/Berlin");
  std::vector<std::string> words;
  for (const JobUsageRow& row : usage.Rows()) {
    words.push_back(row.is_rest ? "rest" : row.key.value_or("?"));
    words.back() += fmt::format(": {} jobs", row.jobs);
    if (row.pages)
      words.back() += fmt::format(", {} pages of {}", row.pages->amount, row.pages->jobs);
    if (row.area) words.back() += fmt::format(", area {} of {}", row.area->amount, row.area->jobs);
    for (const auto& [colorant, sum] : row.ink) {
      words.back() += fmt::format(", {} {} of {}", colorant, sum.amount, sum.jobs);
    }
  }
  return words;
}

TEST(JobUsageTest, SumsWhatJobsSay) {
  JobRow plain = Printed(R"([["cyan","0.21","cc"]])", "0.5");
  plain.media = "2070";
  JobRow silent = Printed();
  silent.media = "2070";
  silent.printed_pages.reset();
  EXPECT_THAT(By(JobWord::kMedia, {plain, silent, plain}),
              ElementsAre("2070: 3 jobs, 4 pages of 2, area 100000000 of 2, cyan 420000 of 2"));
}

TEST(JobUsageTest, WhatIsNotSaidIsARowOfItsOwn) {
  JobRow best = Printed();
  best.quality = "Best";
  EXPECT_THAT(By(JobWord::kQuality, {Printed(), best}),
              ElementsAre("Best: 1 jobs, 2 pages of 1", "?: 1 jobs, 2 pages of 1"));
  JobRow unknown = Printed();
  unknown.type = "unknown";
  EXPECT_THAT(By(JobWord::kType, {unknown, Printed()}),
              ElementsAre("print: 1 jobs, 2 pages of 1", "?: 1 jobs, 2 pages of 1"));
}

TEST(JobUsageTest, LeavesRawWhatIsNotConfirmed) {
  JobRow job = Printed(R"([["cyan","0.21","?"]])", "12");
  job.area_unit = "?";
  EXPECT_THAT(By(JobWord::kType, {job}), ElementsAre("print: 1 jobs, 2 pages of 1"));
}

TEST(JobUsageTest, PassesOverWhatUsedNothing) {
  JobRow held = Printed();
  held.status = "held";
  held.printed_pages.reset();
  EXPECT_THAT(By(JobWord::kType, {held}), IsEmpty());
  JobRow planned = Printed(R"([["cyan","0.21","cc"]])", "0.5");
  for (const char* status : {"held", "pending"}) {
    planned.status = status;
    EXPECT_THAT(By(JobWord::kType, {planned}), IsEmpty()) << "what it says is what it would use";
  }
  held.status = "cancelled";
  held.printed_pages = 1;
  EXPECT_THAT(By(JobWord::kType, {held}), ElementsAre("print: 1 jobs, 1 pages of 1"));
}

TEST(JobUsageTest, TellsColourByTheInksThatAJobNames) {
  EXPECT_THAT(
      By(JobWord::kColor, {Printed(R"([["photo-black","1","cc"],["cyan","0.00","cc"]])"),
                           Printed(R"([["black","1","cc"],["cyan","0.1","cc"]])"), Printed()}),
      ElementsAre("color: 1 jobs, 2 pages of 1, black 1000000 of 1, cyan 100000 of 1",
                  "mono: 1 jobs, 2 pages of 1, cyan 0 of 1, photo-black 1000000 of 1",
                  "?: 1 jobs, 2 pages of 1"));
}

TEST(JobUsageTest, HasBandsOfCoverage) {
  const auto band = [](const std::string& ink, const std::string& area) {
    const auto rows = By(JobWord::kCoverage, {Printed(ink, area)});
    return rows.at(0).substr(0, rows.at(0).find(':'));
  };
  EXPECT_EQ(band(R"([["cyan","0.99","cc"]])", "1.0"), "0-1");
  EXPECT_EQ(band(R"([["cyan","0.5","cc"],["black","0.5","cc"]])", "1.0"), "1-3");
  EXPECT_EQ(band(R"([["cyan","3","cc"]])", "0.25"), "10-");
  EXPECT_EQ(band(R"([["cyan","3","cc"]])", ""), "?");
  EXPECT_EQ(band("[]", "1.0"), "?");
}

TEST(JobUsageTest, KnowsTheDayWhereTheSiteIs) {
  EXPECT_THAT(By(JobWord::kDay, {Printed()}), ElementsAre("2026-11-11: 1 jobs, 2 pages of 1"));
}

TEST(JobUsageTest, HasAnEndOfWords) {
  std::vector<JobRow> jobs;
  for (std::size_t i = 0; i < JobUsage::kMostWords + 2; ++i) {
    jobs.push_back(Printed());
    jobs.back().media = fmt::format("{:06}", i);
  }
  const auto rows = By(JobWord::kMedia, jobs);
  EXPECT_EQ(rows.size(), JobUsage::kMostWords + 1);
  EXPECT_EQ(rows.back(), "rest: 2 jobs, 4 pages of 2");
}

}  // namespace
}  // namespace plotmeter
