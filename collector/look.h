// Looking at addresses: what stands there, and if it is a large-format printer, what it says.
//
//    Looked looked = LookAt(ways, {.host = "10.0.0.7"});
//    ToJson(looked)   {"address":"10.0.0.7:161","verdict":"large-format","maker":"HP","model":…,
//                      "serial":…,"channels":["piws","snmp"],"rule":…,
//                      "profile":"designjet-z9","reading":{"snmp":{"at":…,"identity":…,"meters":[…],…},"piws":{…}}}
//
// "reading" has one member for each channel that answered, in the shape of
// collector/channel/answers_json.h; it and "profile" are absent unless the verdict is large-format.
// "unread" names each channel that failed, with what was seen; it is absent when none did.
// maker, model and serial are null when unknown. "discovery_profile" is there for another than the
// default's, "name", "label" and "note" if a host list or a range named the host so.

#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "collector/discovery/address_range.h"
#include "collector/discovery/resolve.h"
#include "collector/discovery/sweep.h"
#include "collector/search_profile.h"
#include "collector/snmp/fingerprint.h"
#include "collector/spool/spool.h"
#include "collector/ways.h"
#include "common/json.h"
#include "common/net.h"

namespace plotmeter {

struct Looked {
  PrinterAddress address = {};
  Fingerprint fingerprint = {};        // with what PIWS knew better
  std::vector<ChannelTold> told = {};  // for a large-format printer: what each channel said
  std::string profile = {};            // of its model, "designjet-z9"; empty: it was not read
  HostRow row = {};                    // of a host list: name, label and note

  std::vector<std::string> channels() const;  // which answered
  PrinterIdentity identity() const;
};

Json ToJson(const Looked& looked);

// The best channel's words before those of the fingerprint.
void TakeIdentity(Looked& looked, const Profiles& profiles);

// One address, by SNMP, PIWS and LEDM. Waits for all answers.
Looked LookAt(Ways& ways, const PrinterAddress& address);

// A profile as a sweep: its names resolved, its hosts with their own ports and credentials.
struct SweepPlan {
  SweepOptions options = {};
  std::map<Ipv4, HostRow> rows = {};
  // Names that lead nowhere, or to what no single host has, and why.
  std::vector<std::pair<std::string, std::string>> unresolved = {};
  std::vector<std::string> narrowed = {};  // LocalRanges::narrowed
};

inline constexpr std::chrono::seconds kResolveWithin{5};

// Ranges of the profile, or LocalNetworks() if it names nothing. Asks the resolver, with a limit.
SweepPlan PlanOf(const SearchProfile& profile, const Lookup& lookup = SystemLookup);

// A profile with one address alone to look at, and why it was taken, for people: "one of its ranges
// covers the address".
struct ProfileOfAddress {
  SearchProfile profile = {};
  std::string because = {};
};

// The profile whose ranges or hosts cover what a person named, the first if several do; if the
// printer known there was found with one of them (`access`, a profile's name, or empty), that. Where
// none covers it: the one of `access`, else the first of all. A host list's row for the address
// goes with it: its port, community, label and note. `profiles` has one at least. Asks the resolver
// for host names, with a limit.
ProfileOfAddress ProfileFor(const HostName& at, const std::vector<SearchProfile>& profiles,
                            const std::string& access, const Lookup& lookup = SystemLookup);

// Where a sweep of `plan` goes on that was cut off at `from`. Names may lead elsewhere by now, so
// the addresses beside the ranges have other places: they are asked anew.
SweepState GoesOnAt(const SweepPlan& plan, SweepState from);

// What a row of a sweep says, with what the plan knows of the address.
Looked LookedOf(const SearchProfile& profile, const SweepPlan& plan, SweepRow row);

// As it will be known; `macs` is what its channels told.
KnownPrinter KnownOf(const Looked& looked, Instant now);

// What `discover` shows while it runs; from other threads.
struct DiscoverView {
  std::function<void(const std::string& line)> line = [](const std::string&) {};
  std::function<void(const SweepProgress&)> progress = [](const SweepProgress&) {};
  std::function<void(const Looked&)> found = [](const Looked&) {};  // a large-format printer
};

// Sweeps by SNMP, asks the web servers of addresses that a host list names and SNMP does not settle
// (by_web.h), and reads every large-format printer found. Every address that was looked at is in
// the answer, in rising order. Ends early, and stops the channels, when `stop` is requested.
std::vector<Looked> Discover(Ways& ways, const SearchProfile& profile, SweepPlan plan,
                             const DiscoverView& view = {}, std::stop_token stop = {});

// The networks this machine is in, loopback left out; of one larger than a /22, the /24 around its
// address: nobody asked for a sweep of a /8.
struct LocalRanges {
  std::vector<AddressRange> ranges = {};
  std::vector<std::string> narrowed = {};  // for people: "10.1.2.3/16: only 10.1.2.0/24 of it"
};
LocalRanges LocalNetworks(const std::vector<LocalNetwork>& networks = LocalIpv4Networks());

}  // namespace plotmeter
