#include "portal/alerts/watch.h"

#include <algorithm>
#include <exception>

#include "common/log.h"
#include "common/stoppable_wait.h"
#include "portal/ledger/period.h"

namespace plotmeter {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr seconds kBetweenTicks{15};
constexpr std::size_t kAtOnce = 100;  // verdicts in one transaction
constexpr int kMostRounds = 200;      // of them in one tick; the rest waits for the next
constexpr minutes kClockIsSet{5};
constexpr days kClearedKept{400};
constexpr days kDeliveriesKept{90};
constexpr std::size_t kForgottenAtOnce = 1000;
constexpr days kLongestNotice{365};  // of something that ends

Json DigestJson(const DigestRows& rows, const Recipient& recipient, Instant now) {
  Json json = {{"from", FormatInstant(recipient.digest_from)},
               {"to", FormatInstant(now)},
               {"time_zone", recipient.time_zone},
               {"more", rows.more},
               {"open", Json::array()},
               {"cleared", Json::array()}};
  for (const IncidentRow& row : rows.open) json["open"].push_back(ToJson(row));
  for (const IncidentRow& row : rows.cleared) json["cleared"].push_back(ToJson(row));
  return json;
}

// Levels that are not noted yet: of another day than the last one, and another level.
std::vector<LevelNote> NewLevels(const WatchedPrinter& printer, std::chrono::minutes period) {
  std::vector<LevelNote> notes;
  for (const WatchedSupply& supply : SuppliesThatCount(printer.supplies, period)) {
    const auto level = LevelOf(supply);
    if (!level || supply.remark == "not-present") continue;
    if (!supply.history.empty() &&
        (supply.history.back().level == *level || supply.history.back().at >= supply.at)) {
      continue;
    }
    notes.push_back({supply.channel, supply.supply, {supply.at, *level}});
  }
  return notes;
}

}  // namespace

RuleSettings Watch::Rules::OfReseller() const {
  const auto own = sets.find("");
  return own == sets.end() ? RuleSettings() : RuleSettings().With(own->second);
}

RuleSettings Watch::Rules::OfCustomer(const std::string& customer) const {
  const RuleSettings settings = OfReseller();
  const auto own = customer.empty() ? sets.end() : sets.find(customer);
  return own == sets.end() ? settings : settings.With(own->second);
}

RuleSettings Watch::Rules::OfPrinter(const std::string& customer,
                                     const std::string& printer) const {
  const RuleSettings settings = OfCustomer(customer);
  const auto own = sets.find(printer);
  return own == sets.end() ? settings : settings.With(own->second);
}

Watch::Watch(Watching& watching, Outbox& outbox, Directory& directory, const Clock& clock,
             Doors doors)
    : watching_(watching),
      outbox_(outbox),
      directory_(directory),
      clock_(clock, kClockIsSet),
      doors_(std::move(doors)),
      now_(clock_.seen().wall),
      listening_since_(now_),
      hourly_(*clock_.seen().steady),
      daily_(*clock_.seen().steady) {}

void Watch::NoticeClock() {
  const bool was_set = clock_.WasSet();
  now_ = clock_.seen().wall;
  if (was_set) listening_since_ = now_;
}

void Watch::Count(const Noted& noted) {
  counted_.raised += noted.raised;
  counted_.cleared += noted.cleared;
  counted_.told += noted.told;
}

void Watch::Tick() {
  NoticeClock();
  counted_ = {};
  try {
    is_hourly_ = *clock_.seen().steady >= hourly_;
    if (is_hourly_) hourly_ = *clock_.seen().steady + hours(1);
    LookAt(kTheOperator);
    for (const Reseller& reseller : directory_.Resellers()) LookAt(reseller.id);
    if (*clock_.seen().steady >= daily_) daily_ = *clock_.seen().steady + days(1);
    fails_ = false;
  } catch (const std::exception& error) {
    if (!fails_) Log(LogLevel::kWarning, "incidents_not_watched", {{"why", error.what()}});
    fails_ = true;
  }
  if (counted_.raised + counted_.cleared > 0) {
    Log(LogLevel::kInfo, "incidents",
        {{"raised", std::to_string(counted_.raised)},
         {"cleared", std::to_string(counted_.cleared)}});
  }
  if (counted_.told > 0 && doors_.told) doors_.told();
}

