// Pages of what printers said: readings, supplies, jobs, alerts, events.

#include <algorithm>
#include <limits>

#include "portal/store/list_rows.h"
#include "portal/store/sqlite_store.h"

namespace plotmeter {
namespace {

constexpr std::int64_t kBeforeAll = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kAfterAll = std::numeric_limits<std::int64_t>::max();

// In each that is of several printers: ?1 the reseller, ?2 the customer and ?3 the site if they
// narrow; the nine columns of a PrinterRef stand behind the key.
const std::string kSupplySelect =
    "SELECT p.reseller_id=?1 AND (?2='' OR p.customer=?2) AND (?3='' OR p.site=?3), p.id,"
    " u.channel, u.supply, p.id, p.manufacturer, p.serial, p.model, s.id, s.customer, c.name,"
    " s.name, s.time_zone, u.at, u.kind, u.colorant, u.description, u.level, u.level_unit,"
    " u.capacity, u.capacity_unit, u.percent, u.remark, u.state, u.part_number, u.serial,"
    " u.installed FROM printer p ";
const std::string kSupplyJoins =
    " CROSS JOIN supply u ON u.printer=p.number CROSS JOIN site s ON s.id=p.site"
    " CROSS JOIN customer c ON c.id=s.customer WHERE p.reseller_id=?1 AND u.reseller_id=?1"
    " AND p.id>=?4 AND (p.id>?4 OR (u.channel, u.supply)>(?5, ?6))";
const std::string kSupplyOrder = " ORDER BY p.id, u.channel, u.supply";
const std::string kSupplies =
    kSupplySelect + "INDEXED BY printer_of_reseller" + kSupplyJoins + kSupplyOrder;
const std::string kSuppliesOfCustomer = kSupplySelect + "INDEXED BY printer_of_customer" +
                                        kSupplyJoins + " AND p.customer=?2" + kSupplyOrder;
const std::string kSuppliesOfSite =
    kSupplySelect + "INDEXED BY printer_of_site" + kSupplyJoins + " AND p.site=?3" + kSupplyOrder;
const std::string kSuppliesOfPrinter = kSupplySelect + kSupplyJoins + " AND p.id=?7" + kSupplyOrder;

const std::string kJobSelect =
    "SELECT j.reseller_id=?1 AND (?2='' OR p.customer=?2) AND (?3='' OR p.site=?3), j.ended_at,"
    " j.printer, j.channel, j.job, p.id, p.manufacturer, p.serial, p.model, s.id, s.customer,"
    " c.name, s.name, s.time_zone, j.revision, j.type, j.status, j.submitted, j.started,"
    " j.finished, j.copies, j.printed_copies, j.pages, j.printed_pages, j.media, j.area,"
    " j.area_unit, j.length, j.length_unit, j.quality, j.ink, b.batch, b.sha256 FROM job j ";
const std::string kJobJoins =
    " CROSS JOIN printer p ON p.number=j.printer CROSS JOIN site s ON s.id=p.site"
    " CROSS JOIN customer c ON c.id=s.customer CROSS JOIN batch b ON b.number=j.batch"
    " WHERE j.reseller_id=?1 AND j.ended_at>=?4"
    " AND (j.ended_at, j.printer, j.channel, j.job)<(?5, ?6, ?7, ?8)";
const std::string kJobs = kJobSelect + "INDEXED BY job_of_reseller" + kJobJoins +
                          " ORDER BY j.ended_at DESC, j.printer DESC, j.channel DESC, j.job DESC";
const std::string kJobsOfPrinter = kJobSelect + "INDEXED BY job_of_printer" + kJobJoins +
                                   " AND j.printer=?9"
                                   " ORDER BY j.ended_at DESC, j.channel DESC, j.job DESC";

// ?4 and ?5: whether those that last are wanted, and those that are over.
const std::string kAlertSelect =
    "SELECT a.reseller_id=?1 AND (?2='' OR p.customer=?2) AND (?3='' OR p.site=?3)"
    " AND IIF(a.cleared_at IS NULL, ?4, ?5), a.since, a.printer, a.channel, a.key, p.id,"
    " p.manufacturer, p.serial, p.model, s.id, s.customer, c.name, s.name, s.time_zone, a.severity,"
    " a.code, a.text, a.part, a.cleared_at FROM alert a ";
const std::string kAlertJoins =
    " CROSS JOIN printer p ON p.number=a.printer CROSS JOIN site s ON s.id=p.site"
    " CROSS JOIN customer c ON c.id=s.customer WHERE a.reseller_id=?1"
    " AND (a.since, a.printer, a.channel, a.key)<(?6, ?7, ?8, ?9)";
const std::string kAlertOrder =
    " ORDER BY a.since DESC, a.printer DESC, a.channel DESC, a.key DESC";
const std::string kAlerts =
    kAlertSelect + "INDEXED BY alert_of_reseller" + kAlertJoins + kAlertOrder;
const std::string kLastingAlerts = kAlertSelect + "INDEXED BY alert_that_lasts" + kAlertJoins +
                                   " AND a.cleared_at IS NULL" + kAlertOrder;
const std::string kAlertsOfPrinter = kAlertSelect + "INDEXED BY alert_of_printer" + kAlertJoins +
                                     " AND a.printer=?10"
                                     " ORDER BY a.since DESC, a.channel DESC, a.key DESC";

const std::string kEvents =
    "SELECT reseller_id=?1, at, channel, kind, key, code, text, printer_time, printer_pages, was,"
    " now FROM event INDEXED BY event_of_printer WHERE printer=?2 AND reseller_id=?1"
    " AND (at, channel, kind, key)<(?3, ?4, ?5, ?6)"
    " ORDER BY at DESC, channel DESC, kind DESC, key DESC";

const std::string kReadings =
    "SELECT r.at, r.value, b.batch, b.sha256, b.collector FROM meter_reading r"
    " CROSS JOIN batch b ON b.number=r.batch WHERE r.meter=? AND r.at>=? AND r.at<?"
    " AND r.reseller_id=? ORDER BY r.at LIMIT ?";
const std::string kLastReading =
    "SELECT r.at, r.value, b.batch, b.sha256, b.collector FROM meter_reading r"
    " CROSS JOIN batch b ON b.number=r.batch WHERE r.meter=? AND r.reseller_id=?"
    " ORDER BY r.at DESC LIMIT 1";

PrinterRef ReadPrinterRef(const Statement& q, int first) {
  return {.id = q.Text(first),
          .manufacturer = q.Text(first + 1),
          .serial = q.Text(first + 2),
          .model = q.Text(first + 3),
          .site = ReadSite(q, first + 4)};
}

SupplyRow ReadSupply(const Statement& q) {
  return {.printer = ReadPrinterRef(q, 4),
          .channel = q.Text(2),
          .supply = q.Text(3),
          .at = FromMillis(q.Int(13)),
          .kind = q.MaybeText(14),
          .colorant = q.MaybeText(15),
          .description = q.MaybeText(16),
          .level = q.MaybeText(17),
          .level_unit = q.MaybeText(18),
          .capacity = q.MaybeText(19),
          .capacity_unit = q.MaybeText(20),
          .percent = q.MaybeText(21),
          .remark = q.MaybeText(22),
          .state = q.MaybeText(23),
          .part_number = q.MaybeText(24),
          .serial = q.MaybeText(25),
          .installed = q.MaybeText(26)};
}

JobEntry ReadJob(const Statement& q) {
  return {.printer = ReadPrinterRef(q, 5),
          .channel = q.Text(3),
          .job = q.Text(4),
          .revision = q.Int(14),
          .type = q.Text(15),
          .status = q.Text(16),
          .ended_at = FromMillis(q.Int(1)),
          .submitted = MaybeInstant(q, 17),
          .started = MaybeInstant(q, 18),
          .finished = MaybeInstant(q, 19),
          .copies = q.MaybeInt(20),
          .printed_copies = q.MaybeInt(21),
          .pages = q.MaybeInt(22),
          .printed_pages = q.MaybeInt(23),
          .media = q.MaybeText(24),
          .area = q.MaybeText(25),
          .area_unit = q.MaybeText(26),
          .length = q.MaybeText(27),
          .length_unit = q.MaybeText(28),
          .quality = q.MaybeText(29),
          .ink = q.Text(30),
          .batch = q.Text(31),
          .sha256 = q.Text(32)};
}

AlertRow ReadAlert(const Statement& q) {
  return {.printer = ReadPrinterRef(q, 5),
          .channel = q.Text(3),
          .key = q.Text(4),
          .severity = q.Text(14),
          .code = q.Text(15),
          .text = q.MaybeText(16),
          .part = q.MaybeText(17),
          .since = FromMillis(q.Int(1)),
          .cleared_at = MaybeInstant(q, 18)};
}

EventRow ReadEvent(const Statement& q) {
  return {.channel = q.Text(2),
          .kind = q.Text(3),
          .key = q.Text(4),
          .at = FromMillis(q.Int(1)),
          .code = q.MaybeText(5),
          .text = q.MaybeText(6),
          .was = q.MaybeText(9),
          .is = q.MaybeText(10),
          .printer_time = MaybeInstant(q, 7),
          .printer_pages = q.MaybeInt(8)};
}

// An instant, a printer, and two texts, as jobs and alerts are ordered.
Position HappeningKey(const Statement& q) {
  return {.numbers = {q.Int(1), q.Int(2)}, .texts = {q.Text(3), q.Text(4)}};
}

// The same for a page that begins before `end`.
Position Before(const Position& after, std::int64_t end) {
  if (after.numbers.size() < 2 || after.texts.size() < 2 || after.numbers[0] >= end) {
    return {.numbers = {end, kBeforeAll}, .texts = {"", ""}};
  }
  return after;
}

struct Meter {
  std::int64_t number = 0;
  ReadingRow row = {};
};

std::vector<Meter> MetersOf(StoreConnection& reader, const ResellerId& reseller,
                            const std::string& printer, const std::string& meter) {
  Statement& q = reader.Sql(
      "SELECT number, channel, meter, colorant, media, unit, outranked FROM meter WHERE printer=?1"
      " AND reseller_id=?2 AND (?3='' OR meter=?3)"
      " ORDER BY channel, meter, colorant, media, unit");
  std::vector<Meter> meters;
  for (q.Bind(PrinterNumber(reader, reseller, printer), OwnerOf(reader, reseller), meter);
       q.Step();) {
    meters.push_back({q.Int(0),
                      {.channel = q.Text(1),
                       .meter = q.Text(2),
                       .colorant = q.Text(3),
                       .media = q.Text(4),
                       .unit = q.Text(5),
                       .outranked = q.Int(6) != 0}});
  }
  return meters;
}

ReadingRow ReadReading(const Statement& q, ReadingRow row) {
  row.at = FromMillis(q.Int(0));
  row.value = q.Text(1);
  row.batch = q.Text(2);
  row.sha256 = q.Text(3);
  row.collector = q.Text(4);
  return row;
}

}  // namespace

std::vector<std::string> HappeningQuestions() {
  return {kSupplies,
          kSuppliesOfCustomer,
          kSuppliesOfSite,
          kSuppliesOfPrinter,
          kJobs,
          kJobsOfPrinter,
          kAlerts,
          kLastingAlerts,
          kAlertsOfPrinter,
          kEvents,
          kReadings,
          kLastReading};
}

Page<ReadingRow> SqliteStore::ListReadings(const ResellerId& reseller, const std::string& printer,
                                           const std::string& meter, const Span& span,
                                           const Position& after, std::size_t limit) {
  auto reader = pool_.Reader();
  const std::int64_t owner = OwnerOf(*reader, reseller);
  const std::vector<Meter> meters = MetersOf(*reader, reseller, printer, meter);
  std::int64_t from = ToMillis(span.from);
  auto it = meters.begin();
  if (after.numbers.size() == 2) {
    it = std::ranges::find(meters, after.numbers[0], &Meter::number);
    from = std::max(from, std::min(after.numbers[1], kAfterAll - 1) + 1);
  }
  Page<ReadingRow> page;
  Position last;
  for (; it != meters.end(); ++it, from = ToMillis(span.from)) {
    Statement& q = reader->Sql(kReadings);
    // One more than there is room for tells whether others follow.
    for (q.Bind(it->number, from, ToMillis(span.to), owner,
                static_cast<std::int64_t>(limit - page.rows.size() + 1));
         q.Step();) {
      if (page.rows.size() == limit) {
        page.next = last;
        return page;
      }
      last = {.numbers = {it->number, q.Int(0)}};
      page.rows.push_back(ReadReading(q, it->row));
    }
  }
  return page;
}

std::vector<ReadingRow> SqliteStore::LatestReadings(const ResellerId& reseller,
                                                    const std::string& printer) {
  auto reader = pool_.Reader();
  const std::int64_t owner = OwnerOf(*reader, reseller);
  std::vector<ReadingRow> rows;
  for (const Meter& meter : MetersOf(*reader, reseller, printer, "")) {
    Statement& q = reader->Sql(kLastReading);
    if (q.Bind(meter.number, owner).Step()) rows.push_back(ReadReading(q, meter.row));
  }
  return rows;
}

Page<SupplyRow> SqliteStore::ListSupplies(const ResellerId& reseller, const PrinterFilter& filter,
                                          const Position& after, std::size_t limit) {
  auto reader = pool_.Reader();
  const std::int64_t owner = OwnerOf(*reader, reseller);
  const Position from = after.texts.size() == 3 ? after : Position{.texts = {"", "", ""}};
  const auto bind = [&](const std::string& sql, const auto&... more) -> Statement& {
    return reader->Sql(sql).Bind(owner, filter.customer, filter.site, from.texts[0], from.texts[1],
                                 from.texts[2], more...);
  };
  Statement& q = !filter.printer.empty()    ? bind(kSuppliesOfPrinter, filter.printer)
                 : !filter.site.empty()     ? bind(kSuppliesOfSite)
                 : !filter.customer.empty() ? bind(kSuppliesOfCustomer)
                                            : bind(kSupplies);
  return ReadPage<SupplyRow>(q, limit, ReadSupply, [](const Statement& row) {
    return Position{.texts = {row.Text(1), row.Text(2), row.Text(3)}};
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
                                 more...);
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
                                 more...);
  };
  Statement& q = !filter.printer.empty()
                     ? bind(kAlertsOfPrinter, PrinterNumber(*reader, reseller, filter.printer))
                 : wanted == AlertsWanted::kLasting ? bind(kLastingAlerts)
                                                    : bind(kAlerts);
  return ReadPage<AlertRow>(q, limit, ReadAlert, HappeningKey);
}

Page<EventRow> SqliteStore::ListEvents(const ResellerId& reseller, const std::string& printer,
                                       const Position& after, std::size_t limit) {
  auto reader = pool_.Reader();
  const bool begins = after.numbers.size() != 1 || after.texts.size() != 3;
  const Position from = begins ? Position{.numbers = {kAfterAll}, .texts = {"", "", ""}} : after;
  Statement& q = reader->Sql(kEvents);
  q.Bind(OwnerOf(*reader, reseller), PrinterNumber(*reader, reseller, printer), from.numbers[0],
         from.texts[0], from.texts[1], from.texts[2]);
  return ReadPage<EventRow>(q, limit, ReadEvent, [](const Statement& row) {
    return Position{.numbers = {row.Int(1)}, .texts = {row.Text(2), row.Text(3), row.Text(4)}};
  });
}

}  // namespace plotmeter
