#include "portal/alerts/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "portal/alerts/printer_rules.h"

namespace plotmeter {
namespace {

using std::chrono::days;
using std::chrono::minutes;

constexpr days kStillUsed{30};  // a token that nobody used for longer may end unseen
constexpr days kOver{7};        // after it ended, whoever missed it has noticed

}  // namespace

const std::vector<std::string>& ConditionKinds() {
  static const std::vector<std::string> kKinds = {
      "certificate-expiring", "channels-apart", "collector-silent", "epoch-gap",
      "job-mismatch",         "key-expiring",   "printer-alert",    "printer-silent",
      "supply-empty",         "supply-low",     "token-expiring"};
  return kKinds;
}

void Sooner(Judgement& verdict, Instant at) {
  verdict.look_again = std::min(verdict.look_again.value_or(at), at);
}

std::string WithoutSpan(std::chrono::milliseconds span) {
  if (span >= days(2)) return fmt::format("{} days", span / days(1));
  if (span >= std::chrono::hours(2)) return fmt::format("{} hours", span / std::chrono::hours(1));
  return fmt::format("{} minutes", span / minutes(1));
}

bool IsSilent(const WatchedTeller& teller, const RuleSettings& settings, Instant now) {
  return teller.is_missed || teller.heard_at.value_or(teller.enrolled_at) +
                                     minutes(settings.collector_silent_minutes) <=
                                 now;
}

Judgement JudgePrinter(const WatchedPrinter& printer, const RuleSettings& settings, Instant now,
                       Instant listening_since) {
  Judgement verdict;
  if (settings.supplies) JudgeSupplies(printer, settings, now, verdict);
  if (settings.printer_alerts) JudgeAlerts(printer, settings, now, verdict);
  if (settings.printer_silent) JudgeSilence(printer, settings, now, listening_since, verdict);
  JudgeFindings(printer, settings, verdict);
  return verdict;
}

Judgement JudgeCollector(const WatchedCollector& collector, const RuleSettings& settings,
                         Instant now, Instant listening_since) {
  Judgement verdict;
  if (collector.revoked || !settings.collector_silent) return verdict;
  const minutes most(settings.collector_silent_minutes);
  const Instant heard = collector.heard_at.value_or(collector.enrolled_at);
  const Instant counted = collector.is_missed ? heard : std::max(heard, listening_since);
  if (counted + most > now) {
    verdict.look_again = counted + most;
    return verdict;
  }
  verdict.look_again = now + minutes(1);  // one that comes back is noticed soon
  verdict.conditions.push_back(
      {.kind = "collector-silent",
       .key = "collector-silent/" + collector.id,
       .severity = Severity::kCritical,
       .since = heard,
       .what = collector.heard_at
                   ? fmt::format("nothing was heard of collector {} for more than {}",
                                 collector.name, WithoutSpan(most))
                   : fmt::format("collector {} enrolled and was never heard", collector.name),
       .facts = {{"minutes", settings.collector_silent_minutes}}});
  return verdict;
}

Judgement JudgeToken(const WatchedToken& token, const RuleSettings& settings, Instant now) {
  Judgement verdict;
  if (!token.expires_at || token.revoked || !settings.expiries) return verdict;
  const Instant begins = *token.expires_at - days(settings.expiry_days);
  const bool is_used = token.last_used_at && *token.last_used_at + kStillUsed > now;
  if (now < begins || !is_used || now >= *token.expires_at + kOver) return verdict;
  verdict.conditions.push_back(
      {.kind = "token-expiring",
       .key = "token-expiring/" + token.id,
       .severity = *token.expires_at <= now ? Severity::kCritical : Severity::kWarning,
       .since = begins,
       .what = fmt::format("API token {} {} {}", token.name,
                           *token.expires_at <= now ? "ended" : "ends",
                           FormatInstant(*token.expires_at)),
       .facts = {{"expires_at", FormatInstant(*token.expires_at)}}});
  return verdict;
}

Judgement JudgeExpiries(const std::vector<WatchedExpiry>& expiries, const RuleSettings& settings,
                        Instant now) {
  Judgement verdict;
  if (!settings.expiries) return verdict;
  for (const WatchedExpiry& one : expiries) {
    const Instant begins = one.at - days(settings.expiry_days);
    if (now < begins) continue;
    verdict.conditions.push_back(
        {.kind = one.kind + "-expiring",
         .key = one.kind + "-expiring/" + one.name,
         .severity = one.at <= now ? Severity::kCritical : Severity::kWarning,
         .since = begins,
         .what = fmt::format("the portal's {} {} {} {}", one.kind, one.name,
                             one.at <= now ? "ended" : "ends", FormatInstant(one.at)),
         .facts = {{"expires_at", FormatInstant(one.at)}}});
  }
  return verdict;
}

}  // namespace plotmeter
