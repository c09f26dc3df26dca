// discover --explain ADDRESS: everything that was asked of one address, everything it answered, and
// the rules that led to the verdict, in order, for a person to read.

#pragma once

#include <string>
#include <vector>

#include "collector/look.h"
#include "collector/search_profile.h"
#include "collector/snmp/session.h"
#include "collector/ways.h"

namespace plotmeter {

// One question and its answer.
struct Asked {
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
  SnmpCallback Noting(bool is_walk, std::vector<Oid> objects, SnmpCallback done);

  SnmpSession& session_;
  std::mutex mutex_;  // guards the one below
  std::vector<Asked> asked_ = {};
};

// How credentials are called where people read: "v2c, community 1 of 2"; never what they are.
std::string NameOf(const SnmpCredentials& credentials, const std::vector<SnmpCredentials>& all);

// "sysDescr.0 (1.3.6.1.2.1.1.1.0)"
std::string NameOf(const Oid& object);

// A value for a person: text decoded, an OID with its owner. What may name a person or a computer
// is withheld: "(withheld: 34 octets)".
std::string ShownValue(const Oid& object, const Value& value, const Fingerprint& fingerprint);

// What to do when the verdict is not what was expected.
std::string AdviceFor(const Fingerprint& fingerprint);

// Asks and prints. 0, or 1 if nothing answered.
int ExplainAddress(const Arguments& arguments, const Clock& clock, const SearchProfile& profile);

}  // namespace plotmeter
