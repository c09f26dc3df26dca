#include "collector/remote_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "collector/collector_settings.h"
#include "collector/discovery/address_range.h"
#include "collector/web/lan.h"
#include "common/log.h"
#include "common/private_file.h"

namespace plotmeter {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using Values = std::vector<std::string>;

constexpr std::uint64_t kMostAddresses = std::uint64_t{1} << 17;
constexpr std::int64_t kMostPackets = 1000;  // a second

const std::string& OnlyValue(const std::string& name, const Values& values) {
  if (values.size() == 1) return values.front();
  throw UsageError(fmt::format("'{}' has {} values; expected one", name, values.size()));
}

void CheckDuration(const std::string& name, const Values& values, milliseconds least,
                   milliseconds most, const char* words) {
  const std::string& text = OnlyValue(name, values);
  const milliseconds span = ParseDuration(name, text);
  if (span >= least && span <= most) return;
  throw UsageError(fmt::format("'{}' is '{}'; expected {}", name, text, words));
}

void CheckPackets(const std::string& name, const Values& values) {
  const std::string& text = OnlyValue(name, values);
  std::int64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && stop == text.data() + text.size() && number >= 1 &&
      number <= kMostPackets) {
    return;
  }
  throw UsageError(
      fmt::format("'{}' is '{}'; expected a number from 1 to {}", name, text, kMostPackets));
}

// Also for excludes, which may be as wide as they like.
void CheckAddresses(const std::string& name, const Values& values, bool only_local) {
  if (only_local && values.empty()) {
    throw UsageError(fmt::format("'{}' is empty; expected at least one address", name));
  }
  std::uint64_t all = 0;
  for (const std::string& text : values) {
    if (!only_local) {
      AddressRange::ParseExclude(name, text);
      continue;
    }
    const AddressRange range = AddressRange::Parse(name, text);
    all += range.size();
    if (all > kMostAddresses) {
      throw UsageError(fmt::format("'{}' has more than {} addresses", name, kMostAddresses));
    }
    for (std::uint64_t i = 0; i < range.size(); ++i) {
      if (IsLanAddress(range.at(i).ToText())) continue;
      throw UsageError(
          fmt::format("'{}' is '{}'; expected addresses of local networks only", name, text));
    }
  }
}

struct Allowed {
  const char* name;
  RemoteScope from;  // the narrowest scope that allows it
  void (*check)(const std::string& name, const Values& values);
};

constexpr std::array<Allowed, 7> kAllowed = {{
    {"interval", RemoteScope::kSchedule,
     [](const std::string& name, const Values& values) {
       CheckDuration(name, values, minutes(15), hours(24), "15m to 24h");
     }},
    {"job-interval", RemoteScope::kSchedule,
     [](const std::string& name, const Values& values) {
       CheckDuration(name, values, minutes(1), hours(1), "1m to 1h");
     }},
    {"heartbeat", RemoteScope::kSchedule,
     [](const std::string& name, const Values& values) {
       CheckDuration(name, values, minutes(1), hours(1), "1m to 1h");
     }},
    {"rediscover", RemoteScope::kSchedule,
     [](const std::string& name, const Values& values) {
       CheckDuration(name, values, days(1), days(90), "1d to 90d");
     }},
    {"packets-per-second", RemoteScope::kSchedule, CheckPackets},
    {"range", RemoteScope::kAll,
     [](const std::string& name, const Values& values) { CheckAddresses(name, values, true); }},
    {"exclude", RemoteScope::kAll,
     [](const std::string& name, const Values& values) { CheckAddresses(name, values, false); }},
}};

// Whoever watches this network for scans was told of the file's ceiling.
bool IsLess(const Values& proposed, const Arguments& own) {
  constexpr std::int64_t kCeiling = 100;  // of sweeps, where the file names none
  const std::int64_t ours =
      own.Has("packets-per-second") ? own.Number("packets-per-second") : kCeiling;
  return ours == 0 || std::stoll(proposed.front()) < ours;
}

std::string Listed(const SettingValues& values) {
  std::string words;
  for (const auto& [name, texts] : values) {
    words += fmt::format("{}{} = {}", words.empty() ? "" : "; ", name, fmt::join(texts, ", "));
  }
  return words.empty() ? "as in the file" : words;
}

