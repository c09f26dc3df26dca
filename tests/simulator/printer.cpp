#include "tests/simulator/printer.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/simulator/chance.h"

namespace plotmeter::simulator {

namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::seconds;

constexpr std::int64_t kRoll = 1'800'000'000;  // micro-inches: 45.7 m
constexpr std::int64_t kSheet = 11'692'913;    // micro-inches: A4
constexpr std::int64_t kNlPerCc = 1'000'000;
constexpr std::size_t kJobsKept = 60;
constexpr std::int64_t kHeadLife = 2'000 * kNlPerCc;
constexpr std::string_view kSerialDigits = "0123456789ABCDEFGHJKLMNPQRSTVWXYZ";

std::string LowerHex(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
  return text;
}

std::int64_t LengthIn(int counter_unit, std::int64_t micro_inches) {
  if (counter_unit == 16) return micro_inches / 12'000'000;
  return micro_inches * 254 / 10'000'000'000;  // 1 inch is 0.0254 m; whole metres are shown
}

}  // namespace

std::string SixDecimals(std::int64_t millionths) {
  return fmt::format("{}.{:06}", millionths / 1'000'000, millionths % 1'000'000);
}

std::string WithDecimals(std::int64_t value, int decimals) {
  if (decimals == 0) return std::to_string(value);
  std::int64_t one = 1;
  for (int i = 0; i < decimals; ++i) one *= 10;
  return fmt::format("{}.{:0{}}", value / one, value % one, decimals);
}

std::string AgingStamp::Text() const { return fmt::format("{}-{}", boot, tick); }

SimulatedPrinter::SimulatedPrinter(const PrinterModel& model, const JobSource& source,
                                   Instant start)
    : model_(&model),
      source_(source),
      now_(start),
      next_day_(floor<days>(start)),
      engine_free_(start) {
  Chance chance({source.seed, source.printer, 0, 3});
  // CN, year, week, then a number of its own: no two printers of a fleet share it.
  serial_ = fmt::format("CN{}{:02}{}", chance.Between(0, 9), chance.Between(1, 52),
                        chance.Letters(kSerialDigits, 2)) +
            fmt::format("{:03X}", source.printer % 4096);
  uuid_ = LowerHex(chance.Uuid());
  mac_ = 0x3C5282000000u | (chance.Next() & 0xFF0000u) | (source.printer & 0xFFFFu);
  booted_ = start - hours(chance.Between(20, 2000));
  manufactured_ = floor<days>(start) - days(chance.Between(500, 1500));
  pages_ = chance.Between(400, 9000);
  length_ = pages_ * chance.Between(25'000'000, 45'000'000);
  alert_index_ = static_cast<std::uint32_t>(chance.Between(1000, 1800));
  for (std::size_t i = 0; i < model.inks.size(); ++i) {
    InkState ink;
    ink.used = chance.Between(200 * kNlPerCc, 900 * kNlPerCc);
    ink.left = model.capacity_cc * kNlPerCc * chance.Between(8, 95) / 100;
    ink.cartridge = NewCartridge();
    ink.installed = floor<days>(start) - days(chance.Between(1, 300)) - hours(2);
    ink.insertions = static_cast<int>(chance.Between(200, 500));
    inks_.push_back(std::move(ink));
  }
  inputs_.resize(model.inputs.size());
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    LoadRoll(i);
    if (model.inputs[i].roll) inputs_[i].left = kRoll * chance.Between(20, 90) / 100;
  }
  first_life_count_ = life_count();
  count_at_boot_ = std::max<std::int64_t>(0, life_count() - chance.Between(10, 300));
  queue_id_ = uuid_.substr(0, 24) + "00000000b007";
  Chance more({source.seed, source.printer, 0, 9});  // what came later in the simulator's own life
  mono_pages_ = pages_ * more.Between(10, 40) / 100;
  for (InkState& ink : inks_) ink.cartridges = static_cast<int>(more.Between(2, 40));
  for (std::size_t i = 0; i < model.heads.size(); ++i) {
    heads_.push_back(NewHead());
    heads_.back().ink = more.Between(0, kHeadLife / 2);
    heads_.back().installed = floor<days>(start) - days(more.Between(10, 400)) - hours(2);
  }
  if (model.scanner) {
    scans_ = more.Between(100, 3000);
    copies_ = more.Between(50, 1000);
  }
  for (AgingStamp* stamp : {&stamps_.capabilities, &stamps_.power_up, &stamps_.alerts,
                            &stamps_.jobs, &stamps_.consumables}) {
    Stamp(*stamp);
  }
  DeclareMeters();
  UpdateShown();
  UpdateAlerts();
}

