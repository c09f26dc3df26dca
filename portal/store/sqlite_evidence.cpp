#include <fmt/format.h>

#include <stdexcept>

#include "portal/store/sqlite_store.h"

namespace plotmeter {
namespace {

// Every sequence up to `unbroken` is stored or void.
struct StreamState {
  std::int64_t unbroken = 0;
  std::int64_t highest = 0;
};

BatchFound Place(StoreConnection& connection, std::int64_t owner, const BatchRecord& batch) {
  Statement& same = connection.Sql(
      "SELECT sha256, receipt FROM batch WHERE collector=? AND batch=? AND reseller_id=?");
  if (same.Bind(batch.collector, batch.batch, owner).Step()) {
    if (same.Text(0) == batch.sha256) return {BatchPlace::kStored, same.Text(1)};
    return {BatchPlace::kConflict};
  }
  Statement& there = connection.Sql(
      "SELECT 1 FROM batch WHERE collector=? AND stream=? AND sequence=? AND reseller_id=?");
  if (there.Bind(batch.collector, batch.stream, batch.sequence, owner).Step()) {
    return {BatchPlace::kFork};
  }
  return {};
}

void AddGap(StoreConnection& writer, std::int64_t owner, const Gap& gap, Instant now) {
  writer
      .Sql(
          "INSERT OR IGNORE INTO gap(reseller_id, collector, stream, sequence, kind, detail,"
          " noted_at) VALUES(?,?,?,?,?,?,?)")
      .Run(owner, gap.collector, gap.stream, gap.sequence, gap.kind, gap.detail, ToMillis(now));
}

bool IsStored(StoreConnection& writer, const BatchRecord& batch, std::int64_t sequence) {
  Statement& q = writer.Sql("SELECT 1 FROM batch WHERE collector=? AND stream=? AND sequence=?");
  return q.Bind(batch.collector, batch.stream, sequence).Step();
}

bool IsVoid(StoreConnection& writer, const BatchRecord& batch, std::int64_t sequence) {
  Statement& q =
      writer.Sql("SELECT 1 FROM gap WHERE collector=? AND stream=? AND sequence=? AND kind='void'");
  return q.Bind(batch.collector, batch.stream, sequence).Step();
}

// What the batch says will not come, unless it did; and this batch, should it have been given up.
void NoteVoids(StoreConnection& writer, std::int64_t owner, const BatchRecord& batch) {
  for (const BatchRecord::Void& gone : batch.voided) {
    if (gone.sequence < 1 || gone.sequence >= batch.sequence) continue;
    if (IsStored(writer, batch, gone.sequence)) continue;
    AddGap(writer, owner, {batch.collector, batch.stream, gone.sequence, "void", gone.detail},
           batch.received_at);
  }
  writer.Sql("DELETE FROM gap WHERE collector=? AND stream=? AND sequence=? AND kind='void'")
      .Run(batch.collector, batch.stream, batch.sequence);
}

// `previous` against the neighbours that are here; a mismatch is a fact to report, not a refusal.
void NoteBrokenChain(StoreConnection& writer, std::int64_t owner, const BatchRecord& batch) {
  Statement& before =
      writer.Sql("SELECT sha256 FROM batch WHERE collector=? AND stream=? AND sequence=?");
  const bool known = before.Bind(batch.collector, batch.stream, batch.sequence - 1).Step();
  const bool wrong =
      batch.sequence == 1 ? !batch.previous.empty() : known && before.Text(0) != batch.previous;
  if (wrong) {
    AddGap(writer, owner,
           {batch.collector, batch.stream, batch.sequence, "chain",
            "'previous' is not the batch before"},
           batch.received_at);
  }
  Statement& after =
      writer.Sql("SELECT previous FROM batch WHERE collector=? AND stream=? AND sequence=?");
  if (after.Bind(batch.collector, batch.stream, batch.sequence + 1).Step() &&
      after.Text(0) != batch.sha256) {
    AddGap(writer, owner,
           {batch.collector, batch.stream, batch.sequence + 1, "chain",
            "'previous' is not the batch before"},
           batch.received_at);
  }
}

// The stream once this batch is in it.
StreamState Advance(StoreConnection& writer, std::int64_t owner, const BatchRecord& batch) {
  StreamState state;
  Statement& find =
      writer.Sql("SELECT unbroken, highest FROM stream WHERE collector=? AND stream=?");
  if (find.Bind(batch.collector, batch.stream).Step()) {
    state = {find.Int(0), find.Int(1)};
  }
  state.highest = std::max(state.highest, batch.sequence);
  while (state.unbroken < state.highest &&
         (state.unbroken + 1 == batch.sequence || IsStored(writer, batch, state.unbroken + 1) ||
          IsVoid(writer, batch, state.unbroken + 1))) {
    ++state.unbroken;
  }
  writer
      .Sql(
          "INSERT INTO stream(reseller_id, collector, stream, unbroken, highest)"
          " VALUES(?,?,?,?,?) ON CONFLICT DO UPDATE SET unbroken=excluded.unbroken,"
          " highest=excluded.highest")
      .Run(owner, batch.collector, batch.stream, state.unbroken, state.highest);
  return state;
}

std::vector<std::int64_t> Missing(StoreConnection& writer, const BatchRecord& batch,
                                  const StreamState& state) {
  std::vector<std::int64_t> missing;
  if (state.unbroken == state.highest) return missing;
  Statement& here = writer.Sql(
      "SELECT sequence FROM batch WHERE collector=?1 AND stream=?2 AND sequence>?3"
      " UNION SELECT sequence FROM gap WHERE collector=?1 AND stream=?2 AND sequence>?3"
      " AND kind='void' UNION SELECT ?4 ORDER BY 1");
  std::int64_t next = state.unbroken + 1;
  for (here.Bind(batch.collector, batch.stream, state.unbroken, batch.sequence);
       missing.size() < kMaxResend && here.Step();) {
    for (const std::int64_t sequence = here.Int(0); next < sequence && missing.size() < kMaxResend;
         ++next) {
      missing.push_back(next);
    }
    next = std::max(next, here.Int(0) + 1);
  }
  return missing;
}

}  // namespace

BatchFound SqliteStore::FindBatch(const ResellerId& reseller, const BatchRecord& batch) {
  auto reader = pool_.Reader();
  return Place(*reader, OwnerOf(*reader, reseller), batch);
}

BatchFound SqliteStore::StoreBatch(const ResellerId& reseller, const BatchRecord& batch,
                                   const MakeReceipt& receipt) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  Statement& home = writer->Sql("SELECT site FROM collector WHERE id=? AND reseller_id=?");
  if (!home.Bind(batch.collector, owner).Step()) {
    throw std::invalid_argument(
        fmt::format("collector {} is not of reseller {}", batch.collector, reseller.value));
  }
  DerivedRows::Place place{.owner = owner, .batch = 0, .site = home.Text(0)};
  if (BatchFound found = Place(*writer, owner, batch); found.place != BatchPlace::kFree) {
    return found;
  }

