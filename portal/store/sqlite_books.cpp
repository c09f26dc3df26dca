// Books: what the ledger made of readings, and what it makes that from.

#include <algorithm>
#include <cstdlib>
#include <map>

#include "common/json.h"
#include "portal/store/elsewhere.h"
#include "portal/store/entered_rows.h"
#include "portal/store/list_rows.h"
#include "portal/store/reading_rows.h"
#include "portal/store/sqlite_store.h"

namespace plotmeter {
namespace {

std::vector<StoredMeter> MetersOf(StoreConnection& reader, std::int64_t owner, std::int64_t printer,
                                  const std::string& channel) {
  std::vector<StoredMeter> meters;
  Statement& q = reader.Sql(
      "SELECT number, meter, colorant, media, unit, outranked FROM meter WHERE printer=?"
      " AND channel=? AND reseller_id=? ORDER BY meter, colorant, media, unit");
  for (q.Bind(printer, channel, owner); q.Step();) {
    meters.push_back({q.Int(0), q.Text(1), q.Text(2), q.Text(3), q.Text(4), q.Int(5) != 0});
  }
  return meters;
}

std::vector<std::string> ChannelsOf(StoreConnection& reader, std::int64_t owner,
                                    std::int64_t printer) {
  std::vector<std::string> channels;
  Statement& q = reader.Sql(
      "SELECT DISTINCT channel FROM meter WHERE printer=? AND reseller_id=? ORDER BY channel");
  for (q.Bind(printer, owner); q.Step();) channels.push_back(q.Text(0));
  return channels;
}

// With each reading goes the instant by which meter_reading knows it.
std::vector<std::pair<std::int64_t, StoredReading>> ReadingsOf(
    StoreConnection& reader, std::int64_t owner, const std::string& customer, std::int64_t printer,
    const std::string& channel, Instant after, Instant until) {
  std::vector<std::pair<std::int64_t, StoredReading>> readings;
  Statement& q = reader.Sql(
      "SELECT d.at, d.stands_at, d.batch, b.collector, d.up_ms, s.id, s.customer, s.time_zone"
      " FROM device_reading d CROSS JOIN batch b ON b.number=d.batch"
      " CROSS JOIN collector k ON k.id=b.collector CROSS JOIN site s ON s.id=k.site"
      " WHERE d.printer=?1 AND d.channel=?2 AND d.stands_at>?3 AND d.stands_at<=?4"
      " AND d.reseller_id=?5 AND (?6='' OR s.customer=?6)"
      " ORDER BY d.stands_at, b.collector, b.stream, b.sequence, d.place");
  for (q.Bind(printer, channel, ToMillis(after), ToMillis(until), owner, customer); q.Step();) {
    StoredReading reading{.stands_at = FromMillis(q.Int(1)),
                          .batch = q.Int(2),
                          .collector = q.Text(3),
                          .site = q.Text(5),
                          .customer = q.Text(6),
                          .time_zone = q.Text(7)};
    if (!q.IsNull(4)) reading.up = std::chrono::milliseconds(q.Int(4));
    readings.emplace_back(q.Int(0), std::move(reading));
  }
  return readings;
}

void ReadValues(StoreConnection& reader, std::int64_t owner, const std::vector<StoredMeter>& meters,
                std::vector<std::pair<std::int64_t, StoredReading>>& readings) {
  if (readings.empty()) return;
  // As meter_reading has them; where all clocks were right that is their order anyway.
  std::vector<std::pair<std::int64_t, StoredReading*>> by_at;
  by_at.reserve(readings.size());
  for (auto& [at, reading] : readings) by_at.emplace_back(at, &reading);
  std::ranges::stable_sort(by_at, {}, [](const auto& reading) { return reading.first; });
  Statement& q = reader.Sql(
      "SELECT at, value FROM meter_reading WHERE meter=? AND at>=? AND at<=? AND reseller_id=?"
      " ORDER BY at");
  for (const StoredMeter& meter : meters) {
    auto reading = by_at.begin();
    for (q.Bind(meter.number, by_at.front().first, by_at.back().first, owner); q.Step();) {
      const std::int64_t at = q.Int(0);
      while (reading != by_at.end() && reading->first < at) ++reading;
      const auto value = Decimal::Parse(q.Text(1));  // only Decimals are ever stored
      for (auto same = reading; same != by_at.end() && same->first == at && value; ++same) {
        same->second->values.emplace_back(meter.number, *value);
      }
    }
  }
}

std::vector<Instant> SwapsOf(StoreConnection& reader, std::int64_t owner, std::int64_t printer,
                             Instant after, Instant until) {
  std::vector<Instant> swaps;
  Statement& q = reader.Sql(
      "SELECT at FROM event WHERE printer=? AND at>? AND at<=? AND kind='board-swapped'"
      " AND reseller_id=? ORDER BY at");
  for (q.Bind(printer, ToMillis(after), ToMillis(until), owner); q.Step();) {
    swaps.push_back(FromMillis(q.Int(0)));
  }
  return swaps;
}

// What KeepBooks replaces. Sums by site are kept by taking away what was, and adding what is.
class Replacing {
 public:
  Replacing(StoreConnection& writer, std::int64_t owner, std::int64_t printer)
      : writer_(writer), owner_(owner), printer_(printer) {}

