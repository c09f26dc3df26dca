// Incidents, as people find and change them, and the settings of the rules.

#include <limits>
#include <stdexcept>

#include "common/json.h"
#include "portal/store/incident_rows.h"
#include "portal/store/list_rows.h"
#include "portal/store/sqlite_store.h"

namespace plotmeter {
namespace {

constexpr std::int64_t kMostComments = 1000;  // on one incident

// ?1 the reseller; ?2 to ?7 narrow: customer, site, kind, severity, assigned to, and 1 for those
// that last, 0 for those that are over, -1 for both.
const std::string kSelect =
    "SELECT i.reseller_id=?1 AND (?2='' OR i.customer=?2) AND (?3='' OR i.site=?3)"
    " AND (?4='' OR i.kind=?4) AND (?5='' OR i.severity=?5) AND (?6='' OR i.assigned_to=?6)"
    " AND (?7<0 OR (i.cleared_at IS NULL)=?7), i.raised_at, i.id, i.kind, i.severity, i.what,"
    " i.facts, p.id, p.manufacturer, p.serial, p.model, i.collector, k.name, s.id, c.id, c.name,"
    " s.name, s.time_zone, i.since, i.returns, i.cleared_at, i.acknowledged_at, i.acknowledged_by,"
    " i.snoozed_until, i.assigned_to FROM incident i ";
const std::string kJoins =
    " LEFT JOIN printer p ON p.number=i.printer LEFT JOIN collector k ON k.id=i.collector"
    " LEFT JOIN site s ON s.id=i.site LEFT JOIN customer c ON c.id=i.customer"
    " WHERE i.reseller_id=?1 AND (i.raised_at, i.id)<(?8, ?9)";
const std::string kOrder = " ORDER BY i.raised_at DESC, i.id DESC";
const std::string kOfReseller = kSelect + "INDEXED BY incident_of_reseller" + kJoins + kOrder;
const std::string kLasting = kSelect + "INDEXED BY incident_lasting_of_reseller" + kJoins +
                             " AND i.cleared_at IS NULL" + kOrder;
const std::string kOfCustomer =
    kSelect + "INDEXED BY incident_of_customer" + kJoins + " AND i.customer=?2" + kOrder;
const std::string kOfPrinter =
    kSelect + "INDEXED BY incident_of_printer" + kJoins + " AND i.printer=?10" + kOrder;
const std::string kById = kSelect + kJoins + " AND i.id=?10";

IncidentRow ReadRow(const Statement& q) {
  IncidentRow row{.id = q.Text(2),
                  .kind = q.Text(3),
                  .severity = q.Text(4),
                  .what = q.Text(5),
                  .facts = q.Text(6),
                  .collector = q.Text(11),
                  .collector_name = q.Text(12),
                  .site = ReadSite(q, 13),
                  .since = FromMillis(q.Int(18)),
                  .raised_at = FromMillis(q.Int(1)),
                  .returns = q.Int(19),
                  .cleared_at = MaybeInstant(q, 20),
                  .acknowledged_at = MaybeInstant(q, 21),
                  .acknowledged_by = q.Text(22),
                  .snoozed_until = MaybeInstant(q, 23),
                  .assigned_to = q.Text(24)};
  if (!q.IsNull(7)) {
    row.printer = PrinterRef{
        .id = q.Text(7), .manufacturer = q.Text(8), .serial = q.Text(9), .model = q.Text(10)};
  }
  return row;
}

Json Named(const std::string& id, const std::string& name) { return {{"id", id}, {"name", name}}; }

void PutTime(Json& json, const char* name, const std::optional<Instant>& at) {
  if (at) json[name] = FormatInstant(*at);
}

Json TimeOrNull(const std::optional<Instant>& at) { return at ? Json(FormatInstant(*at)) : Json(); }

// What an audit row says of one: before and after a change.
Json AuditedOf(const IncidentRow& row) {
  return {{"acknowledged", row.acknowledged_at.has_value()},
          {"snoozed_until", TimeOrNull(row.snoozed_until)},
          {"assigned_to", row.assigned_to}};
}

void Apply(const IncidentChange& change, const Actor& actor, Instant now, IncidentRow& row) {
  if (change.acknowledged && *change.acknowledged != row.acknowledged_at.has_value()) {
    row.acknowledged_at = *change.acknowledged ? std::optional(now) : std::nullopt;
    row.acknowledged_by = *change.acknowledged ? actor.id : "";
  }
  if (change.snoozed_until) row.snoozed_until = *change.snoozed_until;
  if (change.assigned_to) row.assigned_to = *change.assigned_to;
}

std::optional<std::string> OrNull(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

}  // namespace

std::vector<std::string> IncidentQuestions() {
  return {kOfReseller, kLasting, kOfCustomer, kOfPrinter, kById};
}

Json ToJson(const IncidentRow& row) {
  Json json = {{"id", row.id},
               {"kind", row.kind},
               {"severity", row.severity},
               {"what", row.what},
               {"state", row.cleared_at ? "cleared" : "open"},
               {"since", FormatInstant(row.since)},
               {"raised_at", FormatInstant(row.raised_at)},
               {"returns", row.returns},
               {"facts", ParseJson(row.facts)}};
  if (row.printer) {
    Json& printer = json["printer"] = {{"id", row.printer->id}};
    for (const auto& [name, text] :
         {std::pair("manufacturer", &row.printer->manufacturer),
          std::pair("serial", &row.printer->serial), std::pair("model", &row.printer->model)}) {
      if (!text->empty()) printer[name] = *text;
    }
  }
  if (!row.collector.empty()) json["collector"] = Named(row.collector, row.collector_name);
  if (!row.site.id.empty()) json["site"] = Named(row.site.id, row.site.name);
  if (!row.site.customer.empty()) {
    json["customer"] = Named(row.site.customer, row.site.customer_name);
  }
  PutTime(json, "cleared_at", row.cleared_at);
  PutTime(json, "acknowledged_at", row.acknowledged_at);
  if (!row.acknowledged_by.empty()) json["acknowledged_by"] = row.acknowledged_by;
  PutTime(json, "snoozed_until", row.snoozed_until);
  if (!row.assigned_to.empty()) json["assigned_to"] = row.assigned_to;
  return json;
}

std::optional<IncidentRow> ReadIncident(StoreConnection& connection, std::int64_t owner,
                                        const std::string& id) {
  Statement& q = connection.Sql(kById);
  q.Bind(owner, "", "", "", "", "", -1, std::numeric_limits<std::int64_t>::max(), "", id);
  return q.Step() ? std::optional(ReadRow(q)) : std::nullopt;
}

Page<IncidentRow> SqliteStore::ListIncidents(const ResellerId& reseller,
                                             const IncidentFilter& filter, const Position& after,
                                             std::size_t limit) {
  auto reader = pool_.Reader();
  const bool begins = after.numbers.size() != 1 || after.texts.size() != 1;
  const auto bind = [&](const std::string& sql, const auto&... more) -> Statement& {
    return reader->Sql(sql).Bind(
        OwnerOf(*reader, reseller), filter.customer, filter.site, filter.kind, filter.severity,
        filter.assigned_to, filter.open ? std::int64_t{*filter.open} : std::int64_t{-1},
        begins ? std::numeric_limits<std::int64_t>::max() : after.numbers[0],
        begins ? std::string() : after.texts[0], more...);
  };
  Statement& q = !filter.printer.empty()
                     ? bind(kOfPrinter, PrinterNumber(*reader, reseller, filter.printer))
                 : !filter.customer.empty()    ? bind(kOfCustomer)
                 : filter.open.value_or(false) ? bind(kLasting)
                                               : bind(kOfReseller);
  return ReadPage<IncidentRow>(q, limit, ReadRow, [](const Statement& row) {
    return Position{.numbers = {row.Int(1)}, .texts = {row.Text(2)}};
  });
}

std::optional<IncidentRow> SqliteStore::FindIncident(const ResellerId& reseller,
                                                     const std::string& id) {
  auto reader = pool_.Reader();
  return ReadIncident(*reader, OwnerOf(*reader, reseller), id);
}

std::vector<IncidentComment> SqliteStore::CommentsOn(const ResellerId& reseller,
                                                     const std::string& id) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT number, at, who, text FROM incident_comment WHERE incident=? AND reseller_id=?"
      " ORDER BY number");
  std::vector<IncidentComment> comments;
  for (q.Bind(id, OwnerOf(*reader, reseller)); q.Step();) {
    comments.push_back({q.Int(0), FromMillis(q.Int(1)), q.Text(2), q.Text(3)});
  }
  return comments;
}

