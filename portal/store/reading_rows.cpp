#include "portal/store/reading_rows.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>
#include <string>

namespace plotmeter {
namespace {

// A collector's clock that is ahead by less is not wrong.
constexpr std::chrono::minutes kClocksDiffer(10);
// A stream in which nothing stands for so long has a hole.
constexpr std::chrono::milliseconds kHole = std::chrono::days(1);

// In the units in which printers say it: RFC 3418 sysUpTime, and PIWS.
std::optional<std::int64_t> UpMillis(const std::optional<Quantity>& uptime) {
  if (!uptime || uptime->value.decimals() != 0) return std::nullopt;
  const std::int64_t digits = uptime->value.digits();
  std::int64_t millis = 0;
  const int factor = uptime->unit == "1/100 s" ? 10 : uptime->unit == "s" ? 1000 : 0;
  if (factor == 0 || digits < 0 || __builtin_mul_overflow(digits, factor, &millis)) {
    return std::nullopt;
  }
  return millis;
}

// Where readings of a printer over a channel stand that the same stream told before: ?1 printer, ?2
// channel, ?3 the reseller, ?4 collector, ?5 stream, ?6 sequence, ?7 place, ?8 an instant.
const std::string kTold =
    "SELECT d.stands_at FROM device_reading d CROSS JOIN batch b ON b.number=d.batch"
    " WHERE d.printer=?1 AND d.channel=?2 AND d.reseller_id=?3 AND b.collector=?4 AND b.stream=?5"
    " AND (b.sequence<?6 OR (b.sequence=?6 AND d.place<?7))";
const std::string kToldLast = kTold + " AND d.stands_at<=?8 ORDER BY d.stands_at DESC LIMIT 1";
const std::string kToldAfter = kTold + " AND d.stands_at>?8 ORDER BY d.stands_at";

// Whether the stream was heard before `now`, and after that not until there was a hole: all that it
// said beyond was said while this portal's clock was wrong.
bool HasHole(StoreConnection& writer, std::int64_t owner, const BatchRecord& batch,
             std::int64_t now) {
  Statement& first = writer.Sql(
      "SELECT received_at FROM batch WHERE collector=? AND stream=? AND sequence<?"
      " AND reseller_id=? ORDER BY sequence LIMIT 1");
  first.Bind(batch.collector, batch.stream, batch.sequence, owner);
  const bool is_heard = first.Step() && first.Int(0) <= now;
  first.Reset();
  if (!is_heard) return false;
  Statement& next = writer.Sql(
      "SELECT min(received_at) FROM batch WHERE collector=? AND stream=? AND sequence<?"
      " AND received_at>? AND reseller_id=?");
  next.Bind(batch.collector, batch.stream, batch.sequence, now, owner).Step();
  const auto received_at = next.MaybeInt(0);
  next.Reset();
  return received_at && *received_at - now >= kHole.count();
}

// Where the next of the stream cannot stand before. `ask` asks one of the two with an instant. What
// stands in the future was told while this portal's clock was wrong, or it is wrong now. It is now,
// if the stream goes on from here without a hole: then all of that comes before. Else it was then,
// and one wrong hour moves nothing of those that follow. Of a printer that was read for the first
// time in that hour only the stream knows.
std::optional<std::int64_t> StandsAfter(
    const std::function<Statement&(const std::string&, std::int64_t)>& ask,
    const std::function<bool(std::int64_t)>& has_hole, std::int64_t received_at) {
  const auto last_by = [&](std::int64_t instant) {
    Statement& q = ask(kToldLast, instant);
    const auto stands_at = q.Step() ? std::optional(q.Int(0)) : std::nullopt;
    q.Reset();
    return stands_at;
  };
  const std::int64_t now = received_at + std::chrono::milliseconds(kClocksDiffer).count();
  const auto latest = last_by(std::numeric_limits<std::int64_t>::max());
  if (!latest || *latest <= now) return latest;
  auto end = last_by(now);
  if (!end && has_hole(now)) return std::nullopt;
  std::int64_t whole_until = now;
  Statement& q = ask(kToldAfter, now);
  while (q.Step() && (!end || q.Int(0) - whole_until < kHole.count())) {
    end = whole_until = q.Int(0);
  }
  q.Reset();
  return end;
}

}  // namespace

std::int64_t WriteDeviceReading(StoreConnection& writer, const DerivedRows::Place& place,
                                const BatchRecord& batch, std::int64_t printer, std::size_t index) {
  const Reading& reading = *batch.readings[index].reading;
  const auto ordinal = static_cast<std::int64_t>(index);
  const std::string channel(ToText(reading.channel));
  const Instant at = reading.at - std::chrono::milliseconds(batch.offset_ms);
  const bool is_ahead = at > batch.received_at + kClocksDiffer;
  std::int64_t stands_at = ToMillis(is_ahead ? batch.received_at : at);
  const auto ask = [&](const std::string& sql, std::int64_t instant) -> Statement& {
    return writer.Sql(sql).Bind(printer, channel, place.owner, batch.collector, batch.stream,
                                batch.sequence, ordinal, instant);
  };
  const auto has_hole = [&](std::int64_t now) { return HasHole(writer, place.owner, batch, now); };
  if (const auto after = StandsAfter(ask, has_hole, ToMillis(batch.received_at))) {
    stands_at = std::max(stands_at, *after);
  }
  writer
      .Sql(
          "INSERT OR IGNORE INTO device_reading(reseller_id, printer, channel, stands_at, batch,"
          " place, at, up_ms) VALUES(?,?,?,?,?,?,?,?)")
      .Run(place.owner, printer, channel, stands_at, place.batch, ordinal, ToMillis(reading.at),
           UpMillis(reading.uptime));
  return stands_at;
}

void MarkStale(StoreConnection& writer, std::int64_t owner, std::int64_t printer,
               std::int64_t since) {
  writer
      .Sql(
          "INSERT INTO account_stale(printer, reseller_id, since, changes) VALUES(?,?,?,1)"
          " ON CONFLICT DO UPDATE SET since=min(since, excluded.since), changes=changes+1")
      .Run(printer, owner, since);
}

}  // namespace plotmeter
