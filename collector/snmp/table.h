// What an agent answered: objects and their values in the order of a walk. Holds no absent value:
// what is not there is not in the table.
//
//    SnmpTable table = {{mib::kSysUpTime, Value::Number(ValueType::kTimeTicks, 8640000)}};
//    NumberAt(table, mib::kSysUpTime)                     8640000
//    for (const auto& [oid, value] : table.Below(column))  the rows of one column
//
// One sorted run of rows rather than a tree: a table is filled once, by rows that come in order,
// and then only read. A thousand printers' tables are under way at once, so it is their size that
// counts. Adding a row anywhere but at the end moves those behind it.
//
// Owned by one thread at a time; iterators and pointers are good until it changes.

#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "collector/snmp/oid.h"
#include "collector/snmp/value.h"

namespace plotmeter {

class SnmpTable {
 public:
  using Row = std::pair<Oid, Value>;
  using value_type = Row;
  using const_iterator = std::vector<Row>::const_iterator;

  SnmpTable() = default;
  SnmpTable(std::initializer_list<Row> rows) : SnmpTable(std::vector<Row>(rows)) {}
  // In any order, rising is fastest; of several rows of one object the first counts.
  explicit SnmpTable(std::vector<Row> rows);

  const_iterator begin() const { return rows_.begin(); }
  const_iterator end() const { return rows_.end(); }
  std::size_t size() const { return rows_.size(); }
  bool empty() const { return rows_.empty(); }

  // The row of an object; end() when it is not there.
  const_iterator find(const Oid& oid) const {
    const auto at = lower_bound(oid);
    return at != end() && at->first == oid ? at : end();
  }
  const_iterator lower_bound(const Oid& oid) const {
    return std::ranges::lower_bound(rows_, oid, {}, &Row::first);
  }
  const_iterator upper_bound(const Oid& oid) const {
    return std::ranges::upper_bound(rows_, oid, {}, &Row::first);
  }
  bool contains(const Oid& oid) const { return find(oid) != end(); }

  // The rows of a subtree.
  std::span<const Row> Below(const Oid& subtree) const;

  Value& operator[](const Oid& oid);          // NULL where it was not there
  void emplace(const Oid& oid, Value value);  // leaves a row that is there
  void erase(const Oid& oid);
  void EraseBelow(const Oid& subtree);
  void Merge(SnmpTable&& other);  // what both have stays as it is here

  bool operator==(const SnmpTable&) const = default;

 private:
  std::vector<Row> rows_ = {};  // by object
};

// Reads of one object; empty when it is not in the table or of another kind.
inline std::optional<std::int64_t> NumberAt(const SnmpTable& table, const Oid& oid) {
  const auto row = table.find(oid);
  return row == table.end() ? std::nullopt : row->second.AsNumber();
}
inline std::optional<std::string_view> OctetsAt(const SnmpTable& table, const Oid& oid) {
  const auto row = table.find(oid);
  return row == table.end() ? std::nullopt : row->second.AsOctets();
}
inline const Oid* OidAt(const SnmpTable& table, const Oid& oid) {
  const auto row = table.find(oid);
  return row == table.end() ? nullptr : row->second.AsOid();
}

}  // namespace plotmeter
