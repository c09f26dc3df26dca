// Supplies, low and empty.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "portal/alerts/forecast.h"
#include "portal/alerts/printer_rules.h"
#include "portal/alerts/rules.h"
#include "portal/ledger/quantity.h"
#include "portal/store/channel_rank.h"

namespace plotmeter {
namespace {

// What was called low is so until there is clearly more: a forecast goes up and down by a day.
constexpr int kClearPercent = 5;
constexpr int kClearDays = 3;

using Words = std::vector<std::string_view>;

// The printers' own words for a state, in lower case and without blanks and hyphens. What is not
// here decides nothing: "Warning" may be an old cartridge that is full.
const Words kEmptyWords = {"empty", "out", "outofink", "exhausted", "depleted"};
const Words kLowWords = {"low", "verylow", "lowink", "nearempty", "almostempty"};

bool IsOneOf(const std::optional<std::string>& state, const Words& words) {
  if (!state) return false;
  std::string plain;
  for (const char c : *state) {
    if (c == ' ' || c == '-' || c == '_') continue;
    plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return std::ranges::find(words, plain) != words.end();
}

bool IsWaste(const WatchedSupply& supply) {
  return supply.kind && supply.kind->find("waste") != supply.kind->npos;
}

// "magenta", "waste ink box 1.5"
std::string NameOf(const WatchedSupply& supply) {
  if (supply.colorant) return *supply.colorant;
  if (supply.description) return *supply.description;
  return supply.kind.value_or("supply") + " " + supply.supply;
}

// "magenta: 9 % left, enough for about 12 days as it is used"
std::string WordsOf(const WatchedSupply& supply, const std::optional<int>& percent,
                    const std::optional<int>& days_left, bool is_empty) {
  std::string words = NameOf(supply) + ": ";
  if (is_empty) {
    words += IsWaste(supply) ? "full" : "empty";
    if (percent && *percent > 0) words += fmt::format(", {} % left", *percent);
    return words;
  }
  if (percent) {
    words += IsWaste(supply) ? fmt::format("{} % of its room left", *percent)
                             : fmt::format("{} % left", *percent);
  } else {
    words += supply.state ? fmt::format("the printer says {}", *supply.state) : "low";
  }
  if (days_left) words += fmt::format(", enough for about {} days as it is used", *days_left);
  return words;
}

std::string KeyOf(const std::string& kind, const WatchedPrinter& printer,
                  const WatchedSupply& supply) {
  return fmt::format("{}/{}/{}/{}", kind, printer.id, supply.channel, supply.supply);
}

Condition ConditionOf(const std::string& kind, const WatchedPrinter& printer,
                      const WatchedSupply& supply, Severity severity) {
  Condition condition{
      .kind = kind, .key = KeyOf(kind, printer, supply), .severity = severity, .since = supply.at};
  condition.facts = {{"channel", supply.channel}, {"supply", supply.supply}};
  if (supply.colorant) condition.facts["colorant"] = *supply.colorant;
  if (supply.kind) condition.facts["kind"] = *supply.kind;
  return condition;
}

}  // namespace

std::optional<int> PercentLeft(const WatchedSupply& supply) {
  const auto parse = [](const std::optional<std::string>& text) {
    return text ? Decimal::Parse(*text) : std::nullopt;
  };
  const auto percents = [](const Decimal& part, std::int64_t of_digits,
                           int of_decimals) -> std::optional<int> {
    Int128 above = Int128{part.digits()} * 100;
    Int128 below = of_digits;
    for (int i = part.decimals(); i < of_decimals; ++i) above *= 10;
    for (int i = of_decimals; i < part.decimals(); ++i) below *= 10;
    if (below <= 0 || above < 0 || above > 100 * below) return std::nullopt;
    return static_cast<int>(above / below);
  };
  const auto is_sane = [](const std::optional<Decimal>& d) {
    return d && d->decimals() <= 9 && d->digits() <= 1'000'000'000'000;
  };
  if (const auto percent = parse(supply.percent)) {
    return is_sane(percent) ? percents(*percent, 100, 0) : std::nullopt;
  }
  const auto level = parse(supply.level);
  if (level && (supply.level_unit == "%" || supply.level_unit == "percent")) {
    return is_sane(level) ? percents(*level, 100, 0) : std::nullopt;
  }
  const auto capacity = parse(supply.capacity);
  if (!is_sane(level) || !is_sane(capacity) || supply.level_unit != supply.capacity_unit) {
    return std::nullopt;
  }
  return percents(*level, capacity->digits(), capacity->decimals());
}

std::optional<Quantity> LevelOf(const WatchedSupply& supply) {
  if (supply.level) {
    if (const auto level = Decimal::Parse(*supply.level)) {
      return Quantity{*level, supply.level_unit.value_or("?")};
    }
  }
  if (!supply.percent) return std::nullopt;
  const auto percent = Decimal::Parse(*supply.percent);
  return percent ? std::optional(Quantity{*percent, "%"}) : std::nullopt;
}

std::vector<WatchedSupply> SuppliesThatCount(const std::vector<WatchedSupply>& supplies,
                                             std::chrono::minutes poll_period) {
  Instant latest = {};
  for (const WatchedSupply& supply : supplies) latest = std::max(latest, supply.at);
  // A slot that is no longer told of keeps its last word; it is not the printer's any more.
  const auto is_late = [&](const WatchedSupply& supply) {
    return supply.at + poll_period < latest;
  };
  int best = std::numeric_limits<int>::max();
  for (const WatchedSupply& supply : supplies) {
    if (!is_late(supply)) best = std::min(best, RankOf(supply.channel));
  }
  std::vector<WatchedSupply> counted;
  std::ranges::copy_if(supplies, std::back_inserter(counted), [&](const WatchedSupply& supply) {
    return !is_late(supply) && RankOf(supply.channel) == best;
  });
  return counted;
}

void JudgeSupplies(const WatchedPrinter& printer, const RuleSettings& settings, Instant now,
                   Judgement& verdict) {
  for (const WatchedSupply& supply :
       SuppliesThatCount(printer.supplies, PollPeriod(printer, settings))) {
    if (supply.remark == "not-present") continue;
    const auto percent = PercentLeft(supply);
    std::vector<LevelPoint> levels = supply.history;
    if (const auto level = LevelOf(supply)) levels.push_back({supply.at, *level});
    const auto days_left = DaysLeft(levels, now);
    const bool is_empty =
        percent ? *percent <= settings.supply_empty_percent : IsOneOf(supply.state, kEmptyWords);
    const bool was_low =
        std::ranges::find(printer.open, KeyOf("supply-low", printer, supply)) != printer.open.end();
    const int low_percent = settings.supply_low_percent + (was_low ? kClearPercent : 0);
    const int low_days = settings.supply_low_days + (was_low ? kClearDays : 0);
    const bool is_low = is_empty || (percent && *percent <= low_percent) ||
                        (!percent && IsOneOf(supply.state, kLowWords)) ||
                        (settings.supply_low_days > 0 && days_left && *days_left <= low_days);
    const auto add = [&](const char* kind, Severity severity, bool says_empty) {
      Condition condition = ConditionOf(kind, printer, supply, severity);
      condition.what = WordsOf(supply, percent, days_left, says_empty);
      if (percent) condition.facts["percent"] = *percent;
      if (days_left) condition.facts["days_left"] = *days_left;
      verdict.conditions.push_back(std::move(condition));
    };
    // Low goes on while it is empty: it ends when there is a new one.
    if (is_low) add("supply-low", Severity::kWarning, false);
    if (is_empty) add("supply-empty", Severity::kCritical, true);
  }
}

}  // namespace plotmeter