  void States(const PrinterBooks& books) {
    writer_.Sql("DELETE FROM account_state WHERE printer=? AND at>? AND reseller_id=?")
        .Run(printer_, ToMillis(books.since), owner_);
    Statement& insert = writer_.Sql(
        "INSERT INTO account_state(reseller_id, printer, channel, at, state) VALUES(?,?,?,?,?)");
    for (const AccountState& state : books.states) {
      insert.Run(owner_, printer_, state.channel, ToMillis(state.at), state.state);
    }
  }

  void Months(const PrinterBooks& books) {
    Sum(books.from_month, -1);
    writer_
        .Sql(
            "DELETE FROM usage_month WHERE meter IN (SELECT number FROM meter WHERE printer=?)"
            " AND month>=? AND reseller_id=?")
        .Run(printer_, books.from_month, owner_);
    Statement& insert = writer_.Sql(
        "INSERT INTO usage_month(reseller_id, meter, month, site, opening, opening_at,"
        " opening_batch, closing, closing_at, closing_batch, used, used_base, gaps, hidden_base,"
        " believed) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    for (const MonthRow& row : books.months) {
      insert.Run(owner_, row.meter, row.month, row.site, row.opening, ToMillis(row.opening_at),
                 row.opening_batch, row.closing, ToMillis(row.closing_at), row.closing_batch,
                 row.used, row.used_base, row.gaps, row.hidden_base, !row.outranked);
    }
    Sum(books.from_month, 1);
  }

  void Gaps(const PrinterBooks& books) {
    writer_.Sql("DELETE FROM meter_gap WHERE printer=? AND closing_at>? AND reseller_id=?")
        .Run(printer_, ToMillis(books.since), owner_);
    if (writer_.db().Changes() > 0 || !books.gaps.empty()) LookAtIt();
    Statement& insert = writer_.Sql(
        "INSERT OR IGNORE INTO meter_gap(id, reseller_id, meter, printer, kind, opening, "
        "opening_at, closing,"
        " closing_at, hidden_base, outranked) VALUES(?,?,?,?,?,?,?,?,?,?,?)");
    for (const MeterGapRow& gap : books.gaps) {
      insert.Run(gap.id, owner_, gap.meter, printer_, gap.kind, gap.opening,
                 ToMillis(gap.opening_at), gap.closing, ToMillis(gap.closing_at), gap.hidden_base,
                 gap.outranked ? 1 : 0);
    }
  }

