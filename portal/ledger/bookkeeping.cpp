#include "portal/ledger/bookkeeping.h"

#include <algorithm>
#include <exception>
#include <set>
#include <tuple>

#include "common/crypto.h"
#include "common/jose.h"
#include "common/log.h"
#include "common/sqlite.h"
#include "common/stoppable_wait.h"
#include "portal/ledger/believed.h"
#include "portal/ledger/job_amounts.h"
#include "portal/ledger/most_printed.h"
#include "portal/ledger/period.h"
#include "portal/store/entered.h"

namespace plotmeter {
namespace {

constexpr auto kUntilSettled = std::chrono::days(10);
constexpr std::chrono::days kUntilNoJobsAreNews(62);
constexpr auto kBetweenLooks = std::chrono::seconds(5);
constexpr auto kAfterFailure = std::chrono::minutes(1);
constexpr std::size_t kAtOnce = 100;                       // printers
const Instant kForEver = FromMillis(253'402'300'799'000);  // the last second of 9999

using Decisions = std::map<std::string, std::optional<Exact>>;

Decisions DecisionsOf(Books& books, const ResellerId& reseller, const std::string& printer) {
  Decisions decisions;
  for (const GapDecision& decision : books.DecisionsOf(reseller, printer)) {
    const auto used = decision.used ? Decimal::Parse(*decision.used) : std::nullopt;
    decisions[decision.gap] = used ? std::optional(Exact::Of(*used)) : std::nullopt;
  }
  return decisions;
}

ChannelAccount AccountOf(const ChannelReadings& channel) {
  std::vector<AccountMeter> meters;
  for (const StoredMeter& meter : channel.meters) {
    meters.push_back({.number = meter.number,
                      .meter = meter.meter,
                      .unit = meter.unit,
                      .wraps = channel.channel == "snmp",
                      .same = meter.meter + '\n' + meter.colorant + '\n' + meter.media});
  }
  ChannelAccount account(std::move(meters));
  if (!channel.state.empty()) account.Resume(channel.state);
  return account;
}

// Where channels tell since `until` or before what was entered by hand: the gap between the two,
// for each meter once.
class Connections {
 public:
  explicit Connections(const ChannelReadings& channel) {
    for (const StoredMeter& meter : channel.meters) {
      if (meter.told_at) told_.emplace(*meter.told_at, &meter);
    }
  }

  void Pass(Instant until, const ChannelAccount& account,
            const std::function<void(const Entry&)>& emit) {
    for (; !told_.empty() && told_.begin()->first < until; told_.erase(told_.begin())) {
      const auto& [at, meter] = *told_.begin();
      const auto stand = account.StandOf(meter->number);
      if (!stand || stand->at >= at) continue;
      emit({.meter = meter->number,
            .kind = EntryKind::kConnected,
            .opening = *stand,
            .closing = {at, stand->value, stand->batch},
            .most = MostPrinted(meter->meter, meter->unit, at - stand->at)});
    }
  }

 private:
  std::multimap<Instant, const StoredMeter*> told_;
};

Instant FirstOfMonth(Instant instant) { return MonthStart(MonthOf(instant, "UTC"), "UTC"); }

// Plays a channel's readings. `pass` hears of each first instant of a month (UTC) before the
// readings after it are taken, where there are any.
void Play(const ChannelReadings& channel, ChannelAccount& account,
          const std::function<void(const Entry&)>& emit,
          const std::function<void(Instant)>& pass = nullptr) {
  auto swap = channel.swaps.begin();
  Connections connections(channel);
  Instant month = {};
  for (const StoredReading& reading : channel.readings) {
    const Instant first = FirstOfMonth(reading.stands_at);
    if (pass && first != month) {
      for (; swap != channel.swaps.end() && *swap <= first; ++swap) account.Swap();
      pass(first);
    }
    month = first;
    connections.Pass(reading.stands_at, account, emit);
    for (; swap != channel.swaps.end() && *swap <= reading.stands_at; ++swap) account.Swap();
    account.Take({.at = reading.stands_at,
                  .batch = reading.batch,
                  .collector = reading.collector,
                  .up = reading.up,
                  .values = reading.values},
                 emit);
  }
  for (const Entry& open : account.Open()) emit(open);
  connections.Pass(kForEver, account, emit);
}

const StoredMeter& MeterOf(const ChannelReadings& channel, const Entry& entry) {
  return *std::ranges::find(channel.meters, entry.meter, &StoredMeter::number);
}

std::optional<Exact> Decided(const Decisions& decisions, const std::string& gap) {
  const auto found = decisions.find(gap);
  return found != decisions.end() ? found->second : std::nullopt;
}

// Where a printer was used: where it stood, as a person said, or else where another customer's
// collector read it. Months are cut there, so they begin at several instants.
class UsedAt {
 public:
  UsedAt(Books& books, const ResellerId& reseller, const PrinterRow& printer)
      : places_(books.PlacesOf(reseller, printer.id)),
        zones_(books.TimeZonesOf(reseller, printer.id)) {
    const Site& site = printer.site;
    if (places_.empty()) places_.push_back({{}, site.id, site.customer, site.time_zone});
    zones_.push_back(site.time_zone);
  }

