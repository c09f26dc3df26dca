// Heartbeats, how far a stream is, and the settings that collectors are asked to take.

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "common/json.h"
#include "portal/store/list_rows.h"
#include "portal/store/sqlite_store.h"

namespace plotmeter {
namespace {

std::vector<std::string> WordsOf(const std::string& json) {
  return ParseJson(json).get<std::vector<std::string>>();
}

// Sequences above `unbroken` and below `highest` that are neither stored nor void.
std::vector<std::int64_t> Missing(StoreConnection& reader, std::int64_t owner,
                                  const std::string& collector, const std::string& stream,
                                  const StreamPlace& place) {
  std::vector<std::int64_t> missing;
  Statement& here = reader.Sql(
      "SELECT sequence FROM batch WHERE collector=?1 AND stream=?2 AND sequence>?3"
      " AND reseller_id=?4"
      " UNION SELECT sequence FROM gap WHERE collector=?1 AND stream=?2 AND sequence>?3"
      " AND reseller_id=?4 AND kind='void' ORDER BY 1");
  std::int64_t next = place.unbroken + 1;
  for (here.Bind(collector, stream, place.unbroken, owner);
       missing.size() < kMaxResend && here.Step();) {
    const std::int64_t stop = std::min(here.Int(0), place.highest);
    for (; next < stop && missing.size() < kMaxResend; ++next) missing.push_back(next);
    next = std::max(next, here.Int(0) + 1);
  }
  return missing;
}

}  // namespace

HeartbeatNote ReadHeartbeatNote(const Statement& q, int first) {
  return {.collector = q.Text(first),
          .received_at = FromMillis(q.Int(first + 1)),
          .at = FromMillis(q.Int(first + 2)),
          .offset_ms = q.MaybeInt(first + 3),
          .version = q.Text(first + 4),
          .stream = q.Text(first + 5),
          .sequence = q.Int(first + 6),
          .readings = q.Int(first + 7),
          .jobs = q.Int(first + 8),
          .alerts = q.Int(first + 9),
          .events = q.Int(first + 10),
          .batches = q.Int(first + 11),
          .aside = q.Int(first + 12),
          .known = q.Int(first + 13),
          .answering = q.Int(first + 14),
          .asleep = q.Int(first + 15),
          .disk = q.Text(first + 16),
          .troubles = WordsOf(q.Text(first + 17)),
          .settings_version = q.Int(first + 18),
          .settings_outcome = q.Text(first + 19),
          .settings_reason = q.Text(first + 20)};
}

HeartbeatTaken SqliteStore::TakeHeartbeat(const ResellerId& reseller, const HeartbeatNote& note,
                                          const std::string& said, const std::string& next) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  Statement& home =
      writer->Sql("SELECT revoked_at IS NOT NULL FROM collector WHERE id=? AND reseller_id=?");
  if (!home.Bind(note.collector, owner).Step()) {
    throw std::invalid_argument(
        fmt::format("collector {} is not of reseller {}", note.collector, reseller.value));
  }
  if (home.Int(0) != 0) return {.nonce = next};  // meanwhile; next time it hears so
  Statement& given = writer->Sql("SELECT nonce FROM heartbeat WHERE collector=? AND reseller_id=?");
  if (!given.Bind(note.collector, owner).Step()) {
    writer->Sql("INSERT INTO heartbeat(collector, reseller_id, nonce) VALUES(?,?,?)")
        .Run(note.collector, owner, next);
    transaction.Commit();
    return {.nonce = next};
  }
  const std::string expected = given.Text(0);
  if (said != expected) return {.nonce = expected};
  writer
      ->Sql(
          "UPDATE heartbeat SET nonce=?, received_at=?, at=?, offset_ms=?, version=?, stream=?,"
          " sequence=?, readings=?, jobs=?, alerts=?, events=?, batches=?, aside=?, known=?,"
          " answering=?, asleep=?, disk=?, troubles=?, settings_version=?, settings_outcome=?,"
          " settings_reason=? WHERE collector=? AND reseller_id=?")
      .Run(next, ToMillis(note.received_at), ToMillis(note.at), note.offset_ms, note.version,
           note.stream, note.sequence, note.readings, note.jobs, note.alerts, note.events,
           note.batches, note.aside, note.known, note.answering, note.asleep, note.disk,
           JsonText(Json(note.troubles)), note.settings_version, note.settings_outcome,
           note.settings_reason, note.collector, owner);
  transaction.Commit();
  return {.heard = true, .nonce = next};
}

