#include "collector/firmware_book.h"

#include <algorithm>
#include <utility>

namespace plotmeter {
namespace {

PrinterEvent Changed(const std::string& was, const std::string& is, Instant now) {
  return {.kind = "firmware-changed", .key = FormatInstant(now), .at = now, .was = was, .is = is};
}

// True when what was known of the printer is said by no channel any more.
bool IsGone(const std::string& known, const Polled& polled) {
  return std::ranges::all_of(polled.reports, [&](const ChannelReport& report) {
    const bool has_spoken = report.seen == Seen::kAnswered || report.seen == Seen::kNotSpoken;
    return has_spoken && report.firmware != known;
  });
}

}  // namespace

std::optional<PrinterEvent> FirmwareBook::Note(const Polled& polled, Instant now) {
  const PrinterIdentity& printer = polled.identity;
  const PrinterIdentity& known = polled.address.known;
  if (printer.serial.empty() || printer.firmware.empty()) return {};
  const auto [entry, is_new] = said_.try_emplace(printer.serial);
  std::optional<PrinterEvent> event;
  if (is_new && known.serial == printer.serial && !known.firmware.empty() &&
      IsGone(known.firmware, polled)) {
    event = Changed(known.firmware, printer.firmware, now);
  }
  bool is_best = true;  // of those that were heard before
  for (const ChannelReport& report : polled.reports) {
    const auto before = entry->second.find(report.channel);
    const bool was_heard = before != entry->second.end();
    if (!report.firmware.empty()) {
      if (was_heard && is_best && before->second != report.firmware) {
        event = Changed(before->second, report.firmware, now);
      }
      entry->second[report.channel] = report.firmware;
    }
    is_best = is_best && !was_heard;
  }
  return event;
}

}  // namespace plotmeter
