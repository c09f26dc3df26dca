// What becomes of a batch after it was cut.

#include <algorithm>

#include "collector/spool/kept.h"
#include "collector/spool/soundness.h"
#include "collector/spool/spool.h"

namespace plotmeter {
namespace {

BatchState StateOf(const std::string& text) {
  for (const BatchState state : {BatchState::kReceipted, BatchState::kAside, BatchState::kMoved}) {
    if (text == ToText(state)) return state;
  }
  return BatchState::kCut;
}

// The portal refused a batch as too large: the next are cut to half of it. Below this, where a
// day's jobs would take a hundred of them, only until one gets through.
constexpr std::int64_t kLeastBytes = 16 * 1024;

// Leaves room for counting in the 32 bits of the wire.
constexpr std::int64_t kHighestRevision = 4'000'000'000;

constexpr std::string_view kOutbox =
    "SELECT batch, stream, sequence, sha256, created_at, items, tries, state, sent_at,"
    " receipted_at, coalesce(receipt, ''), coalesce(reason, ''), sent_bytes FROM batch";

OutboxEntry EntryOf(Statement& q) {
  OutboxEntry entry{.batch = {.batch = q.Text(0),
                              .stream = q.Text(1),
                              .sequence = q.Int(2),
                              .sha256 = q.Text(3),
                              .created_at = FromMillis(q.Int(4)),
                              .items = q.Int(5),
                              .tries = q.Int(6)},
                    .state = StateOf(q.Text(7)),
                    .sent_bytes = q.MaybeInt(12),
                    .receipt = q.Text(10),
                    .reason = q.Text(11)};
  if (const auto at = q.MaybeInt(8)) entry.sent_at = FromMillis(*at);
  if (const auto at = q.MaybeInt(9)) entry.receipted_at = FromMillis(*at);
  return entry;
}

}  // namespace

std::string_view ToText(BatchState state) {
  switch (state) {
    case BatchState::kReceipted:
      return "receipted";
    case BatchState::kAside:
      return "aside";
    case BatchState::kMoved:
      return "moved";
    case BatchState::kCut:
      break;
  }
  return "cut";
}

BatchText TextOfMessage(std::string_view message) {
  const std::size_t payload = message.find('\n') + 1;
  const std::size_t names = message.find('\n', payload) + 1;
  return {.payload = std::string(message.substr(payload, names - 1 - payload)),
          .names = std::string(message.substr(names))};
}

std::optional<CutBatch> Spool::Next() {
  Statement q = db_.Prepare(
      "SELECT batch, stream, sequence, sha256, message, created_at, items, tries FROM batch"
      " WHERE state = 'cut' ORDER BY id LIMIT 1");
  if (!q.Step()) return {};
  std::string message = q.Text(4);
  if (!IsAsCut(message, q.Text(3))) {  // the portal would refuse it, and it would be set aside
    throw SqliteError::Damage("batch " + q.Text(0) + " is not what was cut");
  }
  return CutBatch{.batch = q.Text(0),
                  .stream = q.Text(1),
                  .sequence = q.Int(2),
                  .sha256 = q.Text(3),
                  .message = std::move(message),
                  .created_at = FromMillis(q.Int(5)),
                  .items = q.Int(6),
                  .tries = q.Int(7)};
}

void Spool::Sending(const std::string& batch, std::size_t bytes) {
  db_.Prepare("UPDATE batch SET tries = tries + 1, sent_at = ?, sent_bytes = ? WHERE batch = ?")
      .Run(ToMillis(clock_.Now()), static_cast<std::int64_t>(bytes), batch);
}

void Spool::Receipted(const std::string& batch, const std::string& receipt) {
  Together([&] {
    Statement found = db_.Prepare("SELECT id FROM batch WHERE batch = ?");
    if (!found.Bind(batch).Step()) return;
    const std::int64_t row = found.Int(0);
    db_.Prepare("DELETE FROM reading WHERE batch = ?").Run(row);
    // Unless its end is in another batch, which has no receipt yet.
    db_.Prepare(
           "DELETE FROM alert WHERE unsent = 0 AND cleared_at IS NOT NULL AND id IN"
           " (SELECT alert FROM batch_alert WHERE batch = ?1) AND id NOT IN"
           " (SELECT alert FROM batch_alert WHERE batch <> ?1)")
        .Run(row);
    db_.Prepare("DELETE FROM batch_alert WHERE batch = ?").Run(row);
    db_.Prepare("DELETE FROM batch_job WHERE batch = ?").Run(row);
    db_.Prepare("DELETE FROM batch_event WHERE batch = ?").Run(row);
    db_.Prepare(
           "UPDATE batch SET state = 'receipted', receipt = ?, receipted_at = ?, to_void = 0"
           " WHERE id = ?")
        .Run(receipt, ToMillis(clock_.Now()), row);
    db_.Prepare("UPDATE stream SET max_bytes = min(max_bytes * 2, ?1) WHERE max_bytes < ?1")
        .Run(kLeastBytes);
  });
}

void Spool::SetAside(const std::string& batch, const std::string& reason) {
  db_.Prepare(
         "UPDATE batch SET state = 'aside', reason = ?, to_void = 1"
         " WHERE batch = ? AND state = 'cut'")
      .Run(reason, batch);
}

// Its contents wait again, in the revision that is the best by now.
void Spool::Free(std::int64_t batch) {
  Statement message = db_.Prepare("SELECT message FROM batch WHERE id = ? AND receipt IS NOT NULL");
  if (message.Bind(batch).Step()) PutBack(message.Text(0));
  db_.Prepare("UPDATE reading SET batch = NULL WHERE batch = ?").Run(batch);
  db_.Prepare("UPDATE job SET unsent = 1 WHERE id IN (SELECT job FROM batch_job WHERE batch = ?)")
      .Run(batch);
  db_.Prepare(
         "UPDATE alert SET unsent = 1 WHERE id IN (SELECT alert FROM batch_alert WHERE batch = ?)")
      .Run(batch);
  db_.Prepare(
         "UPDATE event SET unsent = 1 WHERE id IN (SELECT event FROM batch_event WHERE batch = ?)")
      .Run(batch);
  db_.Prepare("DELETE FROM batch_event WHERE batch = ?").Run(batch);
  db_.Prepare("DELETE FROM batch_job WHERE batch = ?").Run(batch);
  db_.Prepare("DELETE FROM batch_alert WHERE batch = ?").Run(batch);
}

// A batch that had its receipt, and was asked for again, has no rows any more: only its message
// knows what it carried.
void Spool::PutBack(const std::string& message) {
  const BatchText text = TextOfMessage(message);
  const Batch batch = ParseBatch(text.payload, text.names);
  const auto printer = [&](std::size_t place) { return PrinterRow(batch.printers.at(place)); };
  Statement reading = db_.Prepare("INSERT INTO reading(printer, body) VALUES(?, ?)");
  for (const BatchReading& row : batch.readings) {
    reading.Run(printer(row.printer), KeptText(row.reading));
  }
  // Without the hash of an answer: whatever the printer says next is looked at in full.
  Statement job = db_.Prepare(
      "INSERT INTO job(printer, channel, job, name, body, looked_at, answer)"
      " VALUES(?, ?, ?, ?, ?, ?, '') ON CONFLICT DO UPDATE SET unsent = 1");
  for (const BatchJob& row : batch.jobs) {
    // Under the mode of today: that of when it was cut may have been wider.
    const auto name = row.job.name ? Mask("job-name", *row.job.name, true) : std::nullopt;
    job.Run(printer(row.printer), ToText(row.job.channel), row.job.job, name, KeptText(row.job),
            ToMillis(clock_.Now()));
  }
  Statement event = db_.Prepare(
      "INSERT INTO event(printer, channel, kind, key, body, looked_at) VALUES(?, ?, ?, ?, ?, ?)"
      " ON CONFLICT DO UPDATE SET unsent = 1");
  for (const BatchEvent& row : batch.events) {
    event.Run(printer(row.printer), ToText(row.event.channel), row.event.kind, row.event.key,
              KeptText(row.event), ToMillis(clock_.Now()));
  }
  // Of two ends the earlier one was seen, and the other only supposed.
  Statement again = db_.Prepare(
      "UPDATE alert SET unsent = 1,"
      " cleared_at = min(coalesce(cleared_at, ?5), coalesce(?5, cleared_at))"
      " WHERE printer = ?1 AND channel = ?2 AND key = ?3 AND since = ?4");
  Statement alert = db_.Prepare(
      "INSERT INTO alert(printer, channel, key, severity, code, text, part, location, raised,"
      " raised_unit, since, cleared_at) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (const BatchAlert& row : batch.alerts) {
    const std::int64_t of = printer(row.printer);
    again.Run(of, ToText(row.channel), row.alert.key, ToMillis(row.since),
              row.cleared_at ? std::optional(ToMillis(*row.cleared_at)) : std::nullopt);
    if (db_.Changes() > 0) continue;
    // Forgotten, so it has ended since.
    alert.Run(of, ToText(row.channel), row.alert.key, ToText(row.alert.severity), row.alert.code,
              row.alert.text, row.alert.part, row.alert.location, ValueOf(row.alert.raised),
              UnitOf(row.alert.raised), ToMillis(row.since),
              ToMillis(row.cleared_at.value_or(clock_.Now())));
  }
}

void Spool::CutAnew(const std::string& batch, const std::string& reason) {
  Together([&] {
    Statement found = db_.Prepare(
        "SELECT id, items, length(message) FROM batch WHERE batch = ? AND state = 'cut'");
    if (!found.Bind(batch).Step()) return;
    const std::int64_t row = found.Int(0);
    const std::int64_t items = found.Int(1);
    const std::int64_t half = found.Int(2) / 2;
    SetAside(batch, reason);
    if (items <= 1) return;
    Free(row);
    // Less each time, or the same might be cut for ever: a message is more than its contents.
    db_.Prepare("UPDATE stream SET max_bytes = max(1, min(?1, coalesce(max_bytes / 2, ?1)))")
        .Run(half);
  });
}

void Spool::NewStream(const std::string& reason) {
  Together([&] {
    std::vector<std::int64_t> waiting;
    Statement q = db_.Prepare("SELECT id FROM batch WHERE state = 'cut'");
    while (q.Step()) waiting.push_back(q.Int(0));
    Statement move = db_.Prepare("UPDATE batch SET state = 'moved', reason = ? WHERE id = ?");
    for (const std::int64_t row : waiting) {
      Free(row);
      move.Run(reason, row);
    }
    db_.Prepare("UPDATE stream SET stream = ?, next_sequence = 1, previous = ''").Run(NewUuidV4());
    RaiseRevisions();
  });
}

void Spool::RaiseRevisions() {
  CountRevisionsAnew();
  db_.Prepare("UPDATE job SET answer = ''").Run();
}

// Time rises where counting cannot, since what was counted is forgotten: seconds since 1970, far
// above any count, and above those of an earlier time.
void Spool::CountRevisionsAnew() {
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(clock_.Now().time_since_epoch());
  db_.Prepare(
         "UPDATE stream SET revisions_above = max(revisions_above + 1, ?, coalesce((SELECT"
         " max(json_extract(body, '$.revision')) FROM job), 0))")
      .Run(std::clamp<std::int64_t>(now.count(), 0, kHighestRevision));
}

std::int64_t Spool::Resend(const std::vector<std::int64_t>& sequences) {
  std::int64_t sent_again = 0;
  Together([&] {
    const std::string current = stream();
    sent_again = ResendOf(current, sequences);
    Statement gone = db_.Prepare(
        "UPDATE batch SET to_void = 1, reason = coalesce(reason, 'no longer kept')"
        " WHERE stream = ? AND sequence = ? AND state <> 'cut'");
    for (const std::int64_t sequence : sequences) gone.Run(current, sequence);
  });
  return sent_again;
}

std::int64_t Spool::ResendOf(const std::string& stream,
                             const std::vector<std::int64_t>& sequences) {
  std::int64_t sent_again = 0;
  Together([&] {
    Statement again = db_.Prepare(
        "UPDATE batch SET state = 'cut' WHERE stream = ? AND sequence = ?"
        " AND state = 'receipted' AND message IS NOT NULL");
    for (const std::int64_t sequence : sequences) {
      again.Run(stream, sequence);
      sent_again += db_.Changes();
    }
  });
  return sent_again;
}

std::vector<StreamEnd> Spool::EarlierStreams(std::size_t most, const std::string& portal,
                                             const std::string& collector) {
  std::vector<StreamEnd> streams;
  Statement q = db_.Prepare(
      "SELECT stream, sequence, sha256 FROM batch WHERE id IN (SELECT max(id) FROM batch WHERE"
      " receipt IS NOT NULL AND message IS NOT NULL AND stream <> (SELECT stream FROM stream)"
      " GROUP BY stream ORDER BY max(id) DESC LIMIT ?) AND instr(message, ?) > 0"
      " AND instr(message, ?) > 0 ORDER BY id DESC");
  for (q.Bind(static_cast<std::int64_t>(most), "\"portal\":\"" + portal + "\"",
              "\"collector\":\"" + collector + "\"");
       q.Step();) {
    streams.push_back({.stream = q.Text(0), .sequence = q.Int(1), .sha256 = q.Text(2)});
  }
  return streams;
}

void Spool::MeasuredOffset(std::chrono::milliseconds offset, Instant at) {
  db_.Prepare("UPDATE stream SET offset_ms = ?, offset_at = ?").Run(offset.count(), ToMillis(at));
}

void Spool::ForgetOld(std::optional<Instant> now) {
  const Instant then = now.value_or(clock_.Now()) - settings_.keep_messages;
  const std::int64_t before = ToMillis(then);
  // What is dated half a year earlier still was dated by a clock that was wrong.
  const std::int64_t after = ToMillis(then - std::chrono::days(180));
  Together([&] {
    db_.Prepare(
           "UPDATE batch SET message = NULL"
           " WHERE state IN ('receipted', 'moved') AND message IS NOT NULL"
           " AND coalesce(receipted_at, created_at) BETWEEN ?2 AND ?1 - 1")
        .Run(before, after);
    db_.Prepare(
           "DELETE FROM job WHERE unsent = 0 AND looked_at BETWEEN ?2 AND ?1 - 1"
           " AND id NOT IN (SELECT job FROM batch_job) AND EXISTS(SELECT 1 FROM job_list AS l"
           " WHERE l.printer = job.printer AND l.channel = job.channel"
           " AND l.told_at >= job.looked_at + 86400000)")
        .Run(before, after);
    db_.Prepare(
           "DELETE FROM event WHERE unsent = 0 AND looked_at BETWEEN ?2 AND ?1 - 1"
           " AND id NOT IN (SELECT event FROM batch_event)")
        .Run(before, after);
  });
}

std::vector<OutboxEntry> Spool::Outbox(std::size_t newest) {
  std::vector<OutboxEntry> entries;
  Statement q = db_.Prepare(std::string(kOutbox) + " ORDER BY id DESC LIMIT ?");
  for (q.Bind(static_cast<std::int64_t>(newest)); q.Step();) entries.push_back(EntryOf(q));
  return entries;
}

std::optional<OutboxEntry> Spool::Shown(const std::string& which) {
  Statement q = db_.Prepare(std::string(kOutbox) +
                            " WHERE sha256 = ?1 OR batch = ?1 OR (CAST(sequence AS TEXT) = ?1"
                            " AND stream = (SELECT stream FROM stream)) LIMIT 1");
  if (!q.Bind(which).Step()) return {};
  OutboxEntry entry = EntryOf(q);
  Statement message = db_.Prepare("SELECT coalesce(message, '') FROM batch WHERE batch = ?");
  message.Bind(entry.batch.batch).Step();
  entry.batch.message = message.Text(0);
  return entry;
}

Waiting Spool::CountWaiting() {
  Statement q = db_.Prepare(
      "SELECT (SELECT count(*) FROM reading WHERE batch IS NULL),"
      " (SELECT count(*) FROM job WHERE unsent = 1), (SELECT count(*) FROM alert WHERE unsent = 1),"
      " (SELECT count(*) FROM event WHERE unsent = 1),"
      " (SELECT count(*) FROM batch WHERE state = 'cut'),"
      " (SELECT count(*) FROM batch WHERE state = 'aside')");
  q.Step();
  return {.readings = q.Int(0),
          .jobs = q.Int(1),
          .alerts = q.Int(2),
          .events = q.Int(3),
          .batches = q.Int(4),
          .aside = q.Int(5)};
}

StreamEnd Spool::stream_end() {
  Statement q = db_.Prepare("SELECT stream, next_sequence - 1, previous, offset_ms FROM stream");
  q.Step();
  return {
      .stream = q.Text(0), .sequence = q.Int(1), .sha256 = q.Text(2), .offset_ms = q.MaybeInt(3)};
}

std::string Spool::HashOf(std::int64_t sequence) {
  Statement q = db_.Prepare("SELECT sha256 FROM batch WHERE stream = ? AND sequence = ?");
  return q.Bind(stream(), sequence).Step() ? q.Text(0) : "";
}

std::string Spool::stream() {
  Statement q = db_.Prepare("SELECT stream FROM stream");
  q.Step();
  return q.Text(0);
}

}  // namespace plotmeter
