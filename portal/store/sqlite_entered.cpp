// What people entered by hand.

#include "common/json.h"
#include "portal/store/entered.h"
#include "portal/store/entered_rows.h"
#include "portal/store/list_rows.h"
#include "portal/store/reading_rows.h"
#include "portal/store/sqlite_store.h"

namespace plotmeter {
namespace {

struct Standing {
  std::int64_t printer = 0;
  std::string site = {};
  std::string customer = {};
};

std::int64_t MeterNumber(StoreConnection& writer, std::int64_t owner, std::int64_t printer,
                         const EnteredValue& value) {
  writer
      .Sql(
          "INSERT OR IGNORE INTO meter(reseller_id, printer, channel, meter, colorant, media, unit)"
          " VALUES(?,?,?,?,?,?,?)")
      .Run(owner, printer, kManualChannel, value.meter, value.colorant, value.media, value.unit);
  Statement& find = writer.Sql(
      "SELECT number FROM meter WHERE printer=? AND channel=? AND meter=? AND colorant=?"
      " AND media=? AND unit=? AND reseller_id=?");
  find.Bind(printer, kManualChannel, value.meter, value.colorant, value.media, value.unit, owner)
      .Step();
  return find.Int(0);
}

// The id of what was entered for that meter and instant, and is not withdrawn.
std::optional<std::string> IsThere(StoreConnection& writer, std::int64_t owner, std::int64_t meter,
                                   Instant at) {
  Statement& q = writer.Sql(
      "SELECT e.id FROM entered_value v JOIN entered_reading e ON e.number=v.reading"
      " WHERE v.meter=? AND e.at=? AND e.reseller_id=? AND NOT EXISTS"
      " (SELECT 1 FROM entered_withdrawal w WHERE w.reading=e.number)");
  return q.Bind(meter, ToMillis(at), owner).Step() ? std::optional(q.Text(0)) : std::nullopt;
}

// Where a printer stood at `at`; empty: it is not this reseller's.
std::optional<Standing> StandingAt(StoreConnection& writer, std::int64_t owner,
                                   const std::string& printer, Instant at) {
  Statement& now =
      writer.Sql("SELECT number, site, customer FROM printer WHERE id=? AND reseller_id=?");
  if (!now.Bind(printer, owner).Step()) return std::nullopt;
  Standing standing{now.Int(0), now.Text(1), now.Text(2)};
  Statement& then = writer.Sql(
      "SELECT s.id, s.customer FROM printer_place w JOIN site s ON s.id=w.site"
      " JOIN customer c ON c.id=s.customer WHERE w.printer=? AND w.since<=? AND w.reseller_id=?"
      " AND c.erased_at IS NULL ORDER BY w.since DESC LIMIT 1");
  if (then.Bind(standing.printer, ToMillis(at), owner).Step()) {
    standing.site = then.Text(0);
    standing.customer = then.Text(1);
  }
  return standing;
}

// Somebody told of the printer: the customer keeps it in sight when it moves on, or has.
void NoteSeen(StoreConnection& writer, std::int64_t owner, const Standing& standing, Instant at) {
  writer
      .Sql(
          "INSERT OR IGNORE INTO sighting(reseller_id, printer, id, customer, site, product, model,"
          " firmware) SELECT reseller_id, number, id, ?, ?, product, model, '' FROM printer"
          " WHERE number=? AND reseller_id=?")
      .Run(standing.customer, standing.site, standing.printer, owner);
  writer
      .Sql(
          "UPDATE sighting SET first_seen=min(COALESCE(first_seen, ?3), ?3),"
          " last_seen=max(COALESCE(last_seen, ?3), ?3) WHERE printer=?1 AND customer=?2"
          " AND reseller_id=?4")
      .Run(standing.printer, standing.customer, ToMillis(at), owner);
  // One that collectors tell of is silent as long as these say nothing.
  writer
      .Sql(
          "UPDATE printer SET last_seen=max(last_seen, ?) WHERE number=? AND reseller_id=?"
          " AND NOT EXISTS (SELECT 1 FROM printer_watch w WHERE w.printer=number"
          " AND w.collector IS NOT NULL)"
          " AND NOT EXISTS (SELECT 1 FROM device_reading d WHERE d.printer=number)")
      .Run(ToMillis(at), standing.printer, owner);
}

Json ToJson(const EnteredValue& value) {
  Json json = {{"meter", value.meter}, {"value", value.value}, {"unit", value.unit}};
  if (!value.colorant.empty()) json["colorant"] = value.colorant;
  if (!value.media.empty()) json["media"] = value.media;
  return json;
}

// In the first column, whether the row is wanted.
const std::string kEntered =
    "SELECT (?2='' OR e.customer=?2), e.number, e.id, p.id, e.at, e.note, e.who, e.entered_at,"
    " w.reason, w.who, w.at, s.id, s.customer, c.name, s.name, s.time_zone FROM entered_reading e"
    " CROSS JOIN printer p ON p.number=e.printer CROSS JOIN site s ON s.id=e.site"
    " CROSS JOIN customer c ON c.id=s.customer"
    " LEFT JOIN entered_withdrawal w ON w.reading=e.number WHERE e.reseller_id=?1";
const std::string kEnteredOfPrinter =
    kEntered + " AND e.printer=?3 AND (e.at, e.number)<(?4, ?5) ORDER BY e.at DESC, e.number DESC";
const std::string kEnteredById = kEntered + " AND e.id=?3";

EnteredReading ReadEntered(const Statement& q) {
  EnteredReading entered{.id = q.Text(2),
                         .printer = q.Text(3),
                         .site = ReadSite(q, 11),
                         .at = FromMillis(q.Int(4)),
                         .note = q.Text(5),
                         .who = q.Text(6),
                         .entered_at = FromMillis(q.Int(7))};
  if (!q.IsNull(8)) entered.withdrawal = {q.Text(8), q.Text(9), FromMillis(q.Int(10))};
  return entered;
}

std::vector<EnteredValue> ValuesOf(StoreConnection& reader, std::int64_t owner,
                                   const std::string& id) {
  Statement& q = reader.Sql(
      "SELECT m.meter, m.colorant, m.media, m.unit, v.value FROM entered_reading e"
      " JOIN entered_value v ON v.reading=e.number JOIN meter m ON m.number=v.meter"
      " WHERE e.id=? AND e.reseller_id=? ORDER BY m.meter, m.colorant, m.media, m.unit");
  std::vector<EnteredValue> values;
  for (q.Bind(id, owner); q.Step();) {
    values.push_back({q.Text(0), q.Text(1), q.Text(2), q.Text(3), q.Text(4)});
  }
  return values;
}

}  // namespace

std::vector<std::pair<std::int64_t, StoredReading>> EnteredOf(StoreConnection& reader,
                                                              std::int64_t owner,
                                                              const std::string& customer,
                                                              std::int64_t printer, Instant after,
                                                              Instant until) {
  Statement& q = reader.Sql(
      "SELECT e.at, e.number, e.site, e.customer, s.time_zone, v.meter, v.value"
      " FROM entered_reading e CROSS JOIN site s ON s.id=e.site"
      " CROSS JOIN entered_value v ON v.reading=e.number WHERE e.printer=?1 AND e.at>?2"
      " AND e.at<=?3 AND e.reseller_id=?4 AND (?5='' OR e.customer=?5) AND NOT EXISTS"
      " (SELECT 1 FROM entered_withdrawal w WHERE w.reading=e.number)"
      " ORDER BY e.at, e.number, v.meter");
  std::vector<std::pair<std::int64_t, StoredReading>> readings;
  for (q.Bind(printer, ToMillis(after), ToMillis(until), owner, customer); q.Step();) {
    const std::int64_t batch = -q.Int(1);
    if (readings.empty() || readings.back().second.batch != batch) {
      readings.emplace_back(q.Int(0), StoredReading{.stands_at = FromMillis(q.Int(0)),
                                                    .batch = batch,
                                                    .collector = std::string(kManualChannel),
                                                    .site = q.Text(2),
                                                    .customer = q.Text(3),
                                                    .time_zone = q.Text(4)});
    }
    if (const auto value = Decimal::Parse(q.Text(6))) {
      readings.back().second.values.emplace_back(q.Int(5), *value);
    }
  }
  return readings;
}

std::optional<Instant> ToldSince(StoreConnection& reader, std::int64_t owner,
                                 const std::string& customer, std::int64_t printer,
                                 const std::string& meter) {
  std::vector<std::pair<std::int64_t, std::string>> told;
  Statement& q = reader.Sql(
      "SELECT number, channel FROM meter WHERE printer=? AND meter=? AND channel<>?"
      " AND reseller_id=?");
  for (q.Bind(printer, meter, kManualChannel, owner); q.Step();) {
    told.emplace_back(q.Int(0), q.Text(1));
  }
  std::optional<Instant> since;
  for (const auto& [number, channel] : told) {
    Statement& first = reader.Sql(
        "SELECT d.stands_at FROM device_reading d CROSS JOIN batch b ON b.number=d.batch"
        " CROSS JOIN collector k ON k.id=b.collector CROSS JOIN site s ON s.id=k.site"
        " WHERE d.printer=?1 AND d.channel=?2 AND d.reseller_id=?3 AND (?4='' OR s.customer=?4)"
        " AND EXISTS (SELECT 1 FROM meter_reading r WHERE r.meter=?5 AND r.at=d.at)"
        " ORDER BY d.stands_at LIMIT 1");
    if (!first.Bind(printer, channel, owner, customer, number).Step()) continue;
    const Instant at = FromMillis(first.Int(0));
    since = std::min(since.value_or(at), at);
  }
  return since;
}

PrinterAdded SqliteStore::AddPrinter(const ResellerId& reseller, const NewPrinter& printer,
                                     const Actor& actor, Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  Statement& where = writer->Sql(
      "SELECT s.customer FROM site s JOIN customer c ON c.id=s.customer WHERE s.id=?"
      " AND s.reseller_id=? AND c.erased_at IS NULL");
  if (!where.Bind(printer.site, owner).Step()) return {PrinterAdded::How::kNoSite};
  const std::string customer = where.Text(0);
  // As a collector finds it (derived.h): one that names no maker means this one.
  Statement& known = writer->Sql(
      "SELECT id FROM printer WHERE reseller_id=? AND serial=? AND apart=''"
      " AND (manufacturer=? OR manufacturer='')");
  if (known.Bind(owner, printer.serial, printer.manufacturer).Step()) {
    return {PrinterAdded::How::kKnown, known.Text(0)};
  }
  const std::string id = UnusedId(*writer, "printer", "prn_");
  writer
      ->Sql(
          "INSERT INTO printer(reseller_id, id, manufacturer, serial, apart, product, model,"
          " firmware, site, first_seen, last_seen, customer)"
          " VALUES(?1,?2,?3,?4,'','',?5,'',?6,?7,?7,?8)")
      .Run(owner, id, printer.manufacturer, printer.serial, printer.model, printer.site,
           ToMillis(now), customer);
  writer
      ->Sql(
          "INSERT INTO sighting(reseller_id, printer, id, customer, site, product, model, firmware)"
          " VALUES(?,?,?,?,?,'',?,'')")
      .Run(owner, writer->db().LastInsertId(), id, customer, printer.site, printer.model);
  WriteAudit(*writer, owner,
             {.what = "printer.add", .subject = id, .after = {{"site", printer.site}}}, actor, now);
  transaction.Commit();
  return {PrinterAdded::How::kDone, id};
}

Entered SqliteStore::Enter(const ResellerId& reseller, const EnteredReading& reading,
                           const Actor& actor, Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  const auto standing = StandingAt(*writer, owner, reading.printer, reading.at);
  if (!standing) return {Entered::How::kNoPrinter};
  const std::string id = UnusedId(*writer, "entered_reading", "ent_");
  writer
      ->Sql(
          "INSERT INTO entered_reading(id, reseller_id, printer, customer, site, at, note, who,"
          " entered_at) VALUES(?,?,?,?,?,?,?,?,?)")
      .Run(id, owner, standing->printer, standing->customer, standing->site, ToMillis(reading.at),
           reading.note, actor.id, ToMillis(now));
  const std::int64_t number = writer->db().LastInsertId();
  Json values = Json::array();
  for (const EnteredValue& value : reading.values) {
    const std::int64_t meter = MeterNumber(*writer, owner, standing->printer, value);
    if (const auto other = IsThere(*writer, owner, meter, reading.at)) {
      return {Entered::How::kThere, *other == id ? "" : *other};
    }
    writer->Sql("INSERT INTO entered_value(reseller_id, meter, reading, value) VALUES(?,?,?,?)")
        .Run(owner, meter, number, value.value);
    values.push_back(ToJson(value));
  }
  NoteSeen(*writer, owner, *standing, reading.at);
  MarkStale(*writer, owner, standing->printer, ToMillis(reading.at));
  WriteAudit(*writer, owner,
             {.what = "reading.enter",
              .subject = id,
              .after = {{"printer", reading.printer},
                        {"at", FormatInstant(reading.at)},
                        {"meters", std::move(values)}}},
             actor, now);
  transaction.Commit();
  return {Entered::How::kDone, id};
}

Withdrawn SqliteStore::Withdraw(const ResellerId& reseller, const std::string& id,
                                const std::string& reason, const Actor& actor, Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  Statement& there =
      writer->Sql("SELECT number, printer, at FROM entered_reading WHERE id=? AND reseller_id=?");
  if (!there.Bind(id, owner).Step()) return Withdrawn::kNotThere;
  writer
      ->Sql(
          "INSERT OR IGNORE INTO entered_withdrawal(reading, reseller_id, reason, who, at)"
          " VALUES(?,?,?,?,?)")
      .Run(there.Int(0), owner, reason, actor.id, ToMillis(now));
  if (writer->db().Changes() == 0) return Withdrawn::kBefore;
  MarkStale(*writer, owner, there.Int(1), there.Int(2));
  WriteAudit(*writer, owner,
             {.what = "reading.withdraw", .subject = id, .after = {{"withdrawn", true}}}, actor,
             now);
  transaction.Commit();
  return Withdrawn::kDone;
}

Page<EnteredReading> SqliteStore::ListEntered(const ResellerId& reseller,
                                              const std::string& customer,
                                              const std::string& printer, const Position& after,
                                              std::size_t limit) {
  auto reader = pool_.Reader();
  const std::int64_t owner = OwnerOf(*reader, reseller);
  const bool begins = after.numbers.size() != 2;
  Statement& q = reader->Sql(kEnteredOfPrinter);
  q.Bind(owner, customer, PrinterNumber(*reader, reseller, printer),
         begins ? INT64_MAX : after.numbers[0], begins ? INT64_MAX : after.numbers[1]);
  auto page = ReadPage<EnteredReading>(q, limit, ReadEntered, [](const Statement& row) {
    return Position{.numbers = {row.Int(4), row.Int(1)}};
  });
  for (EnteredReading& one : page.rows) one.values = ValuesOf(*reader, owner, one.id);
  return page;
}

std::optional<EnteredReading> SqliteStore::FindEntered(const ResellerId& reseller,
                                                       const std::string& customer,
                                                       const std::string& id) {
  auto reader = pool_.Reader();
  const std::int64_t owner = OwnerOf(*reader, reseller);
  Statement& q = reader->Sql(kEnteredById);
  if (!q.Bind(owner, customer, id).Step() || q.Int(0) == 0) return std::nullopt;
  EnteredReading entered = ReadEntered(q);
  entered.values = ValuesOf(*reader, owner, id);
  return entered;
}

}  // namespace plotmeter
