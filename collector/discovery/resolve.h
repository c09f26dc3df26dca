// The IPv4 addresses of host names, asked of the system's resolver with a limit of time: never from
// the SNMP engine, which knows addresses only and waits for nobody.
//
//    ResolveNames({"plotter.example.com", "old.example.com"}, 5s)
//        {"plotter.example.com": {{10.0.0.7}, ""},
//         "old.example.com": {{}, "Name or service not known"}}

#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "collector/discovery/address_range.h"

namespace plotmeter {

struct Resolved {
  std::vector<Ipv4> addresses = {};  // in the resolver's order, each once
  std::string trouble = {};          // why there are none, or what was passed over, for people
};

// Blocks. Called from several threads at once, and perhaps after ResolveNames has returned.
using Lookup = std::function<Resolved(const std::string& name)>;

Resolved SystemLookup(const std::string& name);

// Every name is in the answer. Addresses that no single host has, multicast and the like, are passed
// over, and `trouble` says so. One that the resolver does not answer within `limit` is told so; the
// thread that still waits for it ends by itself.
std::map<std::string, Resolved> ResolveNames(const std::vector<std::string>& names,
                                             std::chrono::milliseconds limit,
                                             const Lookup& lookup = SystemLookup);

}  // namespace plotmeter
