// Pages of customers, sites, collectors and enrolment codes; and what is known of one of them.

#include <limits>

#include "portal/store/list_rows.h"
#include "portal/store/sqlite_store.h"

namespace plotmeter {
namespace {

// In each: ?1 the reseller, ?2 the customer and ?3 the site if they narrow.
const std::string kCustomers =
    "SELECT reseller_id=?1 AND erased_at IS NULL AND ?2='', id, name, created_at FROM customer"
    " INDEXED BY customer_of_reseller WHERE reseller_id=?1 AND id>?3 ORDER BY id";

const std::string kCustomerAlone =
    "SELECT reseller_id=?1 AND erased_at IS NULL, id, name, created_at FROM customer"
    " WHERE reseller_id=?1 AND id=?2"
    " AND id>?3 ORDER BY id";

const std::string kSiteSelect =
    "SELECT s.reseller_id=?1 AND c.erased_at IS NULL AND (?2='' OR s.customer=?2), s.id, "
    "s.customer, c.name, s.name,"
    " s.time_zone, s.created_at FROM site s ";
const std::string kSiteAfter =
    " CROSS JOIN customer c ON c.id=s.customer WHERE s.reseller_id=?1 AND s.id>?3";
const std::string kSites =
    kSiteSelect + "INDEXED BY site_of_reseller" + kSiteAfter + " ORDER BY s.id";
const std::string kSitesOfCustomer =
    kSiteSelect + "INDEXED BY site_of_customer" + kSiteAfter + " AND s.customer=?2 ORDER BY s.id";

const std::string kCollectorSelect =
    "SELECT k.reseller_id=?1 AND c.erased_at IS NULL AND (?2='' OR s.customer=?2)"
    " AND (?3='' OR k.site=?3), k.id, k.site,"
    " k.name, k.version, k.thumbprint, k.enrolled_at, k.revoked_at, k.jwk, k.system, s.id,"
    " s.customer, c.name, s.name, s.time_zone, h.received_at IS NOT NULL, h.collector,"
    " h.received_at, h.at, h.offset_ms, h.version, h.stream, h.sequence, h.readings, h.jobs,"
    " h.alerts, h.events, h.batches, h.aside, h.known, h.answering, h.asleep, h.disk, h.troubles,"
    " h.settings_version, h.settings_outcome, h.settings_reason FROM collector k ";
const std::string kCollectorJoins =
    " CROSS JOIN site s ON s.id=k.site CROSS JOIN customer c ON c.id=s.customer"
    " LEFT JOIN heartbeat h ON h.collector=k.id WHERE k.reseller_id=?1";
const std::string kCollectors = kCollectorSelect + "INDEXED BY collector_of_reseller" +
                                kCollectorJoins + " AND k.id>?4 ORDER BY k.id";
const std::string kCollectorsOfSite = kCollectorSelect + "INDEXED BY collector_of_site" +
                                      kCollectorJoins + " AND k.site=?3 AND k.id>?4 ORDER BY k.id";
const std::string kCollector = kCollectorSelect + kCollectorJoins + " AND k.id=?4";

const std::string kCodes =
    "SELECT e.reseller_id=?1 AND (?2='' OR s.customer=?2) AND (?3='' OR e.site=?3), e.created_at,"
    " e.hash, e.expires_at, e.used_at, COALESCE(e.collector, ''), s.id, s.customer, c.name, s.name,"
    " s.time_zone FROM enrolment_code e INDEXED BY enrolment_code_of_reseller"
    " CROSS JOIN site s ON s.id=e.site CROSS JOIN customer c ON c.id=s.customer"
    " WHERE e.reseller_id=?1 AND (e.created_at, e.hash)<(?4, ?5)"
    " ORDER BY e.created_at DESC, e.hash DESC";

std::string TextOf(const Position& after) { return after.texts.empty() ? "" : after.texts[0]; }

Position IdOf(const Statement& q) { return {.texts = {q.Text(1)}}; }

CollectorRow ReadCollector(const Statement& q) {
  CollectorRow row{.collector = {.id = q.Text(1),
                                 .site = q.Text(2),
                                 .name = q.Text(3),
                                 .version = q.Text(4),
                                 .thumbprint = q.Text(5),
                                 .enrolled_at = FromMillis(q.Int(6)),
                                 .revoked_at = MaybeInstant(q, 7),
                                 .jwk = q.Text(8)},
                   .system = q.Text(9),
                   .site = ReadSite(q, 10)};
  if (q.Int(15) != 0) row.heartbeat = ReadHeartbeatNote(q, 16);
  return row;
}

}  // namespace

std::vector<std::string> PlaceQuestions() {
  return {kCustomers,  kCustomerAlone,    kSites,     kSitesOfCustomer,
          kCollectors, kCollectorsOfSite, kCollector, kCodes};
}

Site ReadSite(const Statement& q, int first) {
  return {.id = q.Text(first),
          .customer = q.Text(first + 1),
          .customer_name = q.Text(first + 2),
          .name = q.Text(first + 3),
          .time_zone = q.Text(first + 4)};
}

Page<Customer> SqliteStore::ListCustomers(const ResellerId& reseller, const PrinterFilter& filter,
                                          const Position& after, std::size_t limit) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(filter.customer.empty() ? kCustomers : kCustomerAlone);
  q.Bind(OwnerOf(*reader, reseller), filter.customer, TextOf(after));
  return ReadPage<Customer>(
      q, limit,
      [](const Statement& row) {
        return Customer{
            .id = row.Text(1), .name = row.Text(2), .created_at = FromMillis(row.Int(3))};
      },
      IdOf);
}

