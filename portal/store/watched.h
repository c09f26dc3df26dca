// What the portal knows of one printer, collector or token, as the rules look at it
// (portal/alerts/rules.h), and what they find: conditions that need a person.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/decimal.h"
#include "common/json.h"
#include "common/reading.h"
#include "common/time.h"

namespace plotmeter {

// How much of a supply was left at one instant, by the collector's clock.
struct LevelPoint {
  Instant at = {};
  Quantity level = {};  // in percent, unit "%", where the printer says so

  bool operator==(const LevelPoint&) const = default;
};

// The latest word on one supply, as the printer gave it, and the levels before it.
struct WatchedSupply {
  std::string channel = {}, supply = {};
  Instant at = {};
  std::optional<std::string> kind = {}, colorant = {}, description = {}, level = {},
                             level_unit = {}, capacity = {}, capacity_unit = {}, percent = {},
                             remark = {}, state = {};
  std::vector<LevelPoint> history = {};  // rising in time
};

// An alert of the printer's own that lasts.
struct WatchedAlert {
  std::string channel = {}, key = {}, severity = {}, code = {};
  std::optional<std::string> text = {}, part = {};
  Instant since = {};
};

// What the ledger found about a printer and wants a person to settle: a gap between two epochs, jobs
// and meters that do not fit, or two channels that count differently.
struct LedgerFinding {
  enum class Kind { kEpochGap, kJobMismatch, kChannelsApart };
  Kind kind = Kind::kEpochGap;
  std::string key = {};   // the same for the same finding: "ink.used/magenta/2026-11-22T09:00:00Z"
  std::string what = {};  // for people, a sentence without its full stop
  Instant since = {};
};

// The collector that told of a printer last.
struct WatchedTeller {
  std::string id = {};
  std::optional<Instant> heard_at = {};  // absent: never
  Instant enrolled_at = {};
  bool revoked = false;
  std::optional<Instant> back_at = {};  // when it was heard again after it had been silent
  bool is_missed = false;               // its silence was raised, and is not over yet
  std::int64_t known = 0, answering = 0, asleep = 0;  // printers, as it said last
  std::optional<std::int64_t> interval_minutes = {};  // of the settings that it took
};

struct WatchedPrinter {
  std::string id = {}, serial = {}, model = {};
  std::string customer = {};  // whose it is, and so which settings hold
  std::optional<std::string> state = {};
  Instant first_seen = {};
  Instant last_seen = {};
  // The instants of its last readings, falling, at most nine.
  std::vector<Instant> read_at = {};
  std::optional<WatchedTeller> teller = {};  // absent: of before it was noted
  std::vector<WatchedSupply> supplies = {};
  std::vector<WatchedAlert> alerts = {};
  std::vector<LedgerFinding> findings = {};
  std::vector<std::string> open = {};  // keys of its conditions that were raised and not cleared
};

struct WatchedCollector {
  std::string id = {}, name = {};
  std::string customer = {};
  Instant enrolled_at = {};
  std::optional<Instant> heard_at = {};
  bool revoked = false;
  bool is_missed = false;  // its silence was raised, and is not over yet
};

struct WatchedToken {
  std::string id = {}, name = {};
  std::string customer = {};  // of a customer_viewer
  std::optional<Instant> expires_at = {};
  std::optional<Instant> last_used_at = {};
  bool revoked = false;
};

// Something of the portal's own that ends: its certificate, a retired key.
struct WatchedExpiry {
  std::string kind = {};  // "certificate", "key"
  std::string name = {};
  Instant at = {};
};

// A condition that needs a person, as long as it holds.
struct Condition {
  std::string kind = {};  // "supply-low", "printer-silent", … (portal/alerts/rules.h has them all)
  std::string key = {};   // the same as long as it is the same: "supply-low/prn_7Q2M9K4T/slot-0"
  Severity severity = Severity::kUnknown;
  Instant since = {};
  std::string what = {};  // for people, a sentence without its full stop
  Json facts = Json::object();

  bool operator==(const Condition&) const = default;
};

struct Judgement {
  std::vector<Condition> conditions = {};
  // When time alone may change it; absent: never.
  std::optional<Instant> look_again = {};

  bool operator==(const Judgement&) const = default;
};

}  // namespace plotmeter
