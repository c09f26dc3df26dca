// Whether a file is a spool, and a sound one.
//
//    SpoolSeen seen = LookAtSpool("/var/lib/plotmeter/spool.db");    // milliseconds
//    if (seen.is == SpoolSeen::Is::kDamaged) …                       // spool_rescue.h
//    std::string wrong = CheckWhole(db);                             // every page: minutes
//
// Looking changes nothing. SqliteBusy, and errors of the disk that may pass, are thrown.

#pragma once

#include <string>
#include <string_view>

#include "common/sqlite.h"

namespace plotmeter {

// There was a spool, and its file is empty, or gone from beside its write-ahead log. Only the log
// has something still, and SQLite deletes that of an empty file: it must not be opened.
bool IsHollow(const std::string& path);

struct SpoolSeen {
  enum class Is {
    kAbsent,   // no file, or one without anything in it
    kSound,    // as far as a quick look shows
    kNewer,    // a newer program wrote it
    kForeign,  // the database of another program
    kDamaged,  // or no database at all
  };
  Is is = Is::kAbsent;
  std::string why = {};  // for people, when it is not sound
};

// The head of the file, its small tables whole, and the large ones along their edges.
SpoolSeen LookAtSpool(const std::string& path);

// Reads every page, and looks whether what waits, and each message, is what was written. Empty when
// it is, else what was found first. Throws SqliteError when it is interrupted.
std::string CheckWhole(Database& db);

// The message of a batch has the P that `sha256` was cut with.
bool IsAsCut(std::string_view message, std::string_view sha256);

bool HasTable(Database& db, const std::string& name);

}  // namespace plotmeter