  // The rules look at the printer where what they are told changes: the fit of one of its months.
  void Reconciled(const PrinterBooks& books) {
    std::map<std::pair<MonthNumber, std::int64_t>, std::string> before;
    Statement& q = writer_.Sql(
        "SELECT month, meter, fit FROM reconciled_month WHERE printer=? AND month>=?"
        " AND reseller_id=?");
    for (q.Bind(printer_, books.from_month, owner_); q.Step();) {
      before[{q.Int(0), q.Int(1)}] = q.Text(2);
    }
    writer_.Sql("DELETE FROM reconciled_month WHERE printer=? AND month>=? AND reseller_id=?")
        .Run(printer_, books.from_month, owner_);
    Statement& insert = writer_.Sql(
        "INSERT INTO reconciled_month(reseller_id, printer, month, meter, from_at, to_at, metered,"
        " in_jobs, tolerance, jobs, unsaid, gaps, fit, shows_from, shows_to)"
        " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    std::map<std::pair<MonthNumber, std::int64_t>, std::string> after;
    for (const ReconciledRow& row : books.reconciled) {
      after[{row.month, row.meter}] = row.fit;
      insert.Run(owner_, printer_, row.month, row.meter, ToMillis(row.from), ToMillis(row.to),
                 row.metered, row.in_jobs, row.tolerance, row.jobs, row.unsaid, row.gaps, row.fit,
                 MaybeMillis(row.shows_from), MaybeMillis(row.shows_to));
    }
    if (before != after) LookAtIt();
  }

 private:
  // At one that no collector reads for the first time.
  void LookAtIt() {
    writer_
        .Sql(
            "INSERT INTO printer_watch(printer, reseller_id, due_at) VALUES(?,?,0)"
            " ON CONFLICT DO UPDATE SET due_at=0, touched=touched+1")
        .Run(printer_, owner_);
  }
  void Sum(MonthNumber from, int sign) {
    writer_
        .Sql(
            "INSERT INTO usage_site_month(reseller_id, month, site, meter, colorant, media,"
            " used_base, gaps, printers, unconverted)"
            " SELECT u.reseller_id, u.month, u.site, m.meter, m.colorant, m.media,"
            " ?4*COALESCE(sum(u.used_base), 0),"
            " ?4*COALESCE(sum(u.gaps) FILTER (WHERE u.used_base IS NOT NULL), 0),"
            " ?4*max(u.used_base IS NOT NULL), ?4*max(u.used_base IS NULL) FROM usage_month u"
            " JOIN meter m ON m.number=u.meter WHERE m.printer=?1 AND u.month>=?2"
            " AND u.reseller_id=?3 AND u.believed=1 AND u.used IS NOT NULL"
            " GROUP BY u.month, u.site, m.meter, m.colorant, m.media"
            " ON CONFLICT DO UPDATE SET used_base=used_base+excluded.used_base,"
            " gaps=gaps+excluded.gaps, printers=printers+excluded.printers,"
            " unconverted=unconverted+excluded.unconverted")
        .Run(printer_, from, owner_, sign);
  }

  StoreConnection& writer_;
  const std::int64_t owner_;
  const std::int64_t printer_;
};

// In the first column, whether the row is wanted: ?1 the reseller, ?2 customer, ?3 site, ?4
// printer, ?5 only what is undecided.
const std::string kGaps =
    "SELECT (?2='' OR (s.customer=?2 AND EXISTS (SELECT 1 FROM sighting v WHERE v.printer=p.number"
    " AND v.customer=?2 AND v.first_seen<=g.opening_at) AND NOT EXISTS (SELECT 1 FROM "
    "device_reading r"
    " CROSS JOIN batch b ON b.number=r.batch CROSS JOIN collector k ON k.id=b.collector"
    " CROSS JOIN site o ON o.id=k.site WHERE r.printer=g.printer AND r.channel=m.channel"
    " AND r.stands_at IN (g.opening_at, g.closing_at) AND o.customer<>?2)"
    " AND (m.channel<>'manual' OR NOT EXISTS (SELECT 1 FROM entered_reading e"
    " WHERE e.printer=g.printer AND e.at IN (g.opening_at, g.closing_at) AND e.customer<>?2))"
    " AND (g.kind<>'connected' OR NOT EXISTS (SELECT 1 FROM device_reading r"
    " CROSS JOIN batch b ON b.number=r.batch CROSS JOIN collector k ON k.id=b.collector"
    " CROSS JOIN site o ON o.id=k.site WHERE r.printer=g.printer AND r.stands_at=g.closing_at"
    " AND o.customer<>?2)))) AND (?3='' OR s.id=?3) AND (?4='' OR p.id=?4)"
    " AND (?5=0 OR d.used IS NULL), g.id, g.meter, g.kind, g.opening, g.closing, g.opening_at,"
    " g.closing_at, g.hidden_base, p.id, p.serial, p.model, m.channel, m.meter, m.colorant,"
    " m.media, m.unit, g.outranked, d.used, d.reason, d.who, d.at, d.number, s.id, s.customer,"
    " c.name, s.name, s.time_zone FROM meter_gap g CROSS JOIN meter m ON m.number=g.meter"
    " CROSS JOIN printer p ON p.number=g.printer CROSS JOIN site s ON s.id=p.site"
    " CROSS JOIN customer c ON c.id=s.customer LEFT JOIN gap_decision d ON d.gap=g.id AND d.number="
    "(SELECT max(number) FROM gap_decision x WHERE x.gap=g.id) WHERE g.reseller_id=?1";
const std::string kWithin =
    " AND g.closing_at>=?6 AND g.closing_at<?7 AND (g.closing_at, g.id)>(?8, ?9)"
    " ORDER BY g.closing_at, g.id";
const std::string kGapsByClosing = kGaps + kWithin;
const std::string kGapsOfPrinter =
    kGaps + " AND g.printer=(SELECT number FROM printer WHERE id=?4 AND reseller_id=?1)" + kWithin;
const std::string kGapById = kGaps + " AND g.id=?6";

NamedGap ReadGap(const Statement& q) {
  NamedGap named{
      .gap = {.id = q.Text(1),
              .meter = q.Int(2),
              .kind = q.Text(3),
              .opening = q.Text(4),
              .closing = q.Text(5),
              .opening_at = FromMillis(q.Int(6)),
              .closing_at = FromMillis(q.Int(7)),
              .hidden_base = q.MaybeInt(8),
              .outranked = q.Int(17) != 0},
      .printer = q.Text(9),
      .serial = q.Text(10),
      .model = q.Text(11),
      .site = ReadSite(q, 23),
      .channel = q.Text(12),
      .meter = {q.Int(2), q.Text(13), q.Text(14), q.Text(15), q.Text(16), q.Int(17) != 0}};
  if (!q.IsNull(22)) {
    named.decision = {.gap = named.gap.id,
                      .meter = named.gap.meter,
                      .used = q.MaybeText(18),
                      .reason = q.Text(19),
                      .who = q.Text(20),
                      .at = FromMillis(q.Int(21))};
  }
  return named;
}

}  // namespace

bool SqliteStore::IsShared(const ResellerId& reseller, const std::string& printer) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql("SELECT count(*) FROM sighting WHERE printer=? AND reseller_id=?");
  q.Bind(PrinterNumber(*reader, reseller, printer), OwnerOf(*reader, reseller)).Step();
  return q.Int(0) > 1;
}

void SqliteStore::EachChannel(const ResellerId& reseller, const std::string& customer,
                              const std::string& printer, const std::vector<AccountState>& states,
                              Instant until,
                              const std::function<void(const ChannelReadings&)>& visit) {
  auto reader = pool_.Reader();
  const std::int64_t owner = OwnerOf(*reader, reseller);
  const std::int64_t number = PrinterNumber(*reader, reseller, printer);
  const auto lives = LivesOf(*reader, owner, customer, number);
  for (const std::string& channel : ChannelsOf(*reader, owner, number)) {
    const auto state = std::ranges::find(states, channel, &AccountState::channel);
    const bool is_new = state == states.end();
    const Instant after = is_new ? FromMillis(-1) : state->at;
    const bool is_manual = channel == kManualChannel;
    auto in_order = is_manual ? EnteredOf(*reader, owner, customer, number, after, until)
                              : ReadingsOf(*reader, owner, customer, number, channel, after, until);
    if (in_order.empty() && is_new) continue;
    ChannelReadings readings{.channel = channel,
                             .state = is_new ? "" : state->state,
                             .meters = MetersOf(*reader, owner, number, channel),
                             .swaps = SwapsOf(*reader, owner, number, after, until)};
    if (is_manual) {
      for (StoredMeter& meter : readings.meters) {
        meter.told_at = ToldSince(*reader, owner, customer, number, meter.meter);
      }
    } else {
      for (StoredMeter& meter : readings.meters) LookElsewhere(meter, channel, lives);
      ReadValues(*reader, owner, readings.meters, in_order);
    }
    for (auto& [at, reading] : in_order) readings.readings.push_back(std::move(reading));
    visit(readings);
  }
}

std::vector<AccountState> SqliteStore::StatesBefore(const ResellerId& reseller,
                                                    const std::string& printer, Instant at) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT channel, max(at), state FROM account_state WHERE printer=?1 AND at<=?2"
      " AND at<COALESCE((SELECT since FROM account_stale WHERE printer=?1), at+1)"
      " AND reseller_id=?3 GROUP BY channel");
  std::vector<AccountState> states;
  for (q.Bind(PrinterNumber(*reader, reseller, printer), ToMillis(at), OwnerOf(*reader, reseller));
       q.Step();) {
    states.push_back({q.Text(0), FromMillis(q.Int(1)), q.Text(2)});
  }
  return states;
}

