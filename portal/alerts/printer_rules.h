// The parts of JudgePrinter (rules.h), each adding to a verdict. Pure.

#pragma once

#include <chrono>
#include <string>

#include "portal/alerts/rule_settings.h"
#include "portal/store/watched.h"

namespace plotmeter {

void JudgeSupplies(const WatchedPrinter& printer, const RuleSettings& settings, Instant now,
                   Judgement& verdict);
void JudgeAlerts(const WatchedPrinter& printer, const RuleSettings& settings, Instant now,
                 Judgement& verdict);
void JudgeSilence(const WatchedPrinter& printer, const RuleSettings& settings, Instant now,
                  Instant listening_since, Judgement& verdict);
void JudgeFindings(const WatchedPrinter& printer, const RuleSettings& settings, Judgement& verdict);

// The verdict is to be looked at again at `at`, or sooner.
void Sooner(Judgement& verdict, Instant at);
// "6 hours", "45 minutes", rounded down.
std::string WithoutSpan(std::chrono::milliseconds span);

}  // namespace plotmeter
