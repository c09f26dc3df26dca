#include "collector/snmp/error_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <string>

#include "collector/snmp/mib.h"

namespace plotmeter {
namespace {

constexpr std::int64_t kYear2000 = 946'684'800;
constexpr std::int64_t kYear10000 = 253'402'300'800;
constexpr std::uint32_t kTime = 1;
constexpr std::uint32_t kCode = 2;

// The numbers of the entries that are not empty, in order.
std::vector<std::uint32_t> Entries(const SnmpTable& table) {
  std::vector<std::uint32_t> numbers;
  for (const auto& [oid, value] : table.Below(mib::kHpErrorLog)) {
    const Oid index = oid.After(mib::kHpErrorLog);
    if (index.size() != 3 || index.parts()[1] != kCode || index.parts()[2] != 0) continue;
    if (value.AsNumber().value_or(0) != 0) numbers.push_back(index.parts()[0]);
  }
  return numbers;
}

std::optional<std::int64_t> At(const SnmpTable& table, std::uint32_t entry, std::uint32_t field) {
  return NumberAt(table, mib::kHpErrorLog + Oid{entry, field, 0});
}

PrinterEvent EventOf(std::optional<std::int64_t> time, std::int64_t code) {
  PrinterEvent event{.kind = "error-log",
                     .key = fmt::format("{}/{}", time.value_or(0), code),
                     .channel = ChannelKind::kSnmp,
                     .code = fmt::format("{}", code)};
  if (time >= kYear10000) return event;
  if (time > kYear2000) {
    event.printer_time = Instant(std::chrono::seconds(*time));
  } else if (time > 0) {
    event.printer_pages = time;
  }
  return event;
}

}  // namespace

std::vector<PrinterEvent> ReadErrorLog(const SnmpTable& table) {
  std::vector<std::uint32_t> entries = Entries(table);
  if (entries.size() > kMaxErrorLogEvents) {
    entries.erase(entries.begin(), entries.end() - static_cast<std::ptrdiff_t>(kMaxErrorLogEvents));
  }
  std::vector<PrinterEvent> events;
  events.reserve(entries.size());
  std::set<std::string> keys;
  for (const std::uint32_t entry : entries) {
    PrinterEvent event = EventOf(At(table, entry, kTime), *At(table, entry, kCode));
    if (keys.insert(event.key).second) events.push_back(std::move(event));
  }
  return events;
}

bool TellsTimes(const SnmpTable& table) {
  return std::ranges::any_of(table.Below(mib::kHpErrorLog), [](const auto& row) {
    const auto index = row.first.parts().subspan(mib::kHpErrorLog.size());
    const auto number = row.second.AsNumber().value_or(0);
    return index.size() == 3 && index[1] == kTime && number > kYear2000 && number < kYear10000;
  });
}

ErrorLogEnd EndOfErrorLog(const SnmpTable& table) {
  const std::vector<std::uint32_t> entries = Entries(table);
  if (entries.empty()) return {};
  const std::uint32_t last = entries.back();
  return {.last = last, .time = At(table, last, kTime), .code = At(table, last, kCode)};
}

std::vector<Oid> ErrorLogEndSubtrees(const ErrorLogEnd& end) {
  std::vector<Oid> subtrees;
  if (end.last > 0) subtrees.push_back(mib::kHpErrorLog + Oid{end.last});
  if (end.last < UINT32_MAX) subtrees.push_back(mib::kHpErrorLog + Oid{end.last + 1});
  return subtrees;
}

std::vector<Oid> ErrorLogEndObjects(const ErrorLogEnd& end) {
  if (end.last == 0) return {};
  std::vector<Oid> objects;
  for (const Oid& entry : ErrorLogEndSubtrees(end)) {
    for (const std::uint32_t field : {kTime, kCode}) objects.push_back(entry + Oid{field, 0});
  }
  return objects;
}

}  // namespace plotmeter