Page<Site> SqliteStore::ListSites(const ResellerId& reseller, const PrinterFilter& filter,
                                  const Position& after, std::size_t limit) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(filter.customer.empty() ? kSites : kSitesOfCustomer);
  q.Bind(OwnerOf(*reader, reseller), filter.customer, TextOf(after));
  return ReadPage<Site>(
      q, limit,
      [](const Statement& row) {
        Site site = ReadSite(row, 1);
        site.created_at = FromMillis(row.Int(6));
        return site;
      },
      IdOf);
}

Page<CollectorRow> SqliteStore::ListCollectors(const ResellerId& reseller,
                                               const PrinterFilter& filter, const Position& after,
                                               std::size_t limit) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(filter.site.empty() ? kCollectors : kCollectorsOfSite);
  q.Bind(OwnerOf(*reader, reseller), filter.customer, filter.site, TextOf(after));
  return ReadPage<CollectorRow>(q, limit, ReadCollector, IdOf);
}

Page<CodeRow> SqliteStore::ListCodes(const ResellerId& reseller, const PrinterFilter& filter,
                                     const Position& after, std::size_t limit) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(kCodes);
  q.Bind(OwnerOf(*reader, reseller), filter.customer, filter.site,
         after.numbers.empty() ? std::numeric_limits<std::int64_t>::max() : after.numbers[0],
         TextOf(after));
  return ReadPage<CodeRow>(
      q, limit,
      [](const Statement& row) {
        CodeRow code{.offer = {.hash = row.Text(2),
                               .site = row.Text(6),
                               .created_at = FromMillis(row.Int(1)),
                               .expires_at = FromMillis(row.Int(3)),
                               .used_at = MaybeInstant(row, 4),
                               .collector = row.Text(5)},
                     .site = ReadSite(row, 6)};
        return code;
      },
      [](const Statement& row) {
        return Position{.numbers = {row.Int(1)}, .texts = {row.Text(2)}};
      });
}

std::optional<Customer> SqliteStore::FindCustomer(const ResellerId& reseller,
                                                  const std::string& id) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT id, name, created_at FROM customer WHERE id=? AND reseller_id=?"
      " AND erased_at IS NULL");
  if (!q.Bind(id, OwnerOf(*reader, reseller)).Step()) return std::nullopt;
  return Customer{.id = q.Text(0), .name = q.Text(1), .created_at = FromMillis(q.Int(2))};
}