  // The first month that an entry at `at` or later can belong to, and from when on all of it may.
  MonthNumber FirstMonth(Instant at) const {
    MonthNumber first = MonthOf(at, zones_.front());
    for (const std::string& zone : zones_) first = std::min(first, MonthOf(at, zone));
    return first;
  }
  Instant Begin(MonthNumber month) const {
    Instant begin = MonthStart(month, zones_.front());
    for (const std::string& zone : zones_) begin = std::min(begin, MonthStart(month, zone));
    return begin;
  }

  void Hear(const StoredReading& reading) {
    if (reading.customer == Standing(reading.stands_at).customer) return;
    elsewhere_[reading.batch] = {{}, reading.site, reading.customer, reading.time_zone};
  }
  const PrinterPlace& Of(const MeterStand& stand) const {
    const PrinterPlace& standing = Standing(stand.at);
    const auto read = elsewhere_.find(stand.batch);
    return read != elsewhere_.end() && read->second.customer != standing.customer ? read->second
                                                                                  : standing;
  }

 private:
  const PrinterPlace& Standing(Instant at) const {
    const auto next = std::ranges::upper_bound(places_, at, {}, &PrinterPlace::since);
    return next == places_.begin() ? *next : *std::prev(next);
  }

  std::vector<PrinterPlace> places_;
  std::vector<std::string> zones_;
  std::map<std::int64_t, PrinterPlace> elsewhere_;  // by batch
};

MonthRow RowOf(const StoredMeter& meter, MonthNumber month, const std::string& site,
               const MeterUsage& usage) {
  MonthRow row{.meter = meter.number,
               .month = month,
               .site = site,
               .opening = usage.opening.value.text(),
               .closing = usage.closing.value.text(),
               .opening_at = usage.opening.at,
               .closing_at = usage.closing.at,
               .opening_batch = usage.opening.batch,
               .closing_batch = usage.closing.batch,
               .gaps = usage.gaps,
               .hidden_base = usage.hidden};
  if (!usage.counted || !usage.used) return row;
  row.used = usage.used->Text();
  if (const auto base = ToBase(meter.meter, meter.unit, *usage.used)) row.used_base = base->amount;
  return row;
}

// The jobs around these entries, and how far they go.
std::vector<Reconciled> ReconcileEntries(Store& store, const ResellerId& reseller,
                                         const std::string& customer, const std::string& printer,
                                         const std::vector<MeterEntries>& meters, Instant newest) {
  Instant first = kForEver;
  Instant last;
  for (const MeterEntries& meter : meters) {
    for (const Entry& entry : meter.entries) {
      first = std::min(first, entry.opening.at);
      last = std::max(last, entry.closing.at);
    }
  }
  if (first > last) return {};
  Reconciling within{.jobs_since = kForEver, .settled = newest - kSettleTime};
  store.EachJob(reseller, customer, printer, Instant{}, kForEver, {}, [&](const JobRow& job) {
    within.jobs_since = job.ended_at;
    return false;
  });
  if (within.jobs_since > last) return {};
  std::vector<JobRow> jobs;
  // A printer that told of jobs, and tells of none any more, lacks them.
  for (const auto before : {std::chrono::days(1), kUntilNoJobsAreNews}) {
    if (!jobs.empty()) break;
    store.EachJob(reseller, customer, printer, first - before, last + std::chrono::days(1), {},
                  [&](const JobRow& job) {
                    jobs.push_back(job);
                    return true;
                  });
  }
  return Reconcile(meters, jobs, within);
}

ReconciledRow RowOf(const Reconciled& of, MonthNumber month) {
  ReconciledRow row{.meter = of.meter,
                    .month = month,
                    .from = of.from,
                    .to = of.to,
                    .metered = of.metered,
                    .in_jobs = of.in_jobs,
                    .tolerance = of.tolerance,
                    .jobs = of.jobs,
                    .unsaid = of.unsaid,
                    .gaps = of.gaps,
                    .fit = std::string(ToText(of.fit))};
  if (IsMismatch(of.fit)) {
    row.shows_from = of.shows_from;
    row.shows_to = of.shows_to;
  }
  return row;
}

// Entries of meters that jobs tell of, too, month by month.
class ToReconcile {
 public:
  void Add(MonthNumber month, const ChannelReadings& channel, const Entry& entry) {
    const StoredMeter& meter = MeterOf(channel, entry);
    newest_ = std::max(newest_, entry.closing.at);
    if (!IsInJobs(meter.meter)) return;
    const auto [of, is_new] = months_[month].try_emplace(entry.meter);
    if (is_new) of->second = {.channel = channel.channel, .meter = meter};
    of->second.entries.push_back(entry);
  }
  std::vector<std::pair<MonthNumber, std::vector<MeterEntries>>> Take() {
    std::vector<std::pair<MonthNumber, std::vector<MeterEntries>>> months;
    for (auto& [month, meters] : months_) {
      auto& all = months.emplace_back(month, std::vector<MeterEntries>()).second;
      for (auto& [number, of] : meters) all.push_back(std::move(of));
    }
    return months;
  }
  Instant newest() const { return newest_; }

