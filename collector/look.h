// Looking at addresses: what stands there, and if it is a large-format printer, what it says.
//
//    Looked looked = LookAt(ways, {.host = "10.0.0.7"});
//    ToJson(looked)   {"address":"10.0.0.7:161","verdict":"large-format","maker":"HP","model":…,
//                      "serial":…,"channels":["piws","snmp"],"rule":…,
//                      "profile":"designjet-z9","reading":{"snmp":{"at":…,"identity":…,"meters":[…],…},"piws":{…}}}
//
// "reading" has one member for each channel that answered, in the shape of
// collector/channel/answers_json.h; it and "profile" are absent unless the verdict is large-format.
// maker, model and serial are null when unknown.

#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "collector/discovery/address_range.h"
#include "collector/snmp/fingerprint.h"
#include "collector/ways.h"
#include "common/json.h"

namespace plotmeter {

struct Looked {
  PrinterAddress address = {};
  Fingerprint fingerprint = {};        // with what PIWS knew better
  std::vector<ChannelTold> told = {};  // for a large-format printer: what each channel said
  std::string profile = {};            // of its model, "designjet-z9"; empty: it was not read

  std::vector<std::string> channels() const;  // which answered
  PrinterIdentity identity() const;
};

Json ToJson(const Looked& looked);

// One address, by SNMP, PIWS and LEDM. Waits for all answers.
Looked LookAt(Ways& ways, const PrinterAddress& address);

struct Search {
  std::vector<AddressRange> ranges = {};  // none: LocalNetworks()
  std::vector<AddressRange> excludes = {};
  PrinterAddress ports = {};  // ports for every address; host is not used
  std::chrono::milliseconds timeout{2000};
  int retries = 1;
};
Search SearchOf(const Arguments& arguments);

// Sweeps the ranges by SNMP and reads every large-format printer found. Every address that was
// looked at is in the answer, in rising order. `progress` is called with a line to show now and
// then. Ends early, and stops the session, when `stop` is requested.
std::vector<Looked> Discover(Ways& ways, const Search& search,
                             const std::function<void(const std::string&)>& progress,
                             std::stop_token stop = {});

// The IPv4 networks this machine is in, loopback left out; of one larger than a /22, the /24 around
// its address.
std::vector<AddressRange> LocalNetworks();

}  // namespace plotmeter
