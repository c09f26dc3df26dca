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

}  // namespace

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
  MarkStale(*writer, owner, before.printer, 0);  // its months may begin at other instants
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
