// Who is told of incidents, and the digests that they get.

#include <algorithm>

#include "common/json.h"
#include "portal/store/incident_rows.h"
#include "portal/store/sqlite_store.h"

namespace plotmeter {
namespace {

constexpr std::size_t kMostInDigest = 200;

// The columns that ReadRow reads.
const std::string kSelect =
    "SELECT id, kind, name, address, secret, customer, severity, kinds, at_once, digest_minute,"
    " time_zone, digest_due, digest_from, created_at, failing_since FROM recipient"
    " WHERE reseller_id=?";

Recipient ReadRow(const Statement& q) {
  const auto minute = q.MaybeInt(9);
  return {.id = q.Text(0),
          .kind = q.Text(1),
          .name = q.Text(2),
          .address = q.Text(3),
          .secret = q.Text(4),
          .customer = q.Text(5),
          .severity = q.Text(6),
          .kinds = ParseJson(q.Text(7)).get<std::vector<std::string>>(),
          .at_once = q.Int(8) != 0,
          .digest_minute = minute ? std::optional(static_cast<int>(*minute)) : std::nullopt,
          .time_zone = q.Text(10),
          .digest_due = MaybeInstant(q, 11),
          .digest_from = MaybeInstant(q, 12).value_or(FromMillis(q.Int(13))),
          .created_at = FromMillis(q.Int(13)),
          .failing_since = MaybeInstant(q, 14)};
}

// No address: the audit log names nobody.
Json AuditedOf(const Recipient& recipient) {
  Json json = {{"kind", recipient.kind},
               {"severity", recipient.severity},
               {"kinds", recipient.kinds},
               {"at_once", recipient.at_once}};
  if (!recipient.customer.empty()) json["customer"] = recipient.customer;
  if (recipient.digest_minute) {
    json["digest_minute"] = *recipient.digest_minute;
    json["time_zone"] = recipient.time_zone;
  }
  return json;
}

std::optional<std::string> OrNull(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

bool HasCustomer(StoreConnection& writer, std::int64_t owner, const std::string& customer) {
  if (customer.empty()) return true;
  return writer.Sql("SELECT 1 FROM customer WHERE id=? AND reseller_id=? AND erased_at IS NULL")
      .Bind(customer, owner)
      .Step();
}

std::optional<Recipient> ReadOne(StoreConnection& connection, std::int64_t owner,
                                 const std::string& id) {
  static const std::string kOne = kSelect + " AND id=?";
  Statement& q = connection.Sql(kOne);
  return q.Bind(owner, id).Step() ? std::optional(ReadRow(q)) : std::nullopt;
}

}  // namespace

bool IsFor(const Recipient& recipient, const std::string& kind, const std::string& severity,
           const std::string& customer) {
  const auto& kinds = recipient.kinds;
  return (recipient.customer.empty() || recipient.customer == customer) &&
         (recipient.severity == "warning" || severity == "critical") &&
         (kinds.empty() || std::ranges::find(kinds, kind) != kinds.end());
}

std::vector<Recipient> ReadRecipients(StoreConnection& connection, std::int64_t owner) {
  static const std::string kAll = kSelect + " ORDER BY id";
  Statement& q = connection.Sql(kAll);
  std::vector<Recipient> recipients;
  for (q.Bind(owner); q.Step();) recipients.push_back(ReadRow(q));
  return recipients;
}

std::optional<std::string> SqliteStore::AddRecipient(const ResellerId& reseller,
                                                     const Recipient& recipient, const Actor& actor,
                                                     Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  if (owner == kNobodys || !HasCustomer(*writer, owner, recipient.customer) ||
      ReadRecipients(*writer, owner).size() >= kMostRecipients) {
    return std::nullopt;
  }
  const std::string id =
      recipient.id.empty() ? UnusedId(*writer, "recipient", "rcp_") : recipient.id;
  writer
      ->Sql(
          "INSERT INTO recipient(id, reseller_id, kind, name, address, secret, customer,"
          " severity, kinds, at_once, digest_minute, time_zone, digest_due, digest_from,"
          " created_at) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")
      .Run(id, owner, recipient.kind, recipient.name, recipient.address, recipient.secret,
           OrNull(recipient.customer), recipient.severity, JsonText(Json(recipient.kinds)),
           recipient.at_once, recipient.digest_minute, recipient.time_zone,
           MaybeMillis(recipient.digest_due), ToMillis(now), ToMillis(now));
  WriteAudit(*writer, owner,
             {.what = "recipient.add", .subject = id, .after = AuditedOf(recipient)}, actor, now);
  transaction.Commit();
  return id;
}

std::vector<Recipient> SqliteStore::Recipients(const ResellerId& reseller) {
  auto reader = pool_.Reader();
  return ReadRecipients(*reader, OwnerOf(*reader, reseller));
}

std::optional<Recipient> SqliteStore::FindRecipient(const ResellerId& reseller,
                                                    const std::string& id) {
  auto reader = pool_.Reader();
  return ReadOne(*reader, OwnerOf(*reader, reseller), id);
}

bool SqliteStore::ChangeRecipient(const ResellerId& reseller, const Recipient& recipient,
                                  const Actor& actor, Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  const auto before = ReadOne(*writer, owner, recipient.id);
  if (!before || !HasCustomer(*writer, owner, recipient.customer)) return false;
  writer
      ->Sql(
          "UPDATE recipient SET name=?, customer=?, severity=?, kinds=?, at_once=?,"
          " digest_minute=?, time_zone=?, digest_due=? WHERE id=? AND reseller_id=?")
      .Run(recipient.name, OrNull(recipient.customer), recipient.severity,
           JsonText(Json(recipient.kinds)), recipient.at_once, recipient.digest_minute,
           recipient.time_zone, MaybeMillis(recipient.digest_due), recipient.id, owner);
  WriteAudit(*writer, owner,
             {.what = "recipient.change",
              .subject = recipient.id,
              .before = AuditedOf(*before),
              .after = AuditedOf(recipient)},
             actor, now);
  transaction.Commit();
  return true;
}

bool SqliteStore::RemoveRecipient(const ResellerId& reseller, const std::string& id,
                                  const Actor& actor, Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  const auto before = ReadOne(*writer, owner, id);
  if (!before) return false;
  writer->Sql("DELETE FROM recipient WHERE id=? AND reseller_id=?").Run(id, owner);
  WriteAudit(*writer, owner,
             {.what = "recipient.remove", .subject = id, .before = AuditedOf(*before)}, actor, now);
  transaction.Commit();
  return true;
}

std::vector<Recipient> SqliteStore::DueDigests(const ResellerId& reseller, Instant now) {
  static const std::string kDue = kSelect + " AND digest_due<=? ORDER BY digest_due";
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(kDue);
  std::vector<Recipient> recipients;
  for (q.Bind(OwnerOf(*reader, reseller), ToMillis(now)); q.Step();) {
    recipients.push_back(ReadRow(q));
  }
  return recipients;
}

DigestRows SqliteStore::RowsForDigest(const ResellerId& reseller, const Recipient& recipient,
                                      Instant now) {
  auto reader = pool_.Reader();
  const std::int64_t owner = OwnerOf(*reader, reseller);
  DigestRows rows;
  const auto read = [&](Statement& q, std::vector<IncidentRow>& into) {
    std::vector<std::string> ids;
    while (q.Step()) {
      if (!IsFor(recipient, q.Text(1), q.Text(2), q.Text(3))) continue;
      if (ids.size() == kMostInDigest) {
        rows.more = true;
        break;
      }
      ids.push_back(q.Text(0));
    }
    for (const std::string& id : ids) {
      if (auto row = ReadIncident(*reader, owner, id)) into.push_back(*std::move(row));
    }
  };
  read(reader
           ->Sql("SELECT id, kind, severity, customer FROM incident WHERE reseller_id=?1"
                 " AND cleared_at IS NULL AND (snoozed_until IS NULL OR snoozed_until<=?2)"
                 " ORDER BY severity, raised_at DESC")
           .Bind(owner, ToMillis(now)),
       rows.open);
  read(reader
           ->Sql("SELECT id, kind, severity, customer FROM incident WHERE reseller_id=?1"
                 " AND cleared_at>?2 ORDER BY cleared_at DESC")
           .Bind(owner, ToMillis(recipient.digest_from)),
       rows.cleared);
  return rows;
}

void SqliteStore::NoteDigest(const ResellerId& reseller, const Recipient& recipient,
                             const std::string& body, Instant next, Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  writer
      ->Sql(
          "UPDATE recipient SET digest_due=?, digest_from=? WHERE id=? AND reseller_id=?"
          " AND digest_due=?")
      .Run(ToMillis(next), ToMillis(now), recipient.id, owner, MaybeMillis(recipient.digest_due));
  if (writer->db().Changes() == 1 && !body.empty()) {
    TellOne(*writer, owner,
            {.what = "digest", .body = body, .kind = recipient.kind, .recipient = recipient.id},
            now);
  }
  transaction.Commit();
}

}  // namespace plotmeter
