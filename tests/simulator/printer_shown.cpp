// What a printer shows of its truth: meters with their history, alerts, and the account of a
// period.

#include <fmt/format.h>

#include <algorithm>
#include <array>

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
  first_shown_ = shown_.size();
  const auto add_inks = [&](const char* meter, const std::string& unit, const std::string& channel,
                            int decimals) {
    for (const InkModel& ink : model_->inks) {
      shown_.push_back({.serial = serial_,
                        .meter = meter,
                        .colorant = ink.colorant,
                        .unit = unit,
                        .channel = channel,
                        .decimals = decimals});
    }
  };
  const auto add = [&](std::string_view meter, std::string_view unit, const char* channel) {
    shown_.push_back({.serial = serial_,
                      .meter = std::string(meter),
                      .unit = std::string(unit),
                      .channel = channel});
  };
  if (model_->piws.present) add_inks("ink.used", "cc", "piws", 0);
  if (model_->ledm.present) {
    add_inks("ink.used", model_->ledm.unit, "ledm", model_->ledm.decimals);
    add_inks("cartridges.used", "items", "ledm", 0);
    for (const char* meter : {"impressions", "x-impressions-monochrome", "x-impressions-color"}) {
      add(meter, "impressions", "ledm");
    }
    if (model_->scanner) {
      add("scans", "images", "ledm");
      add("copies", "impressions", "ledm");
    }
  }
  if (model_->pml_ink) add_inks("ink.used", "1/1000 ml", "snmp", 0);
  if (model_->counts) add(MeterOf(model_->counter_unit), UnitOf(model_->counter_unit), "snmp");
}

void SimulatedPrinter::UpdateShown() {
  const std::size_t inks = inks_.size();
  std::size_t at = first_shown_;
  const auto show = [&](std::int64_t value) {
    auto& history = shown_[at++].history;
    if (history.empty() || history.back().second != value) history.emplace_back(now_, value);
  };
  if (model_->piws.present) {
    for (std::size_t i = 0; i < inks; ++i) show(ink_cc(i));
  }
  if (model_->ledm.present) {
    for (std::size_t i = 0; i < inks; ++i) show(ledm_ink(i));
    for (const InkState& ink : inks_) show(ink.cartridges);
    show(pages_);
    show(mono_pages_);
    show(pages_ - mono_pages_);
    if (model_->scanner) {
      show(scans_);
      show(copies_);
    }
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
  const auto shown = [](const std::vector<ActiveAlert>& alerts) {  // what LEDM shows of them
    std::vector<std::string> names;
    for (const ActiveAlert& alert : alerts) {
      if (!alert.full_name.empty()) names.push_back(alert.full_name);
    }
    return names;
  };
  if (shown(wanted) != shown(alerts_)) Stamp(stamps_.alerts);
  alerts_ = std::move(wanted);
}

void SimulatedPrinter::Account(const Job& job) {
  if (!model_->piws.present) return;
  Json ink = Json::array();
  for (std::size_t i = 0; i < job.ink.size(); ++i) {
    if (job.ink[i] == 0) continue;  // the account names only what was used
    ink.push_back({{"colorant", model_->inks[i].colorant}, {"value", SixDecimals(job.ink[i])}});
  }
  constexpr std::array<std::string_view, 3> kTypes = {"print", "scan", "copy"};
  constexpr std::array<std::string_view, 3> kStatus = {"printed", "scanned", "copied"};
  const auto kind = static_cast<std::size_t>(job.plan.kind);
  const Json row = {{"serial", serial_},
                    {"job", job.plan.uuid},
                    {"type", kTypes[kind]},
                    {"status", kStatus[kind]},
                    {"cancelled", job.state == JobState::kCancelled},
                    {"accounted", !job.plan.unaccounted},
                    {"vanished", job.plan.vanishes},
                    {"area", SixDecimals(job.area)},
                    {"length", SixDecimals(job.length)},
                    {"ink", std::move(ink)},
                    {"copies", job.printed_copies},
                    {"pages", job.printed_pages}};
  finished_.push_back({now_, JsonText(row)});
}

Json SimulatedPrinter::Truth(Instant from, Instant to) const {
  Json meters = Json::array();
  for (const ShownMeter& meter : shown_) {
    const std::int64_t opening = meter.At(from);
    const std::int64_t closing = meter.At(to);
    meters.push_back({{"serial", meter.serial},
                      {"meter", meter.meter},
                      {"colorant", meter.colorant ? Json(*meter.colorant) : Json()},
                      {"unit", meter.unit},
                      {"channel", meter.channel},
                      {"opening", WithDecimals(opening, meter.decimals)},
                      {"closing", WithDecimals(closing, meter.decimals)},
                      {"used", WithDecimals(closing - opening, meter.decimals)}});
  }
  Json jobs = Json::array();
  for (const Row& row : finished_) {
    if (row.at > from && row.at <= to) jobs.push_back(ParseJson(row.text));
  }
  return {{"meters", std::move(meters)}, {"jobs", std::move(jobs)}};
}

}  // namespace plotmeter::simulator
