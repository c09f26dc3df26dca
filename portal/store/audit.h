// The audit log: every change with who, what, of what, before and after, in one chain a reseller.
//
//    {"after":{"role":"reseller_viewer"},"at":"2026-11-29T04:00:00Z","before":{},"number":7,
//     "previous":"47DEQpj8…","reseller":"res_7Q2M9K4T","subject":"usr_3D8KX0PA",
//     "what":"user.invite","who":"usr_9F1TB6QW"}
//
// This text, with its members in this order and without blanks, is what a row's hash is made of:
// SHA-256, base64url. `previous` is the hash of the row before, and for the first one AuditGenesis:
// a row that was changed, left out, put in or moved breaks the chain at its number. Rows that were
// cut off at the end leave no trace in it; whoever wants to notice notes the last hash elsewhere
// ('plotmeter-portal verify' prints it).
//
// Ids stand for people and customers; their names are not written down here. Pure.

#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "common/json.h"
#include "common/reseller.h"
#include "common/time.h"

namespace plotmeter {

// Who makes a change: "usr_3D8KX0PA", "tok_7Q2M9K4T", "col_…", "command line", or the portal
// itself. There is no default: who forgets to say it would write down somebody else.
struct Actor {
  Actor(std::string id_in) : id(std::move(id_in)) {}  // NOLINT: {who.id} reads well

  std::string id;
};

// For what nobody asked for: what was done before, repeated after a power cut.
inline const Actor kPortalItself{"portal"};

// What is to be written down; the store adds number, instant and hashes.
struct AuditNote {
  std::string what = {};  // "user.invite"
  std::string subject = {};
  Json before = Json::object();
  Json after = Json::object();
};

struct AuditRow {
  std::int64_t number = 0;
  Instant at = {};
  std::string who = {};
  std::string what = {};
  std::string subject = {};
  std::string before = {};  // JSON objects, as text
  std::string after = {};
  std::string previous = {};
  std::string hash = {};
};

std::string AuditGenesis(const ResellerId& reseller);

// The hash that the row should have; its own is not looked at. Throws JsonError where before or
// after are no JSON.
std::string AuditHash(const ResellerId& reseller, const AuditRow& row);

}  // namespace plotmeter
