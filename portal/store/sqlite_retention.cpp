// What is older than it has to be, some of it at a time.

#include <vector>

#include "portal/store/sqlite_store.h"

namespace plotmeter {
namespace {

const std::string kBatchesWithNames =
    "SELECT e.batch FROM evidence e INDEXED BY evidence_with_names CROSS JOIN batch b"
    " ON b.number=e.batch WHERE e.reseller_id=?1 AND e.names IS NOT NULL AND b.received_at<?2"
    " LIMIT ?3";
const std::string kBatchesWithPayload =
    "SELECT e.batch FROM evidence e INDEXED BY evidence_with_payload CROSS JOIN batch b"
    " ON b.number=e.batch WHERE e.reseller_id=?1 AND e.payload IS NOT NULL AND b.received_at<?2"
    " LIMIT ?3";

std::vector<std::int64_t> Numbers(Statement& q) {
  std::vector<std::int64_t> numbers;
  while (q.Step()) numbers.push_back(q.Int(0));
  return numbers;
}

}  // namespace

// They are looked for with a reader, while batches come in; the writer is lent for what is found.
std::int64_t SqliteStore::ForgetOfBatches(const ResellerId& reseller, const std::string& which,
                                          std::string_view forget, std::string_view forget_texts,
                                          Instant before, std::size_t limit) {
  const auto at_most = static_cast<std::int64_t>(limit);
  std::vector<std::int64_t> batches;
  {
    auto reader = pool_.Reader();
    Statement& q = reader->Sql(which);
    batches = Numbers(q.Bind(OwnerOf(*reader, reseller), ToMillis(before), at_most));
  }
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  std::int64_t done = 0;
  for (const std::int64_t batch : batches) {
    writer->Sql(forget).Run(batch, owner);
    done += writer->db().Changes();
  }
  if (batches.empty()) {
    writer->Sql(forget_texts).Run(owner, ToMillis(before), at_most);
    done = writer->db().Changes();
  }
  transaction.Commit();
  return done;
}

std::int64_t SqliteStore::ForgetNames(const ResellerId& reseller, Instant before,
                                      std::size_t limit) {
  return ForgetOfBatches(
      reseller, kBatchesWithNames,
      "UPDATE evidence SET names=NULL WHERE batch=? AND reseller_id=? AND names IS NOT NULL",
      "UPDATE batch SET names=NULL WHERE number IN (SELECT number FROM batch INDEXED BY"
      " batch_as_text WHERE reseller_id=? AND payload IS NOT NULL AND names IS NOT NULL"
      " AND received_at<? LIMIT ?)",
      before, limit);
}

std::int64_t SqliteStore::ForgetEvidence(const ResellerId& reseller, Instant before,
                                         std::size_t limit) {
  return ForgetOfBatches(
      reseller, kBatchesWithPayload,
      "UPDATE evidence SET payload=NULL, names=NULL WHERE batch=? AND reseller_id=?"
      " AND payload IS NOT NULL",
      "UPDATE batch SET payload=NULL, names=NULL WHERE number IN (SELECT number FROM batch INDEXED"
      " BY batch_as_text WHERE reseller_id=? AND payload IS NOT NULL AND received_at<? LIMIT ?)",
      before, limit);
}

std::int64_t SqliteStore::ForgetJobs(const ResellerId& reseller, Instant before,
                                     std::size_t limit) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  writer
      ->Sql(
          "DELETE FROM job WHERE (printer, channel, job, sighting) IN"
          " (SELECT printer, channel, job, sighting FROM job INDEXED BY job_of_reseller WHERE "
          "reseller_id=? AND ended_at<? ORDER BY ended_at"
          " LIMIT ?)")
      .Run(OwnerOf(*writer, reseller), ToMillis(before), static_cast<std::int64_t>(limit));
  const std::int64_t done = writer->db().Changes();
  transaction.Commit();
  return done;
}

}  // namespace plotmeter
