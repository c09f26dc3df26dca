#include "collector/piws/trade_words.h"

#include <algorithm>
#include <iterator>

namespace plotmeter {
namespace {

// In the order of their letters. Nobody is called so, or it does not matter.
// clang-format off
constexpr std::string_view kWords[] = {
    "a0", "a1", "a2", "a3", "a4", "a5", "absolute", "accumulated", "active", "adhesive", "advance",
    "advanced", "air", "alert", "all", "amount", "and", "area", "auto", "average", "b0", "b1", "b2",
    "b3", "b4", "backlit", "banner", "batch", "belt", "best", "big", "bin", "black", "blower",
    "blue", "bond", "boot", "bottom", "box", "by", "calibration", "canceled", "cancelled", "canvas",
    "cap", "capacity", "capped", "capping", "carriage", "cartridge", "cassette", "cc", "chromatic",
    "circulation", "clean", "cleaner", "cleaning", "cm", "cm2", "coated", "collector", "color",
    "colorant", "colour", "completed", "condensate", "consumable", "consumed", "consumption",
    "cool", "copied", "copier", "copy", "count", "counter", "coverage", "cumulative", "curing",
    "current", "custom", "cut", "cutter", "cutting", "cyan", "cycle", "dark", "day", "deep",
    "delivered", "density", "device", "disk", "distance", "done", "door", "dot", "double", "draft",
    "drawer", "drive", "drop", "dry", "dryer", "drying", "duplex", "duration", "economode", "edge",
    "empty", "encoder", "engine", "enhancer", "entry", "error", "estimated", "event", "expired",
    "external", "fabric", "fail", "failed", "failure", "fan", "fast", "fax", "feed", "feeder",
    "feet", "file", "fill", "film", "filter", "finished", "finisher", "fired", "firing", "first",
    "flush", "fold", "folded", "folder", "folding", "foot", "format", "front", "ft", "ft2", "full",
    "fuser", "gallon", "gloss", "glossing", "glossy", "good", "gram", "gray", "green", "grey",
    "head", "heat", "heater", "heating", "heavy", "high", "history", "horizontal", "hour", "hp",
    "humidity", "idle", "image", "impression", "in", "in2", "inactive", "inch", "ink", "input",
    "inserted", "insertion", "installed", "internal", "into", "item", "jam", "job", "kit", "label",
    "lamp", "lan", "large", "last", "latex", "left", "length", "level", "life", "lifetime", "light",
    "line", "linear", "liquid", "list", "liter", "litre", "load", "loaded", "loading", "local",
    "long", "low", "lubrication", "m", "m2", "magenta", "main", "maintenance", "manual", "margin",
    "mark", "marker", "marking", "mask", "matte", "max", "maximum", "maximumdetail", "media",
    "medium", "memory", "meter", "metre", "mileage", "min", "minimum", "minute", "ml", "mm", "mm2",
    "mode", "mono", "monochrome", "month", "motor", "move", "movement", "multi", "multicut",
    "negative", "net", "network", "new", "non", "noncut", "normal", "not", "nozzle", "number",
    "oem", "of", "off", "offline", "oil", "ok", "old", "on", "online", "optimizer", "orange",
    "original", "other", "out", "output", "overall", "overcoat", "pack", "page", "paper", "partial",
    "party", "pass", "path", "pause", "paused", "pen", "per", "percent", "percentage", "period",
    "phase", "photo", "pick", "pixel", "plain", "plot", "plotted", "plotter", "positive", "post",
    "poster", "power", "powered", "pre", "present", "preventative", "preventive", "previous",
    "primer", "print", "printed", "printer", "printhead", "printing", "printmode", "process",
    "processed", "processing", "produced", "production", "profile", "pump", "purge", "quality",
    "queue", "ratio", "raw", "ready", "rear", "recirculation", "record", "red", "region", "regular",
    "rejected", "remaining", "removed", "repeat", "replaced", "replacement", "reset", "resolution",
    "restart", "right", "roll", "roller", "row", "running", "saver", "scan", "scanned", "scanner",
    "scanning", "scratch", "second", "sensor", "service", "serviced", "servicing", "session", "set",
    "sheet", "short", "side", "simplex", "since", "single", "size", "skew", "sleep", "slot", "slow",
    "small", "source", "special", "speed", "spit", "spitting", "spittoon", "split", "spool",
    "square", "stack", "stacked", "stacker", "standard", "standby", "start", "started", "state",
    "statistic", "status", "step", "stop", "stopped", "storage", "subunit", "success", "successful",
    "sum", "supply", "swath", "switch", "system", "table", "take", "taken", "tank", "target",
    "technical", "temperature", "test", "textile", "third", "time", "to", "top", "total", "track",
    "tray", "treatment", "turn", "type", "uncapped", "unit", "unknown", "unload", "unloaded",
    "upgrade", "uptime", "us", "usage", "usb", "use", "used", "vacuum", "value", "vapor", "varnish",
    "vellum", "vertical", "violet", "volume", "wait", "waiting", "wake", "warm", "warmup",
    "warning", "waste", "web", "weight", "white", "wide", "width", "wipe", "wiper", "wiping",
    "with", "work", "year", "yellow", "zone"};
// clang-format on

bool IsKnown(std::string_view word) { return std::ranges::binary_search(kWords, word); }

bool IsWordOfTheTrade(std::string_view word) {
  constexpr std::size_t kMostDigits = 4;
  if (word.empty()) return false;
  if (word.find_first_not_of("0123456789") == std::string_view::npos) {
    return word.size() <= kMostDigits;
  }
  if (IsKnown(word)) return true;
  if (word.ends_with("es") && IsKnown(word.substr(0, word.size() - 2))) return true;
  return word.ends_with('s') && IsKnown(word.substr(0, word.size() - 1));
}

bool IsLowerOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }

}  // namespace

std::string TradeWords(std::string_view name) {
  std::string word;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool starts = IsUpper(c) && i > 0 && IsLowerOrDigit(name[i - 1]);
    const bool ends_capitals =  // the I of HPInk
        IsUpper(c) && i > 0 && IsUpper(name[i - 1]) && i + 1 < name.size() && name[i + 1] >= 'a' &&
        name[i + 1] <= 'z';
    if ((starts || ends_capitals || !(IsUpper(c) || IsLowerOrDigit(c))) && !word.empty() &&
        word.back() != '-') {
      word += '-';
    }
    if (IsUpper(c)) word += static_cast<char>(c - 'A' + 'a');
    if (IsLowerOrDigit(c)) word += c;
  }
  while (word.ends_with('-')) word.pop_back();
  return word;
}

bool IsOfTheTrade(std::string_view words) {
  static_assert(std::ranges::is_sorted(kWords));
  for (;;) {
    const auto hyphen = words.find('-');
    if (!IsWordOfTheTrade(words.substr(0, hyphen))) return false;
    if (hyphen == std::string_view::npos) return true;
    words.remove_prefix(hyphen + 1);
  }
}

}  // namespace plotmeter
