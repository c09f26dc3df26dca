// Numbered migrations (migrations/NNNN_name.sql, never edited after a release), each in a
// transaction. The number of the last one is the database's `user_version`.

#pragma once

#include <stdexcept>

#include "common/sqlite.h"

namespace plotmeter {

// The database was made by a newer program; its words say which one is needed.
struct NewerDatabase : std::runtime_error {
  using std::runtime_error::runtime_error;
};

int LatestSchema();  // what this program knows

// Brings `db` to LatestSchema() and answers the number it had. Throws NewerDatabase, and leaves
// it untouched, when it is beyond that.
int Migrate(Database& db);

}  // namespace plotmeter
