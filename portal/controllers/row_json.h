// Rows of the store as the API shows them (proto/openapi.yaml). What is not known is absent.

#pragma once

#include <optional>
#include <string>

#include "common/json.h"
#include "portal/store/lists.h"

namespace plotmeter {

// Adds a member, if it is known.
void Put(Json& json, const char* name, const std::string& text);  // empty: not known
void Put(Json& json, const char* name, const std::optional<std::string>& text);
void Put(Json& json, const char* name, const std::optional<std::int64_t>& number);
void Put(Json& json, const char* name, const std::optional<Instant>& instant);
// {"value":"0.21","unit":"cc"}
void Put(Json& json, const char* name, const std::optional<std::string>& value,
         const std::optional<std::string>& unit);

Json ToJson(const Customer& customer);
Json ToJson(const Site& site);
Json ToJson(const PrinterRow& row);
Json ToJson(const ReadingRow& row);
Json ToJson(const SupplyRow& row);
Json ToJson(const TraitRow& row);
Json ToJson(const JobEntry& row);
Json ToJson(const AlertRow& row);
Json ToJson(const EventRow& row);
Json ToJson(const CollectorRow& row);
Json ToJson(const CodeRow& row, Instant now);

}  // namespace plotmeter
