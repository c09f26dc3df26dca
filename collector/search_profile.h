// Where to look for printers and how to be let in: the discovery profiles. The flags are the
// profile "default"; [profile.NAME] tables of the file of --config are the others, each for itself:
// what one does not say is the fallback that --help shows, not what the flags say.
//
//    [profile.plant]
//    range = ["10.1.0.0/16", "plotter.example.com"]
//    exclude = "10.1.7.0/24"
//    hosts = "plant.csv"
//    user = "meter"
//    auth-protocol = "SHA-256"
//    auth-secret-file = "/etc/plotmeter/auth"
//    packets-per-second = 50
//    rediscover = "7d"

#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "collector/channel/channel.h"
#include "collector/discovery/address_range.h"
#include "collector/discovery/hosts.h"
#include "collector/snmp/access.h"
#include "collector/snmp/session.h"
#include "common/settings.h"

namespace plotmeter {

inline constexpr const char* kDefaultProfile = "default";

// What "user" and its kin, "version", "community" and "downgrade" mean, in the order to try: the
// v3 user first; v2c and v1 after it only with `downgrade`. Reads the secret files, which nobody
// but their owner may read (Linux) and which hold 8 octets or more; the end of their line is left
// off. Throws UsageError.
std::vector<SnmpCredentials> CredentialsOf(const Arguments& arguments);

struct SearchProfile {
  std::string name = kDefaultProfile;
  std::vector<std::string> range_texts = {};  // as they were written
  std::vector<std::string> exclude_texts = {};
  std::vector<AddressRange> ranges = {};
  std::vector<AddressRange> excludes = {};
  std::vector<HostRow> hosts = {};  // of the CSV file, and names given as ranges
  std::vector<SnmpCredentials> credentials = {};
  PrinterAddress ports = {};  // for every address; host is not used
  std::chrono::milliseconds timeout{2000};
  std::optional<int> retries = {};             // empty: nobody said
  std::optional<int> packets_per_second = {};  // 0: no ceiling; empty: nobody said
  std::chrono::milliseconds rediscover = std::chrono::hours(7 * 24);  // 0: only when asked

  bool names_something() const { return !ranges.empty() || !hosts.empty(); }

  // Of thousands of addresses nearly all are nobody, and each is asked by v2c and by v1; a printer
  // that is known gets every chance (domain: SNMP access rules, 2 or 3).
  int sweep_retries() const { return retries.value_or(1); }
  int read_retries() const { return retries.value_or(2); }

  // What makes it another search when it changes: JSON of ranges, excludes and port, and a hash of
  // the hosts.
  std::string what() const;

  // Takes ranges and excludes of an earlier search from its what(); none if they are refused now.
  void LookAgain(const std::string& what);
};

// The default profile first, then the file's by name. Reads host lists and secret files. Throws
// UsageError that names the profile; a host row whose profile nobody wrote names its line.
std::vector<SearchProfile> SearchProfilesOf(const Arguments& arguments);

// The default profile alone, for commands that search nothing.
SearchProfile DefaultProfileOf(const Arguments& arguments);

// Which credentials open which printer when it is read, and how long it is waited for. Safe from any
// thread.
class AccessBook {
 public:
  explicit AccessBook(const std::vector<SearchProfile>& profiles);

  // Those of the profile `address.access` (the default's for one that is gone), with the community
  // that a host list has for this address alone before them.
  SnmpAccess Of(const PrinterAddress& address) const;

  // `host` turned out to be this address of the row.
  void Add(const std::string& host, const HostRow& row);

 private:
  std::map<std::string, SnmpAccess> by_profile_;
  mutable std::mutex mutex_;                    // guards the one below
  std::map<std::string, std::string> by_host_;  // communities
};

// The community of one host list's row before the others, but behind SNMPv3; nothing of it where
// only that is spoken.
std::vector<SnmpCredentials> WithCommunity(const std::string& community,
                                           std::vector<SnmpCredentials> others);

}  // namespace plotmeter
