#include "collector/snmp/watch_look.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "collector/snmp/mib.h"

namespace plotmeter {
namespace {

const Oid kStatuses[] = {mib::kHrDeviceStatus, mib::kHrPrinterStatus, mib::kHrPrinterErrorState};
const Oid kAlerts[] = {mib::kPrtAlert + Oid{2}, mib::kPrtAlert + Oid{7}};
const Oid kAlertTexts = mib::kPrtAlert + Oid{8};

}  // namespace

SnmpTable LookOf(const SnmpTable& table) {
  const auto size = [&](const Oid& column) { return table.Below(column).size(); };
  if (size(kAlertTexts) > std::max(size(kAlerts[0]), size(kAlerts[1]))) return {};
  std::vector<SnmpTable::Row> rows;
  const auto add = [&](const Oid& subtree) {
    const auto here = table.Below(subtree);
    rows.insert(rows.end(), here.begin(), here.end());
  };
  std::ranges::for_each(kStatuses, add);
  std::ranges::for_each(kAlerts, add);
  std::ranges::for_each(JobStateColumns(), add);
  return SnmpTable(std::move(rows));
}

std::vector<Oid> WatchObjects(const PrinterKnowledge& known) {
  std::vector<Oid> objects;
  for (const Oid& object : known.objects) {
    const auto holds = [&](const Oid& column) { return column.Contains(object); };
    if (std::ranges::any_of(kStatuses, holds)) objects.push_back(object);
  }
  const auto end = ErrorLogEndObjects(known.log);
  objects.insert(objects.end(), end.begin(), end.end());
  return objects;
}

std::vector<Oid> LookSubtrees(const PrinterKnowledge& known) {
  std::vector<Oid> subtrees(std::begin(kAlerts), std::end(kAlerts));
  const bool had_no_error = known.log == ErrorLogEnd{};
  if (had_no_error && known.offers.contains(mib::kHpErrorLog)) {
    subtrees.push_back(mib::kHpErrorLog);
  }
  for (const Oid& column : JobStateColumns()) {
    if (known.offers.contains(column)) subtrees.push_back(column);
  }
  return subtrees;
}

bool IsAsItWas(const SnmpTable& now, const PrinterKnowledge& known) {
  return LookOf(now) == known.look && EndOfErrorLog(now) == known.log &&
         JobObjects(now, known.jobs).empty();
}

}  // namespace plotmeter
