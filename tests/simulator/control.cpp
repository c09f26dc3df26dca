#include "tests/simulator/control.h"

#include <sstream>
#include <stdexcept>
#include <vector>

namespace plotmeter::simulator {

namespace {

std::optional<Instant> ReadInstant(const std::string& text) {
  const auto instant = ParseInstant(text);
  return instant ? instant : ParseDate(text);
}

Json Error(const std::string& message) { return {{"error", message}}; }

Json NotAnInstant(const std::string& text) {
  return Error("'" + text + "' is not an instant; expected one such as 2026-10-23T03:00:00Z");
}

Json ChangeOne(Fleet& fleet, const std::string& command, const std::string& serial) {
  const auto printer = fleet.WithSerial(serial);
  if (!printer) return Error("no printer has the serial number '" + serial + "'");
  fleet.Change(*printer, [&](SimulatedPrinter& p) {
    if (command == "reboot") {
      p.Reboot();
    } else if (command == "swap-board") {
      p.SwapBoard();
    } else {
      p.Sleep(command == "sleep");
    }
  });
  if (command != "swap-board") return {{"ok", true}};
  Json serial_now;
  fleet.Look(*printer, [&](const SimulatedPrinter& p) { serial_now = p.serial(); });
  return {{"ok", true}, {"serial", std::move(serial_now)}};
}

Json MakeOdd(Fleet& fleet, const std::string& serial, const std::string& what) {
  const auto device = fleet.WithSerial(serial);
  if (!device) return Error("no printer has the serial number '" + serial + "'");
  try {
    if (what.empty()) {
      fleet.MakeEven(*device);
    } else {
      fleet.MakeOdd(*device, what);
    }
  } catch (const std::invalid_argument& error) {
    return Error(error.what());
  }
  return {{"ok", true}};
}

Json Do(Fleet& fleet, const std::vector<std::string>& words) {
  const std::string& command = words[0];
  const std::size_t given = words.size() - 1;
  if (command == "now" && given == 0) return {{"now", FormatInstant(fleet.now())}};
  if (command == "advance" && given == 1) {
    const auto to = ReadInstant(words[1]);
    if (!to) return NotAnInstant(words[1]);
    if (*to < fleet.now())
      return Error("time does not run back from " + FormatInstant(fleet.now()));
    fleet.Advance(*to);
    return {{"now", FormatInstant(fleet.now())}};
  }
  if (command == "truth" && given == 2) {
    const auto from = ReadInstant(words[1]);
    const auto to = ReadInstant(words[2]);
    if (!from) return NotAnInstant(words[1]);
    if (!to) return NotAnInstant(words[2]);
    return fleet.Truth(*from, *to);
  }
  const bool change =
      command == "sleep" || command == "wake" || command == "reboot" || command == "swap-board";
  if (change && given == 1) {
    return ChangeOne(fleet, command, words[1]);
  }
  if (command == "odd" && given == 2) return MakeOdd(fleet, words[1], words[2]);
  if (command == "even" && given == 1) return MakeOdd(fleet, words[1], "");
  return Error(
      "expected: advance INSTANT, truth FROM TO, sleep|wake|reboot|swap-board|even SERIAL, "
      "odd SERIAL WHAT[=VALUE], now or quit");
}

}  // namespace

ControlAnswer AnswerControl(Fleet& fleet, std::string_view line) {
  std::istringstream in{std::string(line)};
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  if (words.empty()) words.emplace_back();
  if (words == std::vector<std::string>{"quit"}) return {R"({"ok":true})", true};
  return {JsonText(Do(fleet, words))};
}

}  // namespace plotmeter::simulator
