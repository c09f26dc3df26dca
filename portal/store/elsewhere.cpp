#include "portal/store/elsewhere.h"

#include <algorithm>

#include "portal/store/channel_rank.h"
#include "portal/store/entered.h"

namespace plotmeter {
namespace {

const std::string kReadings =
    "SELECT d.stands_at FROM device_reading d CROSS JOIN batch b ON b.number=d.batch"
    " CROSS JOIN collector k ON k.id=b.collector CROSS JOIN site s ON s.id=k.site"
    " WHERE d.printer=?1 AND d.channel=?2 AND d.reseller_id=?3 AND (?4='' OR s.customer=?4)"
    " AND EXISTS (SELECT 1 FROM meter_reading r WHERE r.meter=?5 AND r.at=d.at)"
    " ORDER BY d.stands_at ";
const std::string kFirst = kReadings + "LIMIT 1", kLast = kReadings + "DESC LIMIT 1";

// The first reading that has the meter, or the last.
std::optional<Instant> EndOf(StoreConnection& reader, std::int64_t owner,
                             const std::string& customer, std::int64_t printer,
                             const std::string& channel, std::int64_t meter, bool is_last) {
  Statement& q = reader.Sql(is_last ? kLast : kFirst);
  if (!q.Bind(printer, channel, owner, customer, meter).Step()) return std::nullopt;
  return FromMillis(q.Int(0));
}

void Merge(std::vector<Elsewhere>& spans) {
  std::ranges::sort(spans, {}, &Elsewhere::since);
  std::vector<Elsewhere> merged;
  for (const Elsewhere& span : spans) {
    if (merged.empty() || (merged.back().until && *merged.back().until < span.since)) {
      merged.push_back(span);
    } else if (merged.back().until && (!span.until || *span.until > *merged.back().until)) {
      merged.back().until = span.until;
    }
  }
  spans = std::move(merged);
}

}  // namespace

std::vector<Elsewhere> ElsewhereOf(const MeterLife& life, const std::vector<MeterLife>& lives) {
  std::vector<Elsewhere> spans;
  for (const MeterLife& other : lives) {
    if (other.channel == life.channel || other.outranked) continue;
    if (life.outranked) {
      spans.push_back({other.first, std::nullopt});
    } else if (RankOf(other.channel) < RankOf(life.channel)) {
      const bool is_silent = life.last - other.last > kUntilSilent;
      spans.push_back({other.first, is_silent ? std::optional(other.last) : std::nullopt});
    }
  }
  // Who is believed has not been heard yet.
  if (spans.empty() && life.outranked) spans.push_back({Instant{}, std::nullopt});
  Merge(spans);
  return spans;
}

std::map<std::string, std::vector<MeterLife>> LivesOf(StoreConnection& reader, std::int64_t owner,
                                                      const std::string& customer,
                                                      std::int64_t printer) {
  struct Row {
    std::int64_t number = 0;
    std::string channel = {};
    bool outranked = false;
  };
  std::map<std::string, std::vector<Row>> meters;  // by name
  Statement& q = reader.Sql(
      "SELECT number, channel, outranked, meter FROM meter WHERE printer=? AND channel<>?"
      " AND reseller_id=? ORDER BY channel");
  for (q.Bind(printer, kManualChannel, owner); q.Step();) {
    meters[q.Text(3)].push_back({q.Int(0), q.Text(1), q.Int(2) != 0});
  }
  std::map<std::string, std::vector<MeterLife>> lives;
  for (const auto& [name, rows] : meters) {
    const bool is_alone = rows.front().channel == rows.back().channel;
    if (is_alone && std::ranges::none_of(rows, &Row::outranked))
      continue;  // nobody to compare with
    std::vector<MeterLife>& of = lives[name];
    for (const Row& row : rows) {
      const auto first = EndOf(reader, owner, customer, printer, row.channel, row.number, false);
      if (!first) continue;
      const Instant last = *EndOf(reader, owner, customer, printer, row.channel, row.number, true);
      if (of.empty() || of.back().channel != row.channel) {
        of.push_back({row.channel, row.outranked, *first, last});
        continue;
      }
      of.back().first = std::min(of.back().first, *first);
      if (last >= of.back().last) of.back().outranked = row.outranked;
      of.back().last = std::max(of.back().last, last);
    }
  }
  return lives;
}

void LookElsewhere(StoredMeter& meter, const std::string& channel,
                   const std::map<std::string, std::vector<MeterLife>>& lives) {
  const auto of = lives.find(meter.meter);
  if (of == lives.end()) return;
  const auto life = std::ranges::find(of->second, channel, &MeterLife::channel);
  if (life == of->second.end()) return;
  meter.elsewhere = ElsewhereOf(*life, of->second);
  meter.first = life->first;
}

}  // namespace plotmeter