const Job* SimulatedPrinter::printing() const {
  const auto job = std::find_if(jobs_.begin(), jobs_.end(),
                                [](const Job& j) { return j.state == JobState::kPrinting; });
  return job == jobs_.end() ? nullptr : &*job;
}

std::int64_t SimulatedPrinter::ink_cc(std::size_t ink) const { return inks_[ink].used / kNlPerCc; }

std::int64_t SimulatedPrinter::ink_microlitres(std::size_t ink) const {
  return inks_[ink].used / 1000;
}

std::int64_t SimulatedPrinter::ledm_ink(std::size_t ink) const {
  std::int64_t last = model_->ledm.unit == "microliters" ? 1000 : kNlPerCc;  // nanolitres
  for (int i = 0; i < model_->ledm.decimals; ++i) last /= 10;
  return inks_[ink].used / last;
}

std::int64_t SimulatedPrinter::percent_left(std::size_t ink) const {
  return inks_[ink].left / 10'000 / model_->capacity_cc;
}

std::int64_t SimulatedPrinter::life_count() const {
  if (!model_->counts) return 0;
  return model_->counter_unit <= 8 ? pages_ : LengthIn(model_->counter_unit, length_);
}

std::int64_t SimulatedPrinter::power_on_count() const { return life_count() - count_at_boot_; }

void SimulatedPrinter::Advance(Instant to) {
  if (to <= now_) return;
  while (Instant(next_day_) <= to) {
    PlanDay(next_day_);
    next_day_ += days(1);
  }
  while (!events_.empty() && events_.begin()->at <= to) {
    const Event event = std::move(events_.extract(events_.begin()).value());
    now_ = event.at;
    Happen(event);
    ++events_seen_;
    UpdateShown();
    UpdateAlerts();
  }
  now_ = to;
}

void SimulatedPrinter::PlanDay(std::chrono::sys_days day) {
  const auto add = [this](Event event) {
    event.order = next_order_++;
    if (event.at > now_) events_.insert(std::move(event));
  };
  add({.at = Instant(day) + hours(3),
       .kind = Kind::kService,
       .service = NightlyService(*model_, source_, day)});
  for (JobPlan& plan : JobsOfDay(*model_, source_, day)) {
    if (plan.arrives > now_) PlanJob(std::move(plan));
  }
}

// The engine prints one job after the other, so that start and end are known when the order of
// arrival is.
void SimulatedPrinter::PlanJob(JobPlan plan) {
  const std::uint64_t number = next_job_++;
  const auto add = [&](Instant at, Kind kind) {
    events_.insert({.at = at, .order = next_order_++, .kind = kind, .job = number});
  };
  add(plan.arrives, Kind::kArrive);
  const bool runs = plan.fate == Fate::kPrinted || plan.fate == Fate::kCancelledHalfway;
  if (runs) {
    const int pages =
        plan.fate == Fate::kPrinted ? plan.pages * plan.copies : plan.pages_before_cancel;
    const Instant start = std::max(plan.arrives + seconds(20), engine_free_ + seconds(10));
    engine_free_ = start + pages * plan.page_time;
    add(start, Kind::kStart);
    add(engine_free_, Kind::kFinish);
    // Every third finished job is tidied away; late enough for a poll each night to have seen it.
    if (model_->piws.forgets_deleted && number % 3 == 0)
      add(engine_free_ + hours(40), Kind::kForget);
    if (plan.vanishes) add(engine_free_ + seconds(model_->piws.vanish_seconds), Kind::kVanish);
  } else {
    add(plan.arrives + seconds(90), Kind::kFinish);
  }
  planned_.emplace(number, std::move(plan));
}

