// The tables of spool.db.

#pragma once

#include <cstdint>

#include "common/sqlite.h"

namespace plotmeter {

// Makes or upgrades the tables, in one transaction; PRAGMA user_version says how far they are.
// True when there were none. Throws std::runtime_error for a spool that a newer program wrote.
bool PrepareSpool(Database& db);

// The user_version of a spool that PrepareSpool leaves as it is.
std::int64_t NewestSpoolVersion();

}  // namespace plotmeter
