#include "tests/simulator/control.h"

#include <sstream>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "tests/simulator/address.h"

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

const Json kDone = {{"ok", true}};

// By serial number or by address; printers only, or neighbours too.
std::size_t DeviceNamed(const Fleet& fleet, const std::string& name, bool printers_only = true) {
  auto device = fleet.WithSerial(name);
  const auto address = ParseAddress(name);
  if (!device && address) device = fleet.At(*address);
  if (device && (*device < fleet.size() || !printers_only)) return *device;
  throw std::invalid_argument("no printer has the serial number or address '" + name + "'");
}

std::string SerialOf(const Fleet& fleet, std::size_t i) {
  std::string serial;
  fleet.Look(i, [&](const SimulatedPrinter& printer) { serial = printer.serial(); });
  return serial;
}

// Commands about one device: its name, and a word more where `takes` says so.
struct DeviceCommand {
  std::string_view name = {};
  std::string_view takes = {};
  bool neighbours = false;  // may be one
  Json (*run)(Fleet& fleet, std::size_t device, const std::string& word) = nullptr;
};

Json ChangePrinter(Fleet& fleet, std::size_t i,
                   const std::function<void(SimulatedPrinter&)>& change) {
  fleet.Change(i, change);
  return kDone;
}

const DeviceCommand kDeviceCommands[] = {
    {"sleep", "", false,
     [](Fleet& fleet, std::size_t i, const std::string&) {
       return ChangePrinter(fleet, i, [](SimulatedPrinter& p) { p.Sleep(true); });
     }},
    {"deep-sleep", "", false,
     [](Fleet& fleet, std::size_t i, const std::string&) {
       return ChangePrinter(fleet, i, [](SimulatedPrinter& p) { p.SleepDeeply(); });
     }},
    {"wake", "", false,
     [](Fleet& fleet, std::size_t i, const std::string&) {
       return ChangePrinter(fleet, i, [](SimulatedPrinter& p) { p.Sleep(false); });
     }},
    {"reboot", "", false,
     [](Fleet& fleet, std::size_t i, const std::string&) {
       return ChangePrinter(fleet, i, [](SimulatedPrinter& p) { p.Reboot(); });
     }},
    {"swap-board", "", false,
     [](Fleet& fleet, std::size_t i, const std::string&) {
       fleet.Change(i, [](SimulatedPrinter& p) { p.SwapBoard(); });
       return Json{{"ok", true}, {"serial", SerialOf(fleet, i)}};
     }},
    {"odd", "WHAT[=VALUE]", true,
     [](Fleet& fleet, std::size_t i, const std::string& what) {
       fleet.MakeOdd(i, what);
       return kDone;
     }},
    {"even", "", true,
     [](Fleet& fleet, std::size_t i, const std::string&) {
       fleet.MakeEven(i);
       return kDone;
     }},
    {"move", "ADDRESS", true,
     [](Fleet& fleet, std::size_t i, const std::string& text) {
       const auto address = ParseAddress(text);
       if (!address) throw std::invalid_argument("'" + text + "' is not an address");
       fleet.Move(i, *address);
       return kDone;
     }},
    {"swap", "SERIAL", false,
     [](Fleet& fleet, std::size_t i, const std::string& other) {
       fleet.Swap(i, DeviceNamed(fleet, other));
       return kDone;
     }},
    {"twin", "", false,
     [](Fleet& fleet, std::size_t i, const std::string&) {
       return Json{{"ok", true}, {"address", AddressText(fleet.Twin(i))}};
     }},
    {"replace", "", false,
     [](Fleet& fleet, std::size_t i, const std::string&) {
       fleet.Replace(i);
       return Json{{"ok", true}, {"serial", SerialOf(fleet, i)}};
     }},
    {"asked", "", false,
     [](Fleet& fleet, std::size_t i, const std::string&) {
       return Json{{"requests", fleet.TakeAsked(i)}};
     }},
};

std::string Expected() {
  std::string text = "expected: advance INSTANT, truth FROM TO, now, quit";
  for (const DeviceCommand& command : kDeviceCommands) {
    text += ", " + std::string(command.name) + " SERIAL";
    if (!command.takes.empty()) text += " " + std::string(command.takes);
  }
  return text;
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
  for (const DeviceCommand& known : kDeviceCommands) {
    if (command != known.name || given != (known.takes.empty() ? 1 : 2)) continue;
    try {
      const std::size_t device = DeviceNamed(fleet, words[1], !known.neighbours);
      return known.run(fleet, device, given == 2 ? words[2] : "");
    } catch (const std::invalid_argument& error) {
      return Error(error.what());
    }
  }
  return Error(Expected());
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
