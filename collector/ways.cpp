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

SnmpChannel::Options ChannelOptions(const Arguments& arguments) {
  return {.credentials = CredentialsOf(arguments),
          .timeout = ParseDuration("timeout", arguments.Text("timeout")),
          .retries = static_cast<int>(arguments.Number("retries", 0, 10))};
}

PiwsSettings PiwsOptions(const Arguments& arguments) {
  return {.queue_pause = ParseDuration("piws-pause", arguments.Text("piws-pause"))};
}

}  // namespace

void CheckWays(const Arguments& arguments) {
  SessionOptions(arguments, 0);
  ChannelOptions(arguments);
  PiwsOptions(arguments);
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
           std::map<std::string, std::string> known)
    : certificates(std::move(known)),
      credentials(CredentialsOf(arguments)),
      session(SessionOptions(arguments, packets_per_second), clock),
      snmp(session, ChannelOptions(arguments)),
      web(clock, certificates),
      piws(web, PiwsOptions(arguments)),
      poller({&piws, &snmp}) {
  session.Start();
}

}  // namespace plotmeter
