#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/collector/spool/spool_fixture.h"
#include "tests/crash/script.h"

namespace plotmeter::crash {
namespace {

namespace fs = std::filesystem;

constexpr const char* kStream = "4b1c0a52-9c1d-4c63-8f9d-6d1b7a3c2e10";

void Expect(Broken& broken, bool holds, const std::string& sentence) {
  if (!holds) broken.push_back(sentence);
}

// All that stands in the tables that are derived from batches, a line a row.
std::vector<std::string> Rows(Database& db) {
  std::vector<std::string> rows;
  Statement q = db.Prepare(
      "SELECT 'reading ' || b.batch || ' ' || r.at || ' ' || r.value FROM meter_reading AS r"
      " JOIN batch AS b ON b.number = r.batch"
      " UNION ALL SELECT 'job ' || job || ' ' || revision || ' ' || status || ' ' || ink FROM job"
      " UNION ALL SELECT 'alert ' || key || ' ' || since || ' ' || coalesce(cleared_at, 'stands')"
      " FROM alert UNION ALL SELECT 'event ' || key || ' ' || code FROM event"
      " UNION ALL SELECT 'void ' || sequence || ' ' || detail FROM gap WHERE kind = 'void'");
  while (q.Step()) rows.push_back(q.Text(0));
  std::ranges::sort(rows);
  return rows;
}

std::set<std::string> StoredBatches(Database& db) {
  std::set<std::string> batches;
  Statement q = db.Prepare("SELECT batch FROM batch");
  while (q.Step()) batches.insert(q.Text(0));
  return batches;
}

}  // namespace

PortalScript::PortalScript(std::uint64_t seed, int batches)
    : Script(seed),
      keys_(Keyring::Create(FreshDirectory("crashing_portal"))),
      portal_{.signing = keys_.signing()},
      path_("/portal/portal.db") {
  portal_.thumbprint = keys_.thumbprint();
  portal_.decryption = [this](const std::string& kid) { return keys_.Decryption(kid); };
  std::mt19937_64 chance(seed);
  CrashDisk::Mounted here(*disk_);
  SqliteStore::Create(path_);
  SqliteStore store(path_);
  const Tenant tenant = AddTenant(store, "north");
  collector_ = AddCollector(store, tenant, Thumbprint(key_.public_key()),
                            JsonText(ToJwk(key_.public_key())));
  Ingest ingest(store, store, portal_, clock_);
  for (int i = 0; i < batches; ++i) {
    Batch batch = MakeBatch(++sequence_, chance);
    const BatchText text = WriteBatch(batch);
    sent_.push_back(
        {.batch = std::move(batch),
         .sealed = Seal(JoinMessage(SignDetachedJws(kBatchJws, text.payload, key_), text),
                        keys_.newest_encryption())});
  }
  // Some come late, some twice, and one lacks to the end.
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i + 1 < sent_.size(); ++i) order.push_back(i);
  for (std::size_t i = 0; i + 1 < order.size(); ++i) {
    if (chance() % 4 == 0) std::swap(order[i], order[i + 1]);
  }
  for (const std::size_t i : order) {
    for (std::uint64_t times = chance() % 3 == 0 ? 2 : 1; times > 0; --times) {
      const IngestResult result = ingest.Take(sent_[i].sealed);
      if (std::holds_alternative<Accepted>(result) && sent_[i].receipted == 0) {
        sent_[i].receipted = disk_->ops();
      }
    }
    if (chance() % 2 == 0) Beat(store);
  }
}

