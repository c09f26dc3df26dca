#include "collector/spool/spool_limit.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "collector/spool/spool.h"
#include "common/log.h"

namespace plotmeter {
namespace {

constexpr std::int64_t kSlice = 500;          // rows that go in one transaction
constexpr std::int64_t kMostOfADay = 50'000;  // readings of a day that are looked at together
constexpr double kEnough = 0.95;              // of the limit; or it would be full again at once
constexpr std::chrono::milliseconds kLongest{
    2000};  // at a time; what is left waits for the next call
constexpr std::string_view kStripped = "'$.supplies', '$.media', '$.state', '$.traits'";

std::string DayOf(const std::string& at) { return at.substr(0, 10); }  // "2026-11-29"

// Of the month: "2026-11-01" and "2026-11-30".
bool IsEdgeOfMonth(const std::string& day) {
  const auto at = ParseInstant(day + "T00:00:00Z");
  if (!at) return true;
  const std::string next = FormatInstant(*at + std::chrono::days(1));
  return day.ends_with("-01") || next.substr(8, 2) == "01";
}

bool IsByDay(MakesRoom step) {
  return step == MakesRoom::kSuppliesMidday || step == MakesRoom::kSupplies ||
         step == MakesRoom::kReadingsMidday || step == MakesRoom::kReadingsOfDays;
}

}  // namespace

std::string_view ToText(MakesRoom step) {
  constexpr std::string_view kNames[] = {"copies-refused",   "copies", "supplies-midday",
                                         "supplies",         "alerts", "readings-midday",
                                         "readings-of-days", "jobs"};
  return kNames[static_cast<std::size_t>(step)];
}

std::string_view WordsOf(MakesRoom step) {
  constexpr std::string_view kWords[] = {
      "second copies of what was refused",
      "copies of batches that have their receipt",
      "supply levels between the first and the last reading of a day",
      "supply levels",
      "alerts that are over",
      "meter readings between the first and the last of a day",
      "meter readings of days within a month",
      "jobs"};
  return kWords[static_cast<std::size_t>(step)];
}

// One call of Spool::KeepWithin.
class SpoolRoom {
 public:
  SpoolRoom(Spool& spool, const Clock& clock, std::int64_t limit)
      : spool_(spool), db_(spool.db_), clock_(clock), limit_(limit), begun_(clock.Steady()) {}

  std::vector<std::string> Make() {
    const auto target = static_cast<std::int64_t>(static_cast<double>(limit_) * kEnough);
    std::vector<std::string> went;
    for (const MakesRoom step : kMakesRoom) {
      bool any = false;
      while (spool_.used_bytes() > target && clock_.Steady() - begun_ < kLongest) {
        bool more = false;
        spool_.Together([&] { more = Go(step); });
        if (!more) break;
        any = true;
      }
      if (any) went.emplace_back(WordsOf(step));
    }
    Tell();
    return went;
  }

  // Makes events of what went and was noted, now or in a call that died before it came to this.
  void Tell() {
    Statement untold = db_.Prepare("SELECT 1 FROM left_out LIMIT 1");
    if (!untold.Step()) return;
    untold.Reset();
    spool_.Together([&] {
      Statement q = db_.Prepare(
          "SELECT l.step, l.first_at, l.last_at, l.count, p.manufacturer, p.serial, p.product,"
          " p.model, p.firmware FROM left_out AS l JOIN printer AS p ON p.id = l.printer");
      while (q.Step()) {
        const Instant now = clock_.Now();
        spool_.Keep(
            {.manufacturer = q.Text(4),
             .serial = q.Text(5),
             .product = q.Text(6),
             .model = q.Text(7),
             .firmware = q.Text(8)},
            PrinterEvent{.kind = "spool-full",
                         .key = fmt::format("{} {} {}", q.Text(0), FormatInstant(now), q.Text(1)),
                         .at = now,
                         .was = fmt::format("{} to {}", q.Text(1), q.Text(2)),
                         .is = fmt::format("{} left out: {}", q.Int(3), q.Text(0))});
      }
      db_.Execute("DELETE FROM left_out");
    });
  }

 private:
  // A slice of it; false when nothing of the kind is left.
  bool Go(MakesRoom step) {
    if (IsByDay(step)) return GoDay(step);
    switch (step) {
      case MakesRoom::kCopiesRefused:
        return Run(
            "DELETE FROM reading WHERE id IN (SELECT r.id FROM reading AS r JOIN batch AS b ON b.id"
            " = r.batch WHERE b.state = 'aside' AND b.message IS NOT NULL LIMIT ?)");
      case MakesRoom::kCopies:
        return Run(
            "UPDATE batch SET message = NULL WHERE id IN (SELECT id FROM batch WHERE state IN"
            " ('receipted', 'moved') AND message IS NOT NULL ORDER BY id LIMIT min(?, 8))");
      case MakesRoom::kAlerts:
        Count(step,
              "SELECT printer, strftime('%Y-%m-%dT%H:%M:%SZ', since / 1000, 'unixepoch') FROM alert"
              " WHERE unsent = 1 AND cleared_at IS NOT NULL ORDER BY id LIMIT ?");
        return Run(
            "DELETE FROM alert WHERE id IN (SELECT id FROM alert WHERE unsent = 1 AND cleared_at IS"
            " NOT NULL ORDER BY id LIMIT ?)");
      default:
        Count(step,
              "SELECT printer, json_extract(body, '$.seen_at') FROM job WHERE unsent = 1"
              " ORDER BY id LIMIT ?");
        if (!Run("DELETE FROM job WHERE id IN (SELECT id FROM job WHERE unsent = 1 ORDER BY id"
                 " LIMIT ?)")) {
          return false;
        }
        spool_.CountRevisionsAnew();  // those that the portal has of these are forgotten now
        return true;
    }
  }

