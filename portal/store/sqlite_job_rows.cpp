// Jobs as they are exported: many rows, each read with as few copies as can be.

#include <algorithm>

#include "portal/store/list_rows.h"
#include "portal/store/sqlite_store.h"

namespace plotmeter {
namespace {

// The order is that of the index, so that a million jobs of one printer are never sorted.
const std::string kJobRows =
    "SELECT j.ended_at, j.channel, j.job, j.revision, j.type, j.status, j.submitted, j.started,"
    " j.finished, j.copies, j.printed_copies, j.pages, j.printed_pages, j.media, j.area,"
    " j.area_unit, j.length, j.length_unit, j.quality, j.ink, j.batch, j.sighting,"
    " j.finished IS NOT NULL AND j.clock_offset_ms IS NOT NULL"
    " FROM job j INDEXED BY job_of_printer WHERE j.printer=?1 AND j.reseller_id=?2"
    " AND (j.ended_at, j.channel, j.job)>(?3, ?4, ?5) AND j.ended_at<?6"
    " AND IIF(?7, j.sighting=?7, ?8=1 OR NOT EXISTS (SELECT 1 FROM job o WHERE o.printer=j.printer"
    " AND o.channel=j.channel AND o.job=j.job AND o.sighting<j.sighting))"
    " ORDER BY j.ended_at, j.channel, j.job";
const std::string kTellers =
    "SELECT v.number, v.customer, c.name, s.name FROM sighting v JOIN site s ON s.id=v.site"
    " JOIN customer c ON c.id=s.customer WHERE v.printer=? AND v.reseller_id=?";
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
  row.end_is_told = q.Int(22) != 0;
}

// A customer whose collectors told of the printer: one, but for a printer that moved.
struct Teller {
  std::int64_t sighting = 0;
  std::string customer = {};
  std::string customer_name = {};
  std::string site_name = {};
};

std::vector<Teller> TellersOf(StoreConnection& reader, std::int64_t printer, std::int64_t owner) {
  std::vector<Teller> tellers;
  Statement& q = reader.Sql(kTellers);
  for (q.Bind(printer, owner); q.Step();) {
    tellers.push_back({q.Int(0), q.Text(1), q.Text(2), q.Text(3)});
  }
  return tellers;
}

void ReadJobs(StoreConnection& reader, const ResellerId& reseller, const std::string& customer,
              const std::string& printer, const JobPlace& begin, Instant to,
              const std::function<bool(const JobRow&)>& visit) {
  const std::int64_t owner = OwnerOf(reader, reseller);
  const std::int64_t number = PrinterNumber(reader, reseller, printer);
  const std::vector<Teller> tellers = TellersOf(reader, number, owner);
  const auto asked = std::ranges::find(tellers, customer, &Teller::customer);
  if (!customer.empty() && asked == tellers.end()) return;
  Statement& batch = reader.Sql(kBatchOfJob);
  Statement& q = reader.Sql(kJobRows);
  JobRow row;
  std::int64_t of_batch = 0;  // what row.batch is of: jobs of a batch follow one another
  std::int64_t told_by = -1;  // what row.customer and row.site are of
  for (q.Bind(number, owner, ToMillis(begin.ended_at), begin.channel, begin.job, ToMillis(to),
              customer.empty() ? 0 : asked->sighting, tellers.size() < 2);
       q.Step();) {
    ReadJobRow(q, row);
    if (const std::int64_t its = q.Int(20); its != of_batch) {
      of_batch = its;
      row.batch = batch.Bind(its, owner).Step() ? batch.Text(0) : "";
    }
    if (const std::int64_t its = q.Int(21); its != told_by) {
      const auto teller = std::ranges::find(tellers, its, &Teller::sighting);
      if (teller == tellers.end()) continue;  // nobody's, any more
      told_by = its;
      row.customer = teller->customer_name;
      row.site = teller->site_name;
    }
    if (!visit(row)) return;
  }
}

}  // namespace

std::vector<std::string> JobRowQuestions() { return {kJobRows, kTellers}; }

void SqliteStore::EachJob(const ResellerId& reseller, const std::string& customer,
                          const std::string& printer, Instant from, Instant to,
                          const JobPlace& after, const std::function<bool(const JobRow&)>& visit) {
  const JobPlace begin = after.ended_at >= from ? after : JobPlace{.ended_at = from};
  // Who told, and what they told, are of one instant: a second teller would come between.
  pool_.AtOneInstant([&] {
    auto reader = pool_.Reader();
    ReadJobs(*reader, reseller, customer, printer, begin, to, visit);
  });
}

}  // namespace plotmeter
