#include <fmt/format.h>

#include <stdexcept>

#include "common/crypto.h"
#include "portal/store/list_rows.h"
#include "portal/store/migrate.h"
#include "portal/store/sqlite_store.h"

namespace plotmeter {
namespace {

const std::string kResellersAfter =
    "SELECT id, name FROM reseller WHERE reseller_id<>? AND name>? ORDER BY name LIMIT ?";

}  // namespace

std::vector<std::string> ResellerQuestions() { return {kResellersAfter}; }

int SqliteStore::Create(const std::string& path) {
  Database db(path, Database::Mode::kReadWriteCreate);
  return Migrate(db);
}

SqliteStore::SqliteStore(const std::string& path, std::chrono::milliseconds patience)
    : pool_(path, patience) {
  auto reader = pool_.Reader();
  Statement& version = reader->Sql("PRAGMA user_version");
  version.Step();
  const std::int64_t number = version.Int(0);
  if (number > LatestSchema()) {
    throw NewerDatabase(
        fmt::format("{} has schema {}; this program knows {} at most: use a newer plotmeter-portal",
                    path, number, LatestSchema()));
  }
  if (number < LatestSchema()) {
    throw std::runtime_error(
        fmt::format("{} has schema {}; this program needs {}: run 'plotmeter-portal migrate'", path,
                    number, LatestSchema()));
  }
}

std::int64_t OwnerOf(StoreConnection& connection, const ResellerId& reseller) {
  Statement& q = connection.Sql("SELECT reseller_id FROM reseller WHERE id=?");
  return q.Bind(reseller.value).Step() ? q.Int(0) : kNobodys;
}

std::string UnusedId(StoreConnection& connection, std::string_view table, std::string_view prefix) {
  static constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  // One statement a table: the texts differ, so each is prepared where it is needed.
  Statement taken = connection.db().Prepare(fmt::format("SELECT 1 FROM {} WHERE id=?", table));
  for (;;) {
    std::string id(prefix);
    for (const char byte : RandomBytes(8)) id += kAlphabet[static_cast<unsigned char>(byte) % 32];
    if (!taken.Bind(id).Step()) return id;
  }
}

std::optional<Instant> MaybeInstant(const Statement& row, int column) {
  const auto millis = row.MaybeInt(column);
  return millis ? std::optional(FromMillis(*millis)) : std::nullopt;
}

std::optional<std::int64_t> MaybeMillis(const std::optional<Instant>& instant) {
  return instant ? std::optional(ToMillis(*instant)) : std::nullopt;
}

std::optional<ResellerId> SqliteStore::AddReseller(const std::string& name, Instant now,
                                                   const Actor& actor) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  ResellerId id{UnusedId(*writer, "reseller", "res_")};
  writer->Sql("INSERT OR IGNORE INTO reseller(id, name, created_at) VALUES(?,?,?)")
      .Run(id.value, name, ToMillis(now));
  if (writer->db().Changes() == 0) return std::nullopt;
  WriteAudit(*writer, kOperators,
             {.what = "reseller.add", .subject = id.value, .after = {{"name", name}}}, actor, now);
  transaction.Commit();
  return id;
}

std::vector<Reseller> SqliteStore::Resellers() {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql("SELECT id, name FROM reseller WHERE reseller_id<>? ORDER BY name");
  std::vector<Reseller> resellers;
  for (q.Bind(kOperators); q.Step();) resellers.push_back({ResellerId{q.Text(0)}, q.Text(1)});
  return resellers;
}

std::vector<Reseller> SqliteStore::ResellersAfter(const std::string& after, std::size_t limit) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(kResellersAfter);
  std::vector<Reseller> resellers;
  for (q.Bind(kOperators, after, static_cast<std::int64_t>(limit)); q.Step();) {
    resellers.push_back({ResellerId{q.Text(0)}, q.Text(1)});
  }
  return resellers;
}

std::optional<Reseller> SqliteStore::FindReseller(const ResellerId& reseller) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql("SELECT id, name FROM reseller WHERE reseller_id=?");
  if (!q.Bind(OwnerOf(*reader, reseller)).Step()) return std::nullopt;
  return Reseller{ResellerId{q.Text(0)}, q.Text(1)};
}

