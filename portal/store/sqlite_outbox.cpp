// What is on its way to somebody.

#include <set>

#include "common/crypto.h"
#include "common/json.h"
#include "portal/store/incident_rows.h"
#include "portal/store/sqlite_store.h"

namespace plotmeter {
namespace {

constexpr std::size_t kMostLookedAt = 20'000;  // of those that are due

// Of one incident and one recipient what came first goes first.
constexpr std::string_view kDue =
    "SELECT d.id, d.kind, d.recipient, d.person, COALESCE(r.address, p.email), r.secret, n.what,"
    " n.body, n.at, d.made_at, d.tries FROM delivery d INDEXED BY delivery_due"
    " CROSS JOIN notice n ON n.number=d.notice LEFT JOIN recipient r ON r.id=d.recipient"
    " LEFT JOIN person p ON p.id=d.person WHERE d.reseller_id=? AND d.kind=? AND d.due_at<=?"
    " AND d.done_at IS NULL AND d.given_up_at IS NULL AND NOT EXISTS (SELECT 1 FROM notice m"
    " CROSS JOIN delivery e ON e.notice=m.number WHERE m.incident=n.incident"
    " AND m.number<n.number AND e.recipient=d.recipient AND e.done_at IS NULL"
    " AND e.given_up_at IS NULL) ORDER BY d.due_at";

std::int64_t AddNotice(StoreConnection& writer, std::int64_t owner,
                       const std::optional<std::string>& incident, const std::string& what,
                       const std::string& body, Instant now) {
  writer.Sql("INSERT INTO notice(reseller_id, incident, what, at, body) VALUES(?,?,?,?,?)")
      .Run(owner, incident, what, ToMillis(now), body);
  return writer.db().LastInsertId();
}

std::string AddDelivery(StoreConnection& writer, std::int64_t owner, std::int64_t notice,
                        const SingleNotice& to, Instant now) {
  const std::string id = NewUuidV4();
  writer
      .Sql(
          "INSERT INTO delivery(id, reseller_id, notice, recipient, person, kind, made_at, due_at)"
          " VALUES(?,?,?,?,?,?,?,?)")
      .Run(id, owner, notice, to.recipient, to.person, to.kind, ToMillis(now), ToMillis(now));
  return id;
}

bool WasTold(StoreConnection& writer, std::int64_t owner, const std::string& incident,
             const std::string& recipient) {
  return writer
      .Sql(
          "SELECT 1 FROM notice n CROSS JOIN delivery d ON d.notice=n.number WHERE n.incident=?"
          " AND d.recipient=? AND d.reseller_id=? LIMIT 1")
      .Bind(incident, recipient, owner)
      .Step();
}

// The first failure in a row, and the end of the row.
std::optional<Reach> NoteReach(StoreConnection& writer, std::int64_t owner,
                               const std::string& recipient, bool failed, Instant now) {
  Statement& q = writer.Sql("SELECT failing_since FROM recipient WHERE id=? AND reseller_id=?");
  if (!q.Bind(recipient, owner).Step()) return std::nullopt;
  const auto since = MaybeInstant(q, 0);
  if (failed == since.has_value()) return std::nullopt;
  writer.Sql("UPDATE recipient SET failing_since=? WHERE id=? AND reseller_id=?")
      .Run(failed ? std::optional(ToMillis(now)) : std::nullopt, recipient, owner);
  return Reach{.recipient = recipient, .fails = failed, .since = failed ? now : *since};
}

}  // namespace

int Tell(StoreConnection& writer, std::int64_t owner, const std::string& incident,
         const std::string& what, const std::vector<Recipient>& recipients, Instant now) {
  const auto row = ReadIncident(writer, owner, incident);
  if (!row) return 0;
  std::vector<const Recipient*> to;
  for (const Recipient& one : recipients) {
    const bool is_for =
        what == "cleared" ? WasTold(writer, owner, incident, one.id)
                          : one.at_once && IsFor(one, row->kind, row->severity, row->site.customer);
    if (is_for) to.push_back(&one);
  }
  if (to.empty()) return 0;
  const std::int64_t notice = AddNotice(writer, owner, incident, what, JsonText(ToJson(*row)), now);
  for (const Recipient* one : to) {
    AddDelivery(writer, owner, notice, {.kind = one->kind, .recipient = one->id}, now);
  }
  return static_cast<int>(to.size());
}

std::string TellOne(StoreConnection& writer, std::int64_t owner, const SingleNotice& notice,
                    Instant now) {
  return AddDelivery(writer, owner,
                     AddNotice(writer, owner, std::nullopt, notice.what, notice.body, now), notice,
                     now);
}

std::vector<DeliveryRow> SqliteStore::DeliveriesTo(const ResellerId& reseller,
                                                   const std::string& recipient) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT d.id, n.what, n.incident, d.made_at, d.due_at, d.tries, d.trouble, d.done_at,"
      " d.given_up_at FROM delivery d CROSS JOIN notice n ON n.number=d.notice WHERE d.recipient=?"
      " AND d.reseller_id=? ORDER BY d.made_at DESC, d.id LIMIT 100");
  std::vector<DeliveryRow> rows;
  for (q.Bind(recipient, OwnerOf(*reader, reseller)); q.Step();) {
    rows.push_back({.id = q.Text(0),
                    .what = q.Text(1),
                    .incident = q.Text(2),
                    .made_at = FromMillis(q.Int(3)),
                    .due_at = FromMillis(q.Int(4)),
                    .tries = q.Int(5),
                    .trouble = q.MaybeText(6),
                    .done_at = MaybeInstant(q, 7),
                    .given_up_at = MaybeInstant(q, 8)});
  }
  return rows;
}

