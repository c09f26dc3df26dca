// What becomes of verdicts: incidents that are raised, go, come back and are cleared.

#include <algorithm>
#include <limits>

#include "common/json.h"
#include "portal/store/incident_rows.h"
#include "portal/store/sqlite_store.h"

namespace plotmeter {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

// Where the subject of a verdict stands.
struct Place {
  std::optional<std::string> customer = {}, site = {}, collector = {};
  std::optional<std::int64_t> printer = {};
};

struct OpenIncident {
  std::string id = {}, key = {}, severity = {}, what = {}, facts = {};
  bool is_gone = false;
};

std::string WordOf(Severity severity) {
  return std::string(ToText(severity == Severity::kCritical ? severity : Severity::kWarning));
}

std::vector<OpenIncident> ReadOpen(Statement& q) {
  std::vector<OpenIncident> open;
  while (q.Step()) {
    open.push_back({q.Text(0), q.Text(1), q.Text(2), q.Text(3), q.Text(4), !q.IsNull(5)});
  }
  return open;
}

class Noting {
 public:
  Noting(StoreConnection& writer, std::int64_t owner, Instant now)
      : writer_(writer), owner_(owner), now_(now), recipients_(ReadRecipients(writer, owner)) {}

  void Note(const Judged& judged) {
    Place place;
    if (judged.printer != 0 && !NotePrinter(judged, place)) return;
    if (!judged.collector.empty() && !NoteCollector(judged, place)) return;
    std::vector<OpenIncident> open = OpenOf(judged);
    if (place.collector && judged.printer == 0) NoteReturn(judged, open);
    for (const Condition& condition : judged.verdict.conditions) {
      const auto known = std::ranges::find(open, condition.key, &OpenIncident::key);
      if (known == open.end()) {
        Raise(condition, place);
      } else {
        Keep(condition, *known);
        open.erase(known);
      }
    }
    for (const OpenIncident& gone : open) {
      if (gone.is_gone) continue;
      writer_.Sql("UPDATE incident SET gone_at=? WHERE id=? AND reseller_id=?")
          .Run(ToMillis(now_), gone.id, owner_);
    }
  }

  const Noted& noted() const { return noted_; }

 private:
  // False where something was stored of it meanwhile, or it is gone.
  bool NotePrinter(const Judged& judged, Place& place) {
    Statement& q = writer_.Sql(
        "SELECT w.touched, p.customer, p.site FROM printer_watch w JOIN printer p"
        " ON p.number=w.printer WHERE w.printer=? AND w.reseller_id=?");
    if (!q.Bind(judged.printer, owner_).Step() || q.Int(0) != judged.touched) return false;
    place = {.customer = q.Text(1), .site = q.Text(2), .printer = judged.printer};
    writer_.Sql("UPDATE printer_watch SET due_at=? WHERE printer=? AND reseller_id=?")
        .Run(MaybeMillis(judged.verdict.look_again).value_or(kNever), judged.printer, owner_);
    for (const LevelNote& note : judged.levels) NoteLevel(judged.printer, note);
    return true;
  }

  void NoteLevel(std::int64_t printer, const LevelNote& note) {
    const std::int64_t day =
        std::chrono::floor<std::chrono::days>(note.point.at).time_since_epoch().count();
    writer_
        .Sql(
            "INSERT INTO supply_level(printer, channel, supply, day, reseller_id, at, level, unit)"
            " VALUES(?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET at=excluded.at,"
            " level=excluded.level, unit=excluded.unit")
        .Run(printer, note.channel, note.supply, day, owner_, ToMillis(note.point.at),
             note.point.level.value.text(), note.point.level.unit);
    // The last one from before the window stays: it is the level at its beginning.
    writer_
        .Sql(
            "DELETE FROM supply_level WHERE printer=?1 AND channel=?2 AND supply=?3"
            " AND reseller_id=?5 AND day<(SELECT max(day) FROM supply_level WHERE printer=?1"
            " AND channel=?2 AND supply=?3 AND day<=?4)")
        .Run(printer, note.channel, note.supply, day - 31, owner_);
  }

  bool NoteCollector(const Judged& judged, Place& place) {
    Statement& q = writer_.Sql(
        "SELECT s.id, s.customer FROM collector c JOIN site s ON s.id=c.site WHERE c.id=?"
        " AND c.reseller_id=?");
    if (!q.Bind(judged.collector, owner_).Step()) return false;
    place = {.customer = q.Text(1), .site = q.Text(0), .collector = judged.collector};
    writer_.Sql("UPDATE collector_watch SET due_at=? WHERE collector=? AND reseller_id=?")
        .Run(MaybeMillis(judged.verdict.look_again).value_or(kNever), judged.collector, owner_);
    return true;
  }

  // It is heard again: its printers are given time from now on.
  void NoteReturn(const Judged& judged, const std::vector<OpenIncident>& open) {
    if (!judged.is_heard || open.empty() || open.front().is_gone) return;
    writer_.Sql("UPDATE collector_watch SET back_at=? WHERE collector=? AND reseller_id=?")
        .Run(ToMillis(now_), judged.collector, owner_);
  }