Job* SimulatedPrinter::Find(std::uint64_t number) {
  if (number < first_job_ || number - first_job_ >= jobs_.size()) return nullptr;
  return &jobs_[number - first_job_];
}

void SimulatedPrinter::Happen(const Event& event) {
  if (event.kind == Kind::kService) {
    for (std::size_t i = 0; i < inks_.size(); ++i) UseInk(i, event.service[i]);
    return;
  }
  if (event.kind == Kind::kArrive) {
    auto plan = planned_.extract(event.job);
    jobs_.push_back({.plan = std::move(plan.mapped())});
    Touch(jobs_.back());
    Trim();
    return;
  }
  Job* job = Find(event.job);
  if (job == nullptr) return;
  switch (event.kind) {
    case Kind::kStart:
      Start(*job);
      break;
    case Kind::kFinish:
      Finish(*job);
      break;
    case Kind::kForget:
      job->state = JobState::kDeleted;
      job->ran = false;
      break;
    case Kind::kVanish:
      job->vanished = true;
      break;
    case Kind::kArrive:
    case Kind::kService:
      break;
  }
  Touch(*job);
}

void SimulatedPrinter::Touch(Job& job) {
  job.modification = ++modification_;
  Stamp(stamps_.jobs);
  job.stamp = stamps_.jobs;
}

void SimulatedPrinter::Start(Job& job) {
  job.state = JobState::kPrinting;
  job.started = now_;
  if (job.plan.kind == JobKind::kScan) return;
  InputState& input = inputs_[job.plan.input];
  const std::int64_t needs = job.plan.page_height * job.plan.pages * job.plan.copies;
  if (model_->inputs[job.plan.input].roll && input.left < needs) LoadRoll(job.plan.input);
  job.paper = Papers()[input.paper].id;
}

void SimulatedPrinter::Finish(Job& job) {
  switch (job.plan.fate) {
    case Fate::kHeld:
      job.state = JobState::kHeld;
      return;
    case Fate::kDeletedUnprinted:
      job.state = JobState::kDeleted;
      return;
    case Fate::kCancelledUnprinted:
      job.state = JobState::kCancelled;
      return;
    case Fate::kPrinted:
      break;
    case Fate::kCancelledHalfway:
      break;
  }
  const bool whole = job.plan.fate == Fate::kPrinted;
  job.state = whole ? JobState::kCompleted : JobState::kCancelled;
  job.ran = true;
  job.finished = now_;
  job.printed_pages = whole ? job.plan.pages * job.plan.copies : job.plan.pages_before_cancel;
  job.printed_copies = job.printed_pages / job.plan.pages;
  if (job.plan.kind != JobKind::kPrint) scans_ += job.plan.pages;
  if (job.plan.kind == JobKind::kScan) return Account(job);
  if (job.plan.kind == JobKind::kCopy) copies_ += job.printed_pages;
  job.area = job.plan.page_width * job.plan.page_height / 1'000'000 * job.printed_pages;
  job.length = job.plan.page_height * job.printed_pages;
  for (std::size_t i = 0; i < inks_.size(); ++i) {
    job.ink.push_back(job.plan.page_ink[i] * job.printed_pages);
    UseInk(i, job.ink[i] + job.plan.spit[i]);
  }
  pages_ += job.printed_pages;
  if (job.plan.color_coverage == 0) mono_pages_ += job.printed_pages;
  length_ += job.length;
  if (model_->inputs[job.plan.input].roll) inputs_[job.plan.input].left -= job.length;
  Account(job);
}

