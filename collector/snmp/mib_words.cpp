#include "collector/snmp/mib_words.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace plotmeter {
namespace {

struct Word {
  std::int64_t code;
  std::string_view words;
};

constexpr Word kUnits[] = {
    {3, "1/10000 in"},
    {4, "micrometre"},
    {5, "characters"},
    {6, "lines"},
    {7, "impressions"},
    {8, "sheets"},
    {9, "dot rows"},
    {11, "hours"},
    {12, "1/1000 ounce"},
    {13, "1/10 gram"},
    {14, "1/100 fluid ounce"},
    {15, "1/10 ml"},
    {16, "feet"},
    {17, "metres"},
    {18, "items"},
    {19, "percent"},
};

constexpr Word kSupplyKinds[] = {
    {3, "toner"},
    {4, "waste-toner"},
    {5, "ink"},
    {6, "ink-cartridge"},
    {7, "ink-ribbon"},
    {8, "waste-ink"},
    {9, "opc"},
    {10, "developer"},
    {11, "fuser-oil"},
    {12, "solid-wax"},
    {13, "ribbon-wax"},
    {14, "waste-wax"},
    {15, "fuser"},
    {16, "corona-wire"},
    {17, "fuser-oil-wick"},
    {18, "cleaner-unit"},
    {19, "fuser-cleaning-pad"},
    {20, "transfer-unit"},
    {21, "toner-cartridge"},
    {22, "fuser-oiler"},
    {23, "water"},
    {24, "waste-water"},
    {25, "glue-water-additive"},
    {26, "waste-paper"},
    {27, "binding-supply"},
    {28, "banding-supply"},
    {29, "stitching-wire"},
    {30, "shrink-wrap"},
    {31, "paper-wrap"},
    {32, "staples"},
    {33, "inserts"},
    {34, "covers"},
    {35, "matte-toner"},
    {36, "matte-ink"},
};

constexpr Word kInputKinds[] = {
    {3, "tray"}, {4, "fixed-tray"}, {5, "manual-sheet"}, {6, "roll"}, {7, "fan-fold"},
};

constexpr Word kTrayKinds[] = {
    {1, "tray"},
    {2, "manual-roll"},
    {3, "automatic-roll"},
    {4, "manual-sheet"},
};

constexpr Word kAlertGroups[] = {
    {3, "storage"},
    {4, "device"},
    {5, "general"},
    {6, "cover"},
    {7, "localization"},
    {8, "input"},
    {9, "output"},
    {10, "marker"},
    {11, "marker-supply"},
    {12, "marker-colorant"},
    {13, "media-path"},
    {14, "channel"},
    {15, "interpreter"},
    {16, "console"},
    {17, "lights"},
    {18, "alert"},
    {30, "finisher"},
    {31, "finisher-supply"},
    {32, "finisher-media-input"},
    {33, "finisher-attribute"},
};

// PrtSubUnitStatusTC: the lowest three bits, and what each bit above them adds.
constexpr std::string_view kAvailability[] = {
    "idle", "unavailable-on-request", "standby", "broken", "active", "unknown", "busy", ""};
constexpr std::string_view kHindrances[] = {"non-critical-alert", "critical-alert", "offline",
                                            "in-transition"};

// What says nothing by itself raises no action (domain 4.7): who is offline may have been switched
// so, and what is low or gone in ink stands with the supplies. What stops the printer is what RFC
// 1514 (hrPrinterDetectedErrorState) puts beside hrDeviceStatus down(5), "not available for any
// use". RFC 2790 says so no more of any bit; of those that it added a part that is missing and an
// output that is full stop it. One empty tray does not: of a printer that has nothing left to print
// on, no-paper is set too.
constexpr ErrorBit kErrorBits[] = {
    {"low-paper", Severity::kInformation},
    {"no-paper", Severity::kCritical},
    {"low-toner", Severity::kInformation},
    {"no-toner", Severity::kInformation},
    {"door-open", Severity::kCritical},
    {"jammed", Severity::kCritical},
    {"offline", Severity::kInformation},
    {"service-requested", Severity::kInformation},
    {"input-tray-missing", Severity::kCritical},
    {"output-tray-missing", Severity::kCritical},
    {"marker-supply-missing", Severity::kCritical},
    {"output-near-full", Severity::kWarning},
    {"output-full", Severity::kCritical},
    {"input-tray-empty", Severity::kWarning},
    {"overdue-preventive-maintenance", Severity::kInformation},
};

template <std::size_t N>
std::string_view Find(const Word (&table)[N], std::optional<std::int64_t> code,
                      std::string_view otherwise) {
  if (!code) return otherwise;
  const auto* row = std::ranges::find(table, *code, &Word::code);
  return row != std::end(table) ? row->words : otherwise;
}

}  // namespace

std::string_view UnitWords(std::optional<std::int64_t> code) { return Find(kUnits, code, "?"); }

bool IsLengthUnit(std::optional<std::int64_t> code) {
  return code == 3 || code == 4 || code == 16 || code == 17;
}

std::string_view SupplyKindWords(std::optional<std::int64_t> code) {
  return Find(kSupplyKinds, code, "");
}

std::string_view InputKindWords(std::optional<std::int64_t> code) {
  return Find(kInputKinds, code, "");
}

std::string_view TrayKindWords(std::optional<std::int64_t> code) {
  return Find(kTrayKinds, code, "");
}

std::string_view StateWords(std::optional<std::int64_t> device,
                            std::optional<std::int64_t> printer) {
  constexpr std::int64_t kRunning = 2, kTesting = 4, kDown = 5;
  constexpr std::int64_t kOther = 1, kIdle = 3, kPrinting = 4, kWarmup = 5;
  if (printer == kWarmup) return "warming-up";
  if (device == kDown) return "stopped";
  if (device == kTesting) return "testing";
  if (printer == kIdle) return "idle";
  if (printer == kPrinting) return "printing";
  if (device == kRunning && printer == kOther) return "asleep";
  return "";
}

std::string SubunitStatusWords(std::int64_t sum) {
  if (sum < 0 || sum > 127 || (sum & 7) == 7) return "";
  std::string words(kAvailability[sum & 7]);
  for (std::size_t bit = 0; bit < std::size(kHindrances); ++bit) {
    if ((static_cast<std::uint64_t>(sum) & (8U << bit)) != 0) {
      words += ", ";
      words += kHindrances[bit];
    }
  }
  return words;
}

std::string AlertPartWords(std::optional<std::int64_t> group, std::optional<std::int64_t> index) {
  std::string words(Find(kAlertGroups, group, ""));
  if (!words.empty() && index > 0) words += " " + std::to_string(*index);
  return words;
}

std::vector<ErrorBit> ErrorBits(std::string_view octets) {
  std::vector<ErrorBit> bits;
  for (std::size_t bit = 0; bit < std::size(kErrorBits) && bit / 8 < octets.size(); ++bit) {
    const unsigned octet = static_cast<unsigned char>(octets[bit / 8]);
    if ((octet & (0x80U >> (bit % 8))) != 0) bits.push_back(kErrorBits[bit]);
  }
  return bits;
}

std::string ErrorBitWords(std::string_view octets) {
  std::string words;
  for (const ErrorBit& bit : ErrorBits(octets)) {
    if (!words.empty()) words += ", ";
    words += bit.word;
  }
  return words;
}

}  // namespace plotmeter
