#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/crash/script.h"

namespace plotmeter::crash {
namespace {

namespace fs = std::filesystem;

}  // namespace

PortalScript::PortalScript(std::uint64_t seed, int batches)
    : Script(seed), path_("/portal/portal.db") {
  portal_.thumbprint = Thumbprint(portal_.signing.public_key());
  portal_.decryption = [this](const std::string& kid) {
    return kid == Thumbprint(encryption_.public_key()) ? std::optional(encryption_) : std::nullopt;
  };
  std::mt19937_64 chance(seed);
  CrashDisk::Mounted here(*disk_);
  SqliteStore::Create(path_);
  SqliteStore store(path_);
  const PrivateKey key = PrivateKey::Generate();
  const Tenant tenant = AddTenant(store, "north");
  const std::string collector =
      AddCollector(store, tenant, Thumbprint(key.public_key()), JsonText(ToJwk(key.public_key())));
  Ingest ingest(store, store, portal_, clock_);
  std::string previous;
  for (int i = 0; i < batches; ++i) {
    Batch batch{.portal = portal_.thumbprint,
                .collector = collector,
                .stream = "4b1c0a52-9c1d-4c63-8f9d-6d1b7a3c2e10",
                .sequence = i + 1,
                .previous = previous,
                .batch = NewUuidV7(clock_.now),
                .clock = {.created_at = clock_.now},
                .salt = Base64Url(RandomBytes(16)),
                .names_salt = Base64Url(RandomBytes(16))};
    const int printers = static_cast<int>(chance() % 3) + 1;
    for (int p = 0; p < printers; ++p) {
      batch.printers.push_back(
          {.manufacturer = "HP",
           .serial = fmt::format("CN9541H{:02}M", p + 3 * static_cast<int>(chance() % 6)),
           .product = "W3Z71A",
           .model = "HP DesignJet Z9 24in",
           .firmware = "F1"});
    }
    const int count = static_cast<int>(chance() % 20) + 1;
    for (int r = 0; r < count; ++r) {
      Reading reading{
          .printer = batch.printers[0], .at = clock_.now, .channel = ChannelKind::kPiws};
      reading.meters.push_back(
          {.meter = "ink.used", .colorant = "magenta", .value = {Decimal::FromInteger(r), "cc"}});
      batch.readings.push_back({static_cast<std::size_t>(r % printers), std::move(reading)});
      clock_.now += std::chrono::minutes(1);
    }
    const BatchText text = WriteBatch(batch);
    previous = Base64Url(Sha256(text.payload));
    sent_.push_back(
        {.sealed = Seal(JoinMessage(SignDetachedJws(kBatchJws, text.payload, key), text),
                        encryption_.public_key()),
         .batch = batch.batch,
         .readings = count});
    readings_ += count;
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
  }
}

Broken PortalScript::Check(std::size_t op, CrashDisk::Loss loss, std::mt19937_64& chance) {
  Broken broken;
  const auto expect = [&](bool holds, const std::string& sentence) {
    if (!holds) broken.push_back(sentence);
  };
  const bool began = std::ranges::any_of(
      sent_, [&](const Sent& sent) { return sent.receipted > 0 && sent.receipted <= op; });
  const std::string path = Scratch() + "/portal_after.db";
  for (const char* part : {"", "-wal", "-shm"}) fs::remove(path + part);
  for (const auto& [of, bytes] : disk_->After(op, loss, chance)) {
    std::ofstream(path + of.substr(path_.size()), std::ios::binary) << bytes;
  }
  // Before the first receipt there may be no tenant to ask for, or no schema.
  SqliteStore::Create(path);
  SqliteStore store(path);
  Database db(path, Database::Mode::kReadOnly);
  Statement check = db.Prepare("PRAGMA integrity_check(1)");
  expect(check.Step() && check.Text(0) == "ok", "the file is damaged: " + check.Text(0));
  check.Reset();
  if (!began) return broken;
  const auto derived = [&](const std::string& batch) {
    Statement q = db.Prepare(
        "SELECT (SELECT count(*) FROM batch WHERE batch = ?1), (SELECT count(*) FROM meter_reading"
        " AS m JOIN batch AS b ON b.number = m.batch WHERE b.batch = ?1)");
    q.Bind(batch).Step();
    return std::pair(q.Int(0), q.Int(1));
  };
  for (const Sent& sent : sent_) {
    const auto [stored, rows] = derived(sent.batch);
    if (sent.receipted > 0 && sent.receipted <= op) {
      expect(stored == 1, "a batch that has a receipt is not stored");
    }
    expect(rows == (stored == 1 ? sent.readings : 0),
           fmt::format("a batch of {} readings is stored with {}", sent.readings, rows));
  }
  Ingest ingest(store, store, portal_, clock_);
  for (const Sent& sent : sent_) {
    expect(std::holds_alternative<Accepted>(ingest.Take(sent.sealed)),
           "a batch is not taken again");
  }
  Statement all = db.Prepare("SELECT count(*) FROM meter_reading");
  all.Step();
  expect(all.Int(0) == readings_,
         fmt::format("{} readings are stored of {}", all.Int(0), readings_));
  return broken;
}

}  // namespace plotmeter::crash
