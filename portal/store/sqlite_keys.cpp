// Collectors and their keys: who is known by which, who comes with a code, and a key for another.

#include "portal/store/sqlite_store.h"

namespace plotmeter {
namespace {

struct Holder {
  std::string collector = {};
  std::string site = {};
  std::int64_t owner = 0;
  bool revoked = false;
  bool current = true;  // false: it had the key before
};

std::optional<Holder> HolderOf(StoreConnection& connection, const std::string& thumbprint) {
  Statement& q = connection.Sql(
      "SELECT id, site, reseller_id, revoked_at IS NOT NULL, 1 FROM collector WHERE thumbprint=?1"
      " UNION ALL SELECT c.id, c.site, c.reseller_id, c.revoked_at IS NOT NULL, 0"
      " FROM retired_key k JOIN collector c ON c.id=k.collector WHERE k.thumbprint=?1");
  if (!q.Bind(thumbprint).Step()) return std::nullopt;
  return Holder{q.Text(0), q.Text(1), q.Int(2), q.Int(3) != 0, q.Int(4) != 0};
}

void Retire(StoreConnection& writer, std::int64_t owner, const KeyChange& change, Instant now) {
  writer
      .Sql(
          "INSERT INTO retired_key(thumbprint, reseller_id, collector, number, jwk, next, last,"
          " rotation, retired_at) SELECT ?1, ?2, ?3, 1 + COUNT(*), ?4, ?5, ?6, ?7, ?8"
          " FROM retired_key WHERE collector=?3")
      .Run(change.old, owner, change.collector, change.old_jwk, change.thumbprint, change.last,
           change.rotation, ToMillis(now));
}

void UseKey(StoreConnection& writer, std::int64_t owner, const KeyChange& change, Instant now) {
  Retire(writer, owner, change, now);
  writer.Sql("UPDATE collector SET jwk=?, thumbprint=? WHERE id=? AND reseller_id=?")
      .Run(change.jwk, change.thumbprint, change.collector, owner);
}

bool IsCollector(StoreConnection& connection, const std::string& id) {
  return connection.Sql("SELECT 1 FROM collector WHERE id=?").Bind(id).Step();
}

// Whether what it read before may be sent from this site: it was of this very site, as far as
// anybody knows.
bool IsOfSite(StoreConnection& writer, std::int64_t owner, const std::string& site,
              const Newcomer& newcomer) {
  if (newcomer.before.empty()) return true;
  if (!newcomer.before_site.empty() && newcomer.before_site != site) return false;
  Statement& q = writer.Sql("SELECT 1 FROM collector WHERE id=? AND site=? AND reseller_id=?");
  if (q.Bind(newcomer.before, site, owner).Step()) return true;
  // Forgotten, and it proves to have been that one: then its own word for the site is enough.
  return newcomer.change && !newcomer.before_site.empty() &&
         !IsCollector(writer, newcomer.before) && !HolderOf(writer, newcomer.change->old);
}

void AddCollector(StoreConnection& writer, const std::string& id, std::int64_t owner,
                  const std::string& site, const Newcomer& newcomer, Instant now) {
  writer
      .Sql(
          "INSERT INTO collector(id, reseller_id, site, name, version, system, jwk, thumbprint,"
          " enrolled_at) VALUES(?,?,?,?,?,?,?,?,?)")
      .Run(id, owner, site, newcomer.name, newcomer.version, newcomer.system, newcomer.jwk,
           newcomer.thumbprint, ToMillis(now));
}

// The collector that a newcomer, whose key nobody has, is from now on.
std::string Admit(StoreConnection& writer, std::int64_t owner, const std::string& site,
                  const Newcomer& newcomer, Instant now) {
  if (newcomer.change && newcomer.change->collector == newcomer.before) {
    const std::optional<Holder> before = HolderOf(writer, newcomer.change->old);
    if (before && before->current && !before->revoked && before->collector == newcomer.before) {
      UseKey(writer, owner, *newcomer.change, now);
      return newcomer.before;
    }
    if (!before && newcomer.may_come_back && !IsCollector(writer, newcomer.before)) {
      AddCollector(writer, newcomer.before, owner, site, newcomer, now);
      Retire(writer, owner, *newcomer.change, now);
      return newcomer.before;
    }
  }
  const std::string id = UnusedId(writer, "collector", "col_");
  AddCollector(writer, id, owner, site, newcomer, now);
  return id;
}

}  // namespace

std::optional<KnownCollector> SqliteStore::CollectorByKey(const std::string& thumbprint) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT r.id, c.id, c.jwk, c.revoked_at IS NOT NULL, '', '' FROM collector c"
      " JOIN reseller r USING (reseller_id) WHERE c.thumbprint=?1"
      " UNION ALL SELECT r.id, c.id, k.jwk, c.revoked_at IS NOT NULL, k.next, k.last"
      " FROM retired_key k JOIN collector c ON c.id=k.collector"
      " JOIN reseller r ON r.reseller_id=c.reseller_id WHERE k.thumbprint=?1");
  if (!q.Bind(thumbprint).Step()) return std::nullopt;
  return KnownCollector{ResellerId{q.Text(0)}, q.Text(1), q.Text(2),
                        q.Int(3) != 0,         q.Text(4), q.Text(5)};
}

