// An object identifier: the name of one value or of a whole subtree of values (RFC 2578
// section 3.5).
//
//    const Oid column = Oid::Parse("1.3.6.1.2.1.43.10.2.1.4").value();
//    column.Contains(column + Oid{1, 2})   true; every Oid contains itself
//    (column + Oid{1, 2}).After(column)    Oid{1, 2}: the index of the row
//    column < column + Oid{1}              true: the order in which a walk meets them
//
// An immutable value of at most 128 parts: copy it freely, share it between threads. Up to 20
// parts, as all the objects that are read here have, lie in the value itself; a longer one
// allocates.

#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plotmeter {

class Oid {
 public:
  static constexpr std::size_t kMaxParts = 128;  // RFC 2578 section 3.5

  Oid() = default;
  Oid(std::initializer_list<std::uint32_t> parts) : Oid(std::span(parts.begin(), parts.size())) {}
  explicit Oid(std::span<const std::uint32_t> parts) { Append(parts); }

  // "1.3.6.1", a leading dot allowed; empty when it is anything else (an empty part, a sign, a
  // part of 2^32 or more, more than 128 parts).
  static std::optional<Oid> Parse(std::string_view text);

  std::string ToText() const;  // "1.3.6.1"

  // Points into this value.
  std::span<const std::uint32_t> parts() const {
    return long_.empty() ? std::span(short_).first(short_size_) : std::span(long_);
  }
  std::size_t size() const { return parts().size(); }
  bool empty() const { return parts().empty(); }

  // True when `other` is this Oid or lies below it. The empty Oid contains every other.
  bool Contains(const Oid& other) const {
    const auto mine = parts();
    const auto theirs = other.parts();
    return theirs.size() >= mine.size() && std::equal(mine.begin(), mine.end(), theirs.begin());
  }

  // What is left of this one after `prefix`; empty when `prefix` does not contain it.
  Oid After(const Oid& prefix) const;

  Oid operator+(const Oid& below) const;

  friend bool operator==(const Oid& a, const Oid& b) {
    return std::ranges::equal(a.parts(), b.parts());
  }
  friend std::strong_ordering operator<=>(const Oid& a, const Oid& b) {
    // By hand, because tables are searched for little else, and the library's way takes twice as
    // long.
    const auto left = a.parts();
    const auto right = b.parts();
    const std::size_t common = std::min(left.size(), right.size());
    std::size_t i = 0;
    while (i + 2 <= common && std::memcmp(&left[i], &right[i], 2 * sizeof left[i]) == 0) i += 2;
    for (; i < common; ++i) {
      if (left[i] != right[i]) return left[i] <=> right[i];
    }
    return left.size() <=> right.size();
  }

 private:
  void Append(std::span<const std::uint32_t> parts);

  std::uint32_t short_size_ = 0;  // 0 when it is long
  std::array<std::uint32_t, 20> short_ = {};
  std::vector<std::uint32_t> long_ = {};
};

}  // namespace plotmeter
