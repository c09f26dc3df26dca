#include "portal/store/reading_rows.h"

#include <algorithm>
#include <optional>

namespace plotmeter {
namespace {

// A collector's clock that is ahead by less is not wrong.
constexpr std::chrono::minutes kClocksDiffer(10);

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

}  // namespace

std::int64_t WriteDeviceReading(StoreConnection& writer, const DerivedRows::Place& place,
                                const BatchRecord& batch, std::int64_t printer, std::size_t index) {
  const Reading& reading = *batch.readings[index].reading;
  const auto ordinal = static_cast<std::int64_t>(index);
  const Instant at = reading.at - std::chrono::milliseconds(batch.offset_ms);
  const bool is_ahead = at > batch.received_at + kClocksDiffer;
  std::int64_t stands_at = ToMillis(is_ahead ? batch.received_at : at);
  // The one before, of this stream. Mostly it is the latest of all.
  Statement& before = writer.Sql(
      "SELECT d.stands_at FROM device_reading d CROSS JOIN batch b ON b.number=d.batch"
      " WHERE d.printer=?1 AND d.channel=?2 AND d.reseller_id=?3 AND b.collector=?4 AND b.stream=?5"
      " AND (b.sequence<?6 OR (b.sequence=?6 AND d.place<?7)) ORDER BY d.stands_at DESC LIMIT 1");
  if (before
          .Bind(printer, ToText(reading.channel), place.owner, batch.collector, batch.stream,
                batch.sequence, ordinal)
          .Step()) {
    stands_at = std::max(stands_at, before.Int(0));
  }
  before.Reset();
  writer
      .Sql(
          "INSERT OR IGNORE INTO device_reading(reseller_id, printer, channel, stands_at, batch,"
          " place, at, up_ms) VALUES(?,?,?,?,?,?,?,?)")
      .Run(place.owner, printer, ToText(reading.channel), stands_at, place.batch, ordinal,
           ToMillis(reading.at), UpMillis(reading.uptime));
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
