// Jobs as they are exported: many rows, each read with as few copies as can be.

#include "portal/store/list_rows.h"
#include "portal/store/sqlite_store.h"

namespace plotmeter {
namespace {

// The order is that of the index, so that a million jobs of one printer are never sorted.
const std::string kJobRows =
    "SELECT j.ended_at, j.channel, j.job, j.revision, j.type, j.status, j.submitted, j.started,"
    " j.finished, j.copies, j.printed_copies, j.pages, j.printed_pages, j.media, j.area,"
    " j.area_unit, j.length, j.length_unit, j.quality, j.ink, j.batch, c.name, s.name"
    " FROM job j INDEXED BY job_of_printer CROSS JOIN sighting v ON v.number=j.sighting"
    " CROSS JOIN site s ON s.id=v.site CROSS JOIN customer c ON c.id=s.customer"
    " WHERE j.printer=?1 AND j.reseller_id=?2 AND (j.ended_at, j.channel, j.job)>(?3, ?4, ?5)"
    " AND j.ended_at<?6 AND IIF(?7='', NOT EXISTS (SELECT 1 FROM job o WHERE o.printer=j.printer"
    " AND o.channel=j.channel AND o.job=j.job AND o.sighting<j.sighting), v.customer=?7)"
    " ORDER BY j.ended_at, j.channel, j.job";
const std::string kBatchOfJob = "SELECT batch FROM batch WHERE number=? AND reseller_id=?";

// Into what is there already, whose memory is used again.
void ReadText(const Statement& q, int column, std::optional<std::string>& text) {
  if (q.IsNull(column)) {
    text.reset();
  } else if (text) {
    text->assign(q.View(column));
  } else {
    text.emplace(q.View(column));
  }
}

void ReadJobRow(const Statement& q, JobRow& row) {
  row.ended_at = FromMillis(q.Int(0));
  row.channel = q.View(1);
  row.job = q.View(2);
  row.revision = q.Int(3);
  row.type = q.View(4);
  row.status = q.View(5);
  row.submitted = MaybeInstant(q, 6);
  row.started = MaybeInstant(q, 7);
  row.finished = MaybeInstant(q, 8);
  row.copies = q.MaybeInt(9);
  row.printed_copies = q.MaybeInt(10);
  row.pages = q.MaybeInt(11);
  row.printed_pages = q.MaybeInt(12);
  ReadText(q, 13, row.media);
  ReadText(q, 14, row.area);
  ReadText(q, 15, row.area_unit);
  ReadText(q, 16, row.length);
  ReadText(q, 17, row.length_unit);
  ReadText(q, 18, row.quality);
  row.ink = q.View(19);
  row.customer = q.View(21);
  row.site = q.View(22);
}

}  // namespace

std::vector<std::string> JobRowQuestions() { return {kJobRows}; }

void SqliteStore::EachJob(const ResellerId& reseller, const std::string& customer,
                          const std::string& printer, Instant from, Instant to,
                          const JobPlace& after, const std::function<bool(const JobRow&)>& visit) {
  auto reader = pool_.Reader();
  const std::int64_t owner = OwnerOf(*reader, reseller);
  const JobPlace begin = after.ended_at >= from ? after : JobPlace{.ended_at = from};
  Statement& batch = reader->Sql(kBatchOfJob);
  Statement& q = reader->Sql(kJobRows);
  JobRow row;
  std::int64_t number = 0;  // of row.batch: jobs of a batch follow one another
  for (q.Bind(PrinterNumber(*reader, reseller, printer), owner, ToMillis(begin.ended_at),
              begin.channel, begin.job, ToMillis(to), customer);
       q.Step();) {
    ReadJobRow(q, row);
    if (const std::int64_t its = q.Int(20); its != number) {
      number = its;
      row.batch = batch.Bind(number, owner).Step() ? batch.Text(0) : "";
    }
    if (!visit(row)) return;
  }
}

}  // namespace plotmeter