  NoteVoids(*writer, owner, batch);
  NoteBrokenChain(*writer, owner, batch);
  const StreamState state = Advance(*writer, owner, batch);
  BatchFound stored{BatchPlace::kFree, receipt(Missing(*writer, batch, state))};
  writer
      ->Sql(
          "INSERT INTO batch(reseller_id, collector, batch, stream, sequence, previous, sha256,"
          " received_at, doubtful, receipt, jws) VALUES(?,?,?,?,?,?,?,?,?,?,?)")
      .Run(owner, batch.collector, batch.batch, batch.stream, batch.sequence, batch.previous,
           batch.sha256, ToMillis(batch.received_at), batch.doubtful, stored.receipt, *batch.jws);
  place.batch = writer->db().LastInsertId();
  writer->Sql("INSERT INTO evidence(batch, reseller_id, payload, names) VALUES(?,?,?,?)")
      .Run(place.batch, owner, Blob{*batch.payload}, Blob{*batch.names});
  try {
    derived_.Write(*writer, place, batch);
    transaction.Commit();
  } catch (...) {
    derived_.Forget();
    throw;
  }
  derived_.Keep();
  return stored;
}

void SqliteStore::EachBatch(const ResellerId& reseller, const std::string& collector,
                            const std::function<void(const EvidenceRow&)>& visit) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT b.collector, b.stream, b.sequence, b.batch, b.sha256, b.received_at, b.receipt,"
      " b.jws, coalesce(e.payload, b.payload), coalesce(e.names, b.names), e.batch IS NULL"
      " FROM batch b LEFT JOIN evidence e ON e.batch=b.number"
      " WHERE b.reseller_id=?1 AND (?2='' OR b.collector=?2)"
      " ORDER BY b.collector, b.stream, b.sequence");
  for (q.Bind(OwnerOf(*reader, reseller), collector); q.Step();) {
    visit({.collector = q.Text(0),
           .stream = q.Text(1),
           .sequence = q.Int(2),
           .batch = q.Text(3),
           .sha256 = q.Text(4),
           .received_at = FromMillis(q.Int(5)),
           .receipt = q.Text(6),
           .jws = q.Text(7),
           .payload = q.MaybeText(8),
           .names = q.MaybeText(9),
           .plain = q.Int(10) != 0});
  }
}

void SqliteStore::NoteGap(const ResellerId& reseller, const Gap& gap, Instant now) {
  auto writer = pool_.Writer();
  AddGap(*writer, OwnerOf(*writer, reseller), gap, now);
}

std::vector<Gap> SqliteStore::Gaps(const ResellerId& reseller) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT collector, stream, sequence, kind, detail FROM gap WHERE reseller_id=?"
      " ORDER BY collector, stream, sequence, kind");
  std::vector<Gap> gaps;
  for (q.Bind(OwnerOf(*reader, reseller)); q.Step();) {
    gaps.push_back({q.Text(0), q.Text(1), q.Int(2), q.Text(3), q.Text(4)});
  }
  return gaps;
}

}  // namespace plotmeter
