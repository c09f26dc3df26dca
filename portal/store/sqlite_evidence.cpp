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

// A batch that is being stored, and the stream that it stands in.
class Arrival {
 public:
  Arrival(StoreConnection& writer, std::int64_t owner, const BatchRecord& batch)
      : writer_(writer), owner_(owner), batch_(batch) {}

  // What the batch says will not come, unless it did; and this batch, should it have been given up.
  void NoteVoids() {
    for (const BatchRecord::Void& gone : batch_.voided) {
      if (gone.sequence < 1 || gone.sequence >= batch_.sequence) continue;
      if (IsStored(gone.sequence)) continue;
      Note(gone.sequence, "void", gone.detail);
    }
    writer_
        .Sql(
            "DELETE FROM gap WHERE collector=? AND stream=? AND sequence=? AND kind='void'"
            " AND reseller_id=?")
        .Run(batch_.collector, batch_.stream, batch_.sequence, owner_);
  }

  // `previous` against the neighbours that are here; a mismatch is a fact to report, not a refusal.
  void NoteBrokenChain() {
    constexpr const char* kBroken = "'previous' is not the batch before";
    Statement& before = Neighbour(
        "SELECT sha256 FROM batch WHERE collector=? AND stream=? AND sequence=? AND reseller_id=?",
        batch_.sequence - 1);
    const bool known = before.Step();
    const bool wrong = batch_.sequence == 1 ? !batch_.previous.empty()
                                            : known && before.Text(0) != batch_.previous;
    if (wrong) Note(batch_.sequence, "chain", kBroken);
    Statement& after = Neighbour(
        "SELECT previous FROM batch WHERE collector=? AND stream=? AND sequence=? AND "
        "reseller_id=?",
        batch_.sequence + 1);
    if (after.Step() && after.Text(0) != batch_.sha256) {
      Note(batch_.sequence + 1, "chain", kBroken);
    }
  }

  // The stream once this batch is in it.
  StreamState Advance() {
    StreamState state;
    Statement& find = writer_.Sql(
        "SELECT unbroken, highest FROM stream WHERE collector=? AND stream=? AND reseller_id=?");
    if (find.Bind(batch_.collector, batch_.stream, owner_).Step()) {
      state = {find.Int(0), find.Int(1)};
    }
    state.highest = std::max(state.highest, batch_.sequence);
    while (state.unbroken < state.highest &&
           (state.unbroken + 1 == batch_.sequence || IsStored(state.unbroken + 1) ||
            IsVoid(state.unbroken + 1))) {
      ++state.unbroken;
    }
    writer_
        .Sql(
            "INSERT INTO stream(reseller_id, collector, stream, unbroken, highest)"
            " VALUES(?,?,?,?,?) ON CONFLICT DO UPDATE SET unbroken=excluded.unbroken,"
            " highest=excluded.highest")
        .Run(owner_, batch_.collector, batch_.stream, state.unbroken, state.highest);
    return state;
  }

  // The first of the sequences that are neither stored nor void.
  std::vector<std::int64_t> Missing(const StreamState& state) {
    std::vector<std::int64_t> missing;
    if (state.unbroken == state.highest) return missing;
    Statement& here = writer_.Sql(
        "SELECT sequence FROM batch WHERE collector=?1 AND stream=?2 AND sequence>?3"
        " AND reseller_id=?5"
        " UNION SELECT sequence FROM gap WHERE collector=?1 AND stream=?2 AND sequence>?3"
        " AND kind='void' AND reseller_id=?5 UNION SELECT ?4 ORDER BY 1");
    std::int64_t next = state.unbroken + 1;
    for (here.Bind(batch_.collector, batch_.stream, state.unbroken, batch_.sequence, owner_);
         missing.size() < kMaxResend && here.Step();) {
      for (const std::int64_t sequence = here.Int(0);
           next < sequence && missing.size() < kMaxResend; ++next) {
        missing.push_back(next);
      }
      next = std::max(next, here.Int(0) + 1);
    }
    return missing;
  }

 private:
  // `sql` asks for a batch of this stream by its sequence.
  Statement& Neighbour(std::string_view sql, std::int64_t sequence) {
    return writer_.Sql(sql).Bind(batch_.collector, batch_.stream, sequence, owner_);
  }
  bool IsStored(std::int64_t sequence) {
    return Neighbour(
               "SELECT 1 FROM batch WHERE collector=? AND stream=? AND sequence=?"
               " AND reseller_id=?",
               sequence)
        .Step();
  }
  bool IsVoid(std::int64_t sequence) {
    return writer_
        .Sql(
            "SELECT 1 FROM gap WHERE collector=? AND stream=? AND sequence=? AND kind='void'"
            " AND reseller_id=?")
        .Bind(batch_.collector, batch_.stream, sequence, owner_)
        .Step();
  }
  void Note(std::int64_t sequence, const char* kind, const std::string& detail) {
    AddGap(writer_, owner_, {batch_.collector, batch_.stream, sequence, kind, detail},
           batch_.received_at);
  }

  StoreConnection& writer_;
  const std::int64_t owner_;
  const BatchRecord& batch_;
};

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
  Statement& home = writer->Sql(
      "SELECT k.site, s.customer, k.revoked_at IS NOT NULL FROM collector k"
      " JOIN site s ON s.id=k.site WHERE k.id=? AND k.reseller_id=?");
  if (!home.Bind(batch.collector, owner).Step()) {
    throw std::invalid_argument(
        fmt::format("collector {} is not of reseller {}", batch.collector, reseller.value));
  }
  DerivedRows::Place place{
      .owner = owner, .batch = 0, .site = home.Text(0), .customer = home.Text(1)};
  if (home.Int(2) != 0) return {BatchPlace::kRevoked};
  if (BatchFound found = Place(*writer, owner, batch); found.place != BatchPlace::kFree) {
    return found;
  }

  Arrival arrival(*writer, owner, batch);
  arrival.NoteVoids();
  arrival.NoteBrokenChain();
  const StreamState state = arrival.Advance();
  BatchFound stored{BatchPlace::kFree, receipt(arrival.Missing(state))};
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
  Transaction transaction(writer->db());
  AddGap(*writer, OwnerOf(*writer, reseller), gap, now);
  transaction.Commit();
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
