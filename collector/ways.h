// The ways into a printer that this collector has, ready to be asked.

#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "collector/ledm/ledm_channel.h"
#include "collector/piws/piws_channel.h"
#include "collector/poll/poller.h"
#include "collector/snmp/net_snmp_session.h"
#include "collector/snmp/snmp_channel.h"
#include "common/clock.h"
#include "common/settings.h"

namespace plotmeter {

// The keys printers showed at first contact. The channel's thread asks; the owner's thread takes
// what is new to disk.
class RememberedCertificates : public CertificateMemory {
 public:
  explicit RememberedCertificates(std::map<std::string, std::string> known = {})
      : known_(std::move(known)) {}

  std::optional<std::string> Get(const std::string& printer) override;
  void Set(const std::string& printer, const std::string& fingerprint) override;

  // What was set since the last call.
  std::map<std::string, std::string> TakeNew();

 private:
  std::mutex mutex_;  // guards both
  std::map<std::string, std::string> known_;
  std::map<std::string, std::string> new_;
};

// Throws UsageError if the settings of ChannelSettings() cannot be meant; what Ways would say.
void CheckWays(const Arguments& arguments);

// All of it is gone, and has called back, when this dies.
struct Ways {
  // `packets_per_second` is the ceiling where the settings name none. `clock` must outlive it.
  // `certificates` and `given` are what was remembered of printers before.
  Ways(const Arguments& arguments, const Clock& clock, int packets_per_second,
       std::map<std::string, std::string> certificates = {}, std::set<GivenMeter> given = {});

  const Profiles profiles;
  RememberedCertificates certificates;
  std::vector<SnmpCredentials> credentials;
  NetSnmpSession session;
  SnmpChannel snmp;
  PrinterWeb web;
  PiwsChannel piws;
  LedmChannel ledm;
  Poller poller;  // PIWS, LEDM, SNMP: the order in which their identity is believed

  // The threads are ended before the channels that they call.
  ~Ways() {
    session.Stop();
    web.Stop();
  }
};

}  // namespace plotmeter
