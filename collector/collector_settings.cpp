#include "collector/collector_settings.h"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>

#include "collector/discovery/address_range.h"

namespace plotmeter {
namespace {

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

std::vector<Setting> StateSettings() {
  std::vector<Setting> settings = {
      {.name = "state",
       .value = "DIR",
       .help = "where keys, spool and status are kept [/var/lib/plotmeter, or "
               "~/.local/state/plotmeter when not root]"}};
  for (const MaskedField& field : kMaskedFields) {
    settings.push_back({.name = std::string(field.setting),
                        .value = "MODE",
                        .fallback = std::string(ToText(MaskModes().*field.mode)),
                        .help = fmt::format("what leaves of {}: off, hashed or sent", field.what)});
  }
  return settings;
}

std::vector<Setting> PortalSettings() {
  return {{.name = "ca",
           .value = "FILE",
           .help = "certificates (PEM) to believe for the portal instead of the system's"},
          {.name = "proxy",
           .value = "URL",
           .help = "HTTP proxy, http://user:password@host:port [https_proxy of the environment]"}};
}

namespace {

// How an agent is asked: the SNMP options that flags and profiles share.
std::vector<Setting> SnmpSettings() {
  return {
      {.name = "port", .value = "N", .fallback = "161", .help = "SNMP port of the printers"},
      {.name = "https-port",
       .value = "N",
       .fallback = "443",
       .help = "HTTPS port of the printers' own web server"},
      {.name = "version",
       .value = "V",
       .help = "SNMP version to speak: 1, 2c or 3 [3 if there is a user; else 2c, then 1]"},
      {.name = "community",
       .value = "C",
       .fallback = "public",
       .help = "SNMP community; may be repeated, tried in order",
       .repeatable = true},
      {.name = "user", .value = "NAME", .help = "SNMPv3 user"},
      {.name = "auth-protocol",
       .value = "P",
       .help = "how it proves who it is: MD5, SHA-1, SHA-224, SHA-256, SHA-384 or SHA-512 [none]"},
      {.name = "auth-secret-file",
       .value = "FILE",
       .help = "its passphrase: one line, 8 octets or more, readable by its owner only"},
      {.name = "priv-protocol",
       .value = "P",
       .help = "how what it says is hidden: DES, AES-128, AES-192 or AES-256 [none]"},
      {.name = "priv-secret-file", .value = "FILE", .help = "the passphrase for that"},
      {.name = "context", .value = "C", .help = "SNMPv3 context, such as Jetdirect"},
      {.name = "downgrade",
       .help = "with a user: try v2c and v1 with the communities where v3 is not answered"},
      {.name = "timeout", .value = "T", .fallback = "2s", .help = "wait so long for an answer"},
      {.name = "retries", .value = "N", .fallback = "1", .help = "ask again so often"},
      {.name = "packets-per-second",
       .value = "N",
       .help = "ceiling for SNMP packets; 0: none [100 to discover, none to read]"}};
}

}  // namespace

std::vector<Setting> ChannelSettings() {
  return Joined(
      {SnmpSettings(),
       {{.name = "http-port",
         .value = "N",
         .fallback = "80",
         .help = "HTTP port of printers without TLS, on this network only; 0: never"},
        {.name = "piws-pause",
         .value = "T",
         .help = "pause before each request to a printer's job queue [as its profile says]"},
        {.name = "profiles",
         .value = "DIR",
         .help = "folder with more profiles of models, or others (docs/adding-a-printer.md)"}}});
}

std::vector<Setting> RangeSettings() {
  return {{.name = "range",
           .value = "R",
           .help = "where to look: 10.0.0.7, 10.0.0.0/24, 192.168.1-10.1-254 or a host name; may "
                   "be repeated [the networks of this machine]",
           .repeatable = true},
          {.name = "exclude", .value = "R", .help = "where not to look", .repeatable = true},
          {.name = "hosts",
           .value = "FILE",
           .help = "a list of printers: CSV with a header row of address, profile, community, "
                   "label and note"}};
}

Setting RediscoverSetting() {
  return {.name = "rediscover",
          .value = "T",
          .fallback = "7d",
          .help = "look for printers again so often; 0: only when asked"};
}

Table ProfileTable() {
  return {.name = "profile",
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
  if (geteuid() == 0) return "/var/lib/plotmeter";
  if (const std::string state = Environment("XDG_STATE_HOME"); !state.empty()) {
    return state + "/plotmeter";
  }
  return Environment("HOME") + "/.local/state/plotmeter";
}

SpoolSettings SpoolSettingsOf(const Arguments& arguments) {
  SpoolSettings settings{.directory = StateDirectory(arguments)};
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