void Report(const ProposedSettings& proposal, const SettingsOutcome& outcome) {
  const std::string version = std::to_string(outcome.version);
  if (outcome.outcome == "taken") {
    Log(LogLevel::kInfo, "settings_taken",
        {{"version", version}, {"settings", Listed(proposal.values)}});
    return;
  }
  Log(LogLevel::kWarning, "settings_not_taken",
      {{"version", version}, {"outcome", outcome.outcome}, {"why", outcome.reason}});
}

}  // namespace

RemoteScope ParseRemoteScope(const std::string& text) {
  for (const RemoteScope scope : {RemoteScope::kNone, RemoteScope::kSchedule, RemoteScope::kAll}) {
    if (text == ToText(scope)) return scope;
  }
  throw UsageError(fmt::format("'remote' is '{}'; expected none, schedule or all", text));
}

std::string_view ToText(RemoteScope scope) {
  switch (scope) {
    case RemoteScope::kSchedule:
      return "schedule";
    case RemoteScope::kAll:
      return "all";
    case RemoteScope::kNone:
      break;
  }
  return "none";
}

namespace {

// What a heartbeat can carry, cut between characters.
std::string Shortened(std::string text) {
  constexpr std::size_t kMost = 300;
  if (text.size() <= kMost) return text;
  std::size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) --end;
  return text.substr(0, end) + "…";
}

}  // namespace

SettingsOutcome Judge(const ProposedSettings& proposal, RemoteScope scope) {
  for (const auto& [name, values] : proposal.values) {
    const auto allowed = std::ranges::find_if(
        kAllowed, [&](const Allowed& setting) { return setting.name == name; });
    if (allowed == kAllowed.end()) {
      return {proposal.version, "refused",
              fmt::format("'{}' is nothing that may be changed from outside", name.substr(0, 40))};
    }
    if (allowed->from > scope) {
      return {proposal.version, "not-allowed",
              fmt::format("'{}' may not be changed from outside here: remote = \"{}\"", name,
                          ToText(scope))};
    }
    try {
      allowed->check(name, values);
    } catch (const UsageError& error) {
      return {proposal.version, "refused", Shortened(error.what())};
    }
  }
  return {.version = proposal.version, .outcome = "taken"};
}

RemoteSettings::RemoteSettings(std::string directory, RemoteScope scope)
    : path_(std::move(directory) + "/remote.json"), scope_(scope) {
  const std::optional<Secret> text = ReadPrivateFile(path_);
  if (!text) return;
  try {
    const Json json = ParseJson(text->Reveal());
    proposal_ = ProposedSettings{.version = json.at("version").get<std::int64_t>(),
                                 .values = json.at("values").get<SettingValues>()};
    outcome_ = Judge(*proposal_, scope_);
  } catch (const std::exception&) {
    proposal_.reset();
  }
}

bool RemoteSettings::Take(const ProposedSettings& proposal) {
  // Not by a rising version: a portal that was restored gives numbers again, and the answer is
  // bound to the heartbeat that asked, so an old one means nothing.
  if (proposal_ && proposal == *proposal_) return false;
  WritePrivateFile(
      path_, Secret(JsonText({{"version", proposal.version}, {"values", proposal.values}}) + "\n"));
  const Arguments none;
  const bool had = Over(none).values != none.values;
  proposal_ = proposal;
  outcome_ = Judge(proposal, scope_);
  Report(proposal, *outcome_);
  return had || outcome_->outcome == "taken";
}

Arguments RemoteSettings::Over(const Arguments& own) const {
  Arguments both = own;
  if (!outcome_ || outcome_->outcome != "taken") return both;
  for (const auto& [name, values] : proposal_->values) {
    if (name == "packets-per-second" && !IsLess(values, own)) continue;
    std::vector<std::string>& mine = both.values[name];
    if (name != "exclude") mine.clear();
    mine.insert(mine.end(), values.begin(), values.end());
  }
  return both;
}

Json RemoteSettings::ToJson() const {
  Json json = {{"allowed", ToText(scope_)},
               {"version", Json()},
               {"outcome", Json()},
               {"reason", Json()},
               {"settings", Json::object()}};
  if (!outcome_) return json;
  json["version"] = outcome_->version;
  json["outcome"] = outcome_->outcome;
  if (!outcome_->reason.empty()) json["reason"] = outcome_->reason;
  if (outcome_->outcome == "taken") json["settings"] = proposal_->values;
  return json;
}

}  // namespace plotmeter