// Its jobs grow from batch to batch, its alerts end in a later one, some of its events were told
// before, and now and then it names one before it that will not come.
Batch PortalScript::MakeBatch(std::int64_t sequence, std::mt19937_64& chance) {
  Batch batch{.portal = portal_.thumbprint,
              .collector = collector_,
              .stream = kStream,
              .sequence = sequence,
              .previous = sequence == 1 ? "" : Base64Url(Sha256("before")),
              .batch = NewUuidV7(clock_.now),
              .clock = {.created_at = clock_.now},
              .salt = Base64Url(RandomBytes(16)),
              .names_salt = Base64Url(RandomBytes(16))};
  if (chance() % 4 == 0) {
    batch.voided.push_back({sequence, Base64Url(Sha256("gone")), "refused"});
    batch.sequence = ++sequence_;
  }
  const std::size_t printers = chance() % 3 + 1;
  for (std::size_t p = 0; p < printers; ++p) {
    batch.printers.push_back(Plotter(static_cast<int>(p + 3 * (chance() % 6))));
  }
  const std::uint64_t count = chance() % 20 + 1;
  for (std::uint64_t r = 0; r < count; ++r) {
    const std::size_t printer = r % printers;
    Reading reading = ReadingOf(static_cast<int>(r), clock_.now);
    reading.printer = batch.printers[printer];
    batch.readings.push_back({printer, std::move(reading)});
    clock_.now += std::chrono::minutes(1);
  }
  // One printer of these, so that a job of two batches is one job.
  batch.printers.push_back(Plotter(99));
  for (const char* stem : {"a", "b", "c"}) {
    if (chance() % 2 == 0) continue;
    const std::string id = stem + std::to_string(printed_[stem]);
    const bool is_printed = chance() % 4 == 0;  // then another has its turn
    if (is_printed) ++printed_[stem];
    const std::string ink = std::to_string(sequence);
    BatchJob job{printers, JobOf(id, is_printed ? "printed" : "printing", ink.c_str())};
    job.job.revision = static_cast<std::uint32_t>(sequence);
    batch.jobs.push_back(std::move(job));
  }
  const auto alert = [&](const std::string& key, Instant since, std::optional<Instant> end) {
    batch.alerts.push_back({printers, ChannelKind::kPiws, {.key = key, .code = "jam"}, since, end});
  };
  alert("jam " + std::to_string(sequence), clock_.now, {});
  if (!sent_.empty() && chance() % 2 == 0) {
    const BatchAlert& before = sent_.back().batch.alerts.front();
    alert(before.alert.key, before.since, clock_.now);
  }
  const std::string event = "event " + std::to_string(chance() % 8);
  batch.events.push_back({printers,
                          {.kind = "error-log",
                           .key = event,
                           .channel = ChannelKind::kPiws,
                           .at = clock_.now,
                           .code = "code of " + event}});
  return batch;
}

std::string PortalScript::Heartbeat(const std::string& nonce) const {
  return WriteHeartbeat({.portal = portal_.thumbprint,
                         .collector = collector_,
                         .nonce = nonce,
                         .at = clock_.now,
                         .version = "0.1.0",
                         .stream = kStream,
                         .sequence = sequence_,
                         .sha256 = Base64Url(Sha256("the last"))},
                        key_, keys_.newest_encryption())
      .sealed;
}

HeartbeatAnswer PortalScript::Hear(SqliteStore& store, const std::string& sealed) const {
  Heartbeats heartbeats(store, store, keys_, clock_);
  const auto heard = heartbeats.Hear(sealed);
  const auto* answer = std::get_if<HeartbeatHeard>(&heard);
  if (answer == nullptr) return {};
  return ReadHeartbeatAnswer(answer->jws, keys_.signing().public_key()).value_or(HeartbeatAnswer{});
}

// Says it until it is heard, which is the second time at the latest.
void PortalScript::Beat(SqliteStore& store) {
  for (int tries = 0; tries < 2; ++tries) {
    const std::string sealed = Heartbeat(nonce_);
    const HeartbeatAnswer answer = Hear(store, sealed);
    nonce_ = answer.nonce;
    if (answer.heard) {
      said_.push_back({sealed, disk_->ops()});
      return;
    }
  }
}

// What is derived when these batches are stored and no others.
PortalScript::Rows PortalScript::Expected(const std::set<std::string>& batches) const {
  Rows rows;
  std::map<std::string, const JobRecord*> jobs;
  std::map<std::pair<std::string, Instant>, std::optional<Instant>> alerts;
  std::map<std::string, std::string> events;
  for (const Sent& sent : sent_) {
    const Batch& batch = sent.batch;
    if (!batches.contains(batch.batch)) continue;
    for (const BatchReading& row : batch.readings) {
      rows.push_back(fmt::format("reading {} {} {}", batch.batch, ToMillis(row.reading.at),
                                 row.reading.meters[0].value.value.text()));
    }
    for (const BatchJob& row : batch.jobs) {
      const JobRecord*& best = jobs[row.job.job];
      if (best == nullptr || row.job.revision > best->revision) best = &row.job;
    }
    for (const BatchAlert& row : batch.alerts) {
      auto& end = alerts[{row.alert.key, row.since}];
      if (row.cleared_at) end = row.cleared_at;
    }
    for (const BatchEvent& row : batch.events) events[row.event.key] = *row.event.code;
    for (const Voided& gone : batch.voided) {
      rows.push_back(fmt::format("void {} {} ({})", gone.sequence, gone.reason, gone.sha256));
    }
  }
  for (const auto& [id, job] : jobs) {
    rows.push_back(fmt::format(R"(job {} {} {} [["magenta","{}","cc"]])", id, job->revision,
                               job->status, job->ink[0].amount.value.text()));
  }
  for (const auto& [alert, end] : alerts) {
    rows.push_back(fmt::format("alert {} {} {}", alert.first, ToMillis(alert.second),
                               end ? std::to_string(ToMillis(*end)) : "stands"));
  }
  for (const auto& [key, code] : events) rows.push_back("event " + key + " " + code);
  std::ranges::sort(rows);
  return rows;
}

