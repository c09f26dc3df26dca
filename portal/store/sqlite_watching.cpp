// What is due, and what is known of it.

#include <charconv>
#include <map>

#include "common/json.h"
#include "portal/store/sqlite_store.h"

namespace plotmeter {
namespace {

constexpr std::string_view kDuePrinters =
    "SELECT w.printer, w.touched, w.collector, p.id, p.serial, p.model, p.customer, p.state,"
    " p.first_seen, p.last_seen, w.collector IS NULL AND NOT EXISTS (SELECT 1 FROM device_reading"
    " d WHERE d.printer=w.printer) FROM printer_watch w INDEXED BY printer_watch_due"
    " CROSS JOIN printer p ON p.number=w.printer WHERE w.reseller_id=? AND w.due_at<=?"
    " ORDER BY w.due_at LIMIT ?";
constexpr std::string_view kTeller =
    "SELECT c.enrolled_at, c.revoked_at IS NOT NULL, h.received_at, COALESCE(h.known, 0),"
    " COALESCE(h.answering, 0), COALESCE(h.asleep, 0), p.settings, w.back_at,"
    " EXISTS (SELECT 1 FROM incident i WHERE i.collector=c.id AND i.printer IS NULL"
    " AND i.kind='collector-silent' AND i.cleared_at IS NULL AND i.gone_at IS NULL)"
    " FROM collector c LEFT JOIN heartbeat h ON h.collector=c.id"
    " LEFT JOIN collector_watch w ON w.collector=c.id"
    " LEFT JOIN settings_proposal p ON p.reseller_id=c.reseller_id AND p.version=h.settings_version"
    " AND h.settings_outcome='taken' WHERE c.id=? AND c.reseller_id=?";
constexpr std::string_view kReadAt =
    "SELECT at FROM meter_reading WHERE meter=(SELECT min(number) FROM meter WHERE printer=?1"
    " AND channel<>'manual' AND reseller_id=?2) AND reseller_id=?2 ORDER BY at DESC LIMIT 9";
constexpr std::string_view kSupplies =
    "SELECT channel, supply, at, kind, colorant, description, level, level_unit, capacity,"
    " capacity_unit, percent, remark, state FROM supply WHERE printer=? AND reseller_id=?"
    " ORDER BY channel, supply";
constexpr std::string_view kLevels =
    "SELECT channel, supply, at, level, unit FROM supply_level WHERE printer=? AND reseller_id=?"
    " ORDER BY channel, supply, day";
constexpr std::string_view kAlerts =
    "SELECT channel, key, severity, code, text, part, since FROM alert INDEXED BY"
    " alert_that_lasts_of_printer WHERE printer=? AND reseller_id=? AND cleared_at IS NULL"
    " ORDER BY since, channel, key";

// "3h" in minutes; empty for anything else.
std::optional<std::int64_t> MinutesOf(const std::string& text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop + 1 != end || number < 1 || number > 1'000'000) {
    return std::nullopt;
  }
  switch (*stop) {
    case 's':
      return (number + 59) / 60;
    case 'm':
      return number;
    case 'h':
      return number * 60;
    case 'd':
      return number * 24 * 60;
    default:
      return std::nullopt;
  }
}

// Of settings such as {"interval":["1h"]}.
std::optional<std::int64_t> IntervalIn(const std::optional<std::string>& settings) {
  if (!settings) return std::nullopt;
  const Json json = ParseJson(*settings);
  const auto interval = json.find("interval");
  if (interval == json.end() || interval->empty() || !interval->front().is_string()) {
    return std::nullopt;
  }
  return MinutesOf(interval->front().get<std::string>());
}

std::optional<WatchedTeller> ReadTeller(StoreConnection& reader, std::int64_t owner,
                                        const std::string& collector) {
  Statement& q = reader.Sql(kTeller);
  if (!q.Bind(collector, owner).Step()) return std::nullopt;
  return WatchedTeller{.id = collector,
                       .heard_at = MaybeInstant(q, 2),
                       .enrolled_at = FromMillis(q.Int(0)),
                       .revoked = q.Int(1) != 0,
                       .back_at = MaybeInstant(q, 7),
                       .is_missed = q.Int(8) != 0,
                       .known = q.Int(3),
                       .answering = q.Int(4),
                       .asleep = q.Int(5),
                       .interval_minutes = IntervalIn(q.MaybeText(6))};
}

void ReadSupplies(StoreConnection& reader, std::int64_t owner, std::int64_t number,
                  WatchedPrinter& into) {
  std::map<std::pair<std::string, std::string>, std::vector<LevelPoint>> levels;
  Statement& past = reader.Sql(kLevels);
  for (past.Bind(number, owner); past.Step();) {
    const auto level = Decimal::Parse(past.Text(3));
    if (!level) continue;  // only Decimals are ever stored
    levels[{past.Text(0), past.Text(1)}].push_back(
        {FromMillis(past.Int(2)), {*level, past.Text(4)}});
  }
  Statement& q = reader.Sql(kSupplies);
  for (q.Bind(number, owner); q.Step();) {
    into.supplies.push_back({.channel = q.Text(0),
                             .supply = q.Text(1),
                             .at = FromMillis(q.Int(2)),
                             .kind = q.MaybeText(3),
                             .colorant = q.MaybeText(4),
                             .description = q.MaybeText(5),
                             .level = q.MaybeText(6),
                             .level_unit = q.MaybeText(7),
                             .capacity = q.MaybeText(8),
                             .capacity_unit = q.MaybeText(9),
                             .percent = q.MaybeText(10),
                             .remark = q.MaybeText(11),
                             .state = q.MaybeText(12),
                             .history = levels[{q.Text(0), q.Text(1)}]});
  }
}

void ReadRest(StoreConnection& reader, std::int64_t owner, std::int64_t number,
              WatchedPrinter& into) {
  Statement& times = reader.Sql(kReadAt);
  for (times.Bind(number, owner); times.Step();) into.read_at.push_back(FromMillis(times.Int(0)));
  Statement& alerts = reader.Sql(kAlerts);
  for (alerts.Bind(number, owner); alerts.Step();) {
    into.alerts.push_back({.channel = alerts.Text(0),
                           .key = alerts.Text(1),
                           .severity = alerts.Text(2),
                           .code = alerts.Text(3),
                           .text = alerts.MaybeText(4),
                           .part = alerts.MaybeText(5),
                           .since = FromMillis(alerts.Int(6))});
  }
  Statement& open = reader.Sql(
      "SELECT key FROM incident WHERE printer=? AND reseller_id=? AND cleared_at IS NULL");
  for (open.Bind(number, owner); open.Step();) into.open.push_back(open.Text(0));
}

}  // namespace

