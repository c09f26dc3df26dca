// What proves who somebody is: password, second factor, recovery codes.

#include "portal/store/sqlite_store.h"

namespace plotmeter {
namespace {

void WriteRecoveryCodes(StoreConnection& writer, std::int64_t owner, const std::string& person,
                        const std::vector<std::string>& hashes) {
  writer.Sql("DELETE FROM recovery_code WHERE person=? AND reseller_id=?").Run(person, owner);
  for (const std::string& hash : hashes) {
    writer.Sql("INSERT INTO recovery_code(person, hash, reseller_id) VALUES(?,?,?)")
        .Run(person, hash, owner);
  }
}

}  // namespace

void ForgetTotp(StoreConnection& writer, std::int64_t owner, const std::string& person) {
  writer
      .Sql(
          "UPDATE person SET totp=NULL, totp_since=NULL, totp_step=NULL WHERE id=?"
          " AND reseller_id=?")
      .Run(person, owner);
  WriteRecoveryCodes(writer, owner, person, {});
}

PersonSecrets SqliteStore::SecretsOf(const ResellerId& reseller, const std::string& person) {
  auto reader = pool_.Reader();
  const std::int64_t owner = OwnerOf(*reader, reseller);
  Statement& q = reader->Sql(
      "SELECT COALESCE(password, ''), password_changes, COALESCE(totp, ''), totp_since IS NOT NULL"
      " FROM person WHERE id=? AND reseller_id=?");
  if (!q.Bind(person, owner).Step()) return {};
  Statement& codes = reader->Sql(
      "SELECT COUNT(*) FROM recovery_code WHERE person=? AND used_at IS NULL AND reseller_id=?");
  codes.Bind(person, owner).Step();
  return {q.Text(0), q.Int(1), q.Text(2), q.Int(3) != 0, codes.Int(0)};
}

bool SqliteStore::SetPassword(const ResellerId& reseller, const std::string& person,
                              const std::string& password, const std::string& kept,
                              std::optional<std::int64_t> proved, const Actor& actor, Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  Statement& q = writer->Sql("SELECT password_changes FROM person WHERE id=? AND reseller_id=?");
  if (!q.Bind(person, owner).Step()) throw std::runtime_error("there is no person " + person);
  if (proved && *proved != q.Int(0)) return false;
  writer
      ->Sql(
          "UPDATE person SET password=?, password_changes=password_changes+1 WHERE id=?"
          " AND reseller_id=?")
      .Run(password, person, owner);
  ForgetSessions(*writer, owner, person, kept);
  writer->Sql("DELETE FROM link WHERE person=? AND reseller_id=?").Run(person, owner);
  WriteAudit(*writer, owner, {.what = "user.password", .subject = person}, actor, now);
  transaction.Commit();
  return true;
}

void SqliteStore::Rehash(const ResellerId& reseller, const std::string& person,
                         const std::string& was, const std::string& password) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  writer->Sql("UPDATE person SET password=? WHERE id=? AND password=? AND reseller_id=?")
      .Run(password, person, was, OwnerOf(*writer, reseller));
  transaction.Commit();
}

bool SqliteStore::BeginTotp(const ResellerId& reseller, const std::string& person,
                            const std::string& sealed) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  writer
      ->Sql(
          "UPDATE person SET totp=?, totp_step=NULL WHERE id=? AND totp_since IS NULL"
          " AND reseller_id=?")
      .Run(sealed, person, OwnerOf(*writer, reseller));
  const bool done = writer->db().Changes() == 1;
  transaction.Commit();
  return done;
}

bool SqliteStore::ConfirmTotp(const ResellerId& reseller, const std::string& person,
                              std::int64_t step, const std::vector<std::string>& recovery_codes,
                              const Actor& actor, Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  writer
      ->Sql(
          "UPDATE person SET totp_since=?, totp_step=? WHERE id=? AND totp IS NOT NULL"
          " AND totp_since IS NULL AND reseller_id=?")
      .Run(ToMillis(now), step, person, owner);
  if (writer->db().Changes() == 0) return false;
  WriteRecoveryCodes(*writer, owner, person, recovery_codes);
  WriteAudit(*writer, owner,
             {.what = "user.second_factor",
              .subject = person,
              .before = {{"second_factor", false}},
              .after = {{"second_factor", true}}},
             actor, now);
  transaction.Commit();
  return true;
}

void SqliteStore::DropTotp(const ResellerId& reseller, const std::string& person,
                           const Actor& actor, Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  Statement& q = writer->Sql(
      "SELECT totp_since IS NOT NULL FROM person WHERE id=? AND totp IS NOT NULL"
      " AND reseller_id=?");
  if (!q.Bind(person, owner).Step()) return;
  const bool was_on = q.Int(0) != 0;
  ForgetTotp(*writer, owner, person);
  if (was_on) {
    WriteAudit(*writer, owner,
               {.what = "user.second_factor",
                .subject = person,
                .before = {{"second_factor", true}},
                .after = {{"second_factor", false}}},
               actor, now);
  }
  transaction.Commit();
}

bool SqliteStore::UseTotpStep(const ResellerId& reseller, const std::string& person,
                              std::int64_t step) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  writer
      ->Sql(
          "UPDATE person SET totp_step=?1 WHERE id=?2 AND totp_since IS NOT NULL"
          " AND totp_step<?1 AND reseller_id=?3")
      .Run(step, person, OwnerOf(*writer, reseller));
  const bool done = writer->db().Changes() == 1;
  transaction.Commit();
  return done;
}

bool SqliteStore::UseRecoveryCode(const ResellerId& reseller, const std::string& person,
                                  const std::string& hash, const Actor& actor, Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  writer
      ->Sql(
          "UPDATE recovery_code SET used_at=? WHERE person=? AND hash=? AND used_at IS NULL"
          " AND reseller_id=?")
      .Run(ToMillis(now), person, hash, owner);
  if (writer->db().Changes() == 0) return false;
  WriteAudit(*writer, owner, {.what = "user.recovery_code", .subject = person}, actor, now);
  transaction.Commit();
  return true;
}

void SqliteStore::SetRecoveryCodes(const ResellerId& reseller, const std::string& person,
                                   const std::vector<std::string>& hashes, const Actor& actor,
                                   Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  WriteRecoveryCodes(*writer, owner, person, hashes);
  WriteAudit(
      *writer, owner,
      {.what = "user.recovery_codes", .subject = person, .after = {{"codes", hashes.size()}}},
      actor, now);
  transaction.Commit();
}

}  // namespace plotmeter
