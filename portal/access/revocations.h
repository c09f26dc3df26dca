// The journal of revocations and erasures, outside the database: what was revoked or erased stays
// so when the database is put back to a day on which it was not.
//
//    NoteRevocation(journal, {.reseller = …, .collector = "col_7Q2M9K4T", .at = now});
//    auto report = Erase(journal, store, store, {reseller, "cus_9F1TB6QW", now}, actor);
//    int again = RepeatRevocations(journal, store);     at each start, and after a restore
//    again += RepeatErasures(journal, store);           both before any collector is heard
//
// A text file, DATA/journal.ndjson, one JSON object a line, ids and no names, only ever longer:
//
//    {"at":"2026-11-29T04:00:00Z","reseller":"res_…","revoked":"col_…"}
//    {"at":"2026-11-29T04:00:00Z","erased":"cus_…","reseller":"res_…"}
//
// Each line is on the disk when Note… returns. All throw std::runtime_error that names the file,
// and its line. Safe from any thread, and for several processes at once.

#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include "common/reseller.h"
#include "common/time.h"
#include "portal/store/forgetting.h"
#include "portal/store/store.h"

namespace plotmeter {

struct Revocation {
  ResellerId reseller = {};
  std::string collector = {};
  Instant at = {};
};

struct Erasure {
  ResellerId reseller = {};
  std::string customer = {};
  Instant at = {};
};

std::filesystem::path JournalFile(const std::filesystem::path& data);

void NoteRevocation(const std::filesystem::path& journal, const Revocation& revocation);

void NoteErasure(const std::filesystem::path& journal, const Erasure& erasure);

// Erases a customer. Its collectors, then the erasure, are noted first: what a power cut leaves
// undone is done at the next start. Empty where the customer is not this reseller's, or was erased
// before; then nothing is noted.
std::optional<ErasureReport> Erase(const std::filesystem::path& journal, Store& store,
                                   Forgetting& forgetting, const Erasure& erasure,
                                   const Actor& actor);

// Revokes what the database calls valid; answers how many. Collectors that the database does not
// know cannot speak, and are passed over. A last line that was cut off by a power cut is none.
int RepeatRevocations(const std::filesystem::path& journal, Store& store);

// Erases the customers that the database has and the journal calls erased; answers how many.
int RepeatErasures(const std::filesystem::path& journal, Forgetting& forgetting);

// Every collector that the journal names.
std::set<std::string> RevokedIn(const std::filesystem::path& journal);

}  // namespace plotmeter
