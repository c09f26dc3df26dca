// The journal of revocations, outside the database: what was revoked stays so when the database is
// put back to a day on which it was not.
//
//    NoteRevocation(journal, {.reseller = …, .collector = "col_7Q2M9K4T", .at = now});
//    int again = RepeatRevocations(journal, store);     at each start, and after a restore
//
// A text file, DATA/journal.ndjson, one JSON object a line, only ever longer:
//
//    {"at":"2026-11-29T04:00:00Z","reseller":"res_…","revoked":"col_…"}
//
// Each line is on the disk when NoteRevocation returns. Both throw std::runtime_error that names
// the file, and its line. Not for two threads.

#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "common/reseller.h"
#include "common/time.h"
#include "portal/store/store.h"

namespace plotmeter {

struct Revocation {
  ResellerId reseller = {};
  std::string collector = {};
  Instant at = {};
};

std::filesystem::path JournalFile(const std::filesystem::path& data);

void NoteRevocation(const std::filesystem::path& journal, const Revocation& revocation);

// Revokes what the database calls valid; answers how many. Collectors that the database does not
// know cannot speak, and are passed over. A last line that was cut off by a power cut is none.
int RepeatRevocations(const std::filesystem::path& journal, Store& store);

// Every collector that the journal names.
std::set<std::string> RevokedIn(const std::filesystem::path& journal);

}  // namespace plotmeter
