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
#include "collector/search_profile.h"
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

  // Lets go what is not on disk any more: a person had it forgotten. What is new stays.
  void AgreeWith(const std::map<std::string, std::string>& on_disk);

 private:
  std::mutex mutex_;  // guards both
  std::map<std::string, std::string> known_;
  std::map<std::string, std::string> new_;
};

// Throws UsageError if --piws-pause cannot be meant.
void CheckWays(const Arguments& arguments);

// What was remembered of printers before, and what else differs between those who ask.
struct WaysOptions {
  std::map<std::string, std::string> certificates = {};  // keys of their web servers
  const AccessBook* access = nullptr;                    // none: that of the profile
  std::set<GivenMeter> given = {};                       // meters that a believed channel gave
  SnmpChannel::LearntTexts learnt = {};                  // what each was seen to offer over SNMP
  Curiosity curiosity = {};                              // of people and places
  WebSettings web = {};
  HostTurns* turns = nullptr;  // with others who ask the same hosts
};

// All of it is gone, and has called back, when this dies.
struct Ways {
  // Speaks SNMP as the profile says, with at most `packets_per_second` where it names no ceiling;
  // with an access book each printer is let in and waited for as the profile says it was found with. `clock` and the
  // book must outlive it.
  Ways(const SearchProfile& profile, const Arguments& arguments, const Clock& clock,
       int packets_per_second, WaysOptions options = {});

  const Profiles profiles;
  RememberedCertificates certificates;
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
