#include "collector/collector_settings.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>

#include "collector/discovery/address_range.h"
#include "collector/system_words.h"
#include "collector/uplink/portal_client.h"
#include "common/system.h"

namespace plotmeter {
namespace {

constexpr std::int64_t kLeastSpool = 10'000'000;  // bytes; a single batch may have 2.5 MB

std::string Environment(const char* name) { return EnvironmentVariable(name).value_or(""); }

std::string ExamplePath(const char* file) { return std::string(Words().configuration) + file; }

}  // namespace

std::vector<Setting> StateSettings() {
  std::vector<Setting> settings = {
      {.name = "state",
       .value = "DIR",
       .help = fmt::format("where keys, spool and status are kept [{}]", Words().state_default),
       .why = Words().state_why,
       .example = Words().state_example}};
  settings.push_back(
      {.name = "spool-limit",
       .value = "SIZE",
       .fallback = "8GB",
       .help = "how much the spool may hold, such as 500MB or 4GB; 0: as much as the disk",
       .why = "Holds a thousand printers for ninety days without a portal. What goes first when it "
              "is full stands in docs/operating.md; meter readings and jobs go last."});
  for (const MaskedField& field : kMaskedFields) {
    settings.push_back({.name = std::string(field.setting),
                        .value = "MODE",
                        .fallback = std::string(ToText(MaskModes().*field.mode)),
                        .help = fmt::format("what leaves of {}: off, hashed or sent", field.what),
                        .why = std::string(field.why)});
  }
  return settings;
}

std::vector<Setting> PortalSettings() {
  return {
      {.name = "ca",
       .value = "FILE",
       .help = "certificates (PEM) to believe for the portal instead of the system's",
       .why = "For a portal whose certificate the system does not know, and for networks whose "
              "proxy opens TLS. What was given to enrol is remembered.",
       .example = ExamplePath("portal-ca.pem")},
      {.name = "proxy",
       .value = "URL",
       .help = "HTTP proxy, http://user:password@host:port [https_proxy of the environment]",
       .why = fmt::format("A password here is readable in the list of processes if it is a flag: "
                          "put it into this file and {}.",
                          Words().proxy_file),
       .example = "http://proxy.example:3128",
       .secret = true}};
}

namespace {

// How an agent is asked: the SNMP options that flags and profiles share.
std::vector<Setting> SnmpSettings() {
  return {
      {.name = "port",
       .value = "N",
       .fallback = "161",
       .help = "SNMP port of the printers",
       .why = "161 is what every printer uses."},
      {.name = "https-port",
       .value = "N",
       .fallback = "443",
       .help = "HTTPS port of the printers' own web server",
       .why = "443 is what every printer uses."},
      {.name = "version",
       .value = "V",
       .help = "SNMP version to speak: 1, 2c or 3 [3 if there is a user; else 2c, then 1]",
       .why = "Needed only where a wrong first guess costs too many time-outs.",
       .example = "2c"},
      {.name = "community",
       .value = "C",
       .fallback = "public",
       .help = "SNMP community; may be repeated, tried in order",
       .why = "public is what printers come with. A community is a password in the clear: let only "
              "its owner read a file that has another one.",
       .repeatable = true,
       .secret = true},
      {.name = "user",
       .value = "NAME",
       .help = "SNMPv3 user",
       .why = "With one, what is asked and answered can be proved and hidden.",
       .example = "meter"},
      {.name = "auth-protocol",
       .value = "P",
       .help = "how it proves who it is: MD5, SHA-1, SHA-224, SHA-256, SHA-384 or SHA-512 [none]",
       .why = "The best the printer knows: SHA-256 most often, SHA-1 on older cards.",
       .example = "SHA-256"},
      {.name = "auth-secret-file",
       .value = "FILE",
       .help = "its passphrase: one line, 8 octets or more, readable by its owner only",
       .why = "A file, so that it is in no list of processes and no backup of this one.",
       .example = ExamplePath("auth")},
      {.name = "priv-protocol",
       .value = "P",
       .help = "how what it says is hidden: DES, AES-128, AES-192 or AES-256 [none]",
       .why = "AES-128 most often; DES can be broken.",
       .example = "AES-128"},
      {.name = "priv-secret-file",
       .value = "FILE",
       .help = "the passphrase for that",
       .why = "As above.",
       .example = ExamplePath("priv")},
      {.name = "context",
       .value = "C",
       .help = "SNMPv3 context, such as Jetdirect",
       .why = "Only for cards that keep their objects in one, which discover --explain shows.",
       .example = "Jetdirect"},
      {.name = "downgrade",
       .help = "with a user: try v2c and v1 with the communities where v3 is not answered",
       .why = "Off, because communities travel in the clear."},
      {.name = "timeout",
       .value = "T",
       .fallback = "2s",
       .help = "wait so long for an answer",
       .why = "Printers answer within a tenth of it. Longer over a slow line; a silent address "
              "then costs more."},
      {.name = "retries",
       .value = "N",
       .help = "ask again so often [1 to discover, 2 to read]",
       .why = "The first packet to a card that sleeps is lost. To discover, an address that stays "
              "silent is asked by v2c and by v1 besides.",
       .example = "2"},
      {.name = "packets-per-second",
       .value = "N",
       .help = "ceiling for SNMP packets; 0: none [100 to discover, none to read]",
       .why = "100 is what a switch and a firewall do not notice. Lower, where somebody watches "
              "for scans.",
       .example = "100"}};
}

}  // namespace

std::vector<Setting> ChannelSettings() {
  return Joined(
      {SnmpSettings(),
       {{.name = "http-port",
         .value = "N",
         .fallback = "80",
         .help = "HTTP port of printers without TLS, on this network only; 0: never",
         .why = "Only old models have no TLS. Asked at private addresses alone, and never once the "
                "printer showed a key."},
        {.name = "piws-pause",
         .value = "T",
         .help = "pause before each request to a printer's job queue [as its profile says]",
         .why = "Some firmware answers slowly for its job queue; profiles of models know which.",
         .example = "2s"},
        {.name = "profiles",
         .value = "DIR",
         .help = "folder with more profiles of models, or others (docs/adding-a-printer.md)",
         .why = "For a model that this version does not know yet.",
         .example = ExamplePath("profiles")}}});
}

std::vector<Setting> RangeSettings() {
  return {{.name = "range",
           .value = "R",
           .help = "where to look: 10.0.0.7, 10.0.0.0/24, 192.168.1-10.1-254 or a host name; may "
                   "be repeated [the networks of this machine]",
           .why = "Say it: it is faster, and nobody is asked who need not be.",
           .example = "192.168.1.0/24",
           .repeatable = true},
          {.name = "exclude",
           .value = "R",
           .help = "where not to look",
           .why = "For devices that must never be asked anything.",
           .example = "192.168.1.1",
           .repeatable = true},
          {.name = "hosts",
           .value = "FILE",
           .help = "a list of printers: CSV with a header row of address, profile, community, "
                   "label and note",
           .why = "Where printers are known by name, or have communities of their own.",
           .example = ExamplePath("printers.csv")}};
}

Setting RediscoverSetting() {
  return {.name = "rediscover",
          .value = "T",
          .fallback = "7d",
          .help = "look for printers again so often; 0: only when asked",
          .why =
              "A printer that is new or moved is found within a week without anybody doing "
              "anything, and a sweep a week disturbs nobody."};
}

Table ProfileTable() {
  return {.name = "profile",
          .help =
              "other networks, each for itself: what is not said in a profile is the default "
              "below, not what stands above",
          .settings = Joined({RangeSettings(), SnmpSettings(), {RediscoverSetting()}})};
}

Setting JsonSwitch() {
  return {.name = "json", .help = "print JSON instead of text", .flag_only = true};
}

std::vector<Setting> Joined(std::vector<std::vector<Setting>> lists) {
  std::vector<Setting> all;
  for (std::vector<Setting>& list : lists) {
    for (Setting& setting : list) all.push_back(std::move(setting));
  }
  return all;
}

std::chrono::milliseconds ParseDuration(std::string_view setting, const std::string& text) {
  static constexpr std::pair<std::string_view, std::int64_t> kUnits[] = {
      {"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
  std::uint32_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(stop, static_cast<std::size_t>(text.data() + text.size() - stop));
  for (const auto& [name, millis] : kUnits) {
    if (error == std::errc{} && name == unit) return std::chrono::milliseconds(number * millis);
  }
  throw UsageError(
      fmt::format("'{}' is '{}'; expected a time such as 500ms, 90s, 10m or 3h", setting, text));
}

std::string StateDirectory(const Arguments& arguments) {
  if (arguments.Has("state")) return arguments.Text("state");
  return DefaultStateDirectory();
}

std::int64_t ParseSize(std::string_view setting, const std::string& text) {
  static constexpr std::pair<std::string_view, std::int64_t> kUnits[] = {
      {"", 1}, {"kB", 1000}, {"MB", 1'000'000}, {"GB", 1'000'000'000}, {"TB", 1'000'000'000'000}};
  std::uint32_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(stop, static_cast<std::size_t>(text.data() + text.size() - stop));
  for (const auto& [name, bytes] : kUnits) {
    const bool fits = number <= std::numeric_limits<std::int64_t>::max() / bytes;
    if (error == std::errc{} && name == unit && fits) return number * bytes;
  }
  throw UsageError(fmt::format("'{}' is '{}'; expected a size such as 500MB or 4GB, or 0 for none",
                               setting, text));
}

SpoolSettings SpoolSettingsOf(const Arguments& arguments) {
  SpoolSettings settings{.directory = StateDirectory(arguments)};
  if (arguments.Has("spool-limit")) {
    settings.limit = ParseSize("spool-limit", arguments.Text("spool-limit"));
    if (settings.limit != 0 && settings.limit < kLeastSpool) {
      throw UsageError(fmt::format("'spool-limit' is '{}'; expected at least 10MB, or 0 for none",
                                   arguments.Text("spool-limit")));
    }
  }
  for (const MaskedField& field : kMaskedFields) {
    const std::string setting(field.setting);
    if (!arguments.Has(setting)) continue;  // a command without the setting has its default
    settings.masks.*field.mode = ParseMaskMode(setting, arguments.Text(setting));
  }
  return settings;
}

Curiosity CuriosityOf(const MaskModes& masks) {
  return {.printer_name = masks.printer_names != MaskMode::kOff,
          .location = masks.locations != MaskMode::kOff};
}

ProxyWishes ProxyWishesOf(const Arguments& arguments) {
  std::string https_proxy = Environment("https_proxy");
  if (https_proxy.empty()) https_proxy = Environment("HTTPS_PROXY");
  std::string no_proxy = Environment("no_proxy");
  if (no_proxy.empty()) no_proxy = Environment("NO_PROXY");
  return {.setting = arguments.Text("proxy"), .https_proxy = https_proxy, .no_proxy = no_proxy};
}

void CheckPortalSettings(const Arguments& arguments) {
  // Any address will do: only the settings are looked at.
  PortalClient::Check({.url = "https://portal.invalid",
                       .ca_file = arguments.Text("ca"),
                       .proxy = ProxyWishesOf(arguments)});
}

PrinterAddress ParseAddress(const Arguments& arguments, const std::string& text) {
  PrinterAddress address{
      .host = text.substr(0, text.find(':')),
      .snmp_port = static_cast<std::uint16_t>(arguments.Number("port", 1, 65535)),
      .https_port = static_cast<std::uint16_t>(arguments.Number("https-port", 1, 65535)),
      .piws_url = arguments.Text("piws")};
  if (AddressRange::Parse("address", address.host).size() != 1) {
    throw UsageError(
        fmt::format("'address' is '{}'; expected one address, such as 10.0.0.7 or "
                    "10.0.0.7:161",
                    text));
  }
  if (address.host.size() == text.size()) return address;
  const std::string port = text.substr(address.host.size() + 1);
  const auto [stop, error] =
      std::from_chars(port.data(), port.data() + port.size(), address.snmp_port);
  if (error != std::errc{} || stop != port.data() + port.size() || address.snmp_port == 0) {
    throw UsageError(
        fmt::format("'address' is '{}'; expected a port from 1 to 65535 after the colon", text));
  }
  return address;
}

}  // namespace plotmeter
