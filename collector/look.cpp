#include "collector/look.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <map>

#include "collector/by_web.h"
#include "collector/channel/answers_json.h"
#include "collector/collector_settings.h"

namespace plotmeter {
namespace {

Json OrNull(const std::string& text) { return text.empty() ? Json() : Json(text); }

}  // namespace

void TakeIdentity(Looked& looked, const Profiles& profiles) {
  const PrinterIdentity best = Merge(looked.address, looked.told).identity;
  const auto take = [](std::string& into, const std::string& from) {
    if (!from.empty()) into = from;
  };
  take(looked.fingerprint.maker, best.manufacturer);
  take(looked.fingerprint.serial, best.serial);
  take(looked.fingerprint.product, best.product);
  take(looked.fingerprint.model, best.model);
  take(looked.fingerprint.firmware, best.firmware);
  looked.profile = profiles.Of(looked.identity()).name;
}

std::vector<std::string> Looked::channels() const {
  std::vector<std::string> names;
  for (const auto& [channel, answer] : told) {
    if (answer.seen == Seen::kAnswered) names.emplace_back(ToText(channel));
  }
  if (names.empty() && fingerprint.verdict != Verdict::kSilent) names.emplace_back("snmp");
  return names;
}

PrinterIdentity Looked::identity() const { return fingerprint.identity(); }

Json ToJson(const Looked& looked) {
  const Fingerprint& fingerprint = looked.fingerprint;
  Json json = {{"address", fmt::format("{}:{}", looked.address.host, looked.address.snmp_port)},
               {"verdict", ToText(fingerprint.verdict)},
               {"maker", OrNull(fingerprint.maker)},
               {"model", OrNull(fingerprint.model)},
               {"serial", OrNull(fingerprint.serial)},
               {"channels", looked.channels()},
               {"rule", fingerprint.rule}};
  const auto say = [&](const char* name, const std::string& text) {
    if (!text.empty()) json[name] = text;
  };
  if (looked.address.access != kDefaultProfile) say("discovery_profile", looked.address.access);
  if (looked.row.at.is_name()) say("name", looked.row.at.host);
  say("label", looked.row.label);
  say("note", looked.row.note);
  if (fingerprint.verdict != Verdict::kLargeFormat) return json;
  Json reading = Json::object();
  Json unread = Json::object();  // the channels that failed, and what was seen
  for (const auto& [channel, answer] : looked.told) {
    if (answer.seen != Seen::kAnswered) {
      unread[std::string(ToText(channel))] =
          answer.detail.empty() ? ToText(answer.seen) : answer.detail;
      continue;
    }
    Json said = ToJson(answer.answers);
    said["at"] = FormatInstant(answer.at);
    reading[std::string(ToText(channel))] = std::move(said);
  }
  json["reading"] = std::move(reading);
  if (!unread.empty()) json["unread"] = std::move(unread);
  json["profile"] = OrNull(looked.profile);
  return json;
}

Looked LookAt(Ways& ways, const PrinterAddress& address) {
  Looked looked{.address = address};
  std::promise<Probed> probed;
  ways.snmp.Recognise(address, [&](Probed answer) { probed.set_value(std::move(answer)); });
  looked.fingerprint = probed.get_future().get().fingerprint;
  if (IsUnsettled(looked.fingerprint)) {
    std::promise<std::vector<ChannelTold>> web;
    AskWeb(ways.piws, ways.ledm, address,
           [&](std::vector<ChannelTold> told) { web.set_value(std::move(told)); });
    SettleByWeb(looked, web.get_future().get(), ways.profiles);
  }
  if (looked.fingerprint.verdict != Verdict::kLargeFormat) return looked;
  ways.poller.Ask({address}, {}, [&](const PrinterAddress&, const std::vector<ChannelTold>& told) {
    looked.told = told;
  });
  TakeIdentity(looked, ways.profiles);
  return looked;
}

SweepPlan PlanOf(const SearchProfile& profile, const Lookup& lookup) {
  SweepPlan plan{.options = {.ranges = profile.ranges,
                             .excludes = profile.excludes,
                             .port = profile.ports.snmp_port,
                             .credentials = profile.credentials,
                             .timeout = profile.timeout,
                             .retries = profile.sweep_retries()}};
  if (!profile.names_something()) {
    LocalRanges local = LocalNetworks();
    plan.options.ranges = std::move(local.ranges);
    plan.narrowed = std::move(local.narrowed);
  }
  std::vector<std::string> names;
  for (const HostRow& row : profile.hosts) {
    if (row.at.is_name()) names.push_back(row.at.host);
  }
  const auto resolved = ResolveNames(names, kResolveWithin, lookup);
  for (const auto& [name, answer] : resolved) {
    if (answer.addresses.empty()) plan.unresolved.emplace_back(name, answer.trouble);
  }
  for (const HostRow& row : profile.hosts) {
    const std::vector<Ipv4> addresses =
        row.at.is_name() ? resolved.at(row.at.host).addresses
                         : std::vector{Ipv4::Parse(row.at.host).value_or(Ipv4{})};
    for (const Ipv4 address : addresses) {
      plan.options.addresses.push_back(address);
      plan.rows[address] = row;
      if (!row.at.port && row.community.empty()) continue;
      plan.options.targets[address] = {
          .port = row.at.port.value_or(profile.ports.snmp_port),
          .credentials = WithCommunity(row.community, profile.credentials)};
    }
  }
  return plan;
}

namespace {

// Where hosts and names are, each asked of the resolver once.
class NamedPlaces {
 public:
  NamedPlaces(const HostName& at, const std::vector<SearchProfile>& profiles,
              const Lookup& lookup) {
    std::vector<std::string> names;
    if (at.is_name()) names.push_back(at.host);
    for (const SearchProfile& profile : profiles) {
      for (const HostRow& row : profile.hosts) {
        if (row.at.is_name()) names.push_back(row.at.host);
      }
    }
    resolved_ = ResolveNames(names, kResolveWithin, lookup);
  }