std::optional<Instant> SqliteStore::LastReading(const ResellerId& reseller,
                                                const std::string& printer, Instant before) {
  auto reader = pool_.Reader();
  const std::int64_t owner = OwnerOf(*reader, reseller);
  const std::int64_t number = PrinterNumber(*reader, reseller, printer);
  std::optional<Instant> last;
  Statement& q = reader->Sql(
      "SELECT max(stands_at) FROM device_reading WHERE printer=? AND channel=? AND stands_at<?"
      " AND reseller_id=?");
  for (const std::string& channel : ChannelsOf(*reader, owner, number)) {
    q.Bind(number, channel, ToMillis(before), owner).Step();
    if (const auto at = MaybeInstant(q, 0)) last = std::max(last.value_or(*at), *at);
  }
  return last;
}

std::optional<Instant> SqliteStore::ReadBefore(const ResellerId& reseller,
                                               const std::string& printer, Instant since) {
  auto reader = pool_.Reader();
  const std::int64_t owner = OwnerOf(*reader, reseller);
  const std::int64_t number = PrinterNumber(*reader, reseller, printer);
  std::optional<Instant> earliest;
  Statement& q = reader->Sql(
      "SELECT max(stands_at) FROM device_reading WHERE printer=?1 AND channel=?2 AND stands_at<?3"
      " AND reseller_id=?4 AND EXISTS (SELECT 1 FROM device_reading WHERE printer=?1"
      " AND channel=?2 AND stands_at>=?3)");
  for (const std::string& channel : ChannelsOf(*reader, owner, number)) {
    q.Bind(number, channel, ToMillis(since), owner).Step();
    if (const auto at = MaybeInstant(q, 0)) earliest = std::min(earliest.value_or(*at), *at);
  }
  return earliest;
}

