// Asks one address what stands there: the questions of fingerprint.h, one after the other, and no
// more of them than it takes.
//
//    Probe(session, {.address = "10.0.0.7"}, [](Probed p) { Show(p.fingerprint.verdict); });
//
// Calls back exactly once, from the session's thread. The session outlives the call.

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "collector/snmp/fingerprint.h"
#include "collector/snmp/session.h"

namespace plotmeter {

struct Probed {
  // Of the first question that was not answered, else kAnswered. A walk that was stopped early
  // (kNotIncreasing, kTooLong) still counts as an answer, with `detail`.
  SnmpSeen seen = SnmpSeen::kStopped;
  std::string detail = {};
  SnmpTable table = {};
  Fingerprint fingerprint = {};  // kSilent if nothing at all was answered
  Instant at = {};
  SnmpCredentials credentials = {};  // those that were answered
  std::vector<Oid> asked = {};  // beside what shows who is there: those answered are in `table`
};

// What was found at an address before: the objects that were answered, and what they meant.
struct FoundBefore {
  std::vector<Oid> objects = {};
  Verdict verdict = Verdict::kUnknown;
  std::vector<std::uint32_t> printer_rows = {};
  PrinterIdentity identity = {};

  bool operator==(const FoundBefore&) const = default;
};

// With `before`, those objects are asked for at once, in one packet most often instead of five or
// six. If one of them is gone, or they say anything else of who is there (another serial number,
// other firmware, other rows), everything is asked for anew. `also` are objects that whoever reads
// on will want, which then cost no packet of their own; without `before` they are not asked for.
void Probe(SnmpSession& session, SnmpPeer peer, std::function<void(Probed)> done,
           FoundBefore before = {}, std::vector<Oid> also = {});

// True for answers that have a table worth reading, whole or cut short.
bool HasTable(SnmpSeen seen);

}  // namespace plotmeter
