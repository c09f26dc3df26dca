#include "tests/simulator/job_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tests/simulator/chance.h"

namespace plotmeter::simulator {

namespace {

struct PageSize {
  std::int64_t width = 0;  // micro-inches
  std::int64_t height = 0;
};

constexpr std::array<PageSize, 6> kSizes = {{{8'267'717, 11'692'913},     // A4
                                             {11'692'913, 16'535'433},    // A3
                                             {16'535'433, 23'385'827},    // A2
                                             {23'385'827, 33'110'236},    // A1
                                             {24'000'000, 72'000'000},    // a banner
                                             {33'110'236, 46'811'024}}};  // A0

std::uint64_t DayNumber(std::chrono::sys_days day) {
  return static_cast<std::uint64_t>(day.time_since_epoch().count());
}

Fate PickFate(Chance& chance) {
  const auto roll = chance.Between(1, 100);
  if (roll <= 86) return Fate::kPrinted;
  if (roll <= 91) return Fate::kCancelledHalfway;
  if (roll <= 94) return Fate::kCancelledUnprinted;
  if (roll <= 97) return Fate::kHeld;
  return Fate::kDeletedUnprinted;
}

void PickPeople(Chance& chance, JobPlan& job) {
  const auto& never = NeverTexts();
  job.user = never[static_cast<std::size_t>(chance.Between(0, 2))];
  job.host = never[static_cast<std::size_t>(chance.Between(3, 4))];
  if (chance.OneIn(3)) job.account = never[5];
}

void PickPages(Chance& chance, const PrinterModel& model, JobPlan& job) {
  do {
    job.input = static_cast<std::size_t>(
        chance.Between(0, static_cast<std::int64_t>(model.inputs.size()) - 1));
  } while (!model.inputs[job.input].roll && !chance.OneIn(4));  // a sheet by hand is the exception
  const InputModel& input = model.inputs[job.input];
  std::size_t fitting = 0;
  while (fitting < kSizes.size() && kSizes[fitting].width <= input.width) ++fitting;
  const auto& size = kSizes[static_cast<std::size_t>(
      chance.Between(0, std::max<std::int64_t>(static_cast<std::int64_t>(fitting) - 1, 0)))];
  job.page_width = std::min(size.width, input.width);
  job.page_height = size.height;
  job.pages = input.roll && chance.OneIn(4) ? static_cast<int>(chance.Between(2, 4)) : 1;
  job.copies = input.roll && chance.OneIn(5) ? static_cast<int>(chance.Between(2, 3)) : 1;
}

void PickInk(Chance& chance, const PrinterModel& model, JobPlan& job) {
  // 1 square inch of one full colour takes about 3 microlitres; a plan is mostly white, a photo is
  // not.
  const std::int64_t area = job.page_width / 1000 * (job.page_height / 1000);  // 1e-6 square inches
  const bool mono = chance.OneIn(5);
  for (const InkModel& ink : model.inks) {
    const bool black = ink.colorant.ends_with("black") || ink.colorant.ends_with("gray");
    const auto density = mono && !black ? 0 : chance.Between(60, 900);  // nanolitres a square inch
    const std::int64_t amount =
        area * density / 1'000'000 + (density == 0 ? 0 : chance.Between(0, 999));
    job.page_ink.push_back(amount);
    job.spit.push_back(chance.Between(4'000, 30'000));
  }
  job.gray_coverage = chance.Between(10'000, 120'000);
  job.color_coverage = mono ? 0 : chance.Between(20'000, 600'000);
}

// From a chance of their own, so that a model without a scanner prints what it always printed.
void AddScansAndCopies(const PrinterModel& model, const JobSource& source, std::uint64_t day,
                       std::vector<JobPlan>& jobs) {
  Chance chance({source.seed, source.printer, day, 7});
  const auto count = chance.Between(1, 2);
  for (std::int64_t i = 0; i < count; ++i) {
    JobPlan job;
    job.kind = chance.OneIn(2) ? JobKind::kScan : JobKind::kCopy;
    job.uuid = chance.Uuid();
    job.name = job.kind == JobKind::kScan ? "Scan to folder" : "Copy";
    job.user = NeverTexts()[1];
    job.arrives =
        Instant(std::chrono::sys_days(std::chrono::days(static_cast<std::int64_t>(day)))) +
        std::chrono::seconds(chance.Between(8 * 3600, 18 * 3600));
    job.page_time = std::chrono::seconds(chance.Between(20, 60));
    job.quality = "Normal";
    PickPages(chance, model, job);
    PickInk(chance, model, job);
    if (job.kind == JobKind::kScan) {
      job.copies = 1;
      job.page_ink.assign(model.inks.size(), 0);
      job.spit.assign(model.inks.size(), 0);
    }
    jobs.push_back(std::move(job));
  }
  std::stable_sort(jobs.begin(), jobs.end(),
                   [](const JobPlan& a, const JobPlan& b) { return a.arrives < b.arrives; });
}

}  // namespace

std::vector<JobPlan> JobsOfDay(const PrinterModel& model, const JobSource& source,
                               std::chrono::sys_days day) {
  Chance chance({source.seed, source.printer, DayNumber(day), 1});
  const std::int64_t count = chance.Between(5, 6);
  std::vector<std::int64_t> seconds(
      static_cast<std::size_t>(source.jobs_a_day > 0 ? source.jobs_a_day : count));
  for (auto& second : seconds) second = chance.Between(7 * 3600, 19 * 3600 - 1);
  std::sort(seconds.begin(), seconds.end());

  constexpr std::array<std::string_view, 6> kTitles = {"floor-plan", "elevation", "site map",
                                                       "poster",     "wiring",    "Übersicht"};
  std::vector<JobPlan> jobs;
  for (const std::int64_t second : seconds) {
    JobPlan job;
    job.uuid = chance.Uuid();
    job.client_uuid = chance.OneIn(10) ? "" : chance.Uuid();
    job.name =
        fmt::format("{} {}.pdf", kTitles[chance.Next() % kTitles.size()], chance.Between(1, 99));
    PickPeople(chance, job);
    job.fate = PickFate(chance);
    job.arrives = Instant(day) + std::chrono::seconds(second);
    job.page_time = std::chrono::seconds(chance.Between(25, 240));
    PickPages(chance, model, job);
    constexpr std::array<std::string_view, 4> kQualities = {"Best", "Normal", "Normal", "Fast"};
    job.quality = kQualities[chance.Next() % kQualities.size()];
    job.economode = job.quality == "Fast" && chance.OneIn(3);
    job.maximum_detail = job.quality == "Best" && chance.OneIn(2);
    PickInk(chance, model, job);
    if (job.fate == Fate::kCancelledHalfway) {
      const int total = job.pages * job.copies;
      if (total == 1) job.pages = 2;  // one page is printed, the other is not
      job.pages_before_cancel = static_cast<int>(chance.Between(1, std::max(total, job.pages) - 1));
    }
    Chance queue({source.seed, source.printer, DayNumber(day), jobs.size(), 8});
    job.unaccounted = model.piws.unaccounted && queue.OneIn(7);
    job.vanishes = model.piws.vanish_seconds > 0 && queue.OneIn(5);
    jobs.push_back(std::move(job));
  }
  if (model.scanner) AddScansAndCopies(model, source, DayNumber(day), jobs);
  return jobs;
}

std::vector<std::int64_t> NightlyService(const PrinterModel& model, const JobSource& source,
                                         std::chrono::sys_days day) {
  Chance chance({source.seed, source.printer, DayNumber(day), 2});
  std::vector<std::int64_t> amounts;
  for (std::size_t i = 0; i < model.inks.size(); ++i) {
    amounts.push_back(chance.Between(20'000, 400'000));
  }
  return amounts;
}

}  // namespace plotmeter::simulator
