// A machine with a collector's spool and a portal on it, killed with SIGKILL while it works: a
// child process that dies at the Nth write or sync of its databases, before it, after it, or with
// half of the write done. What it had announced before must be in the portal in the end: each
// reading once, each job as it was announced last, each alert with its beginning and its end.
//
//    KillReport report = KillForReal(1000, seed);
//    report.kills, report.readings, report.jobs, report.broken
//
// Nothing unsynced is lost by that, as it is when the power goes out (crash_disk.h): the system
// lives. What is tried here is real files, real locks and a real end.

#pragma once

#include <cstdint>

#include "tests/crash/script.h"

namespace plotmeter::crash {

struct KillReport {
  int kills = 0;
  int readings = 0;  // that were announced, in all
  int jobs = 0;      // and these, each revision counted
  int alerts = 0;
  Broken broken = {};
};

KillReport KillForReal(int kills, std::uint64_t seed);

}  // namespace plotmeter::crash