std::vector<StalePrinter> SqliteStore::StalePrinters(const ResellerId& reseller,
                                                     std::size_t limit) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT p.id, a.since, a.changes FROM account_stale a JOIN printer p ON p.number=a.printer"
      " WHERE a.reseller_id=? LIMIT ?");
  std::vector<StalePrinter> stale;
  for (q.Bind(OwnerOf(*reader, reseller), static_cast<std::int64_t>(limit)); q.Step();) {
    stale.push_back({q.Text(0), FromMillis(q.Int(1)), q.Int(2)});
  }
  return stale;
}

bool SqliteStore::KeepBooks(const ResellerId& reseller, const StalePrinter& stale,
                            const PrinterBooks& books) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  const std::int64_t printer = PrinterNumber(*writer, reseller, stale.printer);
  writer->Sql("DELETE FROM account_stale WHERE printer=? AND changes=? AND reseller_id=?")
      .Run(printer, stale.changes, owner);
  if (writer->db().Changes() == 0) return false;
  Replacing replacing(*writer, owner, printer);
  replacing.States(books);
  replacing.Months(books);
  replacing.Gaps(books);
  replacing.Reconciled(books);
  transaction.Commit();
  return true;
}

void SqliteStore::ReopenBooks(const ResellerId& reseller) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  writer
      ->Sql(
          "INSERT INTO account_stale(printer, reseller_id, since, changes)"
          " SELECT number, reseller_id, 0, 1 FROM printer WHERE reseller_id=?"
          " ON CONFLICT DO UPDATE SET since=0, changes=changes+1")
      .Run(OwnerOf(*writer, reseller));
  transaction.Commit();
}

std::string SqliteStore::BatchId(const ResellerId& reseller, std::int64_t number) {
  auto reader = pool_.Reader();
  Statement& q =
      reader->Sql(number < 0 ? "SELECT id FROM entered_reading WHERE number=? AND reseller_id=?"
                             : "SELECT batch FROM batch WHERE number=? AND reseller_id=?");
  return q.Bind(std::abs(number), OwnerOf(*reader, reseller)).Step() ? q.Text(0) : "";
}

