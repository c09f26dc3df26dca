#include "collector/ways.h"

#include <fmt/format.h>

#include <utility>

#include "collector/collector_settings.h"
#include "common/path.h"

namespace plotmeter {
namespace {

Profiles ProfilesOf(const Arguments& arguments) {
  Profiles profiles = Profiles::BuiltIn();
  if (arguments.Has("profiles")) profiles.AddFolder(PathOf(arguments.Text("profiles")));
  for (const ModelProfile& profile : profiles.all()) {
    for (const std::string& path : profile.beside_tree) {
      if (NamesResource(path)) continue;
      throw UsageError(fmt::format(
          "profile {}: 'beside_tree.paths' has '{}'; expected the path of a document of LEDM that "
          "is read, such as /LFPWebServices/FibonacciDyn.xml",
          profile.name, path));
    }
  }
  return profiles;
}

SnmpChannel::Options ChannelOptions(const SearchProfile& profile, const AccessBook* access,
                                    const Profiles& profiles, Curiosity curiosity) {
  SnmpChannel::Options options{.credentials = profile.credentials,
                               .timeout = profile.timeout,
                               .retries = profile.read_retries(),
                               .profiles = &profiles,
                               .curiosity = curiosity};
  if (access != nullptr) {
    options.access_of = [access](const PrinterAddress& address) { return access->Of(address); };
  }
  return options;
}

PiwsSettings PiwsOptions(const Arguments& arguments, const Profiles& profiles,
                         Curiosity curiosity = {}) {
  PiwsSettings settings{.profiles = &profiles, .curiosity = curiosity};
  if (arguments.Has("piws-pause")) {
    settings.queue_pause = ParseDuration("piws-pause", arguments.Text("piws-pause"));
  }
  return settings;
}

LedmSettings LedmOptions(const Arguments& arguments, const Profiles& profiles) {
  return {.http_port = static_cast<std::uint16_t>(arguments.Number("http-port", 0, 65535)),
          .profiles = &profiles};
}

}  // namespace

void CheckWays(const Arguments& arguments) {
  const Profiles profiles = ProfilesOf(arguments);
  PiwsOptions(arguments, profiles);
  LedmOptions(arguments, profiles);
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

void RememberedCertificates::AgreeWith(const std::map<std::string, std::string>& on_disk) {
  const std::lock_guard lock(mutex_);
  std::erase_if(known_, [&](const auto& entry) {
    return !on_disk.contains(entry.first) && !new_.contains(entry.first);
  });
}

Ways::Ways(const SearchProfile& profile, const Arguments& arguments, const Clock& clock,
           int packets_per_second, WaysOptions options)
    : profiles(ProfilesOf(arguments)),
      certificates(std::move(options.certificates)),
      session({.packets_per_second = profile.packets_per_second.value_or(packets_per_second),
               .turns = options.turns},
              clock),
      snmp(session, ChannelOptions(profile, options.access, profiles, options.curiosity),
           options.learnt),
      web(clock, certificates, options.web),
      piws(web, PiwsOptions(arguments, profiles, options.curiosity)),
      ledm(web, LedmOptions(arguments, profiles)),
      poller({&piws, &ledm, &snmp}, profiles, std::move(options.given), clock) {
  session.Start();
}

}  // namespace plotmeter
