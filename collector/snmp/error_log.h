// HP's error log, P.1.11.n.{1 time, 2 code}.0, as events: pure.
//
//    ReadErrorLog(table)[0]   error-log "1437049356/610010", code "610010",
//                             printer_time 2015-07-16T12:22:36Z
//
// The printer numbers entries from 1, and once the log is full it moves them down, so n names
// nothing: an entry is told from others by its time and its code. Code 0 is an empty entry. The
// time is of the printer's clock in seconds since 1970, or the engine's page count, by model: above
// 946684800 (the year 2000) it is taken for a time. The code stays raw; how to read it differs by
// model. Source: HP-LASERJET-COMMON-MIB, and the recorded walk of a DesignJet Z5200.

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "collector/snmp/table.h"
#include "common/event.h"

namespace plotmeter {

// The newest this many are told.
inline constexpr std::size_t kMaxErrorLogEvents = 200;

// Oldest first, each once.
std::vector<PrinterEvent> ReadErrorLog(const SnmpTable& table);

// Whether an entry stands by the printer's clock, so that it is worth knowing how wrong that is.
bool TellsTimes(const SnmpTable& table);

// Where the log ended. Two entries tell whether it has changed since: the last, which changes when
// a full log moves down, and the place after it.
struct ErrorLogEnd {
  std::uint32_t last = 0;  // the number of the newest entry; 0: there was none
  std::optional<std::int64_t> time = {};
  std::optional<std::int64_t> code = {};

  bool operator==(const ErrorLogEnd&) const = default;
};

ErrorLogEnd EndOfErrorLog(const SnmpTable& table);

// The subtrees to walk in order to see whether the log still ends there; then
// EndOfErrorLog(table) == end if it does.
std::vector<Oid> ErrorLogEndSubtrees(const ErrorLogEnd& end);

// The same as single objects; empty of a log that had no entry, since nobody knows where it begins.
std::vector<Oid> ErrorLogEndObjects(const ErrorLogEnd& end);

}  // namespace plotmeter
