// Jobs over SNMP, where a printer has them: the Job Monitoring MIB (RFC 2707), or HP's own job-info
// (P.1.6.5). Pure. No large-format printer was recorded to answer either, so both are asked for
// once and read only where they are there; where both are, RFC 2707 is read.
//
//    std::vector<JobRecord> jobs = ReadSnmpJobs(table, {.started_at = at - uptime});
//    jobs[0].job      "1.42/8123": job set 1, job 42, submitted 8123 s after the start
//    jobs[0].status   "printed"; status_raw "9"
//
// Neither knows an area, or an amount of ink. Sheets, and which colorants and which kinds and sizes
// of paper were used, are traits, of several rows one each. What is not given, -1, -2 and a count
// of 0 are absent. Times are taken only where they name their time zone (DateAndTime of 11 octets,
// RFC 2579).
//
// A number of a job comes again after a restart, so the id says when the job was submitted, or its
// client's id, or else when the printer started: "301/~2026-11-22T09:00:03Z". That is reckoned, and
// a little another each time; the spool puts the start it knows in its place
// (collector/spool/card_start.h).
//
// jmJobOwner, account, host (attributes 21, 29) and JobAcct1 to 3 are never asked for: a column
// that holds them is not walked, and single objects are asked for instead.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "collector/snmp/table.h"
#include "common/job.h"

namespace plotmeter {

// The columns that name the jobs and their states.
const std::vector<Oid>& JobStateColumns();

// A job that has come to its end, as it was told, and the objects that said so.
struct FinishedJob {
  Oid state = {};           // jmJobState or job-info-state, with the index of the job
  std::int64_t number = 0;  // its value
  JobRecord record = {};
};

// The objects to get for the jobs in `table`: at most 8 jobs a read, those at their end first and
// of these the newest, and none that is among `finished` in the same state.
inline constexpr std::size_t kJobsARead = 8;
std::vector<Oid> JobObjects(const SnmpTable& table, const std::vector<FinishedJob>& finished);

// The further colorants and papers of those jobs of which JobObjects' answers told a first.
std::vector<Oid> MoreJobObjects(const SnmpTable& table, const std::vector<FinishedJob>& finished);

// What JobObjects' answers mean. Jobs whose objects were not asked for are left out; of `finished`
// those that the printer still lists in the same state are told again as they were.
struct SnmpJobs {
  std::vector<JobRecord> jobs = {};
  std::vector<FinishedJob> finished = {};  // for the next read
};
SnmpJobs ReadSnmpJobs(const SnmpTable& table, const std::vector<FinishedJob>& finished,
                      const std::optional<Instant>& started_at);

}  // namespace plotmeter
