// discover --explain ADDRESS: everything that was asked of one address, everything it answered, and
// the rules that led to the verdict, in order, for a person to read.

#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "collector/explain_words.h"
#include "collector/look.h"
#include "collector/search_profile.h"
#include "collector/snmp/probe.h"
#include "collector/snmp/session.h"
#include "collector/ways.h"

namespace plotmeter {

// One question and its answer.
struct Asked {
  SnmpCredentials credentials = {};  // it was asked with these first, in their context
  bool is_walk = false;
  std::vector<Oid> objects = {};
  SnmpResult result = {};
};

// Writes down what passes through it. The session outlives it.
class Witness : public SnmpSession {
 public:
  explicit Witness(SnmpSession& session) : session_(session) {}

  void Get(const SnmpPeer& peer, std::vector<Oid> objects, SnmpCallback done) override;
  void Walk(const SnmpPeer& peer, std::vector<Oid> subtrees, SnmpCallback done) override;

  std::vector<Asked> Take();  // once all have called back

 private:
  SnmpCallback Noting(const SnmpPeer& peer, bool is_walk, std::vector<Oid> objects,
                      SnmpCallback done);

  SnmpSession& session_;
  std::mutex mutex_;  // guards the one below
  std::vector<Asked> asked_ = {};
};

// Asks who is there as sweeps and polls do, in both contexts of SNMPv3 too (two_contexts.h), but
// with each of the profile's credentials alone until one is answered, so that it can be told which
// let us in. `show` gets what was asked with each of them and what it came to. Waits for it.
Probed ProbeInTurn(
    SnmpSession& session, const PrinterAddress& address, const SearchProfile& profile,
    const std::function<void(const std::vector<Asked>& asked, const Probed& probed)>& show);

// Asks and prints. 0, or 1 if nothing answered. `keys` are those of web servers that were met
// before: one that has changed is refused here as it is when polled. Remembers nothing.
int ExplainAddress(const Arguments& arguments, const Clock& clock, const ProfileOfAddress& chosen,
                   std::map<std::string, std::string> keys);

}  // namespace plotmeter
