// The SNMP half of a diagnostics bundle (diagnose.h): a walk of the subtrees that may be asked for,
// each with its own bounds, none with people in it. Under SNMPv3 what the default context lacks is
// asked for in the context "Jetdirect" too, as polls do (two_contexts.h).
//
//    Json walks = WalkForDiagnosis(session, stop, peer, redaction, until, say);

#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "collector/diagnose_redaction.h"
#include "collector/snmp/session.h"
#include "common/json.h"

namespace plotmeter {

// A list of {"of":…,"seen":…,"rows":…,"cut":[…],"objects":{…}}, one for each group of subtrees that
// was walked. Ends at diagnosis::kMostRows, kMostOctets and `until`; what is still under way then
// is ended by `stop`, after which the session has called back.
Json WalkForDiagnosis(SnmpSession& session, const std::function<void()>& stop, const SnmpPeer& peer,
                      Redaction& redaction, std::chrono::steady_clock::time_point until,
                      const std::function<void(const std::string&)>& say);

}  // namespace plotmeter
