#include "collector/snmp/conceptual_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace plotmeter {
namespace {

using Index = std::pair<std::uint32_t, std::uint32_t>;  // hrDeviceIndex and the subunit

// What stands behind the column in the name of a row.
std::optional<Index> IndexOf(const Oid& oid, std::size_t column_size) {
  const auto parts = oid.parts();
  if (parts.size() != column_size + 2) return std::nullopt;
  return Index{parts[column_size], parts[column_size + 1]};
}

}  // namespace

ConceptualTable::ConceptualTable(const SnmpTable& table, Oid entry) : entry_(std::move(entry)) {
  const std::span<const SnmpTable::Row> all = table.Below(entry_);
  const std::size_t at = entry_.size();
  for (std::size_t begin = 0, end = 0; begin < all.size(); begin = end) {
    const auto parts = all[begin].first.parts();
    end = begin + 1;
    if (parts.size() <= at) continue;
    const std::uint32_t column = parts[at];
    while (end < all.size() && all[end].first.parts()[at] == column) ++end;
    if (column < kColumns) columns_[column] = all.subspan(begin, end - begin);
  }
}

std::vector<ConceptualRow> ConceptualTable::Rows(std::initializer_list<std::uint32_t> columns,
                                                 std::span<const std::uint32_t> devices) const {
  std::vector<Index> indexes;
  for (const std::uint32_t column : columns) {
    for (const auto& [oid, value] : columns_.at(column)) {
      const auto index = IndexOf(oid, entry_.size() + 1);
      if (!index) continue;
      if (devices.empty() || std::ranges::find(devices, index->first) != devices.end()) {
        indexes.push_back(*index);
      }
    }
  }
  std::ranges::sort(indexes);
  const auto same = std::ranges::unique(indexes);
  indexes.erase(same.begin(), same.end());
  std::vector<ConceptualRow> rows;
  rows.reserve(indexes.size());
  for (const auto& [device, subunit] : indexes) rows.emplace_back(*this, device, subunit);
  return rows;
}

std::string ConceptualRow::name() const { return fmt::format("{}.{}", device_, subunit_); }

std::string ConceptualRow::ObjectText(std::uint32_t column) const {
  return (table_->entry_ + Oid{column, device_, subunit_}).ToText();
}

const Value* ConceptualRow::Find(std::uint32_t column) const {
  const auto& rows = table_->columns_.at(column);
  const std::size_t size = table_->entry_.size() + 1;
  // By the numbers of the index, of which an odd row may have fewer or more.
  const std::array<std::uint32_t, 2> wanted = {device_, subunit_};
  const auto row = std::ranges::lower_bound(
      rows, wanted,
      [](std::span<const std::uint32_t> a, std::span<const std::uint32_t> b) {
        return std::ranges::lexicographical_compare(a, b);
      },
      [size](const SnmpTable::Row& each) { return each.first.parts().subspan(size); });
  if (row == rows.end() || IndexOf(row->first, size) != Index{device_, subunit_}) return nullptr;
  return &row->second;
}

std::optional<std::int64_t> ConceptualRow::Number(std::uint32_t column) const {
  const Value* const value = Find(column);
  return value ? value->AsNumber() : std::nullopt;
}

std::optional<std::string_view> ConceptualRow::Octets(std::uint32_t column) const {
  const Value* const value = Find(column);
  return value ? value->AsOctets() : std::nullopt;
}

}  // namespace plotmeter
