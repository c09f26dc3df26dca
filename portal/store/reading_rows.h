// When a printer was read, in the order of its collector (books.h), and whose books are stale
// since.

#pragma once

#include <cstdint>

#include "portal/store/derived.h"

namespace plotmeter {

// Inside the caller's transaction, once meter_reading has what the reading said. `index`: of the
// reading in the batch. Answers where it stands, in milliseconds.
std::int64_t WriteDeviceReading(StoreConnection& writer, const DerivedRows::Place& place,
                                const BatchRecord& batch, std::int64_t printer, std::size_t index);

void MarkStale(StoreConnection& writer, std::int64_t owner, std::int64_t printer,
               std::int64_t since);

}  // namespace plotmeter