bool SqliteStore::RenameReseller(const ResellerId& reseller, const std::string& name,
                                 const Actor& actor, Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  Statement& q = writer->Sql("SELECT reseller_id, name FROM reseller WHERE id=?");
  if (!q.Bind(reseller.value).Step() || q.Int(0) == kOperators) return false;
  const std::int64_t owner = q.Int(0);
  const std::string before = q.Text(1);
  if (before == name) return true;
  writer->Sql("UPDATE reseller SET name=? WHERE reseller_id=?").Run(name, owner);
  WriteAudit(*writer, kOperators,
             {.what = "reseller.rename",
              .subject = reseller.value,
              .before = {{"name", before}},
              .after = {{"name", name}}},
             actor, now);
  transaction.Commit();
  return true;
}

void SqliteStore::Ping() {
  std::string file;
  {
    auto reader = pool_.Reader();
    Statement& where = reader->Sql("PRAGMA database_list");  // its one row: number, "main", file
    where.Bind().Step();
    file = where.Text(2);
  }
  // Opened anew: what is open already would answer from memory, or from a file that was moved away.
  Database now(file, Database::Mode::kReadOnly);
  now.Prepare("SELECT count(*) FROM (SELECT 1 FROM reseller LIMIT 1)").Step();
}

std::optional<std::string> SqliteStore::AddCustomer(const ResellerId& reseller,
                                                    const std::string& name, Instant now,
                                                    const Actor& actor) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  if (owner == kNobodys || owner == kOperators) return std::nullopt;
  const std::string id = UnusedId(*writer, "customer", "cus_");
  writer->Sql("INSERT OR IGNORE INTO customer(id, reseller_id, name, created_at) VALUES(?,?,?,?)")
      .Run(id, owner, name, ToMillis(now));
  if (writer->db().Changes() == 0) return std::nullopt;
  WriteAudit(*writer, owner, {.what = "customer.add", .subject = id}, actor, now);
  transaction.Commit();
  return id;
}

std::optional<std::string> SqliteStore::AddSite(const ResellerId& reseller, const Site& site,
                                                Instant now, const Actor& actor) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  const std::string id = UnusedId(*writer, "site", "sit_");
  writer
      ->Sql(
          "INSERT OR IGNORE INTO site(id, reseller_id, customer, name, time_zone, created_at)"
          " SELECT ?, reseller_id, id, ?, ?, ? FROM customer WHERE id=? AND reseller_id=?"
          " AND erased_at IS NULL")
      .Run(id, site.name, site.time_zone, ToMillis(now), site.customer, owner);
  if (writer->db().Changes() == 0) return std::nullopt;
  WriteAudit(*writer, owner,
             {.what = "site.add",
              .subject = id,
              .after = {{"customer", site.customer}, {"time_zone", site.time_zone}}},
             actor, now);
  transaction.Commit();
  return id;
}

std::vector<Customer> SqliteStore::Customers(const ResellerId& reseller) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT id, name FROM customer WHERE reseller_id=? AND erased_at IS NULL ORDER BY name");
  std::vector<Customer> customers;
  for (q.Bind(OwnerOf(*reader, reseller)); q.Step();)
    customers.push_back({q.Text(0), q.Text(1), {}});
  return customers;
}

std::vector<Site> SqliteStore::Sites(const ResellerId& reseller) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT s.id, s.customer, c.name, s.name, s.time_zone FROM site s JOIN customer c"
      " ON c.id=s.customer WHERE s.reseller_id=? AND c.erased_at IS NULL ORDER BY c.name, s.name");
  std::vector<Site> sites;
  for (q.Bind(OwnerOf(*reader, reseller)); q.Step();) {
    sites.push_back({q.Text(0), q.Text(1), q.Text(2), q.Text(3), q.Text(4), {}});
  }
  return sites;
}

std::optional<Site> SqliteStore::FindSite(const ResellerId& reseller, const std::string& id) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT s.id, s.customer, c.name, s.name, s.time_zone, s.created_at FROM site s JOIN "
      "customer c"
      " ON c.id=s.customer WHERE s.id=? AND s.reseller_id=? AND c.erased_at IS NULL");
  if (!q.Bind(id, OwnerOf(*reader, reseller)).Step()) return std::nullopt;
  return Site{q.Text(0), q.Text(1), q.Text(2), q.Text(3), q.Text(4), FromMillis(q.Int(5))};
}

}  // namespace plotmeter
