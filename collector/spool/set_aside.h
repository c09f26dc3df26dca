// The files that a rescue set aside (spool_rescue.h), beside the spool. What they hold is masked as
// the modes said at that time, so they do not stay for ever.
//
//    for (const SetAsideFile& file : SetAsideFiles("/var/lib/plotmeter")) …
//    SeenAside seen;                                         // kept over restarts
//    ForgetSetAside("/var/lib/plotmeter", clock.Now(), ran, seen);

#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/time.h"

namespace plotmeter {

struct SetAsideFile {
  std::string file = {};  // its name, "spool.db.damaged-20261129T031500Z"; logs among them
  std::int64_t bytes = 0;
};

// By name.
std::vector<SetAsideFile> SetAsideFiles(const std::string& directory);

inline constexpr std::chrono::days kKeepSetAside{35};  // as long as messages with a receipt
// Of a collector that runs, beside such a file: nobody sets that clock, so one that leaps ahead for
// years makes no file old. A collector that runs eight hours a working day needs a month for it.
inline constexpr std::chrono::days kSeenAside{7};

// How long each was seen lying there, by name.
using SeenAside = std::map<std::string, std::chrono::milliseconds>;

// Deletes those that were spools, when they are old by the time in their names and were seen for
// long enough; each is told in the log. `ran`: by the steady clock, since the last call. Files that
// were no spool are another's: they stay. So does one that cannot be deleted.
void ForgetSetAside(const std::string& directory, Instant now, std::chrono::milliseconds ran,
                    SeenAside& seen);

}  // namespace plotmeter
