// The files that a rescue set aside (spool_rescue.h), beside the spool. What they hold is masked as
// the modes said at that time, so they do not stay for ever.
//
//    for (const SetAsideFile& file : SetAsideFiles("/var/lib/plotmeter")) …
//    ForgetSetAside("/var/lib/plotmeter", clock.Now());      // those of more than 35 days ago

#pragma once

#include <chrono>
#include <cstdint>
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

// Deletes those that were spools, by the time in their names; each is told in the log. Files that
// were no spool are another's: they stay. So does one that cannot be deleted.
void ForgetSetAside(const std::string& directory, Instant now);

}  // namespace plotmeter
