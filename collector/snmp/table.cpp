#include "collector/snmp/table.h"

#include <functional>
#include <iterator>

namespace plotmeter {

SnmpTable::SnmpTable(std::vector<Row> rows) {
  if (std::ranges::is_sorted(rows, std::ranges::less_equal(), &Row::first)) {
    rows_ = std::move(rows);
    return;
  }
  std::vector<Row*> order;  // rows are large: each of them moves once
  order.reserve(rows.size());
  for (Row& row : rows) order.push_back(&row);
  std::ranges::stable_sort(order, {}, [](const Row* row) -> const Oid& { return row->first; });
  rows_.reserve(rows.size());
  for (Row* row : order) {
    if (rows_.empty() || rows_.back().first != row->first) rows_.push_back(std::move(*row));
  }
}

std::span<const SnmpTable::Row> SnmpTable::Below(const Oid& subtree) const {
  const auto first = lower_bound(subtree);
  const auto last =
      std::find_if(first, end(), [&](const Row& row) { return !subtree.Contains(row.first); });
  return {first, last};
}

Value& SnmpTable::operator[](const Oid& oid) {
  const auto at = rows_.begin() + (lower_bound(oid) - rows_.cbegin());
  if (at != rows_.end() && at->first == oid) return at->second;
  return rows_.emplace(at, oid, Value())->second;
}

void SnmpTable::emplace(const Oid& oid, Value value) {
  const auto at = rows_.empty() || rows_.back().first < oid ? end() : lower_bound(oid);
  if (at == end() || at->first != oid) rows_.emplace(at, oid, std::move(value));
}

void SnmpTable::erase(const Oid& oid) {
  if (const auto at = find(oid); at != end()) rows_.erase(at);
}

void SnmpTable::EraseBelow(const Oid& subtree) {
  std::erase_if(rows_, [&](const Row& row) { return subtree.Contains(row.first); });
}

void SnmpTable::Merge(SnmpTable&& other) {
  if (other.empty()) return;
  if (empty()) return rows_.swap(other.rows_);
  std::vector<Row> both;
  both.reserve(size() + other.size());
  auto theirs = other.rows_.begin();
  for (Row& mine : rows_) {
    while (theirs != other.rows_.end() && theirs->first < mine.first) {
      both.push_back(std::move(*theirs++));
    }
    if (theirs != other.rows_.end() && theirs->first == mine.first) ++theirs;
    both.push_back(std::move(mine));
  }
  both.insert(both.end(), std::move_iterator(theirs), std::move_iterator(other.rows_.end()));
  rows_ = std::move(both);
  other.rows_.clear();
}

}  // namespace plotmeter
