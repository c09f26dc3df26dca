// What needs a person, from what the portal knows. Pure.
//
//    const Judgement verdict = JudgePrinter(printer, settings, now);
//    for (const Condition& one : verdict.conditions) …     "supply-low", "magenta: 9 % left, …"
//    verdict.look_again                                    when time alone may change it
//
// The kinds of conditions, and when each holds:
//
//    supply-low        at or below supply_low_percent of its capacity, or enough for
//                      supply_low_days or fewer (forecast.h), or the printer calls it low. Once it
//                      was, until there are five percents and three days more than that
//    supply-empty      at or below supply_empty_percent, or the printer calls it empty
//    printer-alert     an alert of the printer's own, critical or a warning, that has lasted as
//                      long as the settings say. Those of one part with one meaning are one
//    printer-silent    nothing of it came for silent_poll_periods poll periods. Not while it
//                      sleeps, and not while its collector is silent: then that one alone is told
//    collector-silent  no heartbeat for collector_silent_minutes
//    epoch-gap, job-mismatch, channels-apart   what the ledger found (LedgerFinding)
//    token-expiring    an API token that was used within 30 days ends within expiry_days
//    certificate-expiring, key-expiring   of the portal's own: the operator's business
//
// Of a supply that several channels tell of, the best channel that spoke lately counts: PIWS, LEDM,
// then SNMP. What no channel knows is not judged: unknown is never empty. Of a waste box the level
// is the room that is left in it.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "portal/alerts/rule_settings.h"
#include "portal/store/watched.h"

namespace plotmeter {

inline constexpr std::chrono::minutes kDrainTime{30};

// `listening_since`: when the portal began to be there. Who could not be heard before is not silent
// for it: collectors are given as long as the settings say, printers kDrainTime, in which
// collectors send what waited.
Judgement JudgePrinter(const WatchedPrinter& printer, const RuleSettings& settings, Instant now,
                       Instant listening_since = {});
Judgement JudgeCollector(const WatchedCollector& collector, const RuleSettings& settings,
                         Instant now, Instant listening_since = {});
Judgement JudgeToken(const WatchedToken& token, const RuleSettings& settings, Instant now);
Judgement JudgeExpiries(const std::vector<WatchedExpiry>& expiries, const RuleSettings& settings,
                        Instant now);

// The words for all kinds of conditions.
const std::vector<std::string>& ConditionKinds();

// How often a printer is read. The setting; else what its collector was asked and took; else the
// median of the times between its last readings, from half an hour to a day; else 3 hours.
std::chrono::minutes PollPeriod(const WatchedPrinter& printer, const RuleSettings& settings);

// Whether nothing was heard of a collector for as long as the settings allow.
bool IsSilent(const WatchedTeller& teller, const RuleSettings& settings, Instant now);

// Whole percents, rounded down; empty: not known.
std::optional<int> PercentLeft(const WatchedSupply& supply);

// The level that a forecast goes by: in percent, else as it is. Empty: not known.
std::optional<Quantity> LevelOf(const WatchedSupply& supply);

// Those to be judged: of the best channel that spoke lately.
std::vector<WatchedSupply> SuppliesThatCount(const std::vector<WatchedSupply>& supplies,
                                             std::chrono::minutes poll_period);

}  // namespace plotmeter
