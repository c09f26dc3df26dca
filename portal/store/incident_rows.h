// How incidents are read, and how whoever is to be told of one is.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "portal/store/connection.h"
#include "portal/store/incidents.h"
#include "portal/store/outbox.h"

namespace plotmeter {

std::optional<IncidentRow> ReadIncident(StoreConnection& connection, std::int64_t owner,
                                        const std::string& id);
std::vector<Recipient> ReadRecipients(StoreConnection& connection, std::int64_t owner);

// In the transaction that is open: a notice of the incident as it is now, and a delivery to each of
// `recipients` that it is for; of what is cleared, to each that was told of it before. How many.
int Tell(StoreConnection& writer, std::int64_t owner, const std::string& incident,
         const std::string& what, const std::vector<Recipient>& recipients, Instant now);

// A notice for one recipient or person alone; the id of the delivery.
struct SingleNotice {
  std::string what = {}, body = {};
  std::string kind = {};  // email, webhook
  std::optional<std::string> recipient = {}, person = {};
};
std::string TellOne(StoreConnection& writer, std::int64_t owner, const SingleNotice& notice,
                    Instant now);

// The texts of the questions that answer a page of incidents, as in list_rows.h.
std::vector<std::string> IncidentQuestions();

}  // namespace plotmeter
