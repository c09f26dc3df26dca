// What was entered by hand, as an account reads it.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "portal/store/books.h"
#include "portal/store/connection.h"

namespace plotmeter {

// Of one printer, after `after` and up to `until`, in order; not what was withdrawn. Each with its
// instant, as sqlite_books.cpp has readings.
std::vector<std::pair<std::int64_t, StoredReading>> EnteredOf(StoreConnection& reader,
                                                              std::int64_t owner,
                                                              const std::string& customer,
                                                              std::int64_t printer, Instant after,
                                                              Instant until);

// Since when a channel tells what `meter` counts, whatever its colorant, media and unit.
std::optional<Instant> ToldSince(StoreConnection& reader, std::int64_t owner,
                                 const std::string& customer, std::int64_t printer,
                                 const std::string& meter);

}  // namespace plotmeter
