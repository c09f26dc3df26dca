#include <algorithm>
#include <map>
#include <set>

#include "common/json.h"
#include "portal/store/derived.h"
#include "portal/store/job_rows.h"
#include "portal/store/reading_rows.h"
#include "portal/store/sqlite_store.h"
#include "portal/store/values.h"

namespace plotmeter {
namespace {

constexpr std::size_t kMetersRemembered = 500'000;  // some 50 MB; then it starts afresh

struct Seen {
  std::optional<Instant> at = {};
  std::optional<std::string> state = {};
  Instant state_at = {};
};

// What the batch says of each printer's latest moment.
std::vector<Seen> SeenIn(const BatchRecord& batch) {
  std::vector<Seen> seen(batch.printers.size());
  for (const auto& [printer, reading] : batch.readings) {
    Seen& one = seen.at(printer);
    one.at = std::max(one.at.value_or(reading->at), reading->at);
    if (reading->state && reading->at >= one.state_at) {
      one.state = reading->state;
      one.state_at = reading->at;
    }
  }
  for (const auto& [printer, job] : batch.jobs) {
    Seen& one = seen.at(printer);
    one.at = std::max(one.at.value_or(job->seen_at), job->seen_at);
  }
  return seen;
}

struct KnownPrinter {
  DerivedRows::Told told = {};
  std::string id = {};
  std::string site = {};       // where it stands
  std::int64_t placed_at = 0;  // since when, as a person said
};

// Who the printer is in this reseller's fleet; number 0 when it is new, sighting 0 when it is to
// this customer. A channel that does not name the maker means the one printer with that serial.
KnownPrinter FindPrinter(StoreConnection& writer, const DerivedRows::Place& place,
                         const PrinterIdentity& printer, const std::string& apart) {
  Statement& find = writer.Sql(
      "SELECT p.number, COALESCE(v.number, 0), p.id, p.site, COALESCE(p.placed_at, 0)"
      " FROM printer p"
      " LEFT JOIN sighting v ON v.printer=p.number AND v.customer=?5"
      " WHERE p.reseller_id=?1 AND p.serial=?2 AND p.apart=?3"
      " AND (p.manufacturer=?4 OR p.manufacturer='' OR ?4='')"
      " ORDER BY p.manufacturer=?4 DESC LIMIT 1");
  if (!find.Bind(place.owner, printer.serial, apart, printer.manufacturer, place.customer).Step()) {
    return {};
  }
  return {{find.Int(0), find.Int(1)}, find.Text(2), find.Text(3), find.Int(4)};
}

void WriteSupplies(StoreConnection& writer, const DerivedRows::Place& place,
                   const BatchRecord& batch, const std::vector<DerivedRows::Told>& printers) {
  Statement& insert = writer.Sql(
      "INSERT INTO supply(reseller_id, printer, channel, supply, sighting, at, kind, colorant,"
      " description, level, level_unit, capacity, capacity_unit, percent, remark, state,"
      " part_number, serial, installed, expires, warranty, warranty_until)"
      " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
      " ON CONFLICT DO UPDATE SET at=excluded.at, kind=excluded.kind, colorant=excluded.colorant,"
      " description=excluded.description, level=excluded.level, level_unit=excluded.level_unit,"
      " capacity=excluded.capacity, capacity_unit=excluded.capacity_unit,"
      " percent=excluded.percent, remark=excluded.remark, state=excluded.state,"
      " part_number=excluded.part_number, serial=excluded.serial, installed=excluded.installed,"
      " expires=excluded.expires, warranty=excluded.warranty,"
      " warranty_until=excluded.warranty_until"
      " WHERE excluded.at > at");
  for (const auto& [printer, reading] : batch.readings) {
    // A level that is dated ahead must not stand before all that is truly seen later.
    const std::int64_t at = ToMillis(std::min(reading->at, batch.received_at));
    for (const Supply& supply : reading->supplies) {
      const DerivedRows::Told& told = printers.at(printer);
      insert.Run(place.owner, told.printer, ToText(reading->channel), supply.supply, told.sighting,
                 at, supply.kind, supply.colorant, supply.description, ValueOf(supply.level),
                 UnitOf(supply.level), ValueOf(supply.capacity), UnitOf(supply.capacity),
                 supply.percent ? std::optional(supply.percent->text()) : std::nullopt,
                 supply.remark, supply.state, supply.part_number, supply.serial, supply.installed,
                 supply.expires, supply.warranty, supply.warranty_until);
    }
  }
}

// What a reading does not say keeps the instant when it was said: one of the printer's documents may
// have failed that time. Of two words in one reading the first stays, as of supplies.
void WriteTraits(StoreConnection& writer, const DerivedRows::Place& place, const BatchRecord& batch,
                 const std::vector<DerivedRows::Told>& printers) {
  Statement& insert = writer.Sql(
      "INSERT INTO trait(reseller_id, printer, channel, part, trait, sighting, at, value, unit)"
      " VALUES(?,?,?,?,?,?,?,?,NULLIF(?,'')) ON CONFLICT DO UPDATE SET at=excluded.at,"
      " value=excluded.value, unit=excluded.unit WHERE excluded.at > at");
  for (const auto& [printer, reading] : batch.readings) {
    const std::int64_t at = ToMillis(std::min(reading->at, batch.received_at));
    for (const Trait& trait : reading->traits) {
      const DerivedRows::Told& told = printers.at(printer);
      insert.Run(place.owner, told.printer, ToText(reading->channel), trait.part.value_or(""),
                 trait.trait, told.sighting, at, trait.value, trait.unit);
    }
  }
}

// An alert ends once: of two ends that are told of it, the later was only supposed by a spool that
// had forgotten it. And it is over when one with its key begins anew, whichever of the customer's
// collectors saw that: a spool that was put back knows nothing of the first and never ends it.
void WriteAlerts(StoreConnection& writer, const DerivedRows::Place& place, const BatchRecord& batch,
                 const std::vector<DerivedRows::Told>& printers) {
  Statement& insert = writer.Sql(
      "INSERT INTO alert(reseller_id, printer, channel, key, since, sighting, severity, code, text,"
      " part, cleared_at) VALUES(?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET"
      " severity=excluded.severity, code=excluded.code, text=excluded.text, part=excluded.part,"
      " cleared_at=min(COALESCE(excluded.cleared_at, cleared_at),"
      " COALESCE(cleared_at, excluded.cleared_at))");
  Statement& replace = writer.Sql(
      "UPDATE alert AS old SET cleared_at=(SELECT min(since) FROM alert WHERE printer=old.printer"
      " AND channel=old.channel AND key=old.key AND since>old.since AND sighting=old.sighting)"
      " WHERE printer=? AND channel=? AND key=? AND sighting=? AND reseller_id=?"
      " AND cleared_at IS NULL"
      " AND EXISTS (SELECT 1 FROM alert WHERE printer=old.printer AND channel=old.channel"
      " AND key=old.key AND since>old.since AND sighting=old.sighting)");
  for (const BatchRecord::AlertOf& of : batch.alerts) {
    const DerivedRows::Told& told = printers.at(of.printer);
    insert.Run(place.owner, told.printer, ToText(of.channel), of.alert->key, ToMillis(of.since),
               told.sighting, ToText(of.alert->severity), of.alert->code, of.alert->text,
               of.alert->part, MaybeMillis(of.cleared_at));
    replace.Run(told.printer, ToText(of.channel), of.alert->key, told.sighting, place.owner);
  }
}

// A collector says of the printers that it read all that its site lets it say: what is missing was
// switched off, or is no more.
void WriteWhereabouts(StoreConnection& writer, const DerivedRows::Place& place,
                      const BatchRecord& batch, const std::vector<DerivedRows::Told>& printers,
                      const std::vector<Seen>& seen) {
  Statement& insert = writer.Sql(
      "INSERT INTO printer_whereabouts(reseller_id, printer, collector, at, ip, macs, name,"
      " location) VALUES(?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET at=excluded.at,"
      " ip=excluded.ip, macs=excluded.macs, name=excluded.name, location=excluded.location"
      " WHERE excluded.at >= at");
  Statement& forget = writer.Sql(
      "DELETE FROM printer_whereabouts WHERE printer=? AND collector=? AND at<=?"
      " AND reseller_id=?");
  std::set<std::size_t> read;
  for (const auto& [printer, reading] : batch.readings) read.insert(printer);
  for (const std::size_t printer : read) {
    const std::int64_t at =
        ToMillis(std::min(seen[printer].at.value_or(batch.received_at), batch.received_at));
    const auto said = batch.whereabouts->find(printer);
    if (said == batch.whereabouts->end()) {
      forget.Run(printers.at(printer).printer, batch.collector, at, place.owner);
      continue;
    }
    const Whereabouts& what = said->second;
    insert.Run(place.owner, printers.at(printer).printer, batch.collector, at, what.ip,
               JsonText(Json(what.macs)), what.name, what.location);
  }
}

// The customer's first word on an event stays.
void WriteEvents(StoreConnection& writer, const DerivedRows::Place& place, const BatchRecord& batch,
                 const std::vector<DerivedRows::Told>& printers) {
  Statement& insert = writer.Sql(
      "INSERT OR IGNORE INTO event(reseller_id, printer, channel, kind, key, sighting, at, code,"
      " text, printer_time, clock_offset_ms, printer_pages, was, now)"
      " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  for (const auto& [printer, event] : batch.events) {
    const DerivedRows::Told& told = printers.at(printer);
    insert.Run(place.owner, told.printer, ToText(event->channel), event->kind, event->key,
               told.sighting, ToMillis(event->at), event->code, event->text,
               MaybeMillis(event->printer_time), event->clock_offset_ms, event->printer_pages,
               event->was, event->is);
    // The ledger begins new epochs there (portal/ledger/account.h).
    if (event->kind == "board-swapped" && writer.db().Changes() > 0) {
      MarkStale(writer, place.owner, told.printer, ToMillis(event->at));
    }
  }
}

}  // namespace

void DerivedRows::Write(StoreConnection& writer, const Place& place, const BatchRecord& batch) {
  Statement& now = writer.Sql("PRAGMA data_version");
  now.Bind().Step();
  if (const std::int64_t version = now.Int(0); version != version_) {
    ForgetAll();
    version_ = version;
  }
  if (meters_.size() > kMetersRemembered) meters_.clear();
  const std::vector<Told> printers = WritePrinters(writer, place, batch);
  WriteReadings(writer, place, batch, printers);
  if (batch.whereabouts != nullptr) {
    WriteWhereabouts(writer, place, batch, printers, SeenIn(batch));
  }
  WriteJobs(writer, place, batch, printers);
  WriteSupplies(writer, place, batch, printers);
  WriteTraits(writer, place, batch, printers);
  WriteAlerts(writer, place, batch, printers);
  WriteEvents(writer, place, batch, printers);
}

void DerivedRows::Keep() { learned_.clear(); }

void DerivedRows::ForgetAll() {
  meters_.clear();
  learned_.clear();
}

void DerivedRows::Forget() {
  for (const std::string& key : learned_) meters_.erase(key);
  learned_.clear();
}

std::vector<DerivedRows::Told> DerivedRows::WritePrinters(StoreConnection& writer,
                                                          const Place& place,
                                                          const BatchRecord& batch) {
  const std::vector<Seen> seen = SeenIn(batch);
  std::vector<Told> told;
  told.reserve(batch.printers.size());
  for (std::size_t i = 0; i < batch.printers.size(); ++i) {
    const PrinterIdentity& printer = batch.printers[i];
    // Without a serial two collectors can never mean the same printer.
    const std::string apart =
        printer.serial.empty() ? batch.collector + "/" + printer.product + "/" + printer.model : "";
    // A collector whose clock is far ahead must not outrun all that is truly seen later.
    const std::int64_t at =
        ToMillis(std::min(seen[i].at.value_or(batch.received_at), batch.received_at));
    KnownPrinter known = FindPrinter(writer, place, printer, apart);
    if (known.told.printer == 0) {
      known.id = UnusedId(writer, "printer", "prn_");
      known.site = place.site;
      writer
          .Sql(
              "INSERT INTO printer(reseller_id, id, manufacturer, serial, apart, product, model,"
              " firmware, site, state, first_seen, last_seen, customer)"
              " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?11,?12)")
          .Run(place.owner, known.id, printer.manufacturer, printer.serial, apart, printer.product,
               printer.model, printer.firmware, place.site, seen[i].state, at, place.customer);
      known.told.printer = writer.db().LastInsertId();
    } else if (known.site != place.site && at >= known.placed_at) {
      writer
          .Sql(
              "INSERT OR IGNORE INTO printer_claim(reseller_id, printer, site, collector,"
              " first_seen) VALUES(?,?,?,?,?)")
          .Run(place.owner, known.told.printer, place.site, batch.collector, at);
    }
    if (known.told.sighting == 0) {
      writer
          .Sql(
              "INSERT INTO sighting(reseller_id, printer, id, customer, site, product, model,"
              " firmware) VALUES(?,?,?,?,?,'','','')")
          .Run(place.owner, known.told.printer, known.id, place.customer, place.site);
      known.told.sighting = writer.db().LastInsertId();
    }
    // An older batch that comes late must not bring back an older firmware.
    writer
        .Sql(
            "UPDATE printer SET manufacturer=IIF(manufacturer='', ?2, manufacturer),"
            " product=COALESCE(NULLIF(?3,''), product), model=COALESCE(NULLIF(?4,''), model),"
            " firmware=COALESCE(NULLIF(?5,''), firmware), state=COALESCE(?6, state), last_seen=?7"
            " WHERE number=?1 AND last_seen<=?7 AND reseller_id=?8")
        .Run(known.told.printer, printer.manufacturer, printer.product, printer.model,
             printer.firmware, seen[i].state, at, place.owner);
    writer
        .Sql(
            "UPDATE sighting SET product=COALESCE(NULLIF(?2,''), product),"
            " model=COALESCE(NULLIF(?3,''), model), firmware=COALESCE(NULLIF(?4,''), firmware),"
            " state=COALESCE(?5, state), first_seen=COALESCE(first_seen, ?6), last_seen=?6"
            " WHERE number=?1 AND COALESCE(last_seen, ?6)<=?6 AND reseller_id=?7")
        .Run(known.told.sighting, printer.product, printer.model, printer.firmware, seen[i].state,
             at, place.owner);
    // The rules are to look at it (watching.h).
    writer
        .Sql(
            "INSERT INTO printer_watch(printer, reseller_id, collector, due_at) VALUES(?,?,?,?)"
            " ON CONFLICT DO UPDATE SET collector=excluded.collector,"
            " due_at=min(due_at, excluded.due_at), touched=touched+1")
        .Run(known.told.printer, place.owner, batch.collector, ToMillis(batch.received_at));
    told.push_back(known.told);
  }
  return told;
}

void DerivedRows::WriteReadings(StoreConnection& writer, const Place& place,
                                const BatchRecord& batch, const std::vector<Told>& printers) {
  // The first word at an instant stays: a reading that is sent twice is counted once.
  Statement& insert = writer.Sql(
      "INSERT OR IGNORE INTO meter_reading(reseller_id, meter, at, value, batch)"
      " VALUES(?,?,?,?,?)");
  std::map<std::int64_t, std::int64_t> stale;  // by printer: since when
  for (std::size_t i = 0; i < batch.readings.size(); ++i) {
    const auto& [printer, reading] = batch.readings[i];
    const std::int64_t number = printers.at(printer).printer;
    const std::int64_t at = ToMillis(reading->at);
    bool is_new = false;
    for (const MeterValue& value : reading->meters) {
      insert.Run(place.owner, MeterNumber(writer, place.owner, number, reading->channel, value), at,
                 value.value.value.text(), place.batch);
      is_new = is_new || writer.db().Changes() > 0;
    }
    if (!is_new) continue;
    const std::int64_t stands_at = WriteDeviceReading(writer, place, batch, number, i);
    const auto [since, first] = stale.try_emplace(number, stands_at);
    if (!first) since->second = std::min(since->second, stands_at);
  }
  for (const auto& [printer, since] : stale) MarkStale(writer, place.owner, printer, since);
}

std::int64_t DerivedRows::MeterNumber(StoreConnection& writer, std::int64_t owner,
                                      std::int64_t printer, ChannelKind channel,
                                      const MeterValue& value) {
  const std::string_view colorant = value.colorant ? std::string_view(*value.colorant) : "";
  const std::string_view media = value.media ? std::string_view(*value.media) : "";
  key_ = std::to_string(printer);
  for (const std::string_view part : {ToText(channel), std::string_view(value.meter), colorant,
                                      media, std::string_view(value.value.unit)}) {
    key_ += '\0';
    key_ += part;
  }
  const auto known = meters_.find(key_);
  if (known != meters_.end() && known->second.outranked == value.outranked) {
    return known->second.number;
  }

  writer
      .Sql(
          "INSERT OR IGNORE INTO meter(reseller_id, printer, channel, meter, colorant, media, unit)"
          " VALUES(?,?,?,?,?,?,?)")
      .Run(owner, printer, ToText(channel), value.meter, colorant, media, value.value.unit);
  Statement& find = writer.Sql(
      "SELECT number FROM meter WHERE printer=? AND channel=? AND meter=? AND colorant=?"
      " AND media=? AND unit=? AND reseller_id=?");
  find.Bind(printer, ToText(channel), value.meter, colorant, media, value.value.unit, owner).Step();
  const std::int64_t number = find.Int(0);
  // The latest word counts: a profile may be corrected.
  writer.Sql("UPDATE meter SET outranked=?2 WHERE number=?1 AND outranked<>?2 AND reseller_id=?3")
      .Run(number, value.outranked ? 1 : 0, owner);
  if (writer.db().Changes() > 0) MarkStale(writer, owner, printer, 0);
  meters_.insert_or_assign(key_, KnownMeter{number, value.outranked});
  learned_.push_back(key_);
  return number;
}

}  // namespace plotmeter
