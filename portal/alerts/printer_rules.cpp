#include "portal/alerts/printer_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "portal/alerts/alert_words.h"
#include "portal/alerts/rules.h"

namespace plotmeter {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

constexpr minutes kUsualPeriod = hours(3);
constexpr std::size_t kEnoughTimes = 4;

// An alert's own code says nothing where it is "other" or "unknown" (RFC 3805, PrtAlertCodeTC).
bool SaysNothing(const std::string& code) { return code.empty() || code == "1" || code == "2"; }

// What makes two alerts one: the part, and what is the matter with it.
std::string MeaningOf(const WatchedAlert& alert) {
  const std::string& matter =
      !SaysNothing(alert.code) ? alert.code : alert.text.value_or(alert.channel + " " + alert.key);
  return alert.part.value_or("") + "/" + matter;
}

std::string WordsOf(const WatchedAlert& alert) {
  const bool is_prt_code = alert.channel == ToText(ChannelKind::kSnmp);
  const std::string_view meaning = is_prt_code ? PrtAlertCodeWords(alert.code) : "";
  std::string words =
      alert.text.value_or(meaning.empty() ? "alert " + alert.code : std::string(meaning));
  if (alert.part) words += " (" + *alert.part + ")";
  return words;
}

// How long one of that severity has to last; empty: it is nobody's business.
std::optional<minutes> Patience(const std::string& severity, const RuleSettings& settings) {
  int after = -1;
  if (severity == ToText(Severity::kCritical)) after = settings.critical_after_minutes;
  if (severity == ToText(Severity::kWarning)) after = settings.warning_after_minutes;
  return after < 0 ? std::nullopt : std::optional(minutes(after));
}

// Who is asleep says nothing. A collector whose printers answer or sleep, all of them, misses none;
// one that misses some and has others asleep is believed of those that were asleep when they were
// read last. Nobody sleeps for ever.
bool IsAsleep(const WatchedPrinter& printer, const RuleSettings& settings, Instant now) {
  if (printer.last_seen + days(settings.asleep_most_days) <= now) return false;
  const bool slept = printer.state == "asleep";
  if (!printer.teller || printer.teller->known == 0) return slept;
  const WatchedTeller& teller = *printer.teller;
  if (teller.asleep == 0) return false;
  return slept || teller.known <= teller.answering + teller.asleep;
}

}  // namespace

std::chrono::minutes PollPeriod(const WatchedPrinter& printer, const RuleSettings& settings) {
  if (settings.poll_minutes > 0) return minutes(settings.poll_minutes);
  if (printer.teller && printer.teller->interval_minutes) {
    return minutes(std::max<std::int64_t>(*printer.teller->interval_minutes, 1));
  }
  std::vector<std::chrono::milliseconds> spans;
  for (std::size_t i = 1; i < printer.read_at.size(); ++i) {
    spans.push_back(printer.read_at[i - 1] - printer.read_at[i]);
  }
  if (spans.size() < kEnoughTimes) return kUsualPeriod;
  const auto middle = spans.begin() + static_cast<std::ptrdiff_t>(spans.size() / 2);
  std::ranges::nth_element(spans, middle);
  return std::clamp(std::chrono::ceil<minutes>(*middle), minutes(30), minutes(hours(24)));
}

void JudgeAlerts(const WatchedPrinter& printer, const RuleSettings& settings, Instant now,
                 Judgement& verdict) {
  std::map<std::string, const WatchedAlert*> groups;
  for (const WatchedAlert& alert : printer.alerts) {
    const auto patience = Patience(alert.severity, settings);
    if (!patience) continue;
    if (alert.since + *patience > now) {
      Sooner(verdict, alert.since + *patience);
      continue;
    }
    const WatchedAlert*& one = groups[MeaningOf(alert)];
    const bool is_graver =
        one != nullptr && one->severity != "critical" && alert.severity == "critical";
    if (one == nullptr || is_graver) one = &alert;
  }
  for (const auto& [meaning, alert] : groups) {
    Json facts = {{"channel", alert->channel}, {"key", alert->key}, {"code", alert->code}};
    if (alert->part) facts["part"] = *alert->part;
    verdict.conditions.push_back(
        {.kind = "printer-alert",
         .key = "printer-alert/" + printer.id + "/" + meaning,
         .severity = alert->severity == "critical" ? Severity::kCritical : Severity::kWarning,
         .since = alert->since,
         .what = WordsOf(*alert),
         .facts = std::move(facts)});
  }
}

void JudgeSilence(const WatchedPrinter& printer, const RuleSettings& settings, Instant now,
                  Instant listening_since, Judgement& verdict) {
  if (printer.teller && printer.teller->revoked) return;  // nobody is meant to read it
  const minutes most = PollPeriod(printer, settings) * settings.silent_poll_periods;
  const std::string key = "printer-silent/" + printer.id;
  const bool was_silent = std::ranges::find(printer.open, key) != printer.open.end();
  Instant heard = printer.last_seen;
  // Who was cut off with its collector is given as long again from when that one came back. Of what
  // was raised already the silence goes on.
  if (printer.teller && !was_silent) {
    heard = std::max(heard, printer.teller->back_at.value_or(heard));
    if (settings.collector_silent && IsSilent(*printer.teller, settings, now)) {
      return Sooner(verdict, now + minutes(settings.collector_silent_minutes));
    }
  }
  if (heard + most > now) return Sooner(verdict, heard + most);
  if (!was_silent && now < listening_since + kDrainTime) {
    return Sooner(verdict, listening_since + kDrainTime);
  }
  if (IsAsleep(printer, settings, now)) {
    return Sooner(verdict,
                  std::min(now + minutes(30), printer.last_seen + days(settings.asleep_most_days)));
  }
  verdict.conditions.push_back(
      {.kind = "printer-silent",
       .key = key,
       .severity = Severity::kCritical,
       .since = printer.last_seen,
       .what = fmt::format("nothing was heard of it for more than {}", WithoutSpan(most)),
       .facts = {{"minutes", most.count()}}});
  Sooner(verdict, now + minutes(30));  // it may have fallen asleep after all
}

void JudgeFindings(const WatchedPrinter& printer, const RuleSettings& settings,
                   Judgement& verdict) {
  for (const LedgerFinding& finding : printer.findings) {
    struct Rule {
      std::string kind = {};
      bool holds = false;
    };
    const auto rule_of = [&]() -> Rule {
      switch (finding.kind) {
        case LedgerFinding::Kind::kEpochGap:
          return {"epoch-gap", settings.epoch_gaps};
        case LedgerFinding::Kind::kJobMismatch:
          return {"job-mismatch", settings.job_mismatches};
        case LedgerFinding::Kind::kChannelsApart:
          return {"channels-apart", settings.channels_apart};
      }
      return {};
    };
    const auto [kind, holds] = rule_of();
    if (!holds) continue;
    verdict.conditions.push_back({.kind = kind,
                                  .key = kind + "/" + printer.id + "/" + finding.key,
                                  .severity = Severity::kWarning,
                                  .since = finding.since,
                                  .what = finding.what});
  }
}

}  // namespace plotmeter
