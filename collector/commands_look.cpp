// discover and read: what stands on the network. No portal is needed.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <mutex>

#include "collector/collector_settings.h"
#include "collector/commands.h"
#include "collector/explain.h"
#include "collector/known_printers.h"
#include "collector/look.h"
#include "collector/search_profile.h"
#include "common/path.h"
#include "common/system.h"

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

// The profiles that are to be swept: those of --profile, else all that name a place; with
// ADDRESS, those that may be used for it.
std::vector<SearchProfile> WantedProfiles(const Arguments& arguments) {
  std::vector<SearchProfile> profiles = SearchProfilesOf(arguments);
  const std::vector<std::string> names = arguments.All("profile");
  for (const std::string& name : names) {
    if (std::ranges::find(profiles, name, &SearchProfile::name) == profiles.end()) {
      throw UsageError(
          fmt::format("'profile' is '{}'; expected default or the name of a [profile.NAME] of the "
                      "configuration file",
                      name));
    }
  }
  if (arguments.Has("address")) HostName::Parse("address", arguments.Text("address"));
  const bool all = profiles.size() == 1 || arguments.Has("address");
  std::erase_if(profiles, [&](const SearchProfile& profile) {
    return names.empty() ? !all && !profile.names_something()
                         : std::ranges::find(names, profile.name) == names.end();
  });
  return profiles;
}

std::string_view ToText(SweepProgress::Pass pass) {
  switch (pass) {
    case SweepProgress::Pass::kFirst:
      return "asking";
    case SweepProgress::Pass::kAgain:
      return "asking the silent ones again";
    case SweepProgress::Pass::kDone:
      break;
  }
  return "done";
}

// A line of progress on a terminal, drawn anew a few times a second. From any thread.
class ProgressLine {
 public:
  ProgressLine(const NetSnmpSession& session, bool is_terminal)
      : session_(session), is_terminal_(is_terminal) {}
  ~ProgressLine() { Clear(); }

  void Show(const SweepProgress& progress) {
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    if (!is_terminal_ || now - drawn_ < std::chrono::milliseconds(200)) return;
    drawn_ = now;
    const double seconds = std::chrono::duration<double>(now - began_).count();
    const double rate = static_cast<double>(session_.counters().packets_sent) / seconds;
    std::string left;
    if (progress.told > 0 && progress.told < progress.addresses && seconds > 2) {
      const auto rest = static_cast<std::int64_t>(
          seconds * static_cast<double>(progress.addresses - progress.told) /
          static_cast<double>(progress.told));
      left = fmt::format(", about {}:{:02} left", rest / 60, rest % 60);
    }
    std::cerr << fmt::format("\r\x1b[K{}: {} of {} addresses, {} answer, {} packets/s{}",
                             ToText(progress.pass), progress.asked, progress.addresses,
                             progress.answered, static_cast<std::int64_t>(rate), left)
              << std::flush;
  }

  void Say(const std::string& line) {
    Clear();
    const std::lock_guard lock(mutex_);
    std::cerr << line << "\n";
  }

 private:
  void Clear() {
    const std::lock_guard lock(mutex_);
    if (is_terminal_) std::cerr << "\r\x1b[K" << std::flush;
  }

  const NetSnmpSession& session_;
  const bool is_terminal_;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::mutex mutex_;  // guards what is below, and the line
  std::chrono::steady_clock::time_point drawn_ = {};
};

// What an earlier run knows, where there was one.
struct Kept {
  std::vector<KnownPrinter> printers = {};
  std::map<std::string, std::string> keys = {};  // of web servers that were met before
};

Kept KeptBy(const Arguments& arguments, const Clock& clock) {
  SpoolSettings settings = SpoolSettingsOf(arguments);
  if (!std::filesystem::exists(PathOf(settings.directory + "/spool.db"))) return {};
  settings.make = false;
  Spool spool(settings, clock);
  return {spool.KnownPrinters(), spool.Certificates()};
}

// The same, but for a state that cannot be opened: an explanation needs none.
Kept KeptForExplaining(const Arguments& arguments, const Clock& clock) {
  try {
    return KeptBy(arguments, clock);
  } catch (const std::exception& error) {
    std::cerr << fmt::format("what is known cannot be read and is left out: {}\n", error.what());
    return {};
  }
}

// The profile that the printer known at ADDRESS was found with; empty where none is.
std::string AccessOf(const std::vector<KnownPrinter>& known, const HostName& at) {
  for (const KnownPrinter& printer : known) {
    const bool is_there = printer.host == at.host || printer.name == at.host;
    if (is_there && (!at.port || at.port == printer.snmp_port)) return printer.access;
  }
  return {};
}