std::vector<GapDecision> SqliteStore::DecisionsOf(const ResellerId& reseller,
                                                  const std::string& printer) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT d.gap, d.meter, d.used, d.reason, d.who, d.at, max(d.number) FROM gap_decision d"
      " JOIN meter m ON m.number=d.meter WHERE m.printer=? AND d.reseller_id=? GROUP BY d.gap");
  std::vector<GapDecision> decisions;
  for (q.Bind(PrinterNumber(*reader, reseller, printer), OwnerOf(*reader, reseller)); q.Step();) {
    decisions.push_back(
        {q.Text(0), q.Int(1), q.MaybeText(2), q.Text(3), q.Text(4), FromMillis(q.Int(5))});
  }
  return decisions;
}

Page<NamedGap> SqliteStore::MeterGaps(const ResellerId& reseller, const PrinterFilter& filter,
                                      bool undecided_only, const Span& span, const Position& after,
                                      std::size_t limit) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(filter.printer.empty() ? kGapsByClosing : kGapsOfPrinter);
  const bool is_first = after.numbers.empty();
  q.Bind(OwnerOf(*reader, reseller), filter.customer, filter.site, filter.printer, undecided_only,
         ToMillis(span.from), ToMillis(span.to), is_first ? INT64_MIN : after.numbers.front(),
         is_first ? "" : after.texts.front());
  return ReadPage<NamedGap>(q, limit, ReadGap, [](const Statement& row) {
    return Position{.numbers = {row.Int(7)}, .texts = {row.Text(1)}};
  });
}

std::optional<NamedGap> SqliteStore::FindGap(const ResellerId& reseller,
                                             const std::string& customer, const std::string& id) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(kGapById);
  q.Bind(OwnerOf(*reader, reseller), customer, "", "", false, id);
  return q.Step() && q.Int(0) != 0 ? std::optional(ReadGap(q)) : std::nullopt;
}

bool SqliteStore::Decide(const ResellerId& reseller, const GapDecision& decision,
                         const Actor& actor) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  Statement& q = writer->Sql(
      "SELECT g.meter, g.printer, g.closing_at, (SELECT COALESCE(max(number), 0)+1 FROM "
      "gap_decision"
      " WHERE gap=g.id) FROM meter_gap g WHERE g.id=? AND g.reseller_id=?");
  if (!q.Bind(decision.gap, owner).Step()) return false;
  const std::int64_t printer = q.Int(1);
  const std::int64_t closing_at = q.Int(2);
  writer
      ->Sql(
          "INSERT INTO gap_decision(gap, number, reseller_id, meter, used, reason, who, at)"
          " VALUES(?,?,?,?,?,?,?,?)")
      .Run(decision.gap, q.Int(3), owner, q.Int(0), decision.used, decision.reason, decision.who,
           ToMillis(decision.at));
  MarkStale(*writer, owner, printer, closing_at);
  Json after = {{"reason", decision.reason}};
  if (decision.used) after["used"] = *decision.used;
  WriteAudit(*writer, owner,
             {.what = decision.used ? "gap.decide" : "gap.undo",
              .subject = decision.gap,
              .after = std::move(after)},
             actor, decision.at);
  transaction.Commit();
  return true;
}

namespace {

// The columns 1 to 6 of both lists below.
StoredMeter ListedMeter(const Statement& q) {
  return {q.Int(1), q.Text(2), q.Text(3), q.Text(4), q.Text(5), q.Int(6) != 0};
}

}  // namespace

