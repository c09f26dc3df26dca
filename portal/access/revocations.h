// The journal of revocations, of people who are disabled, and of erasures, outside the database:
// all that stays so when the database is put back to a day on which it was not.
//
//    NoteRevocation(journal, {.reseller = …, .id = "col_7Q2M9K4T", .at = now});
//    NoteDisabling(journal, {.reseller = …, .person = "usr_…", .disabled = true, .at = now});
//    auto report = Erase(journal, store, store, {reseller, "cus_9F1TB6QW", now}, actor);
//    int again = RepeatRevocations(journal, store);     at each start, and after a restore;
//    again += RepeatDisablings(journal, store);         all of it before anybody is heard
//    again += RepeatErasures(journal, store);
//
// A text file, DATA/journal.ndjson, one JSON object a line, ids and no names, only ever longer:
//
//    {"at":"2026-11-29T04:00:00Z","reseller":"res_…","revoked":"col_…"}      or "tok_…"
//    {"at":"2026-11-29T04:00:00Z","disabled":"usr_…","reseller":"res_…"}     or "enabled"
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
#include "portal/store/accounts.h"
#include "portal/store/forgetting.h"
#include "portal/store/store.h"

namespace plotmeter {

struct Revocation {
  ResellerId reseller = {};
  std::string id = {};  // a collector's or a token's
  Instant at = {};
};

// Of one person the last word counts.
struct Disabling {
  ResellerId reseller = {};
  std::string person = {};
  bool disabled = true;
  Instant at = {};
};

struct Erasure {
  ResellerId reseller = {};
  std::string customer = {};
  Instant at = {};
};

std::filesystem::path JournalFile(const std::filesystem::path& data);

void NoteRevocation(const std::filesystem::path& journal, const Revocation& revocation);

void NoteDisabling(const std::filesystem::path& journal, const Disabling& disabling);

void NoteErasure(const std::filesystem::path& journal, const Erasure& erasure);

// Erases a customer. Its collectors, then the erasure, are noted first: what a power cut leaves
// undone is done at the next start. Empty where the customer is not this reseller's, or was erased
// before; then nothing is noted.
std::optional<ErasureReport> Erase(const std::filesystem::path& journal, Store& store,
                                   Forgetting& forgetting, const Erasure& erasure,
                                   const Actor& actor);

// Revokes what the database calls valid; answers how many. Who the database does not know cannot
// speak, and is passed over. A last line that was cut off by a power cut is none.
int RepeatRevocations(const std::filesystem::path& journal, Store& store);

// Disables who was, and was not let in again since; answers how many. Nobody is let in by it.
int RepeatDisablings(const std::filesystem::path& journal, Accounts& accounts);

// Erases the customers that the database has and the journal calls erased; answers how many.
int RepeatErasures(const std::filesystem::path& journal, Forgetting& forgetting);

// Every collector, and token, that the journal calls revoked.
std::set<std::string> RevokedIn(const std::filesystem::path& journal);

}  // namespace plotmeter