std::optional<CollectorRow> SqliteStore::FindCollector(const ResellerId& reseller,
                                                       const std::string& id) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(kCollector);
  if (!q.Bind(OwnerOf(*reader, reseller), "", "", id).Step() || q.Int(0) == 0) return std::nullopt;
  return ReadCollector(q);
}

std::vector<StreamRow> SqliteStore::StreamsOf(const ResellerId& reseller,
                                              const std::string& collector) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT stream, unbroken, highest FROM stream WHERE collector=? AND reseller_id=?"
      " ORDER BY stream");
  std::vector<StreamRow> rows;
  for (q.Bind(collector, OwnerOf(*reader, reseller)); q.Step();) {
    rows.push_back({q.Text(0), q.Int(1), q.Int(2)});
  }
  return rows;
}

std::vector<GapRow> SqliteStore::GapsOf(const ResellerId& reseller, const std::string& collector,
                                        std::size_t limit) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT collector, stream, sequence, kind, detail, noted_at FROM gap WHERE collector=?"
      " AND reseller_id=? ORDER BY noted_at DESC, stream, sequence DESC LIMIT ?");
  std::vector<GapRow> rows;
  for (q.Bind(collector, OwnerOf(*reader, reseller), static_cast<std::int64_t>(limit)); q.Step();) {
    rows.push_back({.gap = {q.Text(0), q.Text(1), q.Int(2), q.Text(3), q.Text(4)},
                    .noted_at = FromMillis(q.Int(5))});
  }
  return rows;
}

Renamed SqliteStore::RenameCustomer(const ResellerId& reseller, const Customer& customer,
                                    const Actor& actor, Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  Statement& there =
      writer->Sql("SELECT 1 FROM customer WHERE id=? AND reseller_id=? AND erased_at IS NULL");
  if (!there.Bind(customer.id, owner).Step()) return Renamed::kNotThere;
  writer->Sql("UPDATE OR IGNORE customer SET name=? WHERE id=? AND reseller_id=?")
      .Run(customer.name, customer.id, owner);
  if (writer->db().Changes() == 0) return Renamed::kTaken;
  WriteAudit(*writer, owner, {.what = "customer.rename", .subject = customer.id}, actor, now);
  transaction.Commit();
  return Renamed::kDone;
}

Renamed SqliteStore::ChangeSite(const ResellerId& reseller, const Site& site, const Actor& actor,
                                Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  Statement& there = writer->Sql(
      "SELECT s.time_zone, s.customer FROM site s JOIN customer c ON c.id=s.customer WHERE s.id=?"
      " AND s.reseller_id=? AND c.erased_at IS NULL");
  if (!there.Bind(site.id, owner).Step()) return Renamed::kNotThere;
  const std::string zone = there.Text(0);
  const std::string customer = there.Text(1);
  writer->Sql("UPDATE OR IGNORE site SET name=?, time_zone=? WHERE id=? AND reseller_id=?")
      .Run(site.name, site.time_zone, site.id, owner);
  if (writer->db().Changes() == 0) return Renamed::kTaken;
  if (zone != site.time_zone) {  // its months begin at other instants
    writer
        ->Sql(
            "INSERT INTO account_stale(printer, reseller_id, since, changes)"
            " SELECT number, reseller_id, 0, 1 FROM printer WHERE reseller_id=?2 AND (site=?1"
            " OR number IN (SELECT printer FROM printer_place WHERE site=?1)"
            " OR customer<>?3 AND number IN (SELECT printer FROM sighting WHERE customer=?3))"
            " ON CONFLICT DO UPDATE SET since=0, changes=changes+1")
        .Run(site.id, owner, customer);
  }
  WriteAudit(*writer, owner,
             {.what = "site.change",
              .subject = site.id,
              .before = {{"time_zone", zone}},
              .after = {{"time_zone", site.time_zone}}},
             actor, now);
  transaction.Commit();
  return Renamed::kDone;
}

}  // namespace plotmeter