CodeUsed SqliteStore::UseCode(const ResellerId& reseller, const std::string& hash,
                              const Newcomer& newcomer, Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  Statement& find = writer->Sql(
      "SELECT e.site, s.name, e.expires_at, e.collector FROM enrolment_code e JOIN site s"
      " ON s.id=e.site WHERE e.hash=? AND e.reseller_id=?");
  if (!find.Bind(hash, owner).Step()) return {};
  CodeUsed used{.use = CodeUse::kEnrolled,
                .site = find.Text(0),
                .site_name = find.Text(1),
                .thumbprint = newcomer.thumbprint};
  const std::int64_t expires_at = find.Int(2);
  const auto used_by = find.MaybeText(3);

  const std::optional<Holder> known = HolderOf(*writer, newcomer.thumbprint);
  // A lost answer burns nothing: the same key hears the same again, after the code's time as well,
  // and so does who shows that the code made it what it was before.
  if (used_by) {
    const std::string old = newcomer.change ? newcomer.change->old : newcomer.thumbprint;
    const std::optional<Holder> before = known ? known : HolderOf(*writer, old);
    if (!before || !before->current || before->collector != *used_by) return {CodeUse::kUsed};
    used.collector = *used_by;
    if (!known) used.thumbprint = old;
    return used;
  }
  if (ToMillis(now) >= expires_at) return {CodeUse::kExpired};
  if (!IsOfSite(*writer, owner, used.site, newcomer)) return {CodeUse::kOtherSite};
  if (known &&
      (known->site != used.site || known->owner != owner || known->revoked || !known->current)) {
    return {CodeUse::kKeyTaken};
  }
  used.collector = known ? known->collector : Admit(*writer, owner, used.site, newcomer, now);
  writer->Sql("UPDATE enrolment_code SET used_at=?, collector=? WHERE hash=? AND reseller_id=?")
      .Run(ToMillis(now), used.collector, hash, owner);
  WriteAudit(*writer, owner,
             {.what = "collector.enrol",
              .subject = used.collector,
              .after = {{"site", used.site}, {"key", newcomer.thumbprint}}},
             {used.collector}, now);
  transaction.Commit();
  return used;
}

KeyReplaced SqliteStore::ReplaceKey(const ResellerId& reseller, const KeyChange& change,
                                    const std::string& said, const std::string& next, Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  Statement& done =
      writer->Sql("SELECT 1 FROM retired_key WHERE thumbprint=? AND next=? AND reseller_id=?");
  if (done.Bind(change.old, change.thumbprint, owner).Step()) return {KeyUse::kReplaced};
  const std::optional<Holder> holder = HolderOf(*writer, change.old);
  if (!holder || !holder->current || holder->owner != owner || holder->revoked ||
      holder->collector != change.collector) {
    return {KeyUse::kNotCurrent};
  }
  if (HolderOf(*writer, change.thumbprint)) return {KeyUse::kTaken};
  Statement& given = writer->Sql("SELECT nonce FROM heartbeat WHERE collector=? AND reseller_id=?");
  if (!given.Bind(change.collector, owner).Step()) {
    writer->Sql("INSERT INTO heartbeat(collector, reseller_id, nonce) VALUES(?,?,?)")
        .Run(change.collector, owner, next);
    transaction.Commit();
    return {KeyUse::kOtherNonce, next};
  }
  const std::string expected = given.Text(0);
  if (said != expected) return {KeyUse::kOtherNonce, expected};
  UseKey(*writer, owner, change, now);
  writer->Sql("UPDATE heartbeat SET nonce=? WHERE collector=? AND reseller_id=?")
      .Run(next, change.collector, owner);
  WriteAudit(*writer, owner,
             {.what = "collector.key",
              .subject = change.collector,
              .before = {{"key", change.old}},
              .after = {{"key", change.thumbprint}}},
             {change.collector}, now);
  transaction.Commit();
  return {KeyUse::kReplaced};
}

std::vector<RetiredKey> SqliteStore::RetiredKeys(const ResellerId& reseller,
                                                 const std::string& collector) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT thumbprint, next, rotation, retired_at FROM retired_key"
      " WHERE reseller_id=? AND collector=? ORDER BY number");
  std::vector<RetiredKey> keys;
  for (q.Bind(OwnerOf(*reader, reseller), collector); q.Step();) {
    keys.push_back({q.Text(0), q.Text(1), q.Text(2), FromMillis(q.Int(3))});
  }
  return keys;
}

}  // namespace plotmeter
