// What POSTs were answered, for who asks twice.

#include "portal/store/sqlite_store.h"

namespace plotmeter {

std::optional<KeptAnswer> SqliteStore::FindAnswer(const ResellerId& reseller,
                                                  const std::string& caller, const std::string& key,
                                                  Instant now) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT caller, key, request, answer FROM kept_answer WHERE reseller_id=? AND caller=?"
      " AND key=? AND kept_at>?");
  if (!q.Bind(OwnerOf(*reader, reseller), caller, key, ToMillis(now - kAnswersKept)).Step()) {
    return std::nullopt;
  }
  return KeptAnswer{q.Text(0), q.Text(1), q.Text(2), q.Text(3)};
}

void SqliteStore::KeepAnswer(const ResellerId& reseller, const KeptAnswer& answer, Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  writer->Sql("DELETE FROM kept_answer WHERE reseller_id=? AND kept_at<=?")
      .Run(owner, ToMillis(now - kAnswersKept));
  writer
      ->Sql(
          "INSERT OR IGNORE INTO kept_answer(reseller_id, caller, key, request, answer, kept_at)"
          " VALUES(?,?,?,?,?,?)")
      .Run(owner, answer.caller, answer.key, answer.request, Blob{answer.answer}, ToMillis(now));
  transaction.Commit();
}

bool SqliteStore::HasRoomForAnswer(const ResellerId& reseller, const std::string& caller,
                                   Instant now) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT COUNT(*) FROM kept_answer WHERE reseller_id=? AND caller=? AND kept_at>?");
  return q.Bind(OwnerOf(*reader, reseller), caller, ToMillis(now - kAnswersKept)).Step() &&
         q.Int(0) < kMostAnswersKept;
}

}  // namespace plotmeter