// What ADDRESS is looked at with: each profile of --profile, else the one that covers it.
std::vector<ProfileOfAddress> ForAddress(const Arguments& arguments,
                                         const std::vector<KnownPrinter>& known,
                                         const std::vector<SearchProfile>& profiles) {
  const HostName at = HostName::Parse("address", arguments.Text("address"));
  if (!arguments.Has("profile")) {
    return {ProfileFor(at, profiles, AccessOf(known, at))};
  }
  std::vector<ProfileOfAddress> chosen;
  for (const SearchProfile& profile : profiles) {
    chosen.push_back({ProfileFor(at, {profile}, {}).profile, "--profile names it"});
  }
  return chosen;
}

// The next key that the printer's web server shows is to count as its first.
void ForgetKey(const Arguments& arguments, const Clock& clock) {
  SpoolSettings settings = SpoolSettingsOf(arguments);
  settings.make = false;
  const std::string host = ParseAddress(arguments, arguments.Text("address")).host;
  const std::int64_t forgotten = Spool(settings, clock).ForgetCertificates(host);
  std::cerr << fmt::format("{}: {}\n", host,
                           forgotten > 0 ? "its key is forgotten; the next one counts as its first"
                                         : "no key of it is remembered");
}

// Those of an enrolled collector, or of a named state directory, are read from now on.
void KeepFound(const Arguments& arguments, const Clock& clock, const SearchProfile& profile,
               const std::vector<Looked>& all, const SweepRecord& sweep,
               const std::map<std::string, std::string>& certificates) {
  const std::string directory = StateDirectory(arguments);
  if (!arguments.Has("state") && !std::filesystem::exists(PathOf(directory + "/identity.json")))
    return;
  Spool spool(SpoolSettingsOf(arguments), clock);
  std::vector<KnownPrinter> seen;
  std::map<std::string, std::string> serials;  // by address, of all that were asked
  for (const Looked& looked : all) {
    serials[looked.address.host] = looked.fingerprint.serial;
    if (looked.fingerprint.verdict == Verdict::kLargeFormat) {
      seen.push_back(KnownOf(looked, clock.Now()));
    }
  }
  // Where nobody was asked now, all is as it was.
  const auto is_there = [&](const KnownPrinter& printer) {
    const auto asked = serials.find(printer.host);
    return asked == serials.end() || asked->second == printer.identity.serial;
  };
  spool.Together([&] {
    const Known known = KnowPrinters(spool, seen, is_there, clock.Now());
    for (const auto& [printer, event] : known.events) {
      std::cerr << fmt::format("{} {}{}\n", printer.serial, event.kind,
                               event.is ? fmt::format(" by {}", *event.is) : "");
    }
    for (const auto& [printer, fingerprint] : certificates) {
      spool.RememberCertificate(printer, fingerprint);
    }
    if (!arguments.Has("address")) spool.RecordSweep(profile.name, sweep);
  });
}

int DiscoverPrinters(const Arguments& arguments) {
  const SystemClock clock;
  std::vector<SearchProfile> profiles = WantedProfiles(arguments);
  if (arguments.Switch("forget-key")) ForgetKey(arguments, clock);
  const bool explains = arguments.Has("address") && arguments.Switch("explain");
  Kept kept = explains ? KeptForExplaining(arguments, clock) : KeptBy(arguments, clock);
  if (arguments.Has("address")) {
    const auto chosen = ForAddress(arguments, kept.printers, profiles);
    if (explains && chosen.size() > 1) {
      throw UsageError("'profile' is given twice; expected one for --explain of one ADDRESS");
    }
    if (explains) return ExplainAddress(arguments, clock, chosen.front(), std::move(kept.keys));
    profiles.clear();
    for (const ProfileOfAddress& one : chosen) profiles.push_back(one.profile);
  }
  std::vector<Looked> all;
  int unresolved = 0;
  for (const SearchProfile& profile : profiles) {
    SweepRecord sweep{.what = profile.what(), .started_at = clock.Now()};
    SweepPlan plan = PlanOf(profile);
    for (const std::string& words : plan.narrowed) std::cerr << words << "\n";
    for (const auto& [name, why] : plan.unresolved) {
      std::cerr << fmt::format("'{}' is no host that is known here: {}\n", name, why);
      ++unresolved;
    }
    Ways ways(profile, arguments, clock, 100, {.certificates = kept.keys});
    ProgressLine line(ways.session, ErrorsGoToATerminal());
    std::vector<Looked> found =
        Discover(ways, profile, std::move(plan),
                 {.line = [&](const std::string& words) { line.Say(words); },
                  .progress = [&](const SweepProgress& progress) { line.Show(progress); },
                  .found =
                      [&](const Looked& looked) {
                        line.Say(fmt::format("found {} {} {}", looked.address.host,
                                             looked.fingerprint.model, looked.fingerprint.serial));
                      }});
    sweep.finished_at = clock.Now();
    KeepFound(arguments, clock, profile, found, sweep, ways.certificates.TakeNew());
    for (Looked& looked : found) all.push_back(std::move(looked));
  }

  const int code = unresolved > 0 ? 1 : 0;
  if (arguments.Switch("json")) {
    Json list = Json::array();
    for (const Looked& looked : all) list.push_back(ToJson(looked));
    std::cout << JsonText(list) << "\n";
    return code;
  }
  std::map<Verdict, int> counts;
  std::vector<KnownPrinter> printers;  // each once, wherever it was met
  for (const Looked& looked : all) {
    const Verdict verdict = looked.fingerprint.verdict;
    ++counts[verdict];
    if (verdict == Verdict::kSilent) continue;
    PrintLine(looked, arguments.Switch("explain"));
    if (verdict != Verdict::kLargeFormat) continue;
    const KnownPrinter printer = KnownOf(looked, {});
    const auto same = std::ranges::find_if(
        printers, [&](const KnownPrinter& other) { return IsSamePrinter(other, printer); });
    if (same == printers.end()) {
      printers.push_back(printer);
    } else {
      fmt::print("    the same printer as at {}\n", same->host);
    }
  }
  const int at = counts[Verdict::kLargeFormat];
  const int count = static_cast<int>(printers.size());
  fmt::print("{} large-format printers{}; {} other devices; {} addresses silent\n", count,
             at == count ? "" : fmt::format(" at {} addresses", at),
             static_cast<int>(all.size()) - at - counts[Verdict::kSilent],
             counts[Verdict::kSilent]);
  return code;
}

