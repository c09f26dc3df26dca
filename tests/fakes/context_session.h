// An SNMP agent that shows one table a context, as HP cards do under SNMPv3: at once, in the
// caller's thread. A context that it has no table for is refused.
//
//    ContextSession agent;
//    agent.tables[""] = {{mib::kSysObjectId, …}};
//    agent.tables["Jetdirect"] = {{mib::kGdStatusId, …}};

#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "collector/snmp/session.h"

namespace plotmeter {

class ContextSession : public SnmpSession {
 public:
  std::map<std::string, SnmpTable> tables = {};
  std::vector<std::string> asked = {};  // "Jetdirect 1.3.2"
  std::string silent = "none";          // a context that is not answered

  void Get(const SnmpPeer& peer, std::vector<Oid> objects, SnmpCallback done) override {
    Walk(peer, std::move(objects), std::move(done));
  }
  void Walk(const SnmpPeer& peer, std::vector<Oid> subtrees, SnmpCallback done) override {
    const SnmpCredentials& used = peer.credentials.back();
    for (const Oid& oid : subtrees) asked.push_back(used.context + " " + oid.ToText());
    const auto known = tables.find(used.context);
    if (known == tables.end()) {
      return done({.seen = SnmpSeen::kRefused, .detail = "unknown", .at = FromMillis(1)});
    }
    if (used.context == silent) return done({.seen = SnmpSeen::kTimedOut, .detail = "silence"});
    SnmpTable table;
    for (const auto& [oid, value] : known->second) {
      for (const Oid& subtree : subtrees) {
        if (subtree.Contains(oid)) table.emplace(oid, value);
      }
    }
    done({.seen = SnmpSeen::kAnswered, .table = table, .credentials = used});
  }
};

}  // namespace plotmeter
