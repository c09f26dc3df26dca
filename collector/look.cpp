#include "collector/look.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <net/if.h>

#include <algorithm>
#include <bit>
#include <future>
#include <map>
#include <memory>

#include "collector/channel/answers_json.h"
#include "collector/collector_settings.h"
#include "collector/discovery/sweep.h"
#include "collector/snmp/large_format.h"

namespace plotmeter {
namespace {

// The best channel's words before those of the fingerprint, for a printer that was read.
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

Json OrNull(const std::string& text) { return text.empty() ? Json() : Json(text); }

std::uint32_t Number(const sockaddr* address) {
  return ntohl(reinterpret_cast<const sockaddr_in*>(address)->sin_addr.s_addr);
}

}  // namespace

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
  if (fingerprint.verdict != Verdict::kLargeFormat) return json;
  Json reading = Json::object();
  for (const auto& [channel, answer] : looked.told) {
    if (answer.seen != Seen::kAnswered) continue;
    Json said = ToJson(answer.answers);
    said["at"] = FormatInstant(answer.at);
    reading[std::string(ToText(channel))] = std::move(said);
  }
  json["reading"] = std::move(reading);
  json["profile"] = OrNull(looked.profile);
  return json;
}

Looked LookAt(Ways& ways, const PrinterAddress& address) {
  Looked looked{.address = address};
  std::promise<Probed> probed;
  ways.snmp.Recognise(address, [&](Probed answer) { probed.set_value(std::move(answer)); });
  looked.fingerprint = probed.get_future().get().fingerprint;
  Verdict& verdict = looked.fingerprint.verdict;
  if (verdict == Verdict::kSilent || verdict == Verdict::kUnknown) {
    std::promise<Told> identified;
    ways.piws.Identify(address, [&](Told told) { identified.set_value(std::move(told)); });
    if (identified.get_future().get().seen == Seen::kAnswered) {
      verdict = Verdict::kLargeFormat;
      looked.fingerprint.rule = "it answers the information web services of large-format printers";
    } else {  // which office printers speak too
      std::promise<Told> modelled;
      ways.ledm.Identify(address, [&](Told told) { modelled.set_value(std::move(told)); });
      if (NamesLargeFormat(modelled.get_future().get().answers.identity.model)) {
        verdict = Verdict::kLargeFormat;
        looked.fingerprint.rule = "its LEDM names a large-format model";
      }
    }
  }
  if (verdict != Verdict::kLargeFormat) return looked;
  ways.poller.Ask({address}, {}, [&](const PrinterAddress&, const std::vector<ChannelTold>& told) {
    looked.told = told;
  });
  TakeIdentity(looked, ways.profiles);
  return looked;
}

Search SearchOf(const Arguments& arguments) {
  Search search;
  for (const std::string& text : arguments.All("range")) {
    search.ranges.push_back(AddressRange::Parse("range", text));
  }
  for (const std::string& text : arguments.All("exclude")) {
    search.excludes.push_back(AddressRange::Parse("exclude", text));
  }
  search.ports.snmp_port = static_cast<std::uint16_t>(arguments.Number("port", 1, 65535));
  search.ports.https_port = static_cast<std::uint16_t>(arguments.Number("https-port", 1, 65535));
  search.timeout = ParseDuration("timeout", arguments.Text("timeout"));
  search.retries = static_cast<int>(arguments.Number("retries", 0, 10));
  return search;
}

std::vector<Looked> Discover(Ways& ways, const Search& search,
                             const std::function<void(const std::string&)>& progress,
                             std::stop_token stop) {
  const std::stop_callback end(stop, [&] { ways.session.Stop(); });
  SweepOptions options{.ranges = search.ranges.empty() ? LocalNetworks() : search.ranges,
                       .excludes = search.excludes,
                       .port = search.ports.snmp_port,
                       .credentials = ways.credentials,
                       .timeout = search.timeout,
                       .retries = search.retries,
                       .window = WindowFor(ways.session.packets_per_second(), search.timeout)};
  std::map<Ipv4, Looked> found;
  std::promise<void> done;
  Sweep sweep(ways.session, std::move(options));
  sweep.Start(
      [&](SweepRow row) {
        Looked looked{.address = search.ports, .fingerprint = std::move(row.fingerprint)};
        looked.address.host = row.address;
        in_addr number{};
        inet_pton(AF_INET, row.address.c_str(), &number);
        found[Ipv4{ntohl(number.s_addr)}] = std::move(looked);
      },
      [](const SweepProgress&) {}, [&] { done.set_value(); });
  done.get_future().wait();

  std::map<std::string, Looked*> printers;
  std::vector<PrinterAddress> addresses;
  for (auto& [number, looked] : found) {
    if (looked.fingerprint.verdict != Verdict::kLargeFormat) continue;
    printers[looked.address.host] = &looked;
    addresses.push_back(looked.address);
  }
  progress(fmt::format("{} addresses looked at; reading {} large-format printers", found.size(),
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

std::vector<AddressRange> LocalNetworks() {
  constexpr int kWidest = 22;
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> interfaces(first, freeifaddrs);
  std::vector<AddressRange> ranges;
  for (const ifaddrs* i = first; i != nullptr; i = i->ifa_next) {
    if (i->ifa_addr == nullptr || i->ifa_addr->sa_family != AF_INET || i->ifa_netmask == nullptr ||
        (i->ifa_flags & IFF_LOOPBACK) != 0) {
      continue;
    }
    const int prefix = std::popcount(Number(i->ifa_netmask));
    ranges.push_back(AddressRange::Parse(
        "range",
        fmt::format("{}/{}", Ipv4{Number(i->ifa_addr)}.ToText(), prefix < kWidest ? 24 : prefix)));
  }
  return ranges;
}

}  // namespace plotmeter
