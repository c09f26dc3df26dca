// Where a printer stands, as a person says.

#include "portal/store/reading_rows.h"
#include "portal/store/sqlite_store.h"

namespace plotmeter {
namespace {

struct Standing {
  std::int64_t printer = 0;
  std::string site = {};
  std::string customer = {};
};

Json ClaimsOf(StoreConnection& writer, std::int64_t owner, std::int64_t printer) {
  Json sites = Json::array();
  Statement& q =
      writer.Sql("SELECT site FROM printer_claim WHERE printer=? AND reseller_id=? ORDER BY site");
  for (q.Bind(printer, owner); q.Step();) sites.push_back(q.Text(0));
  return sites;
}

// The customer that it leaves keeps what its own collectors told, and nothing if they told nothing.
void Leave(StoreConnection& writer, std::int64_t owner, const Standing& standing, Instant now) {
  writer
      .Sql(
          "UPDATE alert SET cleared_at=max(since, ?4) WHERE printer=?1 AND reseller_id=?3"
          " AND cleared_at IS NULL AND sighting=(SELECT number FROM sighting WHERE printer=?1"
          " AND customer=?2)")
      .Run(standing.printer, standing.customer, owner, ToMillis(now));
  writer
      .Sql(
          "DELETE FROM sighting WHERE printer=? AND customer=? AND reseller_id=?"
          " AND last_seen IS NULL")
      .Run(standing.printer, standing.customer, owner);
}

void NotePlace(StoreConnection& writer, std::int64_t owner, const Standing& before,
               const std::string& site, Instant now) {
  writer
      .Sql(
          "INSERT OR IGNORE INTO printer_place(reseller_id, printer, since, site)"
          " VALUES(?1, ?2, 0, ?3)")
      .Run(owner, before.printer, before.site);
  // A clock that was put back puts nothing out of order.
  writer
      .Sql(
          "INSERT INTO printer_place(reseller_id, printer, since, site)"
          " SELECT ?1, ?2, max(?4, max(since)+1), ?3 FROM printer_place WHERE printer=?2"
          " AND reseller_id=?1")
      .Run(owner, before.printer, site, ToMillis(now));
}

}  // namespace

std::vector<PrinterPlace> SqliteStore::PlacesOf(const ResellerId& reseller,
                                                const std::string& printer) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT w.since, s.id, s.customer, s.time_zone FROM printer p LEFT JOIN printer_place w"
      " ON w.printer=p.number JOIN site s ON s.id=COALESCE(w.site, p.site) WHERE p.id=?"
      " AND p.reseller_id=? ORDER BY w.since");
  std::vector<PrinterPlace> places;
  for (q.Bind(printer, OwnerOf(*reader, reseller)); q.Step();) {
    places.push_back({FromMillis(q.MaybeInt(0).value_or(0)), q.Text(1), q.Text(2), q.Text(3)});
  }
  return places;
}

std::vector<std::string> SqliteStore::TimeZonesOf(const ResellerId& reseller,
                                                  const std::string& printer) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT DISTINCT s.time_zone FROM printer p JOIN sighting v ON v.printer=p.number"
      " JOIN site s ON s.customer=v.customer WHERE p.id=?1 AND p.reseller_id=?2"
      " UNION SELECT s.time_zone FROM printer p JOIN printer_place w ON w.printer=p.number"
      " JOIN site s ON s.id=w.site WHERE p.id=?1 AND p.reseller_id=?2");
  std::vector<std::string> zones;
  for (q.Bind(printer, OwnerOf(*reader, reseller)); q.Step();) zones.push_back(q.Text(0));
  return zones;
}

Moved SqliteStore::MovePrinter(const ResellerId& reseller, const std::string& printer,
                               const std::string& site, const Actor& actor, Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  Statement& there =
      writer->Sql("SELECT number, site, customer FROM printer WHERE id=? AND reseller_id=?");
  if (!there.Bind(printer, owner).Step()) return Moved::kNoPrinter;
  const Standing before{there.Int(0), there.Text(1), there.Text(2)};
  Statement& where = writer->Sql(
      "SELECT s.customer FROM site s JOIN customer c ON c.id=s.customer WHERE s.id=?"
      " AND s.reseller_id=? AND c.erased_at IS NULL");
  if (!where.Bind(site, owner).Step()) return Moved::kNoSite;
  const std::string customer = where.Text(0);
  const Json claims = ClaimsOf(*writer, owner, before.printer);
  if (site == before.site && claims.empty()) return Moved::kDone;

  writer->Sql("UPDATE printer SET site=?, customer=?, placed_at=? WHERE number=? AND reseller_id=?")
      .Run(site, customer, ToMillis(now), before.printer, owner);
  writer
      ->Sql(
          "INSERT INTO sighting(reseller_id, printer, id, customer, site, product, model, firmware)"
          " SELECT reseller_id, number, id, customer, site, product, model, '' FROM printer"
          " WHERE number=? AND reseller_id=?"
          " ON CONFLICT (printer, customer) DO UPDATE SET site=excluded.site")
      .Run(before.printer, owner);
  if (customer != before.customer) Leave(*writer, owner, before, now);
  writer->Sql("DELETE FROM printer_claim WHERE printer=? AND reseller_id=?")
      .Run(before.printer, owner);
  if (site != before.site) NotePlace(*writer, owner, before, site, now);
  MarkStale(*writer, owner, before.printer, 0);
  WriteAudit(*writer, owner,
             {.what = "printer.move",
              .subject = printer,
              .before = {{"site", before.site}, {"also_seen_at", claims}},
              .after = {{"site", site}}},
             actor, now);
  transaction.Commit();
  return Moved::kDone;
}

}  // namespace plotmeter