  std::vector<Ipv4> Of(const HostName& host) const {
    if (host.is_name()) return resolved_.at(host.host).addresses;
    const std::optional<Ipv4> address = Ipv4::Parse(host.host);
    return address ? std::vector{*address} : std::vector<Ipv4>{};
  }

 private:
  std::map<std::string, Resolved> resolved_;
};

}  // namespace

ProfileOfAddress ProfileFor(const HostName& at, const std::vector<SearchProfile>& profiles,
                            const std::string& access, const Lookup& lookup) {
  const NamedPlaces places(at, profiles, lookup);
  const std::vector<Ipv4> addresses = places.Of(at);
  const auto is_one = [&](Ipv4 address) { return std::ranges::count(addresses, address) > 0; };
  const auto row_of = [&](const SearchProfile& profile) {
    return std::ranges::find_if(profile.hosts, [&](const HostRow& row) {
      return row.at.host == at.host || std::ranges::any_of(places.Of(row.at), is_one);
    });
  };
  const auto covers_by = [&](const SearchProfile& profile) -> std::string {
    const auto holds = [&](const std::vector<AddressRange>& ranges, auto has) {
      return std::ranges::any_of(ranges, [&](const AddressRange& range) {
        return std::ranges::any_of(addresses, [&](Ipv4 one) { return (range.*has)(one); });
      });
    };
    if (holds(profile.excludes, &AddressRange::Contains)) return {};
    if (row_of(profile) != profile.hosts.end()) return "its hosts name the address";
    return holds(profile.ranges, &AddressRange::Names) ? "one of its ranges covers the address"
                                                       : "";
  };

  auto chosen = std::ranges::find(profiles, access, &SearchProfile::name);
  std::string because = chosen == profiles.end() ? "" : covers_by(*chosen);
  if (because.empty()) {
    const auto covering = std::ranges::find_if(
        profiles, [&](const SearchProfile& profile) { return !covers_by(profile).empty(); });
    if (covering != profiles.end()) {
      chosen = covering;
      because = covers_by(*covering);
    } else if (chosen != profiles.end()) {
      because = "the printer known there was found with it";
    } else {
      chosen = profiles.begin();
      because = "no ranges or hosts of a profile cover the address";
    }
  }
  HostRow row{.at = at};
  if (const auto listed = row_of(*chosen); listed != chosen->hosts.end()) {
    row = *listed;
    row.at = {.host = at.host, .port = at.port ? at.port : listed->at.port};
  }
  SearchProfile profile = *chosen;
  profile.ranges.clear();
  profile.hosts = {std::move(row)};
  return {std::move(profile), std::move(because)};
}

SweepState GoesOnAt(const SweepPlan& plan, SweepState from) {
  const bool any_name =
      !plan.unresolved.empty() ||
      std::ranges::any_of(plan.rows, [](const auto& row) { return row.second.at.is_name(); });
  if (!any_name) return from;
  std::uint64_t in_ranges = 0;
  for (const AddressRange& range : plan.options.ranges) in_ranges += range.size();
  from.CutAt(in_ranges);
  return from;
}

Looked LookedOf(const SearchProfile& profile, const SweepPlan& plan, SweepRow row) {
  Looked looked{.address = profile.ports, .fingerprint = std::move(row.fingerprint)};
  looked.address.host = row.address;
  looked.address.snmp_port = row.port;
  const auto listed = plan.rows.find(Ipv4::Parse(row.address).value_or(Ipv4{}));
  if (listed != plan.rows.end()) looked.row = listed->second;
  return looked;
}

KnownPrinter KnownOf(const Looked& looked, Instant now) {
  return {.host = looked.address.host,
          .snmp_port = looked.address.snmp_port,
          .https_port = looked.address.https_port,
          .piws_url = looked.address.piws_url,
          .identity = looked.identity(),
          .found_at = now,
          .access = looked.address.access,
          .name = looked.row.at.is_name() ? looked.row.at.host : "",
          .label = looked.row.label,
          .note = looked.row.note,
          .macs = Merge(looked.address, looked.told).macs};
}

namespace {

// Each on its own time-outs, as many at once as the web channels take.
void AskWebOfListed(Ways& ways, std::map<Ipv4, Looked>& found, const SweepPlan& plan,
                    const DiscoverView& view) {
  std::vector<std::pair<Looked*, std::promise<std::vector<ChannelTold>>>> asked;
  for (auto& [number, looked] : found) {
    if (plan.rows.contains(number) && IsUnsettled(looked.fingerprint)) {
      asked.emplace_back(&looked, std::promise<std::vector<ChannelTold>>());
    }
  }
  if (asked.empty()) return;
  view.line(fmt::format("asking the web servers of {} listed addresses that SNMP does not settle",
                        asked.size()));
  for (auto& [looked, answer] : asked) {
    AskWeb(ways.piws, ways.ledm, looked->address,
           [&answer](std::vector<ChannelTold> told) { answer.set_value(std::move(told)); });
  }
  for (auto& [looked, answer] : asked) {
    SettleByWeb(*looked, answer.get_future().get(), ways.profiles);
    if (looked->fingerprint.verdict == Verdict::kLargeFormat) view.found(*looked);
  }
}

}  // namespace

std::vector<Looked> Discover(Ways& ways, const SearchProfile& profile, SweepPlan plan,
                             const DiscoverView& view, std::stop_token stop) {
  const std::stop_callback end(stop, [&] {
    ways.session.Stop();
    ways.web.Stop();
  });
  plan.options.window = WindowFor(ways.session.packets_per_second(), profile.timeout);
  std::map<Ipv4, Looked> found;
  std::promise<void> done;
  Sweep sweep(ways.session, plan.options);
  sweep.Start(
      [&](SweepRow row) {
        Looked looked = LookedOf(profile, plan, std::move(row));
        if (looked.fingerprint.verdict == Verdict::kLargeFormat) view.found(looked);
        found[Ipv4::Parse(looked.address.host).value_or(Ipv4{})] = std::move(looked);
      },
      view.progress, [&] { done.set_value(); });
  done.get_future().wait();
  AskWebOfListed(ways, found, plan, view);

  std::map<std::string, Looked*> printers;
  std::vector<PrinterAddress> addresses;
  for (auto& [number, looked] : found) {
    if (looked.fingerprint.verdict != Verdict::kLargeFormat) continue;
    printers[looked.address.host] = &looked;
    addresses.push_back(looked.address);
  }
  view.line(fmt::format("{} addresses looked at; reading {} large-format printers", found.size(),
                        addresses.size()));
  ways.poller.Ask(addresses, stop,
                  [&](const PrinterAddress& address, const std::vector<ChannelTold>& told) {
                    printers[address.host]->told = told;
                    TakeIdentity(*printers[address.host], ways.profiles);
                  });
  std::vector<Looked> all;
  for (auto& [number, looked] : found) all.push_back(std::move(looked));
  return all;
}

LocalRanges LocalNetworks(const std::vector<LocalNetwork>& networks) {
  constexpr int kWidest = 22;
  LocalRanges local;
  for (const LocalNetwork& network : networks) {
    const std::string address = Ipv4{network.address}.ToText();
    if (!Ipv4{network.address}.is_unicast() || address.starts_with("127.")) continue;
    const bool is_wide = network.prefix < kWidest;
    local.ranges.push_back(
        AddressRange::Parse("range", fmt::format("{}/{}", address, is_wide ? 24 : network.prefix)));
    if (is_wide) {
      local.narrowed.push_back(fmt::format(
          "of this machine's network {}/{} only the /24 around it is looked at; 'range' names more",
          address, network.prefix));
    }
  }
  return local;
}

}  // namespace plotmeter