IncidentChanged SqliteStore::ChangeIncident(const ResellerId& reseller, const std::string& id,
                                            const IncidentChange& change, const Actor& actor,
                                            Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  const auto before = ReadIncident(*writer, owner, id);
  if (!before) return IncidentChanged::kNotThere;
  if (before->cleared_at && change.snoozed_until && *change.snoozed_until) {
    return IncidentChanged::kIsCleared;
  }
  if (change.assigned_to && !change.assigned_to->empty()) {
    Statement& person = writer->Sql(
        "SELECT 1 FROM person WHERE id=? AND reseller_id=? AND disabled_at IS NULL"
        " AND customer IS NULL");
    if (!person.Bind(*change.assigned_to, owner).Step()) return IncidentChanged::kNoSuchPerson;
  }
  IncidentRow after = *before;
  Apply(change, actor, now, after);
  if (AuditedOf(*before) == AuditedOf(after)) return IncidentChanged::kDone;
  writer
      ->Sql(
          "UPDATE incident SET acknowledged_at=?, acknowledged_by=?, snoozed_until=?,"
          " assigned_to=? WHERE id=? AND reseller_id=?")
      .Run(MaybeMillis(after.acknowledged_at), OrNull(after.acknowledged_by),
           MaybeMillis(after.snoozed_until), OrNull(after.assigned_to), id, owner);
  WriteAudit(*writer, owner,
             {.what = "incident.change",
              .subject = id,
              .before = AuditedOf(*before),
              .after = AuditedOf(after)},
             actor, now);
  transaction.Commit();
  return IncidentChanged::kDone;
}

