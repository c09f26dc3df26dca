// The audit log, row by row.

#include "portal/store/sqlite_store.h"

namespace plotmeter {
namespace {

constexpr std::string_view kRowsBelow =
    "SELECT number, at, who, what, subject, before, after, previous, hash FROM audit"
    " WHERE reseller_id=? AND number<? ORDER BY number DESC LIMIT ?";
constexpr std::string_view kAllRows =
    "SELECT number, at, who, what, subject, before, after, previous, hash FROM audit"
    " WHERE reseller_id=? ORDER BY number";

AuditRow ReadRow(const Statement& q) {
  return {q.Int(0),  FromMillis(q.Int(1)),
          q.Text(2), q.Text(3),
          q.Text(4), q.Text(5),
          q.Text(6), q.Text(7),
          q.Text(8)};
}

ResellerId IdOf(StoreConnection& connection, std::int64_t owner) {
  Statement& q = connection.Sql("SELECT id FROM reseller WHERE reseller_id=?");
  q.Bind(owner).Step();
  return {q.Text(0)};
}

}  // namespace

void WriteAudit(StoreConnection& writer, std::int64_t owner, const AuditNote& note,
                const Actor& actor, Instant now) {
  const ResellerId reseller = IdOf(writer, owner);
  AuditRow row{.number = 1,
               .at = now,
               .who = actor.id,
               .what = note.what,
               .subject = note.subject,
               .before = JsonText(note.before),
               .after = JsonText(note.after),
               .previous = AuditGenesis(reseller)};
  Statement& last =
      writer.Sql("SELECT number, hash FROM audit WHERE reseller_id=? ORDER BY number DESC LIMIT 1");
  if (last.Bind(owner).Step()) {
    row.number = last.Int(0) + 1;
    row.previous = last.Text(1);
  }
  row.hash = AuditHash(reseller, row);
  writer
      .Sql(
          "INSERT INTO audit(reseller_id, number, at, who, what, subject, before, after, previous,"
          " hash) VALUES(?,?,?,?,?,?,?,?,?,?)")
      .Run(owner, row.number, ToMillis(row.at), row.who, row.what, row.subject, row.before,
           row.after, row.previous, row.hash);
}

void SqliteStore::NoteAudit(const ResellerId& reseller, const AuditNote& note, const Actor& actor,
                            Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  if (owner == kNobodys) throw std::runtime_error("there is no reseller " + reseller.value);
  WriteAudit(*writer, owner, note, actor, now);
  transaction.Commit();
}

std::vector<AuditRow> SqliteStore::AuditRows(const ResellerId& reseller, std::int64_t before,
                                             std::size_t limit) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(kRowsBelow);
  std::vector<AuditRow> rows;
  for (q.Bind(OwnerOf(*reader, reseller), before, static_cast<std::int64_t>(limit)); q.Step();) {
    rows.push_back(ReadRow(q));
  }
  return rows;
}

void SqliteStore::EachAuditRow(const ResellerId& reseller,
                               const std::function<void(const AuditRow&)>& visit) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(kAllRows);
  for (q.Bind(OwnerOf(*reader, reseller)); q.Step();) visit(ReadRow(q));
}

}  // namespace plotmeter
