// What is asked of an address, and what it answers, in words for a person; nothing of it names one,
// or a secret.

#pragma once

#include <string>
#include <vector>

#include "collector/snmp/fingerprint.h"
#include "collector/snmp/session.h"

namespace plotmeter {

// How credentials are called where people read: "v2c, community 1 of 2"; never what they are.
std::string NameOf(const SnmpCredentials& credentials, const std::vector<SnmpCredentials>& all);

// "sysDescr.0 (1.3.6.1.2.1.1.1.0)"
std::string NameOf(const Oid& object);

// A value for a person: text decoded, an OID with its owner. What may name a person or a computer
// is withheld: "(withheld: 34 octets)".
std::string ShownValue(const Oid& object, const Value& value, const Fingerprint& fingerprint);

// What to do when the verdict is not what was expected.
std::string AdviceFor(const Fingerprint& fingerprint);

}  // namespace plotmeter
