// A table as a MIB defines it (a conceptual table, RFC 2578 section 7.1.12), of the Printer-MIB's
// kind: its rows are told apart by hrDeviceIndex and a number of their own.
//
//    const ConceptualTable supplies(table, mib::kPrtMarkerSupplies);
//    for (const auto& row : supplies.Rows({3, 5}, {}))     // those that have column 3 or 5
//      row.Number(9)                                       // prtMarkerSuppliesLevel, or empty
//
// The columns are found once, so that a value is looked for among the rows of its column and not
// among all that the printer said. Points into the SnmpTable, which outlives it and does not
// change.

#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collector/snmp/table.h"

namespace plotmeter {

class ConceptualTable;

class ConceptualRow {
 public:
  ConceptualRow(const ConceptualTable& table, std::uint32_t device, std::uint32_t subunit)
      : table_(&table), device_(device), subunit_(subunit) {}

  std::uint32_t device() const { return device_; }
  std::uint32_t subunit() const { return subunit_; }
  std::string name() const;  // "1.3"

  std::optional<std::int64_t> Number(std::uint32_t column) const;
  std::optional<std::string_view> Octets(std::uint32_t column) const;
  std::string ObjectText(std::uint32_t column) const;  // "1.3.6.1.2.1.43.10.2.1.4.1.3"

 private:
  const Value* Find(std::uint32_t column) const;

  const ConceptualTable* table_;
  std::uint32_t device_;
  std::uint32_t subunit_;
};

class ConceptualTable {
 public:
  static constexpr std::uint32_t kColumns = 20;  // the tables that are read have 18 at most

  // `entry` is the object above the columns: prtMarkerSuppliesEntry, not …Table.
  ConceptualTable(const SnmpTable& table, Oid entry);

  // The rows that any of these columns has, in the order of their index; only of these devices, or
  // of all where none is named. Indexes of another length are no rows.
  std::vector<ConceptualRow> Rows(std::initializer_list<std::uint32_t> columns,
                                  std::span<const std::uint32_t> devices) const;
  ConceptualRow Row(std::uint32_t device, std::uint32_t subunit) const {
    return {*this, device, subunit};
  }

 private:
  friend class ConceptualRow;

  Oid entry_;
  std::array<std::span<const SnmpTable::Row>, kColumns> columns_ = {};
};

}  // namespace plotmeter