  std::vector<OpenIncident> OpenOf(const Judged& judged) {
    if (judged.printer != 0) {
      return ReadOpen(writer_
                          .Sql("SELECT id, key, severity, what, facts, gone_at FROM incident"
                               " WHERE printer=? AND reseller_id=? AND cleared_at IS NULL")
                          .Bind(judged.printer, owner_));
    }
    if (!judged.collector.empty()) {
      return ReadOpen(writer_
                          .Sql("SELECT id, key, severity, what, facts, gone_at FROM incident"
                               " WHERE collector=? AND reseller_id=? AND printer IS NULL"
                               " AND cleared_at IS NULL")
                          .Bind(judged.collector, owner_));
    }
    return ReadOpen(writer_
                        .Sql("SELECT id, key, severity, what, facts, gone_at FROM incident"
                             " WHERE reseller_id=? AND printer IS NULL AND collector IS NULL"
                             " AND cleared_at IS NULL"
                             " AND kind IN (SELECT value FROM json_each(?))")
                        .Bind(owner_, JsonText(Json(judged.kinds))));
  }

  void Raise(const Condition& condition, const Place& place) {
    const std::string id = UnusedId(writer_, "incident", "inc_");
    writer_
        .Sql(
            "INSERT INTO incident(id, reseller_id, key, kind, severity, customer, site, printer,"
            " collector, what, facts, since, raised_at) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)")
        .Run(id, owner_, condition.key, condition.kind, WordOf(condition.severity), place.customer,
             place.site, place.printer, place.collector, condition.what, JsonText(condition.facts),
             ToMillis(condition.since), ToMillis(now_));
    ++noted_.raised;
    noted_.told += Tell(writer_, owner_, id, "raised", recipients_, now_);
  }

  // It holds as before, or again.
  void Keep(const Condition& condition, const OpenIncident& known) {
    const std::string severity = WordOf(condition.severity);
    const std::string facts = JsonText(condition.facts);
    if (!known.is_gone && known.severity == severity && known.what == condition.what &&
        known.facts == facts) {
      return;
    }
    writer_
        .Sql(
            "UPDATE incident SET severity=?, what=?, facts=?, gone_at=NULL,"
            " returns=returns+(gone_at IS NOT NULL) WHERE id=? AND reseller_id=?")
        .Run(severity, condition.what, facts, known.id, owner_);
    if (known.severity != severity && condition.severity == Severity::kCritical) {
      noted_.told += Tell(writer_, owner_, known.id, "worsened", recipients_, now_);
    }
  }

  StoreConnection& writer_;
  const std::int64_t owner_;
  const Instant now_;
  const std::vector<Recipient> recipients_;
  Noted noted_;
};

}  // namespace

Noted SqliteStore::NoteVerdicts(const ResellerId& reseller, const std::vector<Judged>& judged,
                                Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  Noting noting(*writer, OwnerOf(*writer, reseller), now);
  for (const Judged& one : judged) noting.Note(one);
  transaction.Commit();
  return noting.noted();
}

Noted SqliteStore::ClearGone(const ResellerId& reseller, Instant gone_before, Instant now) {
  const auto ids = [](Statement& q) {
    std::vector<std::string> found;
    while (q.Step()) found.push_back(q.Text(0));
    return found;
  };
  // Looked for with a reader first: mostly there is nothing, and then nobody waits.
  const auto gone_ids = [&](StoreConnection& connection, std::int64_t owner) {
    return ids(connection
                   .Sql("SELECT id FROM incident WHERE reseller_id=? AND gone_at<=?"
                        " AND cleared_at IS NULL")
                   .Bind(owner, ToMillis(gone_before)));
  };
  const auto snoozed_ids = [&](StoreConnection& connection, std::int64_t owner) {
    return ids(connection.Sql("SELECT id FROM incident WHERE reseller_id=? AND snoozed_until<=?")
                   .Bind(owner, ToMillis(now)));
  };
  {
    auto reader = pool_.Reader();
    const std::int64_t owner = OwnerOf(*reader, reseller);
    if (gone_ids(*reader, owner).empty() && snoozed_ids(*reader, owner).empty()) return {};
  }
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  const std::vector<Recipient> recipients = ReadRecipients(*writer, owner);
  Noted noted;
  for (const std::string& id : gone_ids(*writer, owner)) {
    writer
        ->Sql(
            "UPDATE incident SET cleared_at=gone_at, snoozed_until=NULL WHERE id=?"
            " AND reseller_id=?")
        .Run(id, owner);
    ++noted.cleared;
    noted.told += Tell(*writer, owner, id, "cleared", recipients, now);
  }
  for (const std::string& id : snoozed_ids(*writer, owner)) {
    writer->Sql("UPDATE incident SET snoozed_until=NULL WHERE id=? AND reseller_id=?")
        .Run(id, owner);
    noted.told += Tell(*writer, owner, id, "reminded", recipients, now);
  }
  transaction.Commit();
  return noted;
}

std::int64_t SqliteStore::ForgetIncidents(const ResellerId& reseller, Instant cleared_before,
                                          Instant made_before, std::size_t limit) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  const auto most = static_cast<std::int64_t>(limit);
  writer
      ->Sql(
          "DELETE FROM incident WHERE id IN (SELECT id FROM incident WHERE reseller_id=?"
          " AND cleared_at<? LIMIT ?)")
      .Run(owner, ToMillis(cleared_before), most);
  std::int64_t gone = writer->db().Changes();
  writer
      ->Sql(
          "DELETE FROM delivery WHERE id IN (SELECT id FROM delivery WHERE reseller_id=?"
          " AND made_at<? LIMIT ?)")
      .Run(owner, ToMillis(made_before), most);
  gone += writer->db().Changes();
  writer
      ->Sql(
          "DELETE FROM notice WHERE reseller_id=? AND at<? AND NOT EXISTS"
          " (SELECT 1 FROM delivery WHERE notice=number)")
      .Run(owner, ToMillis(made_before));
  transaction.Commit();
  return gone;
}

}  // namespace plotmeter
