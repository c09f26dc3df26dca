// Cutting: from what waits to a batch that never changes.

#include <algorithm>
#include <map>
#include <set>

#include "collector/spool/kept.h"
#include "collector/spool/spool.h"
#include "common/jose.h"
#include "proto/seal.h"

namespace plotmeter {
// A batch in the making, and the rows it was made of.
struct Spool::Contents {
  Batch batch = {};
  std::vector<std::int64_t> readings = {};
  std::vector<std::int64_t> jobs = {};
  std::vector<std::int64_t> alerts = {};
  std::vector<std::int64_t> events = {};
  std::size_t items() const {
    return readings.size() + jobs.size() + alerts.size() + events.size();
  }
};

namespace {

// Which printers the batch names, and whether there is room for one more thing.
class Room {
 public:
  Room(Database& db, Batch& batch, const CutLimits& limits)
      : db_(db), batch_(batch), limits_(limits) {}

  // Its place in Batch::printers, or empty when the batch is full. The first thing always fits.
  std::optional<std::size_t> PlaceFor(std::int64_t printer, std::size_t bytes) {
    constexpr std::size_t kAround = 64;  // what JSON puts round it
    if (used_ > 0 && used_ + bytes + kAround > limits_.bytes) return {};
    auto place = places_.find(printer);
    if (place == places_.end()) {
      if (places_.size() >= limits_.printers) return {};
      Statement q = db_.Prepare(
          "SELECT manufacturer, serial, product, model, firmware FROM printer WHERE id = ?");
      q.Bind(printer).Step();
      place = places_.emplace(printer, batch_.printers.size()).first;
      batch_.printers.push_back({.manufacturer = q.Text(0),
                                 .serial = q.Text(1),
                                 .product = q.Text(2),
                                 .model = q.Text(3),
                                 .firmware = q.Text(4)});
    }
    used_ += bytes + kAround;
    return place->second;
  }

  // The places that were given out, by the printer's row.
  const std::map<std::int64_t, std::size_t>& places() const { return places_; }

