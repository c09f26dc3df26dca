#include "tests/simulator/oddity.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <stdexcept>

namespace plotmeter::simulator {

namespace {

using enum OddityValue;

std::optional<std::uint64_t> WholeNumber(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::chrono::milliseconds> Duration(std::string_view text) {
  const bool fine = text.ends_with("ms");
  if (!fine && !text.ends_with('s')) return std::nullopt;
  const auto number = WholeNumber(text.substr(0, text.size() - (fine ? 2 : 1)));
  if (!number || *number > 86'400'000) return std::nullopt;
  return std::chrono::milliseconds(*number * (fine ? 1 : 1000));
}

bool IsOneOf(std::string_view words, std::string_view word) {
  while (true) {
    const auto bar = words.find('|');
    if (words.substr(0, bar) == word) return true;
    if (bar == std::string_view::npos) return false;
    words.remove_prefix(bar + 1);
  }
}

const OddityKind* Find(std::string_view name) {
  const auto& kinds = OddityKinds();
  const auto found =
      std::ranges::find_if(kinds, [&](const OddityKind& kind) { return kind.name == name; });
  return found == kinds.end() ? nullptr : &*found;
}

std::string Expected(const OddityKind& kind) {
  switch (kind.value) {
    case kNone:
      return "no value";
    case kSeconds:
      return "a duration such as 5s or 500ms";
    case kNumber:
      return "a whole number";
    case kWord:
      return std::string(kind.words);
  }
  return {};
}

bool Fits(const OddityKind& kind, std::string_view value) {
  switch (kind.value) {
    case kNone:
      return false;
    case kSeconds:
      return Duration(value).has_value();
    case kNumber:
      return WholeNumber(value).has_value();
    case kWord:
      return IsOneOf(kind.words, value);
  }
  return false;
}

std::string Names() {
  std::string names;
  for (const OddityKind& kind : OddityKinds()) {
    names += (names.empty() ? "" : ", ") + std::string(kind.name);
  }
  return names;
}

}  // namespace

const std::vector<OddityKind>& OddityKinds() {
  static const std::vector<OddityKind> kinds = {
      {"dead", "both", kNone, "", "", "never answers"},
      {"slow", "SNMP", kSeconds, "30s", "", "answers after so long"},
      {"late-first", "SNMP", kSeconds, "60s", "", "drops the first packet after so long a silence"},
      {"v1-only", "SNMP", kNone, "", "", "does not know v2c and v3"},
      {"v3-only", "SNMP", kNone, "", "", "does not know v1 and v2c"},
      {"jetdirect-context", "SNMP", kNone, "", "",
       "v3: 1284 ID and supplies only in the context Jetdirect"},
      {"bulk", "SNMP", kWord, "drop", "drop|generr|garbage",
       "GETBULK gets no answer, genErr, or rows out of order"},
      {"endless-walk", "SNMP", kNone, "", "", "behind the last row come others for ever"},
      {"stuck-walk", "SNMP", kNone, "", "", "GETNEXT gives the row that was asked"},
      {"backward-walk", "SNMP", kNone, "", "", "GETNEXT goes back after some rows"},
      {"garbage", "SNMP", kNone, "", "", "answers octets that are no SNMP"},
      {"truncated", "SNMP", kNone, "", "", "answers only the first half of the message"},
      {"wrong-request-id", "SNMP", kNone, "", "", "answers with another request-id"},
      {"other-source", "SNMP", kNone, "", "", "answers from another address"},
      {"falls", "SNMP", kNumber, "100", "", "its life counter shows so much less"},
      {"wraps", "SNMP", kNumber, "4294967296", "",
       "its life counter began 10 below this number, where it wraps"},
      {"huge-strings", "SNMP", kNumber, "1200", "", "descriptions are so many octets long"},
      {"nul-strings", "SNMP", kNone, "", "", "texts end in NUL and hold one in their midst"},
      {"sparse-index", "SNMP", kNone, "", "", "table rows are 5, 9, 13 instead of 1, 2, 3"},
      {"index-zero", "SNMP", kNone, "", "", "table rows begin with 0"},
      {"hr-index", "SNMP", kNumber, "1280", "", "hrDeviceIndex of the printer"},
      {"other-card", "SNMP", kNone, "", "", "its network card has another MAC"},
      {"other-product", "SNMP", kNone, "", "", "its product number ends otherwise"},
      {"web", "web", kWord, "dead",
       "dead|silent|huge|bomb|laughs|garbage|html|truncated|gzip-bomb|redirect|401|503|"
       "new-certificate|expired|weak",
       "how its web server is sick"},
      {"piws", "web", kWord, "xml", "xml|json",
       "its PIWS speaks this format only, where a document is known in both"},
      {"web-slow", "web", kSeconds, "30s", "",
       "documents begin after so long and take as long again"},
  };
  return kinds;
}

std::string OddityHelp() {
  std::string help;
  for (const OddityKind& kind : OddityKinds()) {
    std::string name(kind.name);
    if (kind.value != kNone) name += fmt::format("={}", kind.fallback);
    help += fmt::format("  {:<24} {:<5} {}\n", name, kind.side, kind.help);
    if (kind.value == kWord) help += fmt::format("  {:<30} {}\n", "", kind.words);
  }
  return help;
}

void Oddities::Add(std::string_view what) {
  const auto equals = what.find('=');
  const std::string_view name = what.substr(0, equals);
  const OddityKind* kind = Find(name);
  if (kind == nullptr) {
    throw std::invalid_argument(
        fmt::format("'{}' is no oddity; expected one of {}", name, Names()));
  }
  const bool given = equals != std::string_view::npos;
  const std::string_view value = given ? what.substr(equals + 1) : kind->fallback;
  if (given && !Fits(*kind, value)) {
    throw std::invalid_argument(
        fmt::format("'{}' got '{}'; expected {}", name, value, Expected(*kind)));
  }
  values_[std::string(name)] = value;
}

void Oddities::Remove(std::string_view name) {
  const auto found = values_.find(name);
  if (found != values_.end()) values_.erase(found);
}

bool Oddities::Has(std::string_view name) const {
  if (values_.empty()) return false;
  if (Find(name) == nullptr) throw std::logic_error("no such oddity: " + std::string(name));
  return values_.contains(name);
}

std::string Oddities::Word(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) throw std::logic_error("not odd in this way: " + std::string(name));
  return found->second;
}

std::uint64_t Oddities::Number(std::string_view name) const {
  return WholeNumber(Word(name)).value();
}

std::chrono::milliseconds Oddities::Seconds(std::string_view name) const {
  return Duration(Word(name)).value();
}

std::string Oddities::Text() const {
  std::string text;
  for (const auto& [name, value] : values_) {
    text += (text.empty() ? "" : ",") + name + (value.empty() ? "" : "=" + value);
  }
  return text;
}

OddityRule ParseOddityRule(std::string_view text) {
  const auto colon = text.find(':');
  OddityRule rule;
  if (colon != std::string_view::npos) {
    rule = {std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
  }
  const bool percent = rule.who.ends_with('%');
  const auto number =
      WholeNumber(std::string_view(rule.who).substr(0, rule.who.size() - (percent ? 1 : 0)));
  if (rule.who != "all" && (!number || *number == 0 || (percent && *number > 100))) {
    throw std::invalid_argument(fmt::format(
        "'{}'; expected WHO:WHAT[=VALUE], such as 3:slow=5s, 10%:dead or all:v1-only", text));
  }
  Oddities().Add(rule.what);
  return rule;
}

std::vector<Oddities> Distribute(const std::vector<OddityRule>& rules, std::size_t devices) {
  std::vector<Oddities> all(devices);
  const auto add_to_share = [&](std::uint64_t percent, const std::string& what) {
    std::vector<std::size_t> even;
    for (std::size_t i = 0; i < devices; ++i) {
      if (all[i].empty()) even.push_back(i);
    }
    const std::size_t count =
        std::min(even.size(), static_cast<std::size_t>((devices * percent + 99) / 100));
    for (std::size_t n = 0; n < count; ++n) all[even[n * even.size() / count]].Add(what);
  };
  for (const OddityRule& rule : rules) {
    if (rule.who == "all") {
      for (Oddities& one : all) one.Add(rule.what);
    } else if (rule.who.ends_with('%')) {
      add_to_share(WholeNumber(rule.who.substr(0, rule.who.size() - 1)).value(), rule.what);
    } else {
      const std::uint64_t number = WholeNumber(rule.who).value();
      if (number > devices) {
        throw std::invalid_argument(
            fmt::format("'{}:{}': there are {} devices", rule.who, rule.what, devices));
      }
      all[number - 1].Add(rule.what);
    }
  }
  return all;
}

}  // namespace plotmeter::simulator
