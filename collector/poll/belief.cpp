#include "collector/poll/belief.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace plotmeter {
namespace {

void FillFrom(std::string& into, const std::string& from) {
  if (into.empty()) into = from;
}

void FillFrom(PrinterIdentity& into, const PrinterIdentity& from) {
  FillFrom(into.manufacturer, from.manufacturer);
  FillFrom(into.serial, from.serial);
  FillFrom(into.product, from.product);
  FillFrom(into.model, from.model);
  FillFrom(into.firmware, from.firmware);
}

bool SpeaksOf(const PrinterIdentity& printer, const Told& told) {
  const std::string& serial = told.answers.identity.serial;
  return told.seen == Seen::kAnswered &&
         (serial.empty() || printer.serial.empty() || serial == printer.serial);
}

// Under this name the list of jobs stands beside the meters.
const std::string kJobs = "jobs";

bool IsCompared(const std::string& meter) { return !meter.starts_with("x-"); }

// The channel to believe for one meter; kNone when nobody gives it, nor ever did.
ChannelKind Believed(const std::string& meter, const std::set<ChannelKind>& giving,
                     const PrinterIdentity& printer, const ModelProfile& profile,
                     const MeterMemory& memory) {
  for (const ChannelKind channel : profile.Order(meter)) {
    if (giving.contains(channel)) return channel;
    if (!profile.Skips(channel) && memory.Has({printer.serial, meter, channel})) return channel;
  }
  return ChannelKind::kNone;
}

}  // namespace

void MeterMemory::Note(const GivenMeter& given) {
  if (known_.insert(given).second) new_.insert(given);
}

std::set<GivenMeter> MeterMemory::TakeNew() { return std::exchange(new_, {}); }

PrinterIdentity IdentityOf(const std::vector<ChannelTold>& told) {
  PrinterIdentity printer;
  for (const ChannelTold& answer : told) {
    if (SpeaksOf(printer, answer.told)) FillFrom(printer, answer.told.answers.identity);
  }
  return printer;
}

void Believe(std::vector<ChannelTold>& told, const PrinterIdentity& known, const Profiles& profiles,
             MeterMemory& memory, bool whole) {
  PrinterIdentity printer = IdentityOf(told);
  const bool same =
      printer.serial.empty() || known.serial.empty() || printer.serial == known.serial;
  if (same) FillFrom(printer, known);
  const ModelProfile& profile = profiles.Of(printer);

  std::map<std::string, std::set<ChannelKind>> giving;
  for (auto& [channel, answer] : told) {
    if (!SpeaksOf(printer, answer)) continue;
    if (profile.Skips(channel)) {
      answer.answers.remarks.push_back(fmt::format(
          "the profile {} says that this model does not speak {}, but it answers; please report it",
          profile.name, ToText(channel)));
    }
    for (MeterValue& value : answer.answers.meters) {
      profile.SettleUnit(channel, value);
      if (!IsCompared(value.meter)) continue;
      giving[value.meter].insert(channel);
      if (!printer.serial.empty()) memory.Note({printer.serial, value.meter, channel});
    }
    for (JobRecord& job : answer.answers.jobs) profile.SettleUnits(channel, job);
    if (answer.answers.tells_jobs) {
      giving[kJobs].insert(channel);
      if (!printer.serial.empty()) memory.Note({printer.serial, kJobs, channel});
    }
  }

  for (const auto& [meter, channels] : giving) {
    const ChannelKind believed = Believed(meter, channels, printer, profile, memory);
    for (auto& [channel, answer] : told) {
      if (!channels.contains(channel) || channel == believed) continue;
      if (meter == kJobs) {
        const std::size_t left_out = std::exchange(answer.answers.jobs, {}).size();
        if (left_out > 0 && !channels.contains(believed)) {
          answer.answers.remarks.push_back(
              fmt::format("{} jobs are left out: {} told them before, under other ids", left_out,
                          ToText(believed)));
        }
        continue;
      }
      for (MeterValue& value : answer.answers.meters) {
        value.outranked = value.outranked || value.meter == meter;
      }
      if (channels.contains(believed) || !whole) continue;
      answer.answers.remarks.push_back(
          fmt::format("{} is kept and not counted: {} gave it before and is believed", meter,
                      ToText(believed)));
    }
  }
}

}  // namespace plotmeter
