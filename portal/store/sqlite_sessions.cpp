// Sessions, known devices, and how often signing in failed.

#include <algorithm>

#include "portal/store/sqlite_store.h"

namespace plotmeter {
namespace {

constexpr std::int64_t kMostSessions = 50;  // a person
constexpr std::int64_t kMostDevices = 20;
constexpr std::chrono::hours kFailuresKept{24};

SignInTries TriesOf(StoreConnection& connection, std::int64_t owner, const std::string& subject) {
  Statement& q = connection.Sql(
      "SELECT failures, last_at FROM sign_in_failure WHERE subject=? AND reseller_id=?");
  if (!q.Bind(subject, owner).Step()) return {};
  return {q.Int(0), FromMillis(q.Int(1))};
}

}  // namespace

void ForgetSessions(StoreConnection& writer, std::int64_t owner, const std::string& person,
                    const std::string& kept) {
  writer.Sql("DELETE FROM session WHERE person=? AND hash<>? AND reseller_id=?")
      .Run(person, kept, owner);
  if (!kept.empty()) return;
  writer.Sql("DELETE FROM device WHERE person=? AND reseller_id=?").Run(person, owner);
}

std::optional<KnownSession> SqliteStore::SessionByHash(const std::string& hash) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT r.id, p.id, p.role, COALESCE(p.customer, ''), s.seen_at, s.expires_at"
      " FROM session s JOIN person p ON p.id=s.person"
      " JOIN reseller r ON r.reseller_id=p.reseller_id"
      " WHERE s.hash=? AND p.disabled_at IS NULL");
  if (!q.Bind(hash).Step()) return std::nullopt;
  return KnownSession{ResellerId{q.Text(0)}, q.Text(1),           q.Text(2), q.Text(3),
                      FromMillis(q.Int(4)),  FromMillis(q.Int(5))};
}

bool SqliteStore::AddSession(const ResellerId& reseller, const std::string& person,
                             const NewSession& session, Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  writer->Sql("DELETE FROM session WHERE person=? AND expires_at<=? AND reseller_id=?")
      .Run(person, ToMillis(now), owner);
  writer
      ->Sql(
          "INSERT INTO session(hash, reseller_id, person, created_at, seen_at, expires_at)"
          " SELECT ?1, reseller_id, id, ?2, ?2, ?3 FROM person WHERE id=?4"
          " AND disabled_at IS NULL AND password_changes=?5 AND reseller_id=?6")
      .Run(session.hash, ToMillis(now), ToMillis(session.expires_at), person,
           session.password_changes, owner);
  if (writer->db().Changes() == 0) return false;
  writer
      ->Sql(
          "DELETE FROM session WHERE hash IN (SELECT hash FROM session WHERE person=?1"
          " ORDER BY seen_at DESC LIMIT -1 OFFSET ?2) AND reseller_id=?3")
      .Run(person, kMostSessions, owner);
  writer
      ->Sql(
          "INSERT INTO device(person, hash, reseller_id, seen_at) VALUES(?,?,?,?)"
          " ON CONFLICT(person, hash) DO UPDATE SET seen_at=excluded.seen_at")
      .Run(person, session.device, owner, ToMillis(now));
  writer
      ->Sql(
          "DELETE FROM device WHERE person=?1 AND hash IN (SELECT hash FROM device"
          " WHERE person=?1 ORDER BY seen_at DESC LIMIT -1 OFFSET ?2) AND reseller_id=?3")
      .Run(person, kMostDevices, owner);
  writer->Sql("UPDATE person SET signed_in_at=? WHERE id=? AND reseller_id=?")
      .Run(ToMillis(now), person, owner);
  transaction.Commit();
  return true;
}

void SqliteStore::SeeSession(const ResellerId& reseller, const std::string& hash, Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  writer->Sql("UPDATE session SET seen_at=? WHERE hash=? AND reseller_id=?")
      .Run(ToMillis(now), hash, OwnerOf(*writer, reseller));
  transaction.Commit();
}

void SqliteStore::EndSession(const ResellerId& reseller, const std::string& hash) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  writer->Sql("DELETE FROM session WHERE hash=? AND reseller_id=?")
      .Run(hash, OwnerOf(*writer, reseller));
  transaction.Commit();
}

std::int64_t SqliteStore::EndSessions(const ResellerId& reseller, const std::string& person,
                                      const Actor& actor, Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  Statement& q = writer->Sql("SELECT COUNT(*) FROM session WHERE person=? AND reseller_id=?");
  q.Bind(person, owner).Step();
  const std::int64_t count = q.Int(0);
  ForgetSessions(*writer, owner, person, "");
  WriteAudit(*writer, owner,
             {.what = "user.sign_out", .subject = person, .before = {{"sessions", count}}}, actor,
             now);
  transaction.Commit();
  return count;
}

bool SqliteStore::KnowsDevice(const ResellerId& reseller, const std::string& person,
                              const std::string& hash) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql("SELECT 1 FROM device WHERE person=? AND hash=? AND reseller_id=?");
  return q.Bind(person, hash, OwnerOf(*reader, reseller)).Step();
}

std::chrono::seconds SqliteStore::TakeAttempt(const ResellerId& reseller,
                                              const std::vector<std::string>& subjects,
                                              const Judge& judge, Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  std::chrono::seconds wait{0};
  std::vector<std::int64_t> failures;
  for (const std::string& subject : subjects) {
    const JudgedTry judged = judge(failures.size(), TriesOf(*writer, owner, subject));
    wait = std::max(wait, judged.wait);
    failures.push_back(judged.failures);
  }
  if (wait.count() > 0) return wait;
  writer->Sql("DELETE FROM sign_in_failure WHERE reseller_id=? AND last_at<?")
      .Run(owner, ToMillis(now - kFailuresKept));
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    writer
        ->Sql(
            "INSERT INTO sign_in_failure(subject, reseller_id, failures, last_at) VALUES(?,?,?,?)"
            " ON CONFLICT(subject) DO UPDATE SET failures=excluded.failures,"
            " last_at=excluded.last_at")
        .Run(subjects[i], owner, failures[i], ToMillis(now));
  }
  transaction.Commit();
  return wait;
}

void SqliteStore::Forgive(const ResellerId& reseller, const std::string& subject, Forgiven what) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  writer
      ->Sql(
          "UPDATE sign_in_failure SET failures=CASE WHEN ?1 THEN 0 ELSE MAX(failures-1, 0) END"
          " WHERE subject=?2 AND reseller_id=?3")
      .Run(what == Forgiven::kAll, subject, OwnerOf(*writer, reseller));
  transaction.Commit();
}

}  // namespace plotmeter