int ReadPrinter(const Arguments& arguments) {
  const SystemClock clock;
  const PrinterAddress address = ParseAddress(arguments, arguments.Text("address"));
  Ways ways(DefaultProfileOf(arguments), arguments, clock, 0);
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
  return {.name = "discover",
          .summary = "Finds printers by SNMP and says what stands at each address.",
          .more =
              "Large-format printers found are read from then on if the collector is enrolled, "
              "or if --state is given.\n"
              "  plotmeter-collector discover --range 192.168.1.0/24 --exclude 192.168.1.9\n"
              "  plotmeter-collector discover --range 10.1-3.0.1-254 --explain\n"
              "  plotmeter-collector discover --hosts printers.csv --config collector.toml\n"
              "  plotmeter-collector discover --explain 192.168.1.40",
          .settings = Joined(
              {RangeSettings(),
               StateSettings(),
               ChannelSettings(),
               {{.name = "address",
                 .value = "ADDRESS[:PORT]",
                 .help = "look at this one alone; an IPv4 address or a host name",
                 .positional = true},
                {.name = "profile",
                 .value = "NAME",
                 .help = "sweep this profile of the configuration file only; may be repeated",
                 .repeatable = true,
                 .flag_only = true},
                {.name = "explain",
                 .help = "say which rule led to each verdict; with ADDRESS, all that was asked and "
                         "answered too",
                 .flag_only = true},
                {.name = "forget-key",
                 .help = "with ADDRESS: forget the key of its web server first, after a repair or "
                         "a new certificate",
                 .flag_only = true},
                JsonSwitch()}}),
          .run = DiscoverPrinters,
          .check = [](const Arguments& arguments) {
            if (arguments.Switch("forget-key") && !arguments.Has("address")) {
              throw UsageError("--forget-key needs the ADDRESS of the printer that it is about");
            }
            WantedProfiles(arguments);
            CheckWays(arguments);
            SpoolSettingsOf(arguments);
          }};
}

Command ReadCommand() {
  return {.name = "read",
          .summary = "Reads one printer and prints what it says. No portal is needed.",
          .more =
              "  plotmeter-collector read 192.168.1.20\n"
              "  plotmeter-collector read 127.0.0.1:1161 --https-port 8443 --json",
          .settings = Joined({{{.name = "address",
                                .value = "ADDRESS[:PORT]",
                                .help = "the printer, and its SNMP port",
                                .required = true,
                                .positional = true},
                               {.name = "piws",
                                .value = "URL",
                                .help = "its web server, instead of https://ADDRESS",
                                .why = "For a printer behind something that forwards to it.",
                                .example = "https://printers.example/plotter"}},
                              ChannelSettings(),
                              {JsonSwitch()}}),
          .run = ReadPrinter,
          .check = [](const Arguments& arguments) {
            ParseAddress(arguments, arguments.Text("address"));
            DefaultProfileOf(arguments);
            CheckWays(arguments);
          }};
}

}  // namespace plotmeter