 private:
  std::map<MonthNumber, std::map<std::int64_t, MeterEntries>> months_;
  Instant newest_ = {};
};

}  // namespace

std::string GapId(const std::string& printer, const std::string& channel, const StoredMeter& meter,
                  const Entry& entry) {
  std::string text = printer;
  for (const std::string& part : {channel, meter.meter, meter.colorant, meter.media, meter.unit,
                                  FormatInstant(entry.opening.at), entry.opening.value.text(),
                                  FormatInstant(entry.closing.at), entry.closing.value.text()}) {
    text += '\n' + part;
  }
  if (entry.kind == EntryKind::kReturned) text += "\nreturned";  // beside what is counted
  return "gap_" + Base64Url(Sha256(text)).substr(0, 22);         // 132 bits
}

std::vector<CountedMeter> CountPeriod(Books& books, const ResellerId& reseller,
                                      const std::string& customer, const std::string& printer,
                                      Instant from, Instant to) {
  // Accounts that are kept are of all readings. A part of them is counted from its beginning.
  const bool of_all = customer.empty() || !books.IsShared(reseller, printer);
  const auto states =
      of_all ? books.StatesBefore(reseller, printer, from) : std::vector<AccountState>{};
  const Decisions decisions = DecisionsOf(books, reseller, printer);
  std::vector<CountedMeter> counted;
  bool is_open = false;
  const auto count = [&](const ChannelReadings& channel) {
    // By meter, and whether it is outranked; that where nothing of the meter is believed.
    std::map<std::pair<std::int64_t, bool>, std::optional<MeterUsage>> usage;
    ChannelAccount account = AccountOf(channel);
    Play(channel, account, [&](const Entry& played) {
      if (played.closing.at <= from || played.closing.at > to) return;
      is_open = is_open || played.kind == EntryKind::kOpen;
      const StoredMeter& meter = MeterOf(channel, played);
      const auto& [entry, is_outranked] = Believed(meter, played);
      const bool is_gap = IsGap(entry.kind);
      const auto decided = is_gap && !decisions.empty()
                               ? Decided(decisions, GapId(printer, channel.channel, meter, entry))
                               : std::nullopt;
      Add(usage[{entry.meter, is_outranked}], entry, decided);
    });
    for (const StoredMeter& meter : channel.meters) {
      const bool is_outranked = !usage[{meter.number, false}];
      auto& one = usage[{meter.number, is_outranked}];
      if (!one) continue;
      counted.push_back({channel.channel, meter, *std::move(one)});
      counted.back().meter.outranked = is_outranked;
    }
  };
  // What is read once a month, by a person, is settled later than most.
  for (const Instant until : {to + kUntilSettled, kForEver}) {
    counted.clear();
    is_open = false;
    books.EachChannel(reseller, of_all ? "" : customer, printer, states, until, count);
    if (!is_open) break;
  }
  return counted;
}

PrinterBooks MakeBooks(Books& books, Store& store, const ResellerId& reseller,
                       const PrinterRow& printer, Instant since) {
  UsedAt used_at(books, reseller, printer);
  PrinterBooks made;
  const auto begin = [&](Instant at) {
    made.from_month = used_at.FirstMonth(at);
    made.since = used_at.Begin(made.from_month);
  };
  begin(since);
  if (const auto before = books.LastReading(reseller, printer.id, since)) {
    if (*before - kSettleTime < made.since) begin(*before - kSettleTime);
  }
  // What a channel goes on with, or does not, decides from there on which one is believed.
  if (const auto before = books.ReadBefore(reseller, printer.id, since)) {
    if (*before - kUntilSilent < made.since) begin(*before - kUntilSilent);
  }
  // A doubt that is settled now closes where it began, and that month is made again too.
  const auto doubted_at = [&](Instant until) {
    Instant first = until;
    books.EachChannel(reseller, "", printer.id, books.StatesBefore(reseller, printer.id, until),
                      until, [&](const ChannelReadings& channel) {
                        ChannelAccount account = AccountOf(channel);
                        Play(channel, account, [](const Entry&) {});
                        const auto its = ChannelAccount::DoubtedSince(account.State());
                        first = std::min(first, its.value_or(first));
                      });
    return first;
  };
  for (Instant doubted; (doubted = doubted_at(made.since)) < made.since;) begin(doubted);
  const auto states = books.StatesBefore(reseller, printer.id, made.since);
  const Decisions decisions = DecisionsOf(books, reseller, printer.id);
  ToReconcile to_reconcile;
  books.EachChannel(reseller, "", printer.id, states, kForEver,
                    [&](const ChannelReadings& channel) {
                      // Meter, month, site, and whether it is outranked: believed ones come first.
                      using Key = std::tuple<std::int64_t, MonthNumber, std::string, bool>;
                      std::map<Key, std::optional<MeterUsage>> usage;
                      ChannelAccount account = AccountOf(channel);
                      for (const StoredReading& reading : channel.readings) used_at.Hear(reading);
                      const auto enter = [&](const Entry& played) {
                        if (played.closing.at <= made.since) return;
                        const StoredMeter& meter = MeterOf(channel, played);
                        const auto& [entry, is_outranked] = Believed(meter, played);
                        std::optional<Exact> decided;
                        // Nobody is asked about what was entered for a meter that is read.
                        if (IsGap(entry.kind) && !(is_outranked && meter.told_at)) {
                          const std::string id = GapId(printer.id, channel.channel, meter, entry);
                          decided = Decided(decisions, id);
                          made.gaps.push_back({.id = id,
                                               .meter = entry.meter,
                                               .kind = std::string(ToText(entry.kind)),
                                               .opening = entry.opening.value.text(),
                                               .closing = entry.closing.value.text(),
                                               .opening_at = entry.opening.at,
                                               .closing_at = entry.closing.at,
                                               .hidden_base = entry.most,
                                               .outranked = is_outranked});
                        }
                        const PrinterPlace& place = used_at.Of(entry.closing);
                        const MonthNumber month = MonthOf(entry.closing.at, place.time_zone);
                        // Where the month began later, the one before is kept as it is.
                        if (month < made.from_month) return;
                        Add(usage[{entry.meter, month, place.site, is_outranked}], entry, decided);
                        if (channel.channel != kManualChannel) {
                          to_reconcile.Add(month, channel, played);
                        }
                      };
                      const auto keep = [&](Instant first_of_month) {
                        const std::string state = account.State();
                        if (first_of_month > made.since && state != ChannelAccount({}).State()) {
                          made.states.push_back({channel.channel, first_of_month, state});
                        }
                      };
                      Play(channel, account, enter, keep);
                      for (const auto& [key, one] : usage) {
                        const auto& [number, month, site, is_outranked] = key;
                        if (is_outranked && usage.contains({number, month, site, false})) continue;
                        const StoredMeter& meter =
                            *std::ranges::find(channel.meters, number, &StoredMeter::number);
                        made.months.push_back(RowOf(meter, month, site, *one));
                        made.months.back().outranked = is_outranked;
                      }
                    });
  const auto months = to_reconcile.Take();
  for (const auto& [month, meters] : months) {
    const auto rows =
        ReconcileEntries(store, reseller, "", printer.id, meters, to_reconcile.newest());
    for (const Reconciled& of : rows) made.reconciled.push_back(RowOf(of, month));
  }
  return made;
}

std::vector<NamedReconciled> ReconcileMonth(Books& books, Store& store, const ResellerId& reseller,
                                            const std::string& customer, const PrinterRow& printer,
                                            MonthNumber month) {
  if (customer.empty() || !books.IsShared(reseller, printer.id)) {
    auto kept = books.ReconciledSince(reseller, printer.id, month);
    std::erase_if(kept, [&](const NamedReconciled& one) { return one.row.month != month; });
    return kept;
  }
  const std::string& zone = printer.site.time_zone;
  const Instant from = MonthStart(month, zone);
  const Instant to = MonthStart(month % 100 == 12 ? month + 89 : month + 1, zone);
  ToReconcile to_reconcile;
  books.EachChannel(reseller, customer, printer.id, {}, to + kUntilSettled,
                    [&](const ChannelReadings& channel) {
                      if (channel.channel == kManualChannel) return;
                      ChannelAccount account = AccountOf(channel);
                      Play(channel, account, [&](const Entry& entry) {
                        const bool is_in = entry.closing.at > from && entry.closing.at <= to;
                        to_reconcile.Add(is_in ? month : 0, channel, entry);
                      });
                    });
  std::vector<NamedReconciled> named;
  auto months = to_reconcile.Take();
  std::erase_if(months, [&](const auto& one) { return one.first != month; });
  for (const auto& [number, meters] : months) {
    const auto rows =
        ReconcileEntries(store, reseller, customer, printer.id, meters, to_reconcile.newest());
    for (const Reconciled& of : rows) {
      const auto its = std::ranges::find(meters, of.meter,
                                         [](const MeterEntries& one) { return one.meter.number; });
      named.push_back({its->channel, its->meter, RowOf(of, month)});
    }
  }
  return named;
}

bool Bookkeeper::Make(const ResellerId& reseller, const StalePrinter& stale) {
  const auto printers = store_.Printers(reseller, {.printer = stale.printer}, "", 1);
  if (printers.empty()) return false;  // erased meanwhile
  return books_.KeepBooks(reseller, stale,
                          MakeBooks(books_, store_, reseller, printers.front(), stale.since));
}

int Bookkeeper::Tick(const std::function<bool()>& go_on) {
  int done = 0;
  for (const Reseller& reseller : directory_.Resellers()) {
    std::set<std::string> failed;  // one that cannot be done stands in nobody's way
    for (bool more = true; more;) {
      more = false;
      for (const StalePrinter& stale : books_.StalePrinters(reseller.id, kAtOnce + failed.size())) {
        if (!go_on()) return done;
        if (failed.contains(stale.printer)) continue;
        try {
          if (!Make(reseller.id, stale)) continue;
          said_.erase(stale.printer);
          more = true;
          ++done;
        } catch (const SqliteBusy&) {
          throw;  // that is nobody's fault in particular
        } catch (const std::exception& error) {
          failed.insert(stale.printer);
          more = true;
          std::string& said = said_[stale.printer];
          if (said == error.what()) continue;
          said = error.what();
          Log(LogLevel::kWarning, "bookkeeping_failed",
              {{"printer", stale.printer}, {"why", said}});
        }
      }
    }
  }
  return done;
}

void Bookkeeper::Run(const std::stop_token& stop) {
  StoppableWait wait(stop);
  for (std::chrono::milliseconds span = kBetweenLooks; wait.For(span);) {
    span = kBetweenLooks;
    try {
      Tick([&] { return !stop.stop_requested(); });
    } catch (const std::exception& error) {
      span = kAfterFailure;
      Log(LogLevel::kWarning, "bookkeeping_failed", {{"why", error.what()}});
    }
  }
}

}  // namespace plotmeter
