// The SNMP half of a diagnostics bundle (diagnose.h): a walk of the subtrees that may be asked for,
// each with its own bounds, none with people in it.
//
//    Json walks = WalkForDiagnosis(session, peer, redaction, until, say);

#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "collector/diagnose_redaction.h"
#include "collector/snmp/net_snmp_session.h"
#include "common/json.h"

namespace plotmeter {

// A list of {"of":…,"seen":…,"rows":…,"cut":[…],"objects":{…}}, one for each group of subtrees that
// was walked. Ends at diagnosis::kMostRows, kMostOctets and `until`; a session that is still
// waiting then is stopped.
Json WalkForDiagnosis(NetSnmpSession& session, const SnmpPeer& peer, Redaction& redaction,
                      std::chrono::steady_clock::time_point until,
                      const std::function<void(const std::string&)>& say);

}  // namespace plotmeter
