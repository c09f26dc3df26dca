#include "collector/poll/installed.h"

#include <string>

#include "collector/channel/serial.h"

namespace plotmeter {
namespace {

constexpr std::string_view kInstalled = "-installed";

std::string_view KindOf(const Supply& supply) {
  const std::string kind = supply.kind.value_or("");
  if (kind == "printhead") return "printhead-installed";
  const bool is_cartridge = supply.colorant || kind.find("cartridge") != std::string::npos;
  return is_cartridge ? "cartridge-installed" : "part-installed";
}

std::string WordsOf(const Supply& supply) {
  std::string words = supply.supply;
  for (const auto* said :
       {&supply.kind, &supply.colorant, &supply.description, &supply.installed}) {
    if (*said && !(*said)->empty()) words += ", " + **said;
  }
  return words;
}

}  // namespace

std::vector<PrinterEvent> InstalledEvents(const Reading& reading) {
  std::vector<PrinterEvent> events;
  for (const Supply& supply : reading.supplies) {
    std::string serial = UsableSerial(supply.serial.value_or(""));
    if (serial.empty()) continue;
    events.push_back({.kind = std::string(KindOf(supply)),
                      .key = std::move(serial),
                      .at = reading.at,
                      .text = WordsOf(supply)});
  }
  return events;
}

bool IsInstalled(std::string_view kind) { return kind.ends_with(kInstalled); }

}  // namespace plotmeter