std::vector<DuePrinter> SqliteStore::DuePrinters(const ResellerId& reseller, Instant now,
                                                 std::size_t limit) {
  auto reader = pool_.Reader();
  const std::int64_t owner = OwnerOf(*reader, reseller);
  std::vector<DuePrinter> due;
  std::vector<std::string> tellers;
  Statement& q = reader->Sql(kDuePrinters);
  for (q.Bind(owner, ToMillis(now), static_cast<std::int64_t>(limit)); q.Step();) {
    due.push_back({.number = q.Int(0),
                   .touched = q.Int(1),
                   .printer = {.id = q.Text(3),
                               .serial = q.Text(4),
                               .model = q.Text(5),
                               .customer = q.Text(6),
                               .state = q.MaybeText(7),
                               .first_seen = FromMillis(q.Int(8)),
                               .last_seen = FromMillis(q.Int(9))}});
    // No collector ever read it, and nobody is meant to.
    if (q.Int(10) != 0) due.back().printer.teller = WatchedTeller{.revoked = true};
    tellers.push_back(q.Text(2));
  }
  std::map<std::string, std::optional<WatchedTeller>> known;
  for (std::size_t i = 0; i < due.size(); ++i) {
    WatchedPrinter& printer = due[i].printer;
    if (!tellers[i].empty()) {
      if (!known.contains(tellers[i])) known[tellers[i]] = ReadTeller(*reader, owner, tellers[i]);
      printer.teller = known[tellers[i]];
    }
    ReadSupplies(*reader, owner, due[i].number, printer);
    ReadRest(*reader, owner, due[i].number, printer);
  }
  return due;
}

std::vector<WatchedCollector> SqliteStore::DueCollectors(const ResellerId& reseller, Instant now,
                                                         std::size_t limit) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT c.id, c.name, s.customer, c.enrolled_at, h.received_at, c.revoked_at IS NOT NULL,"
      " EXISTS (SELECT 1 FROM incident i WHERE i.collector=c.id AND i.printer IS NULL"
      " AND i.kind='collector-silent' AND i.cleared_at IS NULL AND i.gone_at IS NULL)"
      " FROM collector_watch w INDEXED BY collector_watch_due CROSS JOIN collector c"
      " ON c.id=w.collector CROSS JOIN site s ON s.id=c.site LEFT JOIN heartbeat h"
      " ON h.collector=c.id WHERE w.reseller_id=? AND w.due_at<=? ORDER BY w.due_at LIMIT ?");
  std::vector<WatchedCollector> due;
  for (q.Bind(OwnerOf(*reader, reseller), ToMillis(now), static_cast<std::int64_t>(limit));
       q.Step();) {
    due.push_back({.id = q.Text(0),
                   .name = q.Text(1),
                   .customer = q.Text(2),
                   .enrolled_at = FromMillis(q.Int(3)),
                   .heard_at = MaybeInstant(q, 4),
                   .revoked = q.Int(5) != 0,
                   .is_missed = q.Int(6) != 0});
  }
  return due;
}

std::vector<WatchedToken> SqliteStore::EndingTokens(const ResellerId& reseller, Instant before) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT id, name, customer, expires_at, last_used_at FROM api_token WHERE reseller_id=?"
      " AND expires_at<? AND revoked_at IS NULL ORDER BY id");
  std::vector<WatchedToken> tokens;
  for (q.Bind(OwnerOf(*reader, reseller), ToMillis(before)); q.Step();) {
    tokens.push_back({.id = q.Text(0),
                      .name = q.Text(1),
                      .customer = q.Text(2),
                      .expires_at = MaybeInstant(q, 3),
                      .last_used_at = MaybeInstant(q, 4)});
  }
  return tokens;
}

std::map<std::string, std::string> SqliteStore::RuleSets(const ResellerId& reseller) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql("SELECT target, rules FROM rule_set WHERE reseller_id=?");
  std::map<std::string, std::string> sets;
  for (q.Bind(OwnerOf(*reader, reseller)); q.Step();) sets[q.Text(0)] = q.Text(1);
  return sets;
}

}  // namespace plotmeter