 private:
  Database& db_;
  Batch& batch_;
  const CutLimits& limits_;
  std::map<std::int64_t, std::size_t> places_;
  std::size_t used_ = 0;
};

}  // namespace

Spool::Contents Spool::TakeUnsent(const BatchSigner& signer, const CutLimits& limits) {
  Contents contents;
  Batch& batch = contents.batch;
  Statement stream = db_.Prepare(
      "SELECT stream, next_sequence, previous, offset_ms, offset_at, max_bytes FROM stream");
  stream.Step();
  const Instant now = clock_.Now();
  batch = {.portal = signer.portal,
           .collector = signer.collector,
           .stream = stream.Text(0),
           .sequence = stream.Int(1),
           .previous = stream.Text(2),
           .batch = NewUuidV7(now),
           .clock = {.created_at = now, .offset_ms = stream.MaybeInt(3)},
           .salt = Base64Url(RandomBytes(16)),
           .names_salt = Base64Url(RandomBytes(16))};
  if (const auto at = stream.MaybeInt(4)) batch.clock.offset_at = FromMillis(*at);
  CutLimits bounds = limits;
  if (const auto most = stream.MaybeInt(5)) {
    bounds.bytes = std::min(bounds.bytes, static_cast<std::size_t>(*most));
  }
  Room room(db_, batch, bounds);

  Statement alerts = db_.Prepare(
      "SELECT id, printer, channel, key, severity, code, text, since, cleared_at, part, location,"
      " raised, raised_unit FROM alert WHERE unsent = 1 ORDER BY id LIMIT ?");
  for (alerts.Bind(static_cast<std::int64_t>(bounds.alerts)); alerts.Step();) {
    const auto place = room.PlaceFor(
        alerts.Int(1), alerts.Text(3).size() + alerts.Text(6).size() + alerts.Text(9).size() + 220);
    if (!place) break;
    BatchAlert entry{.printer = *place,
                     .channel = ChannelOf(alerts.Text(2)),
                     .alert = {.key = alerts.Text(3),
                               .severity = SeverityOf(alerts.Text(4)),
                               .code = alerts.Text(5),
                               .text = alerts.MaybeText(6),
                               .part = alerts.MaybeText(9),
                               .location = alerts.MaybeText(10),
                               .raised = QuantityOf(alerts.MaybeText(11), alerts.MaybeText(12))},
                     .since = FromMillis(alerts.Int(7))};
    if (const auto cleared = alerts.MaybeInt(8)) entry.cleared_at = FromMillis(*cleared);
    batch.alerts.push_back(std::move(entry));
    contents.alerts.push_back(alerts.Int(0));
  }

  std::vector<std::size_t> places;
  std::vector<std::string> bodies;
  Statement events =
      db_.Prepare("SELECT id, printer, body FROM event WHERE unsent = 1 ORDER BY id LIMIT ?");
  for (events.Bind(static_cast<std::int64_t>(bounds.events)); events.Step();) {
    std::string body = events.Text(2);
    const auto place = room.PlaceFor(events.Int(1), body.size());
    if (!place) break;
    places.push_back(*place);
    bodies.push_back(std::move(body));
    contents.events.push_back(events.Int(0));
  }
  std::vector<PrinterEvent> happened = EventsFrom(bodies);
  for (std::size_t i = 0; i < happened.size(); ++i) {
    batch.events.push_back({.printer = places[i], .event = std::move(happened[i])});
  }

  places.clear();
  bodies.clear();
  Statement readings =
      db_.Prepare("SELECT id, printer, body FROM reading WHERE batch IS NULL ORDER BY id LIMIT ?");
  for (readings.Bind(static_cast<std::int64_t>(bounds.readings)); readings.Step();) {
    std::string body = readings.Text(2);
    const auto place = room.PlaceFor(readings.Int(1), body.size());
    if (!place) break;
    places.push_back(*place);
    bodies.push_back(std::move(body));
    contents.readings.push_back(readings.Int(0));
  }
  std::vector<Reading> read = ReadingsFrom(bodies);
  for (std::size_t i = 0; i < read.size(); ++i) {
    batch.readings.push_back({.printer = places[i], .reading = std::move(read[i])});
  }
  const std::set<std::size_t> was_read(places.begin(), places.end());
  for (const auto& [row, place] : room.places()) {
    if (!was_read.contains(place)) continue;
    Whereabouts whereabouts = MaskedPlace(PlaceOf(row), true);
    if (!whereabouts.empty()) batch.whereabouts.emplace(place, std::move(whereabouts));
  }

  places.clear();
  bodies.clear();
  std::vector<std::optional<std::string>> names;
  Statement jobs =
      db_.Prepare("SELECT id, printer, body, name FROM job WHERE unsent = 1 ORDER BY id LIMIT ?");
  for (jobs.Bind(static_cast<std::int64_t>(bounds.jobs)); jobs.Step();) {
    std::string body = jobs.Text(2);
    const auto place = room.PlaceFor(jobs.Int(1), body.size() + jobs.Text(3).size());
    if (!place) break;
    places.push_back(*place);
    bodies.push_back(std::move(body));
    names.push_back(jobs.MaybeText(3));
    contents.jobs.push_back(jobs.Int(0));
  }
  std::vector<JobRecord> records = JobsFrom(bodies);
  for (std::size_t i = 0; i < records.size(); ++i) {
    // A mode that was narrowed since holds for what waits, too.
    if (names[i]) records[i].name = Mask("job-name", *names[i], true);
    batch.jobs.push_back({.printer = places[i], .job = std::move(records[i])});
  }

  Statement voided = db_.Prepare(
      "SELECT sequence, sha256, coalesce(reason, '') FROM batch WHERE to_void = 1 AND stream = ?"
      " ORDER BY sequence LIMIT ?");
  for (voided.Bind(batch.stream, static_cast<std::int64_t>(kMaxVoided)); voided.Step();) {
    batch.voided.push_back(
        {.sequence = voided.Int(0), .sha256 = voided.Text(1), .reason = voided.Text(2)});
  }
  return contents;
}

void Spool::MarkCut(const Contents& contents, std::int64_t batch) {
  Statement reading = db_.Prepare("UPDATE reading SET batch = ? WHERE id = ?");
  for (const std::int64_t row : contents.readings) reading.Run(batch, row);
  Statement job = db_.Prepare("UPDATE job SET unsent = 0 WHERE id = ?");
  Statement carries_job = db_.Prepare("INSERT INTO batch_job VALUES(?, ?)");
  for (const std::int64_t row : contents.jobs) {
    job.Run(row);
    carries_job.Run(batch, row);
  }
  Statement alert = db_.Prepare("UPDATE alert SET unsent = 0 WHERE id = ?");
  Statement carries_alert = db_.Prepare("INSERT INTO batch_alert VALUES(?, ?)");
  for (const std::int64_t row : contents.alerts) {
    alert.Run(row);
    carries_alert.Run(batch, row);
  }
  Statement event = db_.Prepare("UPDATE event SET unsent = 0 WHERE id = ?");
  Statement carries_event = db_.Prepare("INSERT INTO batch_event VALUES(?, ?)");
  for (const std::int64_t row : contents.events) {
    event.Run(row);
    carries_event.Run(batch, row);
  }
}

std::optional<CutBatch> Spool::Cut(const BatchSigner& signer, const CutLimits& limits) {
  std::optional<CutBatch> cut;
  Together([&] {
    if (IsRetired(signer.key->public_key())) {
      throw KeyRetired(
          "a new key of this collector waits for the portal's answer, and the old one signs no "
          "more; plotmeter-collector rotate-key asks again");
    }
    CutLimits bounds = limits;
    for (;;) {
      const Contents contents = TakeUnsent(signer, bounds);
      if (contents.items() == 0) return;
      const BatchText text = WriteBatch(contents.batch);
      const std::string message =
          JoinMessage(SignDetachedJws(kBatchJws, text.payload, *signer.key), text);
      if (!FitsLimits(message) && contents.items() > 1) {
        bounds.bytes = std::min(bounds.bytes, message.size()) / 2;
        continue;
      }
      cut = CutBatch{.batch = contents.batch.batch,
                     .stream = contents.batch.stream,
                     .sequence = contents.batch.sequence,
                     .sha256 = Base64Url(Sha256(text.payload)),
                     .message = message,
                     .created_at = contents.batch.clock.created_at,
                     .items = static_cast<std::int64_t>(contents.items())};
      db_.Prepare(
             "INSERT INTO batch(batch, stream, sequence, sha256, message, created_at, items)"
             " VALUES(?, ?, ?, ?, ?, ?, ?)")
          .Run(cut->batch, cut->stream, cut->sequence, cut->sha256, cut->message,
               ToMillis(cut->created_at), cut->items);
      MarkCut(contents, db_.LastInsertId());
      Statement named =
          db_.Prepare("UPDATE batch SET to_void = 0 WHERE stream = ? AND sequence = ?");
      for (const Voided& voided : contents.batch.voided) named.Run(cut->stream, voided.sequence);
      db_.Prepare("UPDATE stream SET next_sequence = ?, previous = ?")
          .Run(cut->sequence + 1, cut->sha256);
      return;
    }
  });
  return cut;
}

std::optional<BatchText> Spool::Preview(const BatchSigner& signer, const CutLimits& limits) {
  std::optional<BatchText> text;
  Together([&] {
    const Contents contents = TakeUnsent(signer, limits);
    if (contents.items() > 0) text = WriteBatch(contents.batch);
  });
  return text;
}

}  // namespace plotmeter
