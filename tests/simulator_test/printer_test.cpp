#include "tests/simulator/printer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "common/decimal.h"

namespace plotmeter::simulator {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

const Instant kStart = *ParseInstant("2026-10-01T10:30:00Z");

SimulatedPrinter Make(std::size_t model, std::uint64_t seed = 7) {
  return SimulatedPrinter(Models()[model], {.seed = seed, .printer = model}, kStart);
}

std::int64_t Number(const Json& text) { return std::stoll(text.get<std::string>()); }

TEST(PrinterTest, TheSameSeedGivesTheSameTruthInOneStepOrMany) {
  for (std::size_t model = 0; model < Models().size(); ++model) {
    SimulatedPrinter once = Make(model);
    SimulatedPrinter often = Make(model);
    once.Advance(kStart + days(12));
    for (Instant t = kStart; t <= kStart + days(12); t += minutes(47)) often.Advance(t);
    often.Advance(kStart + days(12));
    EXPECT_EQ(once.Truth(kStart, kStart + days(12)), often.Truth(kStart, kStart + days(12)));
    EXPECT_EQ(once.serial(), often.serial());
    EXPECT_EQ(once.modification(), often.modification());
    EXPECT_EQ(once.alerts().back().index, often.alerts().back().index);
  }
}

TEST(PrinterTest, AnotherSeedIsAnotherPrinter) {
  SimulatedPrinter one = Make(0, 1);
  SimulatedPrinter other = Make(0, 2);
  EXPECT_NE(one.serial(), other.serial());
  one.Advance(kStart + days(2));
  other.Advance(kStart + days(2));
  EXPECT_NE(one.Truth(kStart, one.now()), other.Truth(kStart, other.now()));
}

TEST(PrinterTest, ShowsTheFloorOfWhatItUsed) {
  SimulatedPrinter printer = Make(1);
  for (int i = 0; i < 60; ++i) {
    printer.Advance(printer.now() + hours(5));
    for (std::size_t ink = 0; ink < printer.inks().size(); ++ink) {
      const std::int64_t used = printer.inks()[ink].used;
      EXPECT_LE(printer.ink_cc(ink) * 1'000'000, used);
      EXPECT_GT((printer.ink_cc(ink) + 1) * 1'000'000, used);
      EXPECT_LE(printer.ink_microlitres(ink) * 1000, used);
      EXPECT_GT((printer.ink_microlitres(ink) + 1) * 1000, used);
    }
  }
}

TEST(PrinterTest, TruthIsWhatWasShownAtBothEnds) {
  SimulatedPrinter printer = Make(0);
  printer.Advance(kStart + days(3));
  std::vector<std::int64_t> opening;
  for (std::size_t i = 0; i < printer.inks().size(); ++i) opening.push_back(printer.ink_cc(i));
  printer.Advance(kStart + days(9));
  const Json truth = printer.Truth(kStart + days(3), kStart + days(9));
  for (std::size_t i = 0; i < printer.inks().size(); ++i) {
    const Json& row = truth.at("meters").at(i);
    EXPECT_EQ(row.at("colorant"), printer.model().inks[i].colorant);
    EXPECT_EQ(Number(row.at("opening")), opening[i]);
    EXPECT_EQ(Number(row.at("closing")), printer.ink_cc(i));
    EXPECT_EQ(Number(row.at("used")), printer.ink_cc(i) - opening[i]);
    EXPECT_GT(Number(row.at("used")), 0);
    EXPECT_EQ(row.at("unit"), "cc");
    EXPECT_EQ(row.at("channel"), "piws");
  }
}

TEST(PrinterTest, PeriodsThatMeetAddUp) {
  SimulatedPrinter printer = Make(3);
  printer.Advance(kStart + days(20));
  const Json whole = printer.Truth(kStart, kStart + days(20));
  const Json first = printer.Truth(kStart, kStart + days(8));
  const Json second = printer.Truth(kStart + days(8), kStart + days(20));
  for (std::size_t i = 0; i < whole.at("meters").size(); ++i) {
    EXPECT_EQ(Number(whole.at("meters")[i].at("used")),
              Number(first.at("meters")[i].at("used")) + Number(second.at("meters")[i].at("used")));
  }
  EXPECT_EQ(whole.at("jobs").size(), first.at("jobs").size() + second.at("jobs").size());
}

TEST(PrinterTest, EachModelHasTheMetersItsChannelsShow) {
  const auto meters = [](std::size_t model) {
    std::set<std::string> names;
    SimulatedPrinter printer = Make(model);
    const Json rows = printer.Truth(kStart, kStart).at("meters");
    for (const Json& row : rows) {
      names.insert(row.at("channel").get<std::string>() + " " + row.at("meter").get<std::string>() +
                   " in " + row.at("unit").get<std::string>());
    }
    return names;
  };
  using Names = std::set<std::string>;
  EXPECT_EQ(meters(0), (Names{"piws ink.used in cc", "snmp impressions in impressions"}));
  EXPECT_EQ(meters(1), (Names{"snmp ink.used in 1/1000 ml", "snmp sheets in sheets"}));
  EXPECT_EQ(meters(2), (Names{"piws ink.used in cc"}));
  EXPECT_EQ(meters(3), (Names{"piws ink.used in cc", "snmp media.length in metres"}));
}

TEST(PrinterTest, JobsCostNoMoreThanTheMetersSay) {
  SimulatedPrinter printer = Make(2);
  const std::int64_t before = printer.inks()[0].used;
  printer.Advance(kStart + days(30));
  std::int64_t by_jobs = 0;
  const Json rows = printer.Truth(kStart, printer.now()).at("jobs");
  for (const Json& job : rows) {
    for (const Json& ink : job.at("ink")) {
      if (ink.at("colorant") != printer.model().inks[0].colorant) continue;
      by_jobs += Decimal::Parse(ink.at("value").get<std::string>())->digits();
    }
  }
  EXPECT_GT(by_jobs, 0);
  EXPECT_LT(by_jobs, printer.inks()[0].used - before);  // the heads are served too
}

TEST(PrinterTest, FivePrintersFinishFiveHundredJobsInAMonth) {
  std::size_t jobs = 0;
  for (std::size_t i = 0; i < 5; ++i) {
    SimulatedPrinter printer(Models()[i % kUsualModels], {.seed = 1, .printer = i}, kStart);
    printer.Advance(kStart + days(30));
    const Json rows = printer.Truth(kStart, printer.now()).at("jobs");
    for (const Json& job : rows) {
      jobs += job.at("status") == "printed" && job.at("cancelled") == false;
    }
  }
  EXPECT_GE(jobs, 500u);
}

TEST(PrinterTest, EveryFateOfAJobIsSeen) {
  SimulatedPrinter printer = Make(0);
  std::set<JobState> states;
  bool cancelled_halfway = false;
  bool held = false;
  for (Instant t = kStart; t < kStart + days(40); t += minutes(1)) {
    printer.Advance(t);
    for (const Job& job : printer.jobs()) {
      states.insert(job.state);
      cancelled_halfway |= job.state == JobState::kCancelled && job.printed_pages > 0;
      held |= job.state == JobState::kHeld && !job.ran;
    }
  }
  EXPECT_EQ(states.size(), 6u);
  EXPECT_TRUE(cancelled_halfway);
  EXPECT_TRUE(held);
}

TEST(PrinterTest, WhatWasCancelledHalfwayWasPrintedToo) {
  SimulatedPrinter printer = Make(3);
  printer.Advance(kStart + days(30));
  const Json rows = printer.Truth(kStart, printer.now()).at("jobs");
  int cancelled = 0;
  for (const Json& job : rows) {
    EXPECT_EQ(job.at("status"), "printed");
    EXPECT_GT(job.at("pages"), 0);
    EXPECT_GT(Decimal::Parse(job.at("area").get<std::string>())->digits(), 0);
    cancelled += job.at("cancelled") == true;
  }
  EXPECT_GT(cancelled, 0);
}

TEST(PrinterTest, AFinishedJobStaysInTheListForTwoDaysAtLeast) {
  SimulatedPrinter printer = Make(3);
  std::set<std::string> seen;
  for (Instant t = kStart; t <= kStart + days(40); t += hours(47)) {
    printer.Advance(t);
    for (const Job& job : printer.jobs()) {
      if (job.ran) seen.insert(job.plan.uuid);
    }
  }
  const Json rows = printer.Truth(kStart, printer.now()).at("jobs");
  for (const Json& job : rows) {
    EXPECT_TRUE(seen.contains(job.at("job").get<std::string>()));
  }
  EXPECT_GE(printer.jobs().size(), 60u);
}

TEST(PrinterTest, AForgottenJobLosesItsAccountButNotItsTruth) {
  SimulatedPrinter printer = Make(0);
  printer.Advance(kStart + days(6));
  const Json truth = printer.Truth(kStart, printer.now());
  std::set<std::string> forgotten;
  for (const Job& job : printer.jobs()) {
    if (job.state == JobState::kDeleted && job.finished) forgotten.insert(job.plan.uuid);
  }
  ASSERT_FALSE(forgotten.empty());
  for (const Json& job : truth.at("jobs")) forgotten.erase(job.at("job").get<std::string>());
  EXPECT_TRUE(forgotten.empty());
}

TEST(PrinterTest, ARebootChangesTheQueueAndKeepsTheMeters) {
  SimulatedPrinter printer = Make(0);
  printer.Advance(kStart + days(2));
  const std::string queue = printer.queue_id();
  const std::int64_t ink = printer.ink_cc(0);
  const std::int64_t life = printer.life_count();
  EXPECT_GT(printer.power_on_count(), 0);
  printer.Reboot();
  EXPECT_NE(printer.queue_id(), queue);
  EXPECT_EQ(printer.booted(), printer.now());
  EXPECT_EQ(printer.power_on_count(), 0);
  EXPECT_EQ(printer.ink_cc(0), ink);
  EXPECT_EQ(printer.life_count(), life);
  EXPECT_LT(printer.alerts().back().index, 20u);
}

TEST(PrinterTest, ANewBoardIsAnotherPrinterBehindTheSameCard) {
  SimulatedPrinter printer(Models()[ModelWithKey("t2600").value()], {.seed = 7, .printer = 5},
                           kStart);
  printer.Advance(kStart + days(3));
  const std::string old_serial = printer.serial();
  const std::string queue = printer.queue_id();
  const std::uint64_t mac = printer.mac();
  printer.SwapBoard();
  EXPECT_NE(printer.serial(), old_serial);
  EXPECT_NE(printer.queue_id(), queue);
  EXPECT_EQ(printer.mac(), mac);
  EXPECT_EQ(printer.boards(), 1u);
  EXPECT_EQ(printer.ink_cc(0), 0);
  printer.Advance(kStart + days(6));
  std::map<std::string, std::int64_t> used;
  const Json truth = printer.Truth(kStart, printer.now());
  for (const Json& row : truth.at("meters")) {
    if (row.at("channel") != "piws") continue;
    EXPECT_GE(Number(row.at("used")), 0);
    used[row.at("serial")] += Number(row.at("used"));
  }
  EXPECT_EQ(used.size(), 2u);
  EXPECT_GT(used[old_serial], 0);
  EXPECT_GT(used[printer.serial()], 0);
  std::set<std::string> jobs_of;
  for (const Json& job : truth.at("jobs")) jobs_of.insert(job.at("serial"));
  EXPECT_EQ(jobs_of.size(), 2u);
}

TEST(PrinterTest, AWornHeadIsReplaced) {
  SimulatedPrinter printer(Models()[ModelWithKey("t2600").value()], {.seed = 7, .printer = 5},
                           kStart);
  std::set<std::string> serials;
  for (int day = 0; day < 800; day += 5) {
    printer.Advance(kStart + days(day));
    for (const HeadState& head : printer.heads()) serials.insert(head.serial);
  }
  EXPECT_GT(serials.size(), printer.heads().size());
}

TEST(PrinterTest, TimeDoesNotRunBack) {
  SimulatedPrinter printer = Make(0);
  printer.Advance(kStart + days(2));
  const Json truth = printer.Truth(kStart, kStart + days(9));
  printer.Advance(kStart);
  EXPECT_EQ(printer.now(), kStart + days(2));
  EXPECT_EQ(printer.Truth(kStart, kStart + days(9)), truth);
}

TEST(PrinterTest, WritesMillionthsWithSixDecimals) {
  EXPECT_EQ(WithDecimals(4332, 1), "433.2");
  EXPECT_EQ(WithDecimals(7, 2), "0.07");
  EXPECT_EQ(WithDecimals(433, 0), "433");
  EXPECT_EQ(SixDecimals(0), "0.000000");
  EXPECT_EQ(SixDecimals(191'352'000), "191.352000");
  EXPECT_EQ(SixDecimals(7), "0.000007");
}

}  // namespace
}  // namespace plotmeter::simulator