std::optional<std::int64_t> SqliteStore::AddComment(const ResellerId& reseller,
                                                    const std::string& id, const std::string& text,
                                                    const Actor& actor, Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  if (!ReadIncident(*writer, owner, id)) return std::nullopt;
  Statement& last = writer->Sql(
      "SELECT COALESCE(max(number), 0) FROM incident_comment WHERE incident=? AND reseller_id=?");
  last.Bind(id, owner).Step();
  const std::int64_t number = last.Int(0) + 1;
  if (number > kMostComments) return std::nullopt;
  writer
      ->Sql(
          "INSERT INTO incident_comment(incident, number, reseller_id, at, who, text)"
          " VALUES(?,?,?,?,?,?)")
      .Run(id, number, owner, ToMillis(now), actor.id, text);
  WriteAudit(*writer, owner,
             {.what = "incident.comment", .subject = id, .after = {{"number", number}}}, actor,
             now);
  transaction.Commit();
  return number;
}

std::string SqliteStore::RulesOf(const ResellerId& reseller, const std::string& target) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql("SELECT rules FROM rule_set WHERE target=? AND reseller_id=?");
  return q.Bind(target, OwnerOf(*reader, reseller)).Step() ? q.Text(0) : "{}";
}

void SqliteStore::SetRules(const ResellerId& reseller, const std::string& target, const Json& rules,
                           const Actor& actor, Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  if (owner == kNobodys) throw std::runtime_error("there is no reseller " + reseller.value);
  Statement& q = writer->Sql("SELECT rules FROM rule_set WHERE target=? AND reseller_id=?");
  const std::string before = q.Bind(target, owner).Step() ? q.Text(0) : "{}";
  writer
      ->Sql(
          "INSERT INTO rule_set(reseller_id, target, rules) VALUES(?,?,?)"
          " ON CONFLICT DO UPDATE SET rules=excluded.rules")
      .Run(owner, target, JsonText(rules));
  writer
      ->Sql(
          "UPDATE printer_watch SET due_at=0, touched=touched+1 WHERE reseller_id=?1"
          " AND (?2='' OR printer IN (SELECT number FROM printer WHERE reseller_id=?1"
          " AND (id=?2 OR customer=?2)))")
      .Run(owner, target);
  writer
      ->Sql(
          "UPDATE collector_watch SET due_at=0 WHERE reseller_id=?1 AND (?2='' OR collector IN"
          " (SELECT c.id FROM collector c JOIN site s ON s.id=c.site WHERE s.customer=?2))")
      .Run(owner, target);
  WriteAudit(*writer, owner,
             {.what = "rules.set",
              .subject = target.empty() ? reseller.value : target,
              .before = ParseJson(before),
              .after = rules},
             actor, now);
  transaction.Commit();
}

}  // namespace plotmeter
