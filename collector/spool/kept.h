// How readings and jobs lie in the spool: as the JSON with which they will travel, so that what can
// be kept can be sent. Nothing else of the spool knows this form.
//
//    std::string body = KeptText(reading);          // one line of JSON, without the printer
//    ReadingsFrom({body, other})[0] == reading      // but for `printer` and `alerts`: they are
//                                                   // kept apart
//
// Text is cleaned and cut as the wire wants it, so what comes back may differ in that.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/spool/spool.h"
#include "common/event.h"
#include "common/job.h"
#include "common/reading.h"

namespace plotmeter {

// Throw BatchError when a value could never be sent (a quantity without a unit, a nameless meter).
std::string KeptText(const Reading& reading);
std::string KeptText(const JobRecord& job);  // without its name
std::string KeptText(const PrinterEvent& event);
std::string SparesText(const std::vector<SpareAddress>& spares);

// Throw SqliteError that is_damage() for what KeptText did not write.
std::vector<Reading> ReadingsFrom(const std::vector<std::string>& bodies);
std::vector<JobRecord> JobsFrom(const std::vector<std::string>& bodies);
std::vector<PrinterEvent> EventsFrom(const std::vector<std::string>& bodies);
std::vector<std::string> TextsFrom(const std::string& list);  // of JSON
std::vector<SpareAddress> SparesFrom(const std::string& list);

// The inverse of ToText(Severity).
Severity SeverityOf(std::string_view text);

// A quantity in two columns, and back; empty also for what is none.
std::optional<std::string> ValueOf(const std::optional<Quantity>& quantity);
std::optional<std::string> UnitOf(const std::optional<Quantity>& quantity);
std::optional<Quantity> QuantityOf(const std::optional<std::string>& value,
                                   const std::optional<std::string>& unit);

}  // namespace plotmeter
