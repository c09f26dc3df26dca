#include <algorithm>
#include <map>

#include "common/best_job.h"
#include "common/json.h"
#include "portal/store/job_rows.h"
#include "portal/store/reading_rows.h"
#include "portal/store/sqlite_store.h"
#include "portal/store/values.h"

namespace plotmeter {
namespace {

constexpr std::chrono::days kLatest(100);     // collectors keep what they could not send for 90
constexpr std::chrono::minutes kMeasured(1);  // how well a clock's offset is known

// What is known of a job, and who said the later word.
struct KnownJob {
  JobRecord record = {};
  std::string collector = {};
  std::string stream = {};
  std::int64_t batch = 0;
};

std::string InkText(const std::vector<InkUse>& ink) {
  Json list = Json::array();
  for (const InkUse& use : ink) {
    list.push_back({use.colorant, use.amount.value.text(), use.amount.unit});
  }
  return JsonText(list);
}

std::vector<InkUse> InkFrom(const std::string& text) {
  std::vector<InkUse> ink;
  for (const Json& use : ParseJson(text)) {
    ink.push_back({use.at(0).get<std::string>(),
                   {*Decimal::Parse(use.at(1).get<std::string>()), use.at(2).get<std::string>()}});
  }
  return ink;
}

std::optional<std::string> TraitsText(const std::vector<Trait>& traits) {
  if (traits.empty()) return std::nullopt;
  Json list = Json::array();
  for (const Trait& trait : traits) {
    const Json part = trait.part ? Json(*trait.part) : Json();
    list.push_back({trait.trait, part, trait.value, trait.unit});
  }
  return JsonText(list);
}

std::vector<Trait> TraitsFrom(const std::optional<std::string>& text) {
  std::vector<Trait> traits;
  if (!text) return traits;
  for (const Json& said : ParseJson(*text)) {
    Trait& trait = traits.emplace_back();
    trait.trait = said.at(0).get<std::string>();
    if (!said.at(1).is_null()) trait.part = said.at(1).get<std::string>();
    trait.value = said.at(2).get<std::string>();
    trait.unit = said.at(3).get<std::string>();
  }
  return traits;
}

std::optional<Quantity> QuantityFrom(const Statement& q, int value, int unit) {
  if (q.IsNull(value)) return std::nullopt;
  return Quantity{*Decimal::Parse(q.Text(value)), q.Text(unit)};
}

std::optional<KnownJob> Find(StoreConnection& writer, std::int64_t owner,
                             const DerivedRows::Told& printer, const JobRecord& job) {
  Statement& q = writer.Sql(
      "SELECT j.revision, j.seen_at, j.type, j.status, j.submitted, j.started, j.finished,"
      " j.clock_offset_ms, j.copies, j.printed_copies, j.pages, j.printed_pages, j.media, j.area,"
      " j.area_unit, j.length, j.length_unit, j.quality, j.ink, j.traits, b.collector, b.stream,"
      " j.batch"
      " FROM job j JOIN batch b ON b.number=j.batch"
      " WHERE j.printer=? AND j.channel=? AND j.job=? AND j.sighting=? AND j.reseller_id=?");
  if (!q.Bind(printer.printer, ToText(job.channel), job.job, printer.sighting, owner).Step()) {
    return std::nullopt;
  }
  KnownJob known;
  JobRecord& record = known.record;
  record.job = job.job;
  record.channel = job.channel;
  record.revision = static_cast<std::uint32_t>(q.Int(0));
  record.seen_at = FromMillis(q.Int(1));
  record.type = q.Text(2);
  record.status = q.Text(3);
  record.submitted = MaybeInstant(q, 4);
  record.started = MaybeInstant(q, 5);
  record.finished = MaybeInstant(q, 6);
  record.clock_offset_ms = q.MaybeInt(7);
  record.copies = q.MaybeInt(8);
  record.printed_copies = q.MaybeInt(9);
  record.pages = q.MaybeInt(10);
  record.printed_pages = q.MaybeInt(11);
  record.media = q.MaybeText(12);
  record.area = QuantityFrom(q, 13, 14);
  record.length = QuantityFrom(q, 15, 16);
  record.quality = q.MaybeText(17);
  record.ink = InkFrom(q.Text(18));
  record.traits = TraitsFrom(q.MaybeText(19));
  known.collector = q.Text(20);
  known.stream = q.Text(21);
  known.batch = q.Int(22);
  return known;
}

constexpr Instant kClocksFrom = std::chrono::sys_days{std::chrono::year{2000} / 1 / 1};

// A printer's clock may have been set between the end of a job and the poll that measured it, so by
// both a job may have ended in 1970, and would be in no month. Then it ended when it was seen. An
// old job that a new collector finds in the list stays an old one.
std::optional<std::int64_t> CredibleOffset(const JobRecord& job) {
  if (!job.finished || !job.clock_offset_ms) return job.clock_offset_ms;
  std::int64_t ended = 0;
  if (__builtin_add_overflow(ToMillis(*job.finished), *job.clock_offset_ms, &ended)) return {};
  const bool is_credible =
      ended >= ToMillis(kClocksFrom) && ended <= ToMillis(job.seen_at + kMeasured);
  return is_credible ? job.clock_offset_ms : std::nullopt;
}

// Makes `known` the best of itself and what a batch with this number tells; false when that is what
// it was. What changed it is what it stands on from then on, with that batch's stream and revision.
bool Hear(KnownJob& known, const BatchRecord& batch, std::int64_t number, const JobRecord& told) {
  const JobRecord& before = known.record;
  const bool same_stream = known.collector == batch.collector && known.stream == batch.stream;
  if (same_stream && told.revision <= before.revision) return false;
  const bool is_later = same_stream || told.seen_at > before.seen_at;
  JobRecord best = is_later ? BestOf(before, told) : BestOf(told, before);
  best.revision = before.revision;
  if (best == before && !same_stream) return false;
  best.revision = told.revision;
  known.record = std::move(best);
  known.batch = number;
  return true;
}

// By a printer's wrong clock no further back than what collectors keep, nor ahead.
std::int64_t Ended(const JobRecord& job, const BatchRecord& batch) {
  std::int64_t ended = ToMillis(job.seen_at);
  if (job.finished && job.clock_offset_ms &&
      __builtin_add_overflow(ToMillis(*job.finished), *job.clock_offset_ms, &ended)) {
    ended = 0;
  }
  return std::clamp(ended, ToMillis(batch.received_at - kLatest), ToMillis(batch.received_at));
}

}  // namespace

void WriteJobs(StoreConnection& writer, const DerivedRows::Place& place, const BatchRecord& batch,
               const std::vector<DerivedRows::Told>& printers) {
  Statement& write = writer.Sql(
      "INSERT OR REPLACE INTO job(reseller_id, printer, channel, job, sighting, revision, seen_at,"
      " type, status, submitted, started, finished, clock_offset_ms, copies, printed_copies, pages,"
      " printed_pages, media, area, area_unit, length, length_unit, quality, ink, traits, batch)"
      " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  std::map<std::int64_t, std::int64_t> stale;  // by printer: since when
  for (const auto& [index, told] : batch.jobs) {
    const DerivedRows::Told& printer = printers.at(index);
    KnownJob known;
    std::int64_t ended = Ended(*told, batch);
    if (auto before = Find(writer, place.owner, printer, *told)) {
      known = *std::move(before);
      ended = std::min(ended, Ended(known.record, batch));
      if (!Hear(known, batch, place.batch, *told)) continue;
    } else {
      known.record = *told;
      known.batch = place.batch;
    }
    JobRecord& job = known.record;
    job.clock_offset_ms = CredibleOffset(job);
    write.Run(place.owner, printer.printer, ToText(job.channel), job.job, printer.sighting,
              job.revision, ToMillis(job.seen_at), job.type, job.status, MaybeMillis(job.submitted),
              MaybeMillis(job.started), MaybeMillis(job.finished), job.clock_offset_ms, job.copies,
              job.printed_copies, job.pages, job.printed_pages, job.media, ValueOf(job.area),
              UnitOf(job.area), ValueOf(job.length), UnitOf(job.length), job.quality,
              InkText(job.ink), TraitsText(job.traits), known.batch);
    ended = std::min(ended, Ended(job, batch));
    const auto [since, is_first] = stale.try_emplace(printer.printer, ended);
    if (!is_first) since->second = std::min(since->second, ended);
  }
  // Its months are reconciled anew (books.h).
  for (const auto& [printer, since] : stale) MarkStale(writer, place.owner, printer, since);
}

}  // namespace plotmeter