void Watch::LookAt(const ResellerId& reseller) {
  Rules rules;
  for (const auto& [target, text] : watching_.RuleSets(reseller)) {
    rules.sets[target] = ParseJson(text);
  }
  LookAtCollectors(reseller, rules);
  LookAtPrinters(reseller, rules);
  if (is_hourly_) {
    LookAtTokens(reseller, rules);
    if (reseller == kTheOperator) LookAtExpiries(rules);
  }
  Count(watching_.ClearGone(reseller, now_ - kSettles, now_));
  MakeDigests(reseller);
  if (*clock_.seen().steady < daily_) return;
  watching_.ForgetIncidents(reseller, now_ - kClearedKept, now_ - kDeliveriesKept,
                            kForgottenAtOnce);
}

void Watch::LookAtCollectors(const ResellerId& reseller, const Rules& rules) {
  for (int round = 0; round < kMostRounds; ++round) {
    const auto due = watching_.DueCollectors(reseller, now_, kAtOnce);
    std::vector<Judged> judged;
    for (const WatchedCollector& collector : due) {
      Judgement verdict =
          JudgeCollector(collector, rules.OfCustomer(collector.customer), now_, listening_since_);
      judged.push_back({.collector = collector.id,
                        .is_heard = verdict.conditions.empty(),
                        .verdict = std::move(verdict)});
    }
    if (!judged.empty()) Count(watching_.NoteVerdicts(reseller, judged, now_));
    if (due.size() < kAtOnce) return;
  }
}

Judged Watch::Judge(const ResellerId& reseller, DuePrinter due, const Rules& rules) {
  WatchedPrinter& printer = due.printer;
  if (doors_.findings) printer.findings = doors_.findings(reseller, printer.id);
  const RuleSettings settings = rules.OfPrinter(printer.customer, printer.id);
  return {.printer = due.number,
          .touched = due.touched,
          .verdict = JudgePrinter(printer, settings, now_, listening_since_),
          .levels = NewLevels(printer, PollPeriod(printer, settings))};
}

void Watch::LookAtPrinters(const ResellerId& reseller, const Rules& rules) {
  for (int round = 0; round < kMostRounds; ++round) {
    auto due = watching_.DuePrinters(reseller, now_, kAtOnce);
    const std::size_t count = due.size();
    std::vector<Judged> judged;
    for (DuePrinter& one : due) judged.push_back(Judge(reseller, std::move(one), rules));
    if (!judged.empty()) Count(watching_.NoteVerdicts(reseller, judged, now_));
    if (count < kAtOnce) return;
  }
}

void Watch::LookAtTokens(const ResellerId& reseller, const Rules& rules) {
  Judged judged{.kinds = {"token-expiring"}};
  for (const WatchedToken& token : watching_.EndingTokens(reseller, now_ + kLongestNotice)) {
    Judgement verdict = JudgeToken(token, rules.OfReseller(), now_);
    for (Condition& one : verdict.conditions) {
      judged.verdict.conditions.push_back(std::move(one));
    }
  }
  Count(watching_.NoteVerdicts(reseller, {judged}, now_));
}

void Watch::LookAtExpiries(const Rules& rules) {
  if (!doors_.expiries) return;
  Count(watching_.NoteVerdicts(
      kTheOperator,
      {{.kinds = {"certificate-expiring", "key-expiring"},
        .verdict = JudgeExpiries(doors_.expiries(), rules.OfReseller(), now_)}},
      now_));
}

void Watch::MakeDigests(const ResellerId& reseller) {
  for (const Recipient& recipient : outbox_.DueDigests(reseller, now_)) {
    // What went shortly before the last digest was still open in that one.
    Recipient since = recipient;
    since.digest_from -= kSettles;
    const DigestRows rows = outbox_.RowsForDigest(reseller, since, now_);
    const bool is_empty = rows.open.empty() && rows.cleared.empty();
    outbox_.NoteDigest(
        reseller, recipient, is_empty ? "" : JsonText(DigestJson(rows, recipient, now_)),
        NextTimeOfDay(now_, minutes(recipient.digest_minute.value_or(0)), recipient.time_zone),
        now_);
    if (!is_empty) ++counted_.told;
  }
}

void Watch::Run(const std::stop_token& stop) {
  StoppableWait wait(stop);
  do {
    Tick();
  } while (wait.For(kBetweenTicks));
}

}  // namespace plotmeter
