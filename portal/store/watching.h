// What the rules look at, and what becomes of what they find: incidents, raised once and cleared
// once.
//
//    for (const DuePrinter& due : store.DuePrinters(reseller, now, 100)) …
//    store.NoteVerdicts(reseller, {{.printer = due.number, .touched = due.touched,
//                                   .verdict = JudgePrinter(…)}}, now);
//    store.ClearGone(reseller, now - 10 min, now);
//
// A verdict, the incidents that it raises, and the deliveries to whoever is to be told of them
// (outbox.h) are one transaction. A printer that something was stored of since it was read stays
// due, and nothing of its verdict is noted. Safe from any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/reseller.h"
#include "common/time.h"
#include "portal/store/watched.h"

namespace plotmeter {

struct DuePrinter {
  std::int64_t number = 0;
  std::int64_t touched = 0;
  WatchedPrinter printer = {};  // without its findings
};

struct LevelNote {
  std::string channel = {}, supply = {};
  LevelPoint point = {};
};

// One verdict, and of what: a printer, a collector, or all of the reseller's that are of some
// kinds. What was raised of that before and is not among the conditions is gone.
struct Judged {
  std::int64_t printer = 0;
  std::int64_t touched = 0;
  std::string collector = {};
  bool is_heard = false;  // of a collector
  std::vector<std::string> kinds = {};
  Judgement verdict = {};
  std::vector<LevelNote> levels = {};
};

struct Noted {
  int raised = 0;
  int cleared = 0;
  int told = 0;  // deliveries that were made due
};

class Watching {
 public:
  virtual ~Watching() = default;

  // What to look at now, longest due first.
  virtual std::vector<DuePrinter> DuePrinters(const ResellerId& reseller, Instant now,
                                              std::size_t limit) = 0;
  virtual std::vector<WatchedCollector> DueCollectors(const ResellerId& reseller, Instant now,
                                                      std::size_t limit) = 0;
  // Those that end before `before`, and were not revoked.
  virtual std::vector<WatchedToken> EndingTokens(const ResellerId& reseller, Instant before) = 0;

  // What differs from the rules' own settings, as JSON, by target (empty: the reseller).
  virtual std::map<std::string, std::string> RuleSets(const ResellerId& reseller) = 0;

  virtual Noted NoteVerdicts(const ResellerId& reseller, const std::vector<Judged>& judged,
                             Instant now) = 0;
  // What is gone since before `gone_before` is cleared. Who was snoozed until now is told of again.
  virtual Noted ClearGone(const ResellerId& reseller, Instant gone_before, Instant now) = 0;

  // At most `limit` incidents that were cleared, and deliveries that were made, before these. How
  // many.
  virtual std::int64_t ForgetIncidents(const ResellerId& reseller, Instant cleared_before,
                                       Instant made_before, std::size_t limit) = 0;
};

}  // namespace plotmeter
