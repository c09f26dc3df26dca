#include "collector/ways.h"

#include <utility>

#include "collector/collector_settings.h"

namespace plotmeter {
namespace {

SnmpOptions SessionOptions(const Arguments& arguments, int packets_per_second) {
  if (!arguments.Has("packets-per-second")) return {.packets_per_second = packets_per_second};
  return {.packets_per_second =
              static_cast<int>(arguments.Number("packets-per-second", 0, 1'000'000))};
}

Profiles ProfilesOf(const Arguments& arguments) {
  Profiles profiles = Profiles::BuiltIn();
  if (arguments.Has("profiles")) profiles.AddFolder(arguments.Text("profiles"));
  return profiles;
}

SnmpChannel::Options ChannelOptions(const Arguments& arguments, const Profiles& profiles) {
  return {.credentials = CredentialsOf(arguments),
          .timeout = ParseDuration("timeout", arguments.Text("timeout")),
          .retries = static_cast<int>(arguments.Number("retries", 0, 10)),
          .profiles = &profiles};
}

PiwsSettings PiwsOptions(const Arguments& arguments, const Profiles& profiles) {
  PiwsSettings settings{.profiles = &profiles};
  if (arguments.Has("piws-pause")) {
    settings.queue_pause = ParseDuration("piws-pause", arguments.Text("piws-pause"));
  }
  return settings;
}

LedmSettings LedmOptions(const Arguments& arguments) {
  return {.http_port = static_cast<std::uint16_t>(arguments.Number("http-port", 0, 65535))};
}

}  // namespace

void CheckWays(const Arguments& arguments) {
  SessionOptions(arguments, 0);
  const Profiles profiles = ProfilesOf(arguments);
  ChannelOptions(arguments, profiles);
  PiwsOptions(arguments, profiles);
  LedmOptions(arguments);
}

std::optional<std::string> RememberedCertificates::Get(const std::string& printer) {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(printer);
  if (found == known_.end()) return {};
  return found->second;
}

void RememberedCertificates::Set(const std::string& printer, const std::string& fingerprint) {
  const std::lock_guard lock(mutex_);
  known_[printer] = fingerprint;
  new_[printer] = fingerprint;
}

std::map<std::string, std::string> RememberedCertificates::TakeNew() {
  const std::lock_guard lock(mutex_);
  return std::exchange(new_, {});
}

Ways::Ways(const Arguments& arguments, const Clock& clock, int packets_per_second,
           std::map<std::string, std::string> known, std::set<GivenMeter> given)
    : profiles(ProfilesOf(arguments)),
      certificates(std::move(known)),
      credentials(CredentialsOf(arguments)),
      session(SessionOptions(arguments, packets_per_second), clock),
      snmp(session, ChannelOptions(arguments, profiles)),
      web(clock, certificates),
      piws(web, PiwsOptions(arguments, profiles)),
      ledm(web, LedmOptions(arguments)),
      poller({&piws, &ledm, &snmp}, profiles, std::move(given)) {
  session.Start();
}

}  // namespace plotmeter
