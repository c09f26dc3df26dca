// What `status` shows: the service's own picture of the moment (status_book.h), the printers that
// are known, and what waits, put together and said in words.
//
//    Json status = StatusOf({.book = …, .known = spool.KnownPrinters(), …});
//    StatusText(status, now)
//
//    A service runs (process 4711); its last round ended 3 minutes ago.
//    Enrolled as col_7Q2M9K4T for Head office at https://portal.example.
//    Sending waits: https://portal.example: connection refused. Next try in 4 minutes.
//    …
//
// The JSON is documented in docs/operating.md. Pure.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "collector/enrol/identity.h"
#include "collector/spool/set_aside.h"
#include "collector/spool/spool.h"
#include "common/json.h"
#include "common/version.h"

namespace plotmeter {

struct StatusParts {
  Json book = Json::object();  // status.json as the service wrote it; empty: there is none
  std::vector<KnownPrinter> known = {};
  Waiting waiting = {};
  std::optional<Identity> identity = {};
  std::string key = {};  // thumbprint of the collector's key; empty: it cannot be read
  std::string stream = {};
  std::int64_t spool_bytes = 0;
  std::int64_t spool_limit = 0;  // 0: none
  std::vector<Mishap> mishaps = {};
  std::vector<SetAsideFile> set_aside = {};
  int service = 0;                   // its process; 0: none runs
  std::string installed = kVersion;  // of this program
};

// Each printer gets a "state": well (it answered in the last round), asleep (it said so), silent
// (nothing answered), trouble (it answered, and was not understood or kept) or new (not read yet).
// A printer that is not known any more is left out.
Json StatusOf(const StatusParts& parts);

std::string StatusText(const Json& status, Instant now);

// "3 minutes ago", "in 4 minutes"; "just now" within two seconds.
std::string WhenText(Instant at, Instant now);

}  // namespace plotmeter