  bool Run(const char* sql) {
    db_.Prepare(sql).Run(kSlice);
    return db_.Changes() > 0;
  }

  void Count(MakesRoom step, const char* sql) {
    Statement q = db_.Prepare(sql);
    for (q.Bind(kSlice); q.Step();) Note(step, q.Int(0), q.Text(1));
  }

  void Note(MakesRoom step, std::int64_t printer, const std::string& at) {
    db_.Prepare(
           "INSERT INTO left_out VALUES(?1, ?2, ?3, ?3, 1) ON CONFLICT DO UPDATE SET"
           " count = count + 1, first_at = min(first_at, ?3), last_at = max(last_at, ?3)")
        .Run(printer, ToText(step), at);
  }

  struct Row {
    std::int64_t id = 0;
    std::string at = {};
  };

  // The oldest day of waiting readings that this step has not looked at. They lie in the order in
  // which they were kept, and the clock may have been wrong: each row belongs to its own day, what
  // is dated earlier than the first goes with it, and what is dated ahead of now is passed over.
  // False when there is none but of the day that is not over.
  bool GoDay(MakesRoom step) {
    Statement done = db_.Prepare("SELECT coalesce(max(next), 0) FROM room WHERE step = ?");
    done.Bind(ToText(step)).Step();
    const std::int64_t begin = done.Int(0);
    std::int64_t next = begin;
    const std::string today = DayOf(FormatInstant(clock_.Now()));
    using PrinterDay = std::tuple<std::string, std::int64_t, std::string>;  // day, printer, channel
    std::map<PrinterDay, std::vector<Row>> days;
    std::string oldest;
    bool met_today = false;
    Statement q = db_.Prepare(
        "SELECT id, printer, json_extract(body, '$.channel'), json_extract(body, '$.at') FROM"
        " reading WHERE batch IS NULL AND id >= ? ORDER BY id LIMIT ?");
    for (q.Bind(begin, kMostOfADay); q.Step();) {
      const std::string at = q.Text(3);
      const std::string day = DayOf(at);
      if (day < today) {
        if (oldest.empty()) oldest = day;
        if (day > oldest) break;
        days[{day, q.Int(1), q.Text(2)}].push_back({q.Int(0), at});
      }
      met_today = met_today || day == today;
      if (!met_today) next = q.Int(0) + 1;  // this one is looked at again tomorrow
    }
    bool took = false;
    for (const auto& [of, rows] : days) {
      const auto [first, last] = std::ranges::minmax(rows, {}, &Row::at);
      for (const Row& row : rows) {
        const bool is_edge = row.at == first.at || row.at == last.at;
        if (!Wants(step, is_edge, std::get<0>(of)) || !TakeOut(step, row)) continue;
        Note(step, std::get<1>(of), row.at);
        took = true;
      }
    }
    db_.Prepare("INSERT OR REPLACE INTO room VALUES(?, ?)").Run(ToText(step), next);
    return took || next > begin;
  }

  static bool Wants(MakesRoom step, bool is_edge_of_day, const std::string& day) {
    switch (step) {
      case MakesRoom::kSupplies:
        return true;
      case MakesRoom::kReadingsOfDays:
        return !IsEdgeOfMonth(day);
      default:
        return !is_edge_of_day;
    }
  }

  bool TakeOut(MakesRoom step, const Row& row) {
    if (step == MakesRoom::kReadingsMidday || step == MakesRoom::kReadingsOfDays) {
      db_.Prepare("DELETE FROM reading WHERE id = ?").Run(row.id);
      return true;
    }
    db_.Prepare(fmt::format("UPDATE reading SET body = json_remove(body, {0}) WHERE id = ?"
                            " AND body <> json_remove(body, {0})",
                            kStripped))
        .Run(row.id);
    const bool took = db_.Changes() > 0;
    // One that has no meters said nothing else.
    db_.Prepare("DELETE FROM reading WHERE id = ? AND json_array_length(body, '$.meters') IS NULL")
        .Run(row.id);
    return took;
  }

  Spool& spool_;
  Database& db_;
  const Clock& clock_;
  std::int64_t limit_;
  std::chrono::milliseconds begun_;
};

std::int64_t Spool::used_bytes() {
  const auto pragma = [this](const char* sql) {
    Statement q = db_.Prepare(sql);
    q.Step();
    return q.Int(0);
  };
  return (pragma("PRAGMA page_count") - pragma("PRAGMA freelist_count")) *
         pragma("PRAGMA page_size");
}

std::vector<std::string> Spool::KeepWithin() {
  SpoolRoom room(*this, clock_, settings_.limit);
  room.Tell();
  if (settings_.limit == 0 || used_bytes() <= settings_.limit) return {};
  std::vector<std::string> went = room.Make();
  const std::string what =
      went.empty() ? fmt::format(
                         "the spool holds more than its limit of {} bytes, and nothing in "
                         "it may go",
                         settings_.limit)
                   : fmt::format("the spool was full, and these went: {}", fmt::join(went, ", "));
  // Once a day is enough while it stays so.
  const std::vector<Mishap> before = Mishaps(1);
  if (before.empty() || before[0].what != what ||
      clock_.Now() - before[0].at >= std::chrono::days(1)) {
    Note(Mishap{.at = clock_.Now(), .kind = "full", .what = what});
    Log(LogLevel::kWarning, "spool_full", {{"what", what}});
  }
  return went;
}

}  // namespace plotmeter
