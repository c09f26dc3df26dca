// discover and read: what stands on the network. No portal is needed.

#include <fmt/format.h>

#include <filesystem>
#include <iostream>

#include "collector/collector_settings.h"
#include "collector/commands.h"
#include "collector/enrol/identity.h"
#include "collector/look.h"
#include "collector/service.h"

namespace plotmeter {
namespace {

std::string WithPlus(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : "+") + word;
  return line;
}

std::string Amount(const Quantity& quantity) {
  return fmt::format("{} {}", quantity.value.text(), quantity.unit);
}

void PrintReading(const std::vector<ChannelTold>& told) {
  for (const auto& [channel, answer] : told) {
    if (answer.seen != Seen::kAnswered) {
      fmt::print("\n{}: {}\n", ToText(channel),
                 answer.detail.empty() ? ToText(answer.seen) : answer.detail);
      continue;
    }
    const Answers& answers = answer.answers;
    fmt::print("\n{} at {}{}\n", ToText(channel), FormatInstant(answer.at),
               answers.state ? ", " + *answers.state : "");
    for (const MeterValue& value : answers.meters) {
      fmt::print("  {:<16} {:<18} {:<12} {:>16}{}\n", value.meter, value.colorant.value_or(""),
                 value.media.value_or(""), Amount(value.value),
                 value.outranked ? "  (another channel is believed)" : "");
    }
    for (const Supply& supply : answers.supplies) {
      fmt::print("  {:<16} {:<18} {:<12} {:>16}\n", supply.kind.value_or("supply"),
                 supply.colorant.value_or(""), supply.supply,
                 supply.level ? Amount(*supply.level) : supply.remark.value_or("unknown"));
    }
    for (const LoadedMedia& media : answers.media) {
      fmt::print("  loaded           {:<18} {}\n", media.input, media.name.value_or(""));
    }
    if (answers.alerts) {
      for (const Alert& alert : *answers.alerts) {
        fmt::print("  alert            {:<18} {}\n", ToText(alert.severity),
                   alert.text.value_or(alert.code));
      }
    }
    if (!answers.jobs.empty()) fmt::print("  jobs             {}\n", answers.jobs.size());
    for (const std::string& remark : answers.remarks) fmt::print("  remark           {}\n", remark);
  }
}

void PrintLine(const Looked& looked, bool explain) {
  const Fingerprint& found = looked.fingerprint;
  fmt::print("{:<22} {:<14} {:<40} {:<12} {}\n",
             fmt::format("{}:{}", looked.address.host, looked.address.snmp_port),
             ToText(found.verdict), found.model.empty() ? found.maker : found.model, found.serial,
             WithPlus(looked.channels()));
  if (!explain) return;
  fmt::print("    because {}\n", found.rule);
  for (const auto& [name, text] : found.texts) fmt::print("    {}: {}\n", name, text);
}

int DiscoverPrinters(const Arguments& arguments) {
  const SystemClock clock;
  const Search search = SearchOf(arguments);
  Ways ways(arguments, clock, 100);
  const std::vector<Looked> all =
      Discover(ways, search, [](const std::string& line) { std::cerr << line << "\n"; });

  // Those of an enrolled collector, or of a named state directory, are read from now on.
  const std::string directory = StateDirectory(arguments);
  if (arguments.Has("state") || std::filesystem::exists(directory + "/identity.json")) {
    Spool spool(SpoolSettingsOf(arguments), clock);
    for (const Looked& looked : all) {
      if (looked.fingerprint.verdict == Verdict::kLargeFormat) {
        KnowPrinter(spool, looked, clock.Now());
      }
    }
    for (const auto& [printer, fingerprint] : ways.certificates.TakeNew()) {
      spool.RememberCertificate(printer, fingerprint);
    }
  }

  if (arguments.Switch("json")) {
    Json list = Json::array();
    for (const Looked& looked : all) list.push_back(ToJson(looked));
    std::cout << JsonText(list) << "\n";
    return 0;
  }
  std::map<Verdict, int> counts;
  for (const Looked& looked : all) {
    ++counts[looked.fingerprint.verdict];
    if (looked.fingerprint.verdict != Verdict::kSilent) {
      PrintLine(looked, arguments.Switch("explain"));
    }
  }
  fmt::print(
      "{} large-format printers; {} other devices; {} addresses silent\n",
      counts[Verdict::kLargeFormat],
      static_cast<int>(all.size()) - counts[Verdict::kLargeFormat] - counts[Verdict::kSilent],
      counts[Verdict::kSilent]);
  return 0;
}

int ReadPrinter(const Arguments& arguments) {
  const SystemClock clock;
  const PrinterAddress address = ParseAddress(arguments, arguments.Text("address"));
  Ways ways(arguments, clock, 0);
  const Looked looked = LookAt(ways, address);
  if (arguments.Switch("json")) {
    std::cout << JsonText(ToJson(looked)) << "\n";
  } else if (looked.fingerprint.verdict != Verdict::kSilent) {
    PrintLine(looked, true);
    if (!looked.profile.empty()) fmt::print("    profile: {}\n", looked.profile);
    PrintReading(looked.told);
  }
  if (looked.fingerprint.verdict != Verdict::kSilent) return 0;
  std::cout.flush();
  std::cerr << fmt::format(
      "plotmeter-collector read: {} does not answer: neither SNMP on port {} (is it on, is the "
      "community right?) nor HTTPS on port {}\n",
      address.host, address.snmp_port, address.https_port);
  return 1;
}

}  // namespace

Command DiscoverCommand() {
  return {
      .name = "discover",
      .summary = "Finds printers by SNMP and says what stands at each address.",
      .more =
          "Large-format printers found are read from then on if the collector is enrolled, "
          "or if --state is given.\n"
          "  plotmeter-collector discover --range 192.168.1.0/24 --exclude 192.168.1.9\n"
          "  plotmeter-collector discover --range 10.1-3.0.1-254 --explain",
      .settings = Joined(
          {RangeSettings(),
           StateSettings(),
           ChannelSettings(),
           {{.name = "explain", .help = "say which rule led to each verdict", .flag_only = true},
            JsonSwitch()}}),
      .run = DiscoverPrinters,
      .check = [](const Arguments& arguments) {
        SearchOf(arguments);
        CheckWays(arguments);
        SpoolSettingsOf(arguments);
      }};
}

Command ReadCommand() {
  return {
      .name = "read",
      .summary = "Reads one printer and prints what it says. No portal is needed.",
      .more =
          "  plotmeter-collector read 192.168.1.20\n"
          "  plotmeter-collector read 127.0.0.1:1161 --https-port 8443 --json",
      .settings = Joined(
          {{{.name = "address",
             .value = "ADDRESS[:PORT]",
             .help = "the printer, and its SNMP port",
             .required = true,
             .positional = true},
            {.name = "piws", .value = "URL", .help = "its web server, instead of https://ADDRESS"}},
           ChannelSettings(),
           {JsonSwitch()}}),
      .run = ReadPrinter,
      .check = [](const Arguments& arguments) {
        ParseAddress(arguments, arguments.Text("address"));
        CheckWays(arguments);
      }};
}

}  // namespace plotmeter