std::vector<NamedReconciled> SqliteStore::ReconciledSince(const ResellerId& reseller,
                                                          const std::string& printer,
                                                          MonthNumber month) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT m.channel, r.meter, m.meter, m.colorant, m.media, m.unit, m.outranked, r.month,"
      " r.from_at, r.to_at, r.metered, r.in_jobs, r.tolerance, r.jobs, r.unsaid, r.gaps, r.fit,"
      " r.shows_from, r.shows_to FROM reconciled_month r JOIN meter m ON m.number=r.meter"
      " WHERE r.printer=? AND r.month>=? AND r.reseller_id=?"
      " ORDER BY r.month, m.channel, m.meter, m.colorant, m.unit");
  std::vector<NamedReconciled> rows;
  for (q.Bind(PrinterNumber(*reader, reseller, printer), month, OwnerOf(*reader, reseller));
       q.Step();) {
    rows.push_back({.channel = q.Text(0),
                    .meter = ListedMeter(q),
                    .row = {.meter = q.Int(1),
                            .month = q.Int(7),
                            .from = FromMillis(q.Int(8)),
                            .to = FromMillis(q.Int(9)),
                            .metered = q.Int(10),
                            .in_jobs = q.Int(11),
                            .tolerance = q.Int(12),
                            .jobs = q.Int(13),
                            .unsaid = q.Int(14),
                            .gaps = q.Int(15),
                            .fit = q.Text(16),
                            .shows_from = MaybeInstant(q, 17),
                            .shows_to = MaybeInstant(q, 18)}});
  }
  return rows;
}

std::vector<NamedMonth> SqliteStore::MonthsSince(const ResellerId& reseller,
                                                 const std::string& printer, MonthNumber month) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT m.channel, u.meter, m.meter, m.colorant, m.media, m.unit, m.outranked, u.month,"
      " u.site, u.opening, u.closing, u.opening_at, u.closing_at, u.opening_batch, u.closing_batch,"
      " u.used, u.used_base, u.gaps, u.hidden_base, u.believed FROM meter m"
      " JOIN usage_month u ON u.meter=m.number"
      " WHERE m.printer=? AND u.month>=? AND u.reseller_id=?"
      " ORDER BY u.month, m.meter, m.colorant, m.media, u.site, m.channel, m.unit");
  std::vector<NamedMonth> rows;
  for (q.Bind(PrinterNumber(*reader, reseller, printer), month, OwnerOf(*reader, reseller));
       q.Step();) {
    rows.push_back({.channel = q.Text(0),
                    .meter = ListedMeter(q),
                    .row = {.meter = q.Int(1),
                            .month = q.Int(7),
                            .site = q.Text(8),
                            .opening = q.Text(9),
                            .closing = q.Text(10),
                            .opening_at = FromMillis(q.Int(11)),
                            .closing_at = FromMillis(q.Int(12)),
                            .opening_batch = q.Int(13),
                            .closing_batch = q.Int(14),
                            .used = q.MaybeText(15),
                            .used_base = q.MaybeInt(16),
                            .gaps = q.Int(17),
                            .hidden_base = q.MaybeInt(18),
                            .outranked = q.Int(19) == 0}});
  }
  return rows;
}

std::vector<SiteUsage> SqliteStore::UsageBySite(const ResellerId& reseller, MonthNumber month,
                                                const PrinterFilter& filter) {
  std::vector<SiteUsage> usage;
  pool_.AtOneInstant([&] {
    auto reader = pool_.Reader();
    const std::int64_t owner = OwnerOf(*reader, reseller);
    Statement& find = reader->Sql(
        "SELECT s.id, s.customer, c.name, s.name, s.time_zone FROM site s JOIN customer c"
        " ON c.id=s.customer WHERE s.id=? AND s.reseller_id=?");
    Statement& q = reader->Sql(
        "SELECT site, meter, colorant, media, used_base, gaps, printers, unconverted"
        " FROM usage_site_month WHERE reseller_id=?1 AND month=?2 AND (printers>0 OR unconverted>0)"
        " AND (?3='' OR site=?3) ORDER BY site, meter, colorant, media");
    Site site;  // of the rows before: those of a site follow one another
    for (q.Bind(owner, month, filter.site); q.Step();) {
      if (q.View(0) != site.id) {
        if (!find.Bind(q.View(0), owner).Step()) continue;
        site = ReadSite(find, 0);
      }
      if (!filter.customer.empty() && site.customer != filter.customer) continue;
      usage.push_back({.site = site,
                       .meter = q.Text(1),
                       .colorant = q.Text(2),
                       .media = q.Text(3),
                       .used_base = q.Int(4),
                       .gaps = q.Int(5),
                       .printers = q.Int(6),
                       .unconverted = q.Int(7)});
    }
  });
  return usage;
}

}  // namespace plotmeter
