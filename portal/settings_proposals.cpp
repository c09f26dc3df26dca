// collector settings: what collectors are asked to take, and what became of it.

#include <fmt/format.h>

#include <map>
#include <stdexcept>

#include "common/clock.h"
#include "common/json.h"
#include "portal/commands.h"
#include "portal/lookup.h"
#include "portal/portal_settings.h"
#include "proto/heartbeat.h"

namespace plotmeter {
namespace {

constexpr std::size_t kMostValues = 100;    // what a heartbeat's answer may hold of one setting
constexpr std::size_t kLongestValue = 200;  // bytes; no address, name or time is longer

Json Wanted(const Arguments& arguments) {
  Json settings = Json::object();
  for (const char* name : kProposable) {
    if (arguments.Has(name)) settings[name] = arguments.All(name);
  }
  return settings;
}

// Each collector with what it was asked to take and what it said to that.
int Show(SqliteStore& store, const Arguments& arguments) {
  std::vector<std::vector<std::string>> rows;
  for (const Reseller& reseller : ResellersMeant(store, arguments)) {
    std::map<std::string, HeartbeatNote> said;
    for (HeartbeatNote& note : store.Heartbeats(reseller.id)) said[note.collector] = note;
    for (const Collector& collector : store.Collectors(reseller.id)) {
      const auto proposal = store.SettingsFor(reseller.id, collector.id);
      if (!proposal) continue;
      const HeartbeatNote& note = said[collector.id];
      const bool answered = note.settings_version == proposal->version;
      rows.push_back({collector.id, std::to_string(proposal->version), proposal->settings,
                      answered ? note.settings_outcome : "waits",
                      answered ? note.settings_reason : ""});
    }
  }
  PrintRows({"collector", "version", "settings", "outcome", "reason"}, rows,
            arguments.Switch("json"));
  return 0;
}

}  // namespace

void CheckCollectorSettings(const Arguments& arguments) {
  const bool names_target = arguments.Has("collector") || arguments.Has("site");
  if (arguments.Has("collector") && arguments.Has("site")) {
    throw UsageError("--collector and --site do not go together");
  }
  if (arguments.Switch("as-in-file") && !Wanted(arguments).empty()) {
    throw UsageError("--as-in-file goes with no other setting");
  }
  const bool wants = arguments.Switch("as-in-file") || !Wanted(arguments).empty();
  if (wants && !names_target) throw UsageError("expected --collector or --site to be asked");
  const Json wanted = Wanted(arguments);
  for (const auto& [name, values] : wanted.items()) {
    if (values.size() > kMostValues) {
      throw UsageError(
          fmt::format("'{}' has {} values; expected at most {}", name, values.size(), kMostValues));
    }
    for (const Json& value : values) {
      if (value.get_ref<const std::string&>().size() <= kLongestValue) continue;
      throw UsageError(fmt::format("'{}' has a value of over {} bytes", name, kLongestValue));
    }
  }
  if (names_target && !wants) {
    throw UsageError("expected a setting such as --interval 1h, or --as-in-file");
  }
}

int CollectorSettings(const Arguments& arguments) {
  SqliteStore store(DataDirectory(arguments).existing_database());
  const Json wanted = Wanted(arguments);
  if (wanted.empty() && !arguments.Switch("as-in-file")) return Show(store, arguments);
  std::optional<std::int64_t> version;
  std::string target = arguments.Text("collector");
  if (arguments.Has("site")) {
    const SiteMeant meant = FindSite(store, arguments, arguments.Text("site"));
    target = meant.site.id;
    version = store.ProposeSettings(meant.reseller, target, JsonText(wanted), SystemClock().Now(),
                                    kCommandLine);
  } else {
    for (const Reseller& reseller : ResellersMeant(store, arguments)) {
      version = store.ProposeSettings(reseller.id, target, JsonText(wanted), SystemClock().Now(),
                                      kCommandLine);
      if (version) break;
    }
  }
  if (!version) {
    throw std::runtime_error(
        fmt::format("there is no collector '{}'; see 'collector list'", target));
  }
  fmt::print(
      "version {} is proposed to {} with its next heartbeat; whether it is taken, the "
      "collector's own file decides\n",
      *version, target);
  return 0;
}

}  // namespace plotmeter
