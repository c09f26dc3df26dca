#include "portal/store/sqlite_store.h"

namespace plotmeter {

std::string SqliteStore::AddSchedule(const ResellerId& reseller, const ScheduledExport& schedule,
                                     const Actor& actor, Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  const std::string id = UnusedId(*writer, "scheduled_export", "sch_");
  writer
      ->Sql(
          "INSERT INTO scheduled_export(id, reseller_id, what, customer, site, printer, format,"
          " columns, folder, first_month, day, hour, time_zone, created_at,"
          " mail) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")
      .Run(id, owner, schedule.what, schedule.filter.customer, schedule.filter.site,
           schedule.filter.printer, schedule.format, schedule.columns, schedule.folder,
           schedule.first_month, schedule.day, schedule.hour, schedule.time_zone, ToMillis(now),
           schedule.mail);
  WriteAudit(*writer, owner,
             {.what = "schedule.add",
              .subject = id,
              .after = {{"what", schedule.what},
                        {"customer", schedule.filter.customer},
                        {"site", schedule.filter.site},
                        {"printer", schedule.filter.printer},
                        {"folder", schedule.folder},
                        {"mail", !schedule.mail.empty()}}},  // the audit log names nobody
             actor, now);
  transaction.Commit();
  return id;
}

bool SqliteStore::RemoveSchedule(const ResellerId& reseller, const std::string& id,
                                 const Actor& actor, Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  writer->Sql("DELETE FROM scheduled_export WHERE id=? AND reseller_id=?").Run(id, owner);
  if (writer->db().Changes() == 0) return false;
  WriteAudit(*writer, owner, {.what = "schedule.remove", .subject = id}, actor, now);
  transaction.Commit();
  return true;
}

std::vector<ScheduledExport> SqliteStore::ScheduledExports(const ResellerId& reseller) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT id, what, customer, site, printer, format, columns, folder, first_month, day, hour,"
      " time_zone, created_at, mail FROM scheduled_export WHERE reseller_id=? ORDER BY id");
  std::vector<ScheduledExport> schedules;
  for (q.Bind(OwnerOf(*reader, reseller)); q.Step();) {
    schedules.push_back({.id = q.Text(0),
                         .what = q.Text(1),
                         .filter = {.customer = q.Text(2), .site = q.Text(3), .printer = q.Text(4)},
                         .format = q.Text(5),
                         .columns = q.Text(6),
                         .folder = q.Text(7),
                         .mail = q.Text(13),
                         .first_month = q.Text(8),
                         .day = static_cast<int>(q.Int(9)),
                         .hour = static_cast<int>(q.Int(10)),
                         .time_zone = q.Text(11),
                         .created_at = FromMillis(q.Int(12))});
  }
  return schedules;
}

std::vector<ScheduledMonth> SqliteStore::MonthsOf(const ResellerId& reseller,
                                                  const std::string& schedule) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT month, file, state='done', at FROM scheduled_month WHERE schedule=? AND reseller_id=?"
      " ORDER BY month");
  std::vector<ScheduledMonth> months;
  for (q.Bind(schedule, OwnerOf(*reader, reseller)); q.Step();) {
    months.push_back({.month = q.Text(0),
                      .file = q.Text(1),
                      .is_done = q.Int(2) != 0,
                      .at = FromMillis(q.Int(3))});
  }
  return months;
}

bool SqliteStore::NoteMonth(const ResellerId& reseller, const std::string& schedule,
                            const ScheduledMonth& month, Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  writer
      ->Sql(
          "INSERT OR IGNORE INTO scheduled_month(reseller_id, schedule, month, state, file, at)"
          " SELECT reseller_id, id, ?, 'ready', ?, ? FROM scheduled_export"
          " WHERE id=? AND reseller_id=?")
      .Run(month.month, month.file, ToMillis(now), schedule, OwnerOf(*writer, reseller));
  const bool is_noted = writer->db().Changes() > 0;
  transaction.Commit();
  return is_noted;
}

void SqliteStore::EndMonth(const ResellerId& reseller, const std::string& schedule,
                           const std::string& month, Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  writer
      ->Sql(
          "UPDATE scheduled_month SET state='done', at=? WHERE schedule=? AND month=?"
          " AND state='ready' AND reseller_id=?")
      .Run(ToMillis(now), schedule, month, owner);
  if (writer->db().Changes() > 0) {
    WriteAudit(*writer, owner,
               {.what = "schedule.written", .subject = schedule, .after = {{"month", month}}},
               kPortalItself, now);
  }
  transaction.Commit();
}

}  // namespace plotmeter
