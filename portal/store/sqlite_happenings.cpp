// Pages of what printers said: readings, supplies, traits, jobs, alerts, events.

#include <algorithm>
#include <limits>

#include "portal/store/elsewhere.h"
#include "portal/store/entered_rows.h"
#include "portal/store/list_rows.h"
#include "portal/store/sqlite_store.h"

namespace plotmeter {
namespace {

constexpr std::int64_t kBeforeAll = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kAfterAll = std::numeric_limits<std::int64_t>::max();

// In each: ?1 the reseller, ?2 the customer and ?3 the site if they narrow. v is the sighting of
// the customer whose collectors told the row: only that customer's rows are those of ?2, and the
// site shown is that of the sighting. What two customers told of one thing is two rows; where no
// customer is named, one of them stands for both. The nine columns of a PrinterRef stand behind the
// key.
const std::string kNarrowed = " AND (?2='' OR v.customer=?2) AND (?3='' OR v.site=?3)";
const std::string kPlace =
    " CROSS JOIN site s ON s.id=v.site CROSS JOIN customer c ON c.id=s.customer";
const std::string kPrinterRef =
    "p.id, p.manufacturer, p.serial, p.model, s.id, s.customer, c.name, s.name, s.time_zone";

// The latest word stands for both.
const std::string kSupplySelect =
    "SELECT u.reseller_id=?1" + kNarrowed +
    " AND (?2<>'' OR ?3<>'' OR NOT EXISTS (SELECT 1 FROM supply o WHERE o.printer=u.printer"
    " AND o.channel=u.channel AND o.supply=u.supply AND o.sighting<>u.sighting"
    " AND (o.at, -o.sighting)>(u.at, -u.sighting))), p.id, u.channel, u.supply, u.sighting, " +
    kPrinterRef +
    ", u.at, u.kind, u.colorant, u.description, u.level, u.level_unit, u.capacity,"
    " u.capacity_unit, u.percent, u.remark, u.state, u.part_number, u.serial, u.installed,"
    " u.expires, u.warranty, u.warranty_until FROM ";
const std::string kSupplyJoins =
    " CROSS JOIN supply u ON u.printer=p.number"
    " CROSS JOIN sighting v ON v.number=u.sighting" +
    kPlace +
    " WHERE p.reseller_id=?1 AND u.reseller_id=?1 AND p.id>=?4"
    " AND (p.id>?4 OR (u.channel, u.supply, u.sighting)>(?5, ?6, ?7))";
const std::string kSupplyOrder = " ORDER BY p.id, u.channel, u.supply, u.sighting";
const std::string kSupplies =
    kSupplySelect + "printer p INDEXED BY printer_of_reseller" + kSupplyJoins + kSupplyOrder;
const std::string kSuppliesOfPrinter =
    kSupplySelect + "printer p" + kSupplyJoins + " AND p.id=?8" + kSupplyOrder;
// From the sightings of one customer, or of one site.
const std::string kSeenSupplyJoins =
    " CROSS JOIN printer p ON p.number=v.printer"
    " CROSS JOIN supply u ON u.printer=v.printer AND u.sighting=v.number" +
    kPlace +
    " WHERE u.reseller_id=?1 AND v.id>=?4"
    " AND (v.id>?4 OR (u.channel, u.supply, u.sighting)>(?5, ?6, ?7))";
const std::string kSeenSupplyOrder = " ORDER BY v.id, u.channel, u.supply";
const std::string kSuppliesOfCustomer = kSupplySelect +
                                        "sighting v INDEXED BY sighting_of_customer" +
                                        kSeenSupplyJoins + " AND v.customer=?2" + kSeenSupplyOrder;
const std::string kSuppliesOfSite = kSupplySelect + "sighting v INDEXED BY sighting_of_site" +
                                    kSeenSupplyJoins + " AND v.site=?3" + kSeenSupplyOrder;

// The latest word stands for both. ?3 the printer.
const std::string kTraits =
    "SELECT t.reseller_id=?1 AND IIF(?2='', NOT EXISTS (SELECT 1 FROM trait o"
    " WHERE o.printer=t.printer AND o.channel=t.channel AND o.part=t.part AND o.trait=t.trait"
    " AND o.sighting<>t.sighting AND (o.at, -o.sighting)>(t.at, -t.sighting)), v.customer=?2),"
    " t.channel, t.part, t.trait, t.sighting, t.at, t.value, t.unit"
    " FROM trait t CROSS JOIN sighting v ON v.number=t.sighting"
    " WHERE t.printer=?3 AND t.reseller_id=?1"
    " AND (t.channel, t.part, t.trait, t.sighting)>(?4, ?5, ?6, ?7)"
    " ORDER BY t.channel, t.part, t.trait, t.sighting";

// That of the customer who saw the printer first stands for both.
const std::string kJobSelect =
    "SELECT j.reseller_id=?1" + kNarrowed +
    " AND (?2<>'' OR NOT EXISTS (SELECT 1 FROM job o WHERE o.printer=j.printer"
    " AND o.channel=j.channel AND o.job=j.job AND o.sighting<j.sighting)),"
    " j.ended_at, j.printer, j.channel, j.job, j.sighting, " +
    kPrinterRef +
    ", j.revision, j.type, j.status, j.submitted, j.started, j.finished, j.copies,"
    " j.printed_copies, j.pages, j.printed_pages, j.media, j.area, j.area_unit, j.length,"
    " j.length_unit, j.quality, j.ink, j.traits, b.batch, b.sha256,"
    " j.finished IS NOT NULL AND j.clock_offset_ms IS NOT NULL FROM job j ";
const std::string kJobJoins =
    " CROSS JOIN printer p ON p.number=j.printer CROSS JOIN sighting v ON v.number=j.sighting" +
    kPlace +
    " CROSS JOIN batch b ON b.number=j.batch WHERE j.reseller_id=?1 AND j.ended_at>=?4"
    " AND (j.ended_at, j.printer, j.channel, j.job, j.sighting)<(?5, ?6, ?7, ?8, ?9)";
const std::string kJobs =
    kJobSelect + "INDEXED BY job_of_reseller" + kJobJoins +
    " ORDER BY j.ended_at DESC, j.printer DESC, j.channel DESC, j.job DESC, j.sighting DESC";
const std::string kJobsOfPrinter =
    kJobSelect + "INDEXED BY job_of_printer" + kJobJoins +
    " AND j.printer=?10 ORDER BY j.ended_at DESC, j.channel DESC, j.job DESC, j.sighting DESC";

// When an alert was over: for a customer, as its own collectors told; for the reseller also when
// another customer's told of one with its key that began later.
const std::string kOver =
    "IIF(a.cleared_at IS NOT NULL OR ?2<>'', a.cleared_at, (SELECT min(o.since) FROM alert o"
    " WHERE o.printer=a.printer AND o.channel=a.channel AND o.key=a.key AND o.since>a.since))";
// ?4 and ?5: whether those that last are wanted, and those that are over.
const std::string kAlertSelect =
    "SELECT a.reseller_id=?1" + kNarrowed + " AND IIF(" + kOver +
    " IS NULL, ?4, ?5), a.since, a.printer, a.channel, a.key, a.sighting, " + kPrinterRef +
    ", a.severity, a.code, a.text, a.part, " + kOver + " FROM alert a ";
const std::string kAlertJoins =
    " CROSS JOIN printer p ON p.number=a.printer CROSS JOIN sighting v ON v.number=a.sighting" +
    kPlace +
    " WHERE a.reseller_id=?1"
    " AND (a.since, a.printer, a.channel, a.key, a.sighting)<(?6, ?7, ?8, ?9, ?10)";
const std::string kAlertOrder =
    " ORDER BY a.since DESC, a.printer DESC, a.channel DESC, a.key DESC, a.sighting DESC";
const std::string kAlerts =
    kAlertSelect + "INDEXED BY alert_of_reseller" + kAlertJoins + kAlertOrder;
const std::string kLastingAlerts = kAlertSelect + "INDEXED BY alert_that_lasts" + kAlertJoins +
                                   " AND a.cleared_at IS NULL" + kAlertOrder;
const std::string kAlertsOfPrinter =
    kAlertSelect + "INDEXED BY alert_of_printer" + kAlertJoins +
    " AND a.printer=?11 ORDER BY a.since DESC, a.channel DESC, a.key DESC, a.sighting DESC";

// The word of the customer who saw the printer first stands for both.
const std::string kEvents =
    "SELECT e.reseller_id=?1 AND IIF(?2='', NOT EXISTS (SELECT 1 FROM event o"
    " WHERE o.printer=e.printer AND o.channel=e.channel AND o.kind=e.kind AND o.key=e.key"
    " AND o.sighting<e.sighting), v.customer=?2), e.at, e.channel, e.kind, e.key, e.sighting,"
    " e.code, e.text, e.printer_time, e.printer_pages, e.was, e.now, e.clock_offset_ms"
    " FROM event e INDEXED BY event_of_printer CROSS JOIN sighting v ON v.number=e.sighting"
    " WHERE e.printer=?3 AND e.reseller_id=?1"
    " AND (e.at, e.channel, e.kind, e.key, e.sighting)<(?4, ?5, ?6, ?7, ?8)"
    " ORDER BY e.at DESC, e.channel DESC, e.kind DESC, e.key DESC, e.sighting DESC";

// ?1 the reseller, ?2 the customer, ?3 the meter.
const std::string kReadingSelect =
    "SELECT r.reseller_id=?1 AND (?2='' OR s.customer=?2), r.at, r.value, b.batch, b.sha256,"
    " b.collector FROM meter_reading r CROSS JOIN batch b ON b.number=r.batch"
    " CROSS JOIN collector k ON k.id=b.collector CROSS JOIN site s ON s.id=k.site"
    " WHERE r.meter=?3 AND r.reseller_id=?1";
const std::string kReadings = kReadingSelect + " AND r.at>=?4 AND r.at<?5 ORDER BY r.at";
const std::string kLastReading =
    kReadingSelect + " AND (?2='' OR s.customer=?2) ORDER BY r.at DESC LIMIT 1";

// The same of what was entered by hand, which is its own evidence. A few a month: they are sorted.
const std::string kEnteredSelect =
    "SELECT e.reseller_id=?1 AND (?2='' OR e.customer=?2), e.at, v.value, e.id, '', ''"
    " FROM entered_value v CROSS JOIN entered_reading e ON e.number=v.reading"
    " WHERE v.meter=?3 AND v.reseller_id=?1 AND NOT EXISTS"
    " (SELECT 1 FROM entered_withdrawal w WHERE w.reading=e.number)";
const std::string kEnteredReadings = kEnteredSelect + " AND e.at>=?4 AND e.at<?5 ORDER BY e.at";
const std::string kLastEntered =
    kEnteredSelect + " AND (?2='' OR e.customer=?2) ORDER BY e.at DESC LIMIT 1";

PrinterRef ReadPrinterRef(const Statement& q, int first) {
  return {.id = q.Text(first),
          .manufacturer = q.Text(first + 1),
          .serial = q.Text(first + 2),
          .model = q.Text(first + 3),
          .site = ReadSite(q, first + 4)};
}

SupplyRow ReadSupply(const Statement& q) {
  return {.printer = ReadPrinterRef(q, 5),
          .channel = q.Text(2),
          .supply = q.Text(3),
          .at = FromMillis(q.Int(14)),
          .kind = q.MaybeText(15),
          .colorant = q.MaybeText(16),
          .description = q.MaybeText(17),
          .level = q.MaybeText(18),
          .level_unit = q.MaybeText(19),
          .capacity = q.MaybeText(20),
          .capacity_unit = q.MaybeText(21),
          .percent = q.MaybeText(22),
          .remark = q.MaybeText(23),
          .state = q.MaybeText(24),
          .part_number = q.MaybeText(25),
          .serial = q.MaybeText(26),
          .installed = q.MaybeText(27),
          .expires = q.MaybeText(28),
          .warranty = q.MaybeText(29),
          .warranty_until = q.MaybeText(30)};
}

TraitRow ReadTrait(const Statement& q) {
  return {.channel = q.Text(1),
          .part = q.Text(2),
          .trait = q.Text(3),
          .at = FromMillis(q.Int(5)),
          .value = q.Text(6),
          .unit = q.MaybeText(7)};
}

JobEntry ReadJob(const Statement& q) {
  return {.printer = ReadPrinterRef(q, 6),
          .channel = q.Text(3),
          .job = q.Text(4),
          .revision = q.Int(15),
          .type = q.Text(16),
          .status = q.Text(17),
          .ended_at = FromMillis(q.Int(1)),
          .end_is_told = q.Int(35) != 0,
          .submitted = MaybeInstant(q, 18),
          .started = MaybeInstant(q, 19),
          .finished = MaybeInstant(q, 20),
          .copies = q.MaybeInt(21),
          .printed_copies = q.MaybeInt(22),
          .pages = q.MaybeInt(23),
          .printed_pages = q.MaybeInt(24),
          .media = q.MaybeText(25),
          .area = q.MaybeText(26),
          .area_unit = q.MaybeText(27),
          .length = q.MaybeText(28),
          .length_unit = q.MaybeText(29),
          .quality = q.MaybeText(30),
          .ink = q.Text(31),
          .traits = q.MaybeText(32),
          .batch = q.Text(33),
          .sha256 = q.Text(34)};
}

AlertRow ReadAlert(const Statement& q) {
  return {.printer = ReadPrinterRef(q, 6),
          .channel = q.Text(3),
          .key = q.Text(4),
          .severity = q.Text(15),
          .code = q.Text(16),
          .text = q.MaybeText(17),
          .part = q.MaybeText(18),
          .since = FromMillis(q.Int(1)),
          .cleared_at = MaybeInstant(q, 19)};
}

EventRow ReadEvent(const Statement& q) {
  return {.channel = q.Text(2),
          .kind = q.Text(3),
          .key = q.Text(4),
          .at = FromMillis(q.Int(1)),
          .code = q.MaybeText(6),
          .text = q.MaybeText(7),
          .was = q.MaybeText(10),
          .is = q.MaybeText(11),
          .printer_time = MaybeInstant(q, 8),
          .clock_offset_ms = q.MaybeInt(12),
          .printer_pages = q.MaybeInt(9)};
}

// An instant, a printer, two texts and a sighting, as jobs and alerts are ordered.
Position HappeningKey(const Statement& q) {
  return {.numbers = {q.Int(1), q.Int(2), q.Int(5)}, .texts = {q.Text(3), q.Text(4)}};
}

// The same for a page that begins before `end`.
Position Before(const Position& after, std::int64_t end) {
  if (after.numbers.size() < 3 || after.texts.size() < 2 || after.numbers[0] >= end) {
    return {.numbers = {end, kBeforeAll, kBeforeAll}, .texts = {"", ""}};
  }
  return after;
}

struct Meter {
  bool is_manual() const { return row.channel == kManualChannel; }