std::optional<std::string> SqliteStore::AddTest(const ResellerId& reseller,
                                                const std::string& recipient, const Actor& actor,
                                                Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  Statement& q = writer->Sql("SELECT kind FROM recipient WHERE id=? AND reseller_id=?");
  if (!q.Bind(recipient, owner).Step()) return std::nullopt;
  std::string id =
      TellOne(*writer, owner,
              {.what = "test", .body = "{}", .kind = q.Text(0), .recipient = recipient}, now);
  WriteAudit(*writer, owner, {.what = "recipient.test", .subject = recipient}, actor, now);
  transaction.Commit();
  return id;
}

void SqliteStore::AddLinkMail(const ResellerId& reseller, const std::string& person,
                              const std::string& what, const std::string& sealed, Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  // A new link voided those before.
  writer
      ->Sql(
          "DELETE FROM notice WHERE reseller_id=? AND number IN (SELECT notice FROM delivery"
          " WHERE person=? AND done_at IS NULL AND given_up_at IS NULL)")
      .Run(owner, person);
  TellOne(*writer, owner, {.what = what, .body = sealed, .kind = "email", .person = person}, now);
  transaction.Commit();
}

std::vector<Delivery> SqliteStore::DueDeliveries(const ResellerId& reseller,
                                                 const std::string& kind, Instant now,
                                                 std::size_t limit) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(kDue);
  std::vector<Delivery> due;
  std::set<std::string> to;
  q.Bind(OwnerOf(*reader, reseller), kind, ToMillis(now));
  for (std::size_t looked_at = 0; due.size() < limit && looked_at < kMostLookedAt && q.Step();
       ++looked_at) {
    if (!to.insert(q.Text(2) + q.Text(3)).second) continue;
    due.push_back({.id = q.Text(0),
                   .kind = q.Text(1),
                   .recipient = q.Text(2),
                   .person = q.Text(3),
                   .address = q.Text(4),
                   .secret = q.Text(5),
                   .what = q.Text(6),
                   .body = q.Text(7),
                   .at = FromMillis(q.Int(8)),
                   .made_at = FromMillis(q.Int(9)),
                   .tries = q.Int(10)});
  }
  return due;
}

std::vector<Reach> SqliteStore::NoteTries(const ResellerId& reseller, const std::vector<Try>& tries,
                                          Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  std::vector<Reach> changed;
  for (const Try& one : tries) {
    const bool is_done = one.outcome == Try::Outcome::kDone;
    const bool is_over = is_done || one.outcome == Try::Outcome::kGivenUp;
    Statement& q =
        writer->Sql("SELECT recipient, notice FROM delivery WHERE id=? AND reseller_id=?");
    if (!q.Bind(one.delivery, owner).Step()) continue;  // its recipient was removed meanwhile
    const std::string recipient = q.Text(0);
    const std::int64_t notice = q.Int(1);
    writer
        ->Sql(
            "UPDATE delivery SET tries=tries+1, trouble=?, due_at=?, done_at=?, given_up_at=?"
            " WHERE id=? AND reseller_id=?")
        .Run(is_done ? std::nullopt : std::optional(one.trouble),
             ToMillis(is_over ? now : one.due_at),
             is_done ? std::optional(ToMillis(now)) : std::nullopt,
             is_over && !is_done ? std::optional(ToMillis(now)) : std::nullopt, one.delivery,
             owner);
    if (is_over) {
      // What was said in confidence, or of many, is kept no longer than it is needed.
      writer->Sql("UPDATE notice SET body='' WHERE number=? AND reseller_id=? AND incident IS NULL")
          .Run(notice, owner);
    }
    if (const auto reach = NoteReach(*writer, owner, recipient, !is_done, now)) {
      changed.push_back(*reach);
    }
  }
  transaction.Commit();
  return changed;
}

}  // namespace plotmeter
