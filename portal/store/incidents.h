// Incidents as people work with them: found, acknowledged, put off, assigned, talked about; and the
// settings of the rules that raise them.
//
//    Page<IncidentRow> page = store.ListIncidents(reseller, {.open = true}, {}, 100);
//    store.ChangeIncident(reseller, "inc_7Q2M9K4T", {.acknowledged = true}, actor, now);
//
// Each change writes the audit log in its transaction. Safe from any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/json.h"
#include "common/reseller.h"
#include "common/time.h"
#include "portal/store/audit.h"
#include "portal/store/lists.h"

namespace plotmeter {

struct IncidentRow {
  std::string id = {};  // "inc_7Q2M9K4T"
  std::string kind = {}, severity = {}, what = {};
  std::string facts = {};  // a JSON object, as text
  std::optional<PrinterRef> printer = {};
  std::string collector = {}, collector_name = {};  // empty: it is of none
  Site site = {};  // its id and that of its customer empty: the whole reseller's, or the operator's
  Instant since = {};
  Instant raised_at = {};
  std::int64_t returns = 0;  // how often it went and came back
  std::optional<Instant> cleared_at = {};
  std::optional<Instant> acknowledged_at = {};
  std::string acknowledged_by = {};
  std::optional<Instant> snoozed_until = {};
  std::string assigned_to = {};
};

struct IncidentComment {
  std::int64_t number = 0;
  Instant at = {};
  std::string who = {};
  std::string text = {};
};

// Empty members do not narrow.
struct IncidentFilter {
  std::string customer = {}, site = {}, printer = {};
  std::string kind = {}, severity = {}, assigned_to = {};
  std::optional<bool> open = {};
};

// Absent members stay as they are.
struct IncidentChange {
  std::optional<bool> acknowledged = {};
  std::optional<std::optional<Instant>> snoozed_until = {};
  std::optional<std::string> assigned_to = {};  // empty: nobody
};

enum class IncidentChanged { kDone, kNotThere, kNoSuchPerson, kIsCleared };

class Incidents {
 public:
  virtual ~Incidents() = default;

  // Newest first.
  virtual Page<IncidentRow> ListIncidents(const ResellerId& reseller, const IncidentFilter& filter,
                                          const Position& after, std::size_t limit) = 0;
  virtual std::optional<IncidentRow> FindIncident(const ResellerId& reseller,
                                                  const std::string& id) = 0;
  virtual std::vector<IncidentComment> CommentsOn(const ResellerId& reseller,
                                                  const std::string& id) = 0;
  virtual IncidentChanged ChangeIncident(const ResellerId& reseller, const std::string& id,
                                         const IncidentChange& change, const Actor& actor,
                                         Instant now) = 0;
  // Its number; empty where there is no such incident, or a thousand of them.
  virtual std::optional<std::int64_t> AddComment(const ResellerId& reseller, const std::string& id,
                                                 const std::string& text, const Actor& actor,
                                                 Instant now) = 0;

  // What a target (empty: the reseller; a customer; a printer) has of its own, as JSON; "{}" for
  // nothing. SetRules makes all printers that it is about due again.
  virtual std::string RulesOf(const ResellerId& reseller, const std::string& target) = 0;
  virtual void SetRules(const ResellerId& reseller, const std::string& target, const Json& rules,
                        const Actor& actor, Instant now) = 0;
};

// What a notice says of an incident, and the API shows (proto/openapi.yaml, Incident).
Json ToJson(const IncidentRow& row);

}  // namespace plotmeter