  std::int64_t number = 0;
  ReadingRow row = {};
  std::optional<Instant> told_at = {};    // of a manual one, StoredMeter
  std::vector<Elsewhere> elsewhere = {};  // of others
};

std::vector<Meter> MetersOf(StoreConnection& reader, const ResellerId& reseller,
                            const std::string& customer, const std::string& printer,
                            const std::string& meter) {
  const std::int64_t owner = OwnerOf(reader, reseller);
  const std::int64_t of = PrinterNumber(reader, reseller, printer);
  Statement& q = reader.Sql(
      "SELECT number, channel, meter, colorant, media, unit, outranked FROM meter WHERE printer=?1"
      " AND reseller_id=?2 AND (?3='' OR meter=?3)"
      " ORDER BY channel, meter, colorant, media, unit");
  std::vector<Meter> meters;
  const auto lives = LivesOf(reader, owner, customer, of);
  for (q.Bind(of, owner, meter); q.Step();) {
    meters.push_back({q.Int(0),
                      {.channel = q.Text(1),
                       .meter = q.Text(2),
                       .colorant = q.Text(3),
                       .media = q.Text(4),
                       .unit = q.Text(5),
                       .outranked = q.Int(6) != 0}});
  }
  for (Meter& one : meters) {
    if (one.is_manual()) {
      one.told_at = ToldSince(reader, owner, customer, of, one.row.meter);
      continue;
    }
    StoredMeter meant{.meter = one.row.meter};
    LookElsewhere(meant, one.row.channel, lives);
    one.elsewhere = std::move(meant.elsewhere);
  }
  return meters;
}

ReadingRow ReadReading(const Statement& q, const Meter& meter) {
  ReadingRow row = meter.row;
  row.at = FromMillis(q.Int(1));
  row.value = q.Text(2);
  row.batch = q.Text(3);
  row.sha256 = q.Text(4);
  row.collector = q.Text(5);
  row.outranked = (meter.told_at && row.at > *meter.told_at) ||
                  std::ranges::any_of(meter.elsewhere, [&](const Elsewhere& span) {
                    return span.since <= row.at && (!span.until || row.at <= *span.until);
                  });
  return row;
}

}  // namespace

std::vector<std::string> HappeningQuestions() {
  return {kSupplies, kSuppliesOfCustomer, kSuppliesOfSite, kSuppliesOfPrinter, kTraits,
          kJobs,     kJobsOfPrinter,      kAlerts,         kLastingAlerts,     kAlertsOfPrinter,
          kEvents,   kReadings,           kLastReading};
}

Page<ReadingRow> SqliteStore::ListReadings(const ResellerId& reseller, const std::string& customer,
                                           const std::string& printer, const std::string& meter,
                                           const Span& span, const Position& after,
                                           std::size_t limit) {
  auto reader = pool_.Reader();
  const std::int64_t owner = OwnerOf(*reader, reseller);
  const std::vector<Meter> meters = MetersOf(*reader, reseller, customer, printer, meter);
  std::int64_t from = ToMillis(span.from);
  auto it = meters.begin();
  if (after.numbers.size() == 2) {
    it = std::ranges::find(meters, after.numbers[0], &Meter::number);
    from = std::max(from, std::min(after.numbers[1], kAfterAll - 1) + 1);
  }
  Page<ReadingRow> page;
  Position last;
  std::size_t looked_at = 0;
  for (; it != meters.end(); ++it, from = ToMillis(span.from)) {
    Statement& q = reader->Sql(it->is_manual() ? kEnteredReadings : kReadings);
    for (q.Bind(owner, customer, it->number, from, ToMillis(span.to)); q.Step(); ++looked_at) {
      if (page.rows.size() == limit || looked_at == kMostLookedAt) {
        page.next = last;
        return page;
      }
      last = {.numbers = {it->number, q.Int(1)}};
      page.next_is_hidden = q.Int(0) == 0;
      if (!page.next_is_hidden) page.rows.push_back(ReadReading(q, *it));
    }
  }
  return page;
}

std::vector<ReadingRow> SqliteStore::LatestReadings(const ResellerId& reseller,
                                                    const std::string& customer,
                                                    const std::string& printer) {
  auto reader = pool_.Reader();
  const std::int64_t owner = OwnerOf(*reader, reseller);
  std::vector<ReadingRow> rows;
  for (const Meter& meter : MetersOf(*reader, reseller, customer, printer, "")) {
    Statement& q = reader->Sql(meter.is_manual() ? kLastEntered : kLastReading);
    if (q.Bind(owner, customer, meter.number).Step()) rows.push_back(ReadReading(q, meter));
  }
  return rows;
}

Page<SupplyRow> SqliteStore::ListSupplies(const ResellerId& reseller, const PrinterFilter& filter,
                                          const Position& after, std::size_t limit) {
  auto reader = pool_.Reader();
  const std::int64_t owner = OwnerOf(*reader, reseller);
  const bool begins = after.numbers.size() != 1 || after.texts.size() != 3;
  const Position from = begins ? Position{.numbers = {kBeforeAll}, .texts = {"", "", ""}} : after;
  const auto bind = [&](const std::string& sql, const auto&... more) -> Statement& {
    return reader->Sql(sql).Bind(owner, filter.customer, filter.site, from.texts[0], from.texts[1],
                                 from.texts[2], from.numbers[0], more...);
  };
  Statement& q = !filter.printer.empty()    ? bind(kSuppliesOfPrinter, filter.printer)
                 : !filter.site.empty()     ? bind(kSuppliesOfSite)
                 : !filter.customer.empty() ? bind(kSuppliesOfCustomer)
                                            : bind(kSupplies);
  return ReadPage<SupplyRow>(q, limit, ReadSupply, [](const Statement& row) {
    return Position{.numbers = {row.Int(4)}, .texts = {row.Text(1), row.Text(2), row.Text(3)}};
  });
}

Page<TraitRow> SqliteStore::ListTraits(const ResellerId& reseller, const std::string& customer,
                                       const std::string& printer, const Position& after,
                                       std::size_t limit) {
  auto reader = pool_.Reader();
  const bool begins = after.numbers.size() != 1 || after.texts.size() != 3;
  const Position from = begins ? Position{.numbers = {kBeforeAll}, .texts = {"", "", ""}} : after;
  Statement& q = reader->Sql(kTraits);
  q.Bind(OwnerOf(*reader, reseller), customer, PrinterNumber(*reader, reseller, printer),
         from.texts[0], from.texts[1], from.texts[2], from.numbers[0]);
  return ReadPage<TraitRow>(q, limit, ReadTrait, [](const Statement& row) {
    return Position{.numbers = {row.Int(4)}, .texts = {row.Text(1), row.Text(2), row.Text(3)}};
  });
}

Page<JobEntry> SqliteStore::ListJobs(const ResellerId& reseller, const PrinterFilter& filter,
                                     const Span& span, const Position& after, std::size_t limit) {
  auto reader = pool_.Reader();
  const std::int64_t owner = OwnerOf(*reader, reseller);
  const Position from = Before(after, ToMillis(span.to));
  const auto bind = [&](const std::string& sql, const auto&... more) -> Statement& {
    return reader->Sql(sql).Bind(owner, filter.customer, filter.site, ToMillis(span.from),
                                 from.numbers[0], from.numbers[1], from.texts[0], from.texts[1],
                                 from.numbers[2], more...);
  };
  Statement& q = filter.printer.empty()
                     ? bind(kJobs)
                     : bind(kJobsOfPrinter, PrinterNumber(*reader, reseller, filter.printer));
  return ReadPage<JobEntry>(q, limit, ReadJob, HappeningKey);
}

Page<AlertRow> SqliteStore::ListAlerts(const ResellerId& reseller, const PrinterFilter& filter,
                                       AlertsWanted wanted, const Position& after,
                                       std::size_t limit) {
  auto reader = pool_.Reader();
  const std::int64_t owner = OwnerOf(*reader, reseller);
  const Position from = Before(after, kAfterAll);
  const auto bind = [&](const std::string& sql, const auto&... more) -> Statement& {
    return reader->Sql(sql).Bind(owner, filter.customer, filter.site,
                                 wanted != AlertsWanted::kCleared, wanted != AlertsWanted::kLasting,
                                 from.numbers[0], from.numbers[1], from.texts[0], from.texts[1],
                                 from.numbers[2], more...);
  };
  Statement& q = !filter.printer.empty()
                     ? bind(kAlertsOfPrinter, PrinterNumber(*reader, reseller, filter.printer))
                 : wanted == AlertsWanted::kLasting ? bind(kLastingAlerts)
                                                    : bind(kAlerts);
  return ReadPage<AlertRow>(q, limit, ReadAlert, HappeningKey);
}

Page<EventRow> SqliteStore::ListEvents(const ResellerId& reseller, const std::string& customer,
                                       const std::string& printer, const Position& after,
                                       std::size_t limit) {
  auto reader = pool_.Reader();
  const bool begins = after.numbers.size() != 2 || after.texts.size() != 3;
  const Position from =
      begins ? Position{.numbers = {kAfterAll, kBeforeAll}, .texts = {"", "", ""}} : after;
  Statement& q = reader->Sql(kEvents);
  q.Bind(OwnerOf(*reader, reseller), customer, PrinterNumber(*reader, reseller, printer),
         from.numbers[0], from.texts[0], from.texts[1], from.texts[2], from.numbers[1]);
  return ReadPage<EventRow>(q, limit, ReadEvent, [](const Statement& row) {
    return Position{.numbers = {row.Int(1), row.Int(5)},
                    .texts = {row.Text(2), row.Text(3), row.Text(4)}};
  });
}

}  // namespace plotmeter
