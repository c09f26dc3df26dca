// What a printer shows of its truth: meters with their history, alerts, and the account of a
// period.

#include <fmt/format.h>

#include <algorithm>

#include "tests/simulator/printer.h"

namespace plotmeter::simulator {

namespace {

constexpr std::int64_t kLowRoll = 180'000'000;  // micro-inches: 4.6 m left

std::string_view MeterOf(int counter_unit) {
  switch (counter_unit) {
    case 7:
      return "impressions";
    case 8:
      return "sheets";
    default:
      return "media.length";
  }
}

std::string_view UnitOf(int counter_unit) {
  switch (counter_unit) {
    case 7:
      return "impressions";
    case 8:
      return "sheets";
    case 16:
      return "feet";
    default:
      return "metres";
  }
}

}  // namespace

std::int64_t ShownMeter::At(Instant instant) const {
  const auto later = std::upper_bound(history.begin(), history.end(), instant,
                                      [](Instant t, const auto& entry) { return t < entry.first; });
  return later == history.begin() ? history.front().second : std::prev(later)->second;
}

void SimulatedPrinter::DeclareMeters() {
  if (model_->piws.present) {
    for (const InkModel& ink : model_->inks) {
      shown_.push_back(
          {.meter = "ink.used", .colorant = ink.colorant, .unit = "cc", .channel = "piws"});
    }
  }
  if (model_->pml_ink) {
    for (const InkModel& ink : model_->inks) {
      shown_.push_back(
          {.meter = "ink.used", .colorant = ink.colorant, .unit = "1/1000 ml", .channel = "snmp"});
    }
  }
  if (model_->counts) {
    shown_.push_back({.meter = std::string(MeterOf(model_->counter_unit)),
                      .unit = std::string(UnitOf(model_->counter_unit)),
                      .channel = "snmp"});
  }
}

void SimulatedPrinter::UpdateShown() {
  const std::size_t inks = inks_.size();
  std::size_t at = 0;
  const auto show = [&](std::int64_t value) {
    auto& history = shown_[at++].history;
    if (history.empty() || history.back().second != value) history.emplace_back(now_, value);
  };
  if (model_->piws.present) {
    for (std::size_t i = 0; i < inks; ++i) show(ink_cc(i));
  }
  if (model_->pml_ink) {
    for (std::size_t i = 0; i < inks; ++i) show(ink_microlitres(i));
  }
  if (model_->counts) show(life_count());
}

void SimulatedPrinter::UpdateAlerts() {
  std::vector<ActiveAlert> wanted;
  wanted.push_back(printing() != nullptr
                       ? ActiveAlert{.severity = 1, .training = 7, .text = "Printing"}
                       : ActiveAlert{.severity = 1, .training = 7, .code = 2, .text = "Ready"});
  for (std::size_t i = 0; i < inks_.size(); ++i) {
    if (inks_[i].left > model_->capacity_cc * 150'000) continue;  // nanolitres: 15 percent
    const std::string& colorant = model_->inks[i].colorant;
    wanted.push_back(
        {.group = 11,
         .group_index = static_cast<int>(i) + 1,
         .code = 1105,
         .text = fmt::format("{} ink is very low", colorant),
         .full_name = fmt::format(
             "/IDS/CARTRIDGE_GROUPS/CARTRIDGE_GROUP_{0}_{1}/CARTRIDGE_{1}/VERYLOW", colorant, i),
         .area = "InkSystem"});
  }
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    if (!model_->inputs[i].roll || inputs_[i].left > kLowRoll) continue;
    const std::string& name = model_->inputs[i].name;
    // Code 1, not 807: real DesignJets say "other" for their media (domain: only the text tells).
    wanted.push_back({.group = 8,
                      .group_index = static_cast<int>(i) + 1,
                      .text = fmt::format("{} is nearly out of paper", name),
                      .full_name = fmt::format("/MEDIA/INPUTS/{}/LOW_PAPER", name),
                      .area = "MediaSystem"});
  }
  for (ActiveAlert& alert : wanted) {
    const auto known = std::find_if(alerts_.begin(), alerts_.end(),
                                    [&](const ActiveAlert& old) { return old.text == alert.text; });
    if (known != alerts_.end()) {
      alert.index = known->index;
      alert.since = known->since;
    } else {
      alert.index = alert_index_ += 1 + alert_index_ % 3;  // gaps, as rows come and go unseen
      alert.since = now_;
    }
  }
  std::sort(wanted.begin(), wanted.end(),
            [](const ActiveAlert& a, const ActiveAlert& b) { return a.index < b.index; });
  alerts_ = std::move(wanted);
}

Json SimulatedPrinter::Truth(Instant from, Instant to) const {
  Json meters = Json::array();
  for (const ShownMeter& meter : shown_) {
    const std::int64_t opening = meter.At(from);
    const std::int64_t closing = meter.At(to);
    meters.push_back({{"serial", serial_},
                      {"meter", meter.meter},
                      {"colorant", meter.colorant ? Json(*meter.colorant) : Json()},
                      {"unit", meter.unit},
                      {"channel", meter.channel},
                      {"opening", std::to_string(opening)},
                      {"closing", std::to_string(closing)},
                      {"used", std::to_string(closing - opening)}});
  }
  Json jobs = Json::array();
  for (const Json& row : finished_) {
    const Instant at = FromMillis(row.at("at").get<std::int64_t>());
    if (at <= from || at > to) continue;
    Json job = row;
    job.erase("at");
    jobs.push_back(std::move(job));
  }
  return {{"meters", std::move(meters)}, {"jobs", std::move(jobs)}};
}

}  // namespace plotmeter::simulator