void SimulatedPrinter::UseInk(std::size_t ink, std::int64_t amount) {
  InkState& state = inks_[ink];
  const std::int64_t percent = percent_left(ink);
  state.used += amount;
  state.left -= amount;
  for (std::size_t i = 0; i < heads_.size(); ++i) {
    const auto& inks = model_->heads[i].inks;
    if (std::find(inks.begin(), inks.end(), ink) == inks.end()) continue;
    heads_[i].ink += amount;
    if (heads_[i].ink > kHeadLife) heads_[i] = NewHead();
  }
  if (state.left > model_->capacity_cc * kNlPerCc / 50) {
    if (percent_left(ink) != percent) Stamp(stamps_.consumables);
    return;
  }
  Stamp(stamps_.consumables);
  ++state.cartridges;
  state.left = model_->capacity_cc * kNlPerCc;  // somebody put in a new one
  state.cartridge = NewCartridge();
  state.installed = floor<days>(now_) - hours(2);  // midnight at a UTC+2 site, as printers say it
  ++state.insertions;
}

std::string SimulatedPrinter::NewCartridge() {
  Chance chance({source_.seed, source_.printer, cartridges_++, 4});
  return fmt::format("{}-{}-{}", chance.Between(100'000, 2'999'999), chance.Between(1, 12),
                     chance.Between(10, 26));
}

HeadState SimulatedPrinter::NewHead() {
  Chance chance({source_.seed, source_.printer, heads_made_++, 10});
  return {.serial = fmt::format("{:06}{:04}", chance.Between(1, 999'999), chance.Between(0, 9999)),
          .installed = floor<days>(now_) - hours(2)};
}

void SimulatedPrinter::LoadRoll(std::size_t input) {
  Chance chance({source_.seed, source_.printer, rolls_++, 5});
  const bool roll = model_->inputs[input].roll;
  inputs_[input].left = roll ? kRoll : kSheet;
  inputs_[input].paper = static_cast<std::size_t>(
      chance.Between(roll ? 0 : 2, static_cast<std::int64_t>(Papers().size()) - 1));
}

void SimulatedPrinter::Trim() {
  while (jobs_.size() > kJobsKept && jobs_.front().plan.arrives < now_ - days(2)) {
    jobs_.pop_front();
    ++first_job_;
  }
}

void SimulatedPrinter::Reboot() {
  ++boots_;
  ticks_ = 0;
  Stamp(stamps_.power_up);
  booted_ = now_;
  count_at_boot_ = life_count();
  Chance chance({source_.seed, source_.printer, boots_, 6});
  queue_id_ = LowerHex(chance.Uuid());
  alert_index_ = 0;
  alerts_.clear();
  UpdateAlerts();
}

void SimulatedPrinter::SwapBoard() {
  ++boards_;
  Chance chance({source_.seed, source_.printer, boards_, 11});
  // The new board's number does not end as the old one's, which tells the printers of a fleet
  // apart.
  serial_ = fmt::format("MY{}{:02}{}{:03X}", chance.Between(0, 9), chance.Between(1, 52),
                        chance.Letters(kSerialDigits, 2), source_.printer % 4096);
  uuid_ = LowerHex(chance.Uuid());
  for (InkState& ink : inks_) {
    ink.used = 0;
    ink.cartridges = 0;
    ink.insertions = 1;
  }
  pages_ = mono_pages_ = scans_ = copies_ = length_ = 0;
  first_job_ += jobs_.size();
  jobs_.clear();
  Reboot();
  DeclareMeters();
  UpdateShown();
}

void SimulatedPrinter::Sleep(bool asleep) {
  asleep_ = asleep;
  deeply_asleep_ = false;
}

void SimulatedPrinter::SleepDeeply() { asleep_ = deeply_asleep_ = true; }

}  // namespace plotmeter::simulator