void PortalScript::CheckRows(Database& db, Broken& broken) const {
  const Rows stored = crash::Rows(db);
  const Rows expected = Expected(StoredBatches(db));
  Rows lost;
  Rows invented;
  std::ranges::set_difference(expected, stored, std::back_inserter(lost));
  std::ranges::set_difference(stored, expected, std::back_inserter(invented));
  for (const std::string& row : lost) broken.push_back("what a stored batch says is gone: " + row);
  for (const std::string& row : invented) broken.push_back("no stored batch says: " + row);
}

Broken PortalScript::Check(std::size_t op, const CrashDisk::Contents& left) {
  Broken broken;
  const auto is_past = [op](std::size_t when) { return when > 0 && when <= op; };
  const bool began =
      std::ranges::any_of(sent_, [&](const Sent& sent) { return is_past(sent.receipted); });
  const std::string path = Scratch() + "/portal_after.db";
  for (const char* part : {"", "-wal", "-shm"}) fs::remove(path + part);
  for (const auto& [of, bytes] : left) {
    std::ofstream(path + of.substr(path_.size()), std::ios::binary) << bytes;
  }
  // Before the first receipt there may be no tenant to ask for, or no schema.
  SqliteStore::Create(path);
  SqliteStore store(path);
  Database db(path, Database::Mode::kReadOnly);
  Statement check = db.Prepare("PRAGMA integrity_check(1)");
  Expect(broken, check.Step() && check.Text(0) == "ok", "the file is damaged: " + check.Text(0));
  check.Reset();
  if (!began) return broken;
  const std::set<std::string> stored = StoredBatches(db);
  for (const Sent& sent : sent_) {
    if (!is_past(sent.receipted)) continue;
    Expect(broken, stored.contains(sent.batch.batch), "a batch that has a receipt is not stored");
  }
  CheckRows(db, broken);
  for (const Said& said : said_) {
    if (!is_past(said.answered)) continue;
    Expect(broken, !Hear(store, said.sealed).heard, "an old heartbeat was heard once more");
  }
  Ingest ingest(store, store, portal_, clock_);
  Restore(store, ingest, db, broken);
  for (const Sent& sent : sent_) {  // and a collector that knows nothing of that sends all
    Expect(broken, std::holds_alternative<Accepted>(ingest.Take(sent.sealed)),
           "a batch is not taken again");
  }
  CheckRows(db, broken);
  return broken;
}

// What the collector does that hears how far the portal has its stream.
void PortalScript::Restore(SqliteStore& store, Ingest& ingest, Database& db, Broken& broken) const {
  HeartbeatAnswer answer = Hear(store, Heartbeat(nonce_));
  if (!answer.heard) answer = Hear(store, Heartbeat(answer.nonce));
  Expect(broken, answer.heard, "a heartbeat is not heard, with the nonce that was just given");
  const std::set<std::string> stored = StoredBatches(db);
  const std::set<std::int64_t> missing(answer.missing.begin(), answer.missing.end());
  for (const Sent& sent : sent_) {
    const std::int64_t sequence = sent.batch.sequence;
    const bool is_missed = missing.contains(sequence) || sequence > answer.highest;
    Expect(broken, is_missed != stored.contains(sent.batch.batch),
           fmt::format("batch {} is {}stored, and the heartbeat's answer says otherwise", sequence,
                       is_missed ? "" : "not "));
    if (is_missed) ingest.Take(sent.sealed);
  }
  Expect(broken, StoredBatches(db).size() == sent_.size(),
         fmt::format("{} batches are stored of {} after a restore", StoredBatches(db).size(),
                     sent_.size()));
}

}  // namespace plotmeter::crash
