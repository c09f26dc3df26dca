#include "collector/piws/counters.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <string_view>

#include "collector/piws/said.h"
#include "collector/piws/trade_words.h"

namespace plotmeter {
namespace {

constexpr std::size_t kMaxName = 64;  // of a meter (proto/batch.schema.json)
// What may tell rows of one name apart: words of the printer's own. Name and Id are free text, and
// a table of people has them too, so there the place in the list has to do.
constexpr std::string_view kNames[] = {"Type", "Color", "PaperId"};
// What a person printed is nobody's business, with or without the name.
constexpr std::string_view kPersonal[] = {
    "user",      "owner",    "account",  "host",       "mail",       "person",     "people",
    "login",     "author",   "sender",   "submitter",  "creator",    "originator", "employee",
    "member",    "contact",  "client",   "customer",   "department", "computer",   "workstation",
    "requester", "operator", "customer", "destination"};
constexpr std::string_view kNoCounts[] = {"id", "version", "modificationnumber", "index"};

// HP's paper, or a customer's: 32 hexadecimal digits.
bool IsPaperId(std::string_view text) {
  return text.size() == 32 &&
         text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

bool MayNameAPerson(const std::string& name) {
  const std::string lower = Lower(name);
  return std::ranges::any_of(
      kPersonal, [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

bool IsNoCount(const std::string& name) {
  if (name.ends_with("Id") || name.ends_with("ID")) return true;
  return std::ranges::find(kNoCounts, Lower(name)) != std::end(kNoCounts);
}

// A number, or {Value, Unit}.
bool IsAmount(const Node& node) { return node.children.empty() || node.Has("Value"); }

class Counters {
 public:
  explicit Counters(Answers& into) : into_(into) {}

  void Read(const Node& node, const std::string& path, const std::string& source) {
    std::map<std::string_view, Place> places;
    for (const Node& child : node.children) places[child.name].of += 1;
    int at = 0;
    for (const Node& child : node.children) {
      ++at;
      Place& place = places[child.name];
      place.at += 1;
      if (count_ > kMaxCounters) return;
      if (MayNameAPerson(child.name)) continue;
      const bool told = IsOfTheTrade(TradeWords(child.name));
      const std::string name = told ? child.name + Which(child, place) : fmt::format("[{}]", at);
      const std::string below = path + "-" + TradeWords(name);
      const std::string from = source.empty() ? name : source + "/" + name;
      if (!IsAmount(child)) {
        Read(child, below, from);
      } else if (!IsNoCount(child.name)) {
        Add(child, below, from);
      }
    }
  }
  bool any() const { return count_ > 0; }

 private:
  struct Place {  // among the elements of one name
    int at = 0;
    int of = 0;
  };

  // "[cyan]" or "[2]" of an element that is one of several; else empty.
  static std::string Which(const Node& node, const Place& place) {
    if (place.of < 2) return {};
    for (const std::string_view name : kNames) {
      const auto text = node.Text(name);
      if (text && (IsOfTheTrade(TradeWords(*text)) || IsPaperId(*text)))
        return fmt::format("[{}]", *text);
    }
    return fmt::format("[{}]", place.at);
  }

  void Add(const Node& node, std::string path, const std::string& source) {
    const auto amount = node.Amount();
    if (!amount || amount->value.digits() < 0) return;
    ++count_;
    if (count_ > kMaxCounters) {
      into_.remarks.push_back(fmt::format("{}: more than {} counters; the rest is left out",
                                          source.substr(0, source.find('/')), kMaxCounters));
      return;
    }
    // The end of a long path tells more than its beginning; from a hyphen on, where there is one.
    if (path.size() > kMaxName) {
      const std::size_t from = path.size() - (kMaxName - 2);
      path = "x" + path.substr(path.find('-', from - 1));  // no word is as long as that
    }
    if (std::ranges::find(into_.meters, path, &MeterValue::meter) != into_.meters.end()) return;
    into_.meters.push_back({.meter = std::move(path), .value = *amount, .source = source});
  }

  Answers& into_;
  std::size_t count_ = 0;
};

// Takes "39M" off "39M31S"; 0 where there is no such part. Of seconds the fraction is dropped.
std::int64_t TakePart(std::string_view& text, char letter) {
  std::uint32_t number = 0;
  const auto [after, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return 0;
  std::string_view rest = text.substr(static_cast<std::size_t>(after - text.data()));
  if (letter == 'S' && (rest.starts_with('.') || rest.starts_with(','))) {
    const std::size_t end = rest.find_first_not_of("0123456789", 1);
    if (end == 1 || end == rest.npos) return 0;
    rest.remove_prefix(end);
  }
  if (!rest.starts_with(letter)) return 0;
  text = rest.substr(1);
  return number;
}

// ISO 8601 duration without years and months, in seconds.
std::optional<std::int64_t> Seconds(std::string_view text) {
  if (!text.starts_with('P')) return std::nullopt;
  text.remove_prefix(1);
  const auto years = TakePart(text, 'Y');
  const auto months = TakePart(text, 'M');
  std::int64_t seconds = TakePart(text, 'D') * 86'400;
  if (years != 0 || months != 0) return std::nullopt;
  if (text.starts_with('T')) {
    text.remove_prefix(1);
    seconds += TakePart(text, 'H') * 3600;
    seconds += TakePart(text, 'M') * 60;
    seconds += TakePart(text, 'S');
  }
  return text.empty() ? std::optional(seconds) : std::nullopt;
}

}  // namespace

std::optional<Discovery> ReadDiscovery(const Node& document, Instant seen_at) {
  if (!document.Has("Discovery")) return std::nullopt;
  const Node& info = document["Discovery"]["SystemTimeInfo"];
  Discovery discovery;
  const auto seconds = Seconds(info.Text("Uptime").value_or(""));
  if (seconds && *seconds > 0) discovery.uptime = Quantity{Decimal::FromInteger(*seconds), "s"};
  if (const auto date = info.Time("Date")) discovery.clock_offset_ms = (seen_at - *date).count();
  return discovery;
}

bool ReadCounters(const Node& document, Answers& into) {
  Counters counters(into);
  counters.Read(document, "x", "");
  return counters.any();
}

}  // namespace plotmeter
