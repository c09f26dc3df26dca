// Reads one printer that a probe has recognised: the walk, then the objects it named, and of what
// only some models have no more than this one is known to offer.
//
//    ReadProbed(session, profiles, peer, probed, {}, {},
//               [](Told told, PrinterKnowledge known) { … });
//
// GETBULK is used, with the repetitions that `peer` allows, where it has worked before: until that
// is known, and once a week, a read by GETNEXT asks for its longest column once more.
//
// An uptime that fell since the last read is the event "restarted".
//
// Where the error log was read in full and its entries name times, the printer is asked what time it
// is, and they are told with the offset of its clock.
//
// Between two readings a printer is watched, for jobs, alerts and errors alone:
//
//    WatchProbed(session, profiles, peer, probed, known, {}, …);
//
// It is asked how it is, which alerts it lists, how its jobs are and where its error log ends, which
// a probe for WatchObjects has asked already in part. Where all that is as it was when it was told
// last, state, uptime, jobs and the last error are told, and of alerts nothing: they are known. What
// counts is the table of alerts itself and not prtAlertAllEvents, which counts no alert that goes,
// and on some cards none at all. Everything else is read in full: whatever differs or did not come,
// a job that is not at its end, a start, a printer that was not read before or is to be explored
// again, and SNMPv1, where one missing object spoils a question.
//
// Calls back exactly once, from the session's thread. The session and the
// profiles outlive the call.

#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "collector/channel/channel.h"
#include "collector/channel/profiles.h"
#include "collector/snmp/error_log.h"
#include "collector/snmp/job_mib.h"
#include "collector/snmp/probe.h"
#include "collector/snmp/session.h"

namespace plotmeter {

// What is worth knowing of a printer from one read to the next. It saves traffic, and nothing is
// lost without it: a read that begins with {} finds out anew. It is never told in place of an
// answer, but for jobs at their end, and those only while the printer lists them.
struct PrinterKnowledge {
  std::string whose = {};  // serial, product and firmware; of another printer it is of no use
  std::optional<Instant> explored_at = {};  // when all OptionalSubtrees were asked for
  std::set<Oid> offers = {};                // those that were there
  ErrorLogEnd log = {};
  std::optional<Instant> started_at = {};  // when the card did, as it was reckoned first
  std::chrono::milliseconds uptime{0};     // what it said last
  Instant uptime_at = {};                  // and when, by the collector's clock
  std::vector<FinishedJob> jobs = {};
  bool shows_alerts = false;  // it had an alert table, so where it shows none it says nothing
  // What was told first within a day, and is told again that long: a disk may have been full.
  std::vector<PrinterEvent> recent = {};
  SnmpBulk bulk = SnmpBulk::kNotTried;  // since it was explored; other firmware may leave out rows
  std::vector<Oid> objects = {};        // that its tables led to, PrinterMibObjects
  SnmpTable look = {};  // what a watch looks at, as it was told last; empty: it must be told anew
};

// How long a printer is believed to offer what it offered.
inline constexpr std::chrono::hours kExploreAgain{7 * 24};

// How many objects a printer is asked for at once that is known to bear GETBULK: their names fill a
// third of a packet, and their values are cut off by the agent where they do not fit.
inline constexpr std::size_t kManyObjects = 24;

void ReadProbed(SnmpSession& session, const Profiles& profiles, SnmpPeer peer, Probed probed,
                PrinterKnowledge known, Curiosity curiosity,
                std::function<void(Told, PrinterKnowledge)> done);

// What to ask for together with who it is (watch_look.cpp).
std::vector<Oid> WatchObjects(const PrinterKnowledge& known);

void WatchProbed(SnmpSession& session, const Profiles& profiles, SnmpPeer peer, Probed probed,
                 PrinterKnowledge known, Curiosity curiosity,
                 std::function<void(Told, PrinterKnowledge)> done);

}  // namespace plotmeter