std::vector<HeartbeatNote> SqliteStore::Heartbeats(const ResellerId& reseller) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT collector, received_at, at, offset_ms, version, stream, sequence, readings, jobs,"
      " alerts, events, batches, aside, known, answering, asleep, disk, troubles,"
      " settings_version, settings_outcome, settings_reason FROM heartbeat"
      " WHERE reseller_id=? AND received_at IS NOT NULL ORDER BY collector");
  std::vector<HeartbeatNote> notes;
  for (q.Bind(OwnerOf(*reader, reseller)); q.Step();) {
    notes.push_back(ReadHeartbeatNote(q, 0));
  }
  return notes;
}

StreamPlace SqliteStore::FindStream(const ResellerId& reseller, const std::string& collector,
                                    const std::string& stream) {
  auto reader = pool_.Reader();
  const std::int64_t owner = OwnerOf(*reader, reseller);
  StreamPlace place;
  Statement& find = reader->Sql(
      "SELECT unbroken, highest FROM stream WHERE collector=? AND stream=? AND reseller_id=?");
  if (!find.Bind(collector, stream, owner).Step()) return place;
  place.unbroken = find.Int(0);
  place.highest = find.Int(1);
  Statement& last = reader->Sql(
      "SELECT sha256 FROM batch WHERE collector=? AND stream=? AND sequence=? AND reseller_id=?");
  if (last.Bind(collector, stream, place.unbroken, owner).Step()) {
    place.unbroken_sha256 = last.Text(0);
  }
  if (place.unbroken < place.highest) {
    place.missing = Missing(*reader, owner, collector, stream, place);
  }
  return place;
}

std::optional<std::int64_t> SqliteStore::ProposeSettings(const ResellerId& reseller,
                                                         const std::string& target,
                                                         const std::string& settings, Instant now,
                                                         const Actor& actor) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  Statement& ours = writer->Sql(
      "SELECT 1 FROM collector WHERE id=?1 AND reseller_id=?2 UNION"
      " SELECT 1 FROM site WHERE id=?1 AND reseller_id=?2");
  if (!ours.Bind(target, owner).Step()) return std::nullopt;
  Statement& last =
      writer->Sql("SELECT coalesce(max(version), 0) FROM settings_proposal WHERE reseller_id=?");
  last.Bind(owner).Step();
  const std::int64_t version = last.Int(0) + 1;
  writer
      ->Sql(
          "INSERT INTO settings_proposal(reseller_id, version, target, settings, made_at)"
          " VALUES(?,?,?,?,?)")
      .Run(owner, version, target, settings, ToMillis(now));
  WriteAudit(*writer, owner,
             {.what = "settings.propose", .subject = target, .after = {{"version", version}}},
             actor, now);
  transaction.Commit();
  return version;
}

std::optional<SettingsProposal> SqliteStore::SettingsFor(const ResellerId& reseller,
                                                         const std::string& collector) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT p.version, p.target, p.settings, p.made_at FROM collector c JOIN settings_proposal p"
      " ON p.reseller_id=c.reseller_id AND p.target IN (c.id, c.site)"
      " WHERE c.id=? AND c.reseller_id=? ORDER BY p.target=c.id DESC, p.version DESC LIMIT 1");
  if (!q.Bind(collector, OwnerOf(*reader, reseller)).Step()) return std::nullopt;
  return SettingsProposal{.version = q.Int(0),
                          .target = q.Text(1),
                          .settings = q.Text(2),
                          .made_at = FromMillis(q.Int(3))};
}

std::optional<SettingsProposal> SqliteStore::SettingsOf(const ResellerId& reseller,
                                                        const std::string& target) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT version, target, settings, made_at FROM settings_proposal WHERE target=?"
      " AND reseller_id=? ORDER BY version DESC LIMIT 1");
  if (!q.Bind(target, OwnerOf(*reader, reseller)).Step()) return std::nullopt;
  return SettingsProposal{.version = q.Int(0),
                          .target = q.Text(1),
                          .settings = q.Text(2),
                          .made_at = FromMillis(q.Int(3))};
}

}  // namespace plotmeter
