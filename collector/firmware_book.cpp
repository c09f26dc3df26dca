#include "collector/firmware_book.h"

#include <algorithm>
#include <utility>

namespace plotmeter {
namespace {

PrinterEvent Changed(const std::string& was, const std::string& is, Instant now) {
  return {.kind = "firmware-changed", .key = FormatInstant(now), .at = now, .was = was, .is = is};
}

std::string NameOf(const PrinterIdentity& printer) {
  return printer.manufacturer + '\n' + printer.product + '\n' + printer.serial;
}

bool IsSaid(const std::string& firmware, const Polled& polled) {
  return std::ranges::find(polled.reports, firmware, &ChannelReport::firmware) !=
         polled.reports.end();
}

bool HaveAllSpoken(const Polled& polled) {
  return std::ranges::all_of(polled.reports, [](const ChannelReport& report) {
    return report.seen == Seen::kAnswered || report.seen == Seen::kNotSpoken;
  });
}

// What was known before, as long as it was not compared.
std::string KnownBefore(const Polled& polled) {
  const PrinterIdentity& known = polled.address.known;
  return known.serial == polled.identity.serial ? known.firmware : "";
}

}  // namespace

std::optional<PrinterEvent> FirmwareBook::Change(const Polled& polled, Instant now) const {
  const PrinterIdentity& printer = polled.identity;
  if (printer.serial.empty() || printer.firmware.empty()) return {};
  const auto entry = said_.find(NameOf(printer));
  const bool is_new = entry == said_.end();
  const std::string before = is_new ? KnownBefore(polled) : entry->second.before;
  if (!before.empty() && HaveAllSpoken(polled) && !IsSaid(before, polled)) {
    return Changed(before, printer.firmware, now);
  }
  if (is_new) return {};
  for (const ChannelReport& report : polled.reports) {  // the best first
    const auto word = entry->second.words.find(report.channel);
    if (word == entry->second.words.end()) continue;
    if (report.firmware.empty() || report.firmware == word->second) return {};
    return Changed(word->second, report.firmware, now);
  }
  return {};
}

void FirmwareBook::Note(const Polled& polled) {
  const PrinterIdentity& printer = polled.identity;
  if (printer.serial.empty() || printer.firmware.empty()) return;
  const auto [entry, is_new] = said_.try_emplace(NameOf(printer));
  Said& said = entry->second;
  if (is_new) said.before = KnownBefore(polled);
  if (HaveAllSpoken(polled) || IsSaid(said.before, polled)) said.before.clear();
  for (const ChannelReport& report : polled.reports) {
    if (!report.firmware.empty()) said.words[report.channel] = report.firmware;
  }
}

}  // namespace plotmeter
