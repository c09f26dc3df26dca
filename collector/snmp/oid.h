// An object identifier: the name of one value or of a whole subtree of values (RFC 2578
// section 3.5).
//
//    const Oid column = Oid::Parse("1.3.6.1.2.1.43.10.2.1.4").value();
//    column.Contains(column + Oid{1, 2})   true; every Oid contains itself
//    (column + Oid{1, 2}).After(column)    Oid{1, 2}: the index of the row
//    column < column + Oid{1}              true: the order in which a walk meets them
//
// An immutable value of at most 128 parts: copy it freely, share it between threads.

#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plotmeter {

class Oid {
 public:
  static constexpr std::size_t kMaxParts = 128;  // RFC 2578 section 3.5

  Oid() = default;
  Oid(std::initializer_list<std::uint32_t> parts) : parts_(parts) {}
  explicit Oid(std::vector<std::uint32_t> parts) : parts_(std::move(parts)) {}

  // "1.3.6.1", a leading dot allowed; empty when it is anything else (an empty part, a sign, a
  // part of 2^32 or more, more than 128 parts).
  static std::optional<Oid> Parse(std::string_view text);

  std::string ToText() const;  // "1.3.6.1"

  const std::vector<std::uint32_t>& parts() const { return parts_; }
  std::size_t size() const { return parts_.size(); }
  bool empty() const { return parts_.empty(); }

  // True when `other` is this Oid or lies below it. The empty Oid contains every other.
  bool Contains(const Oid& other) const;

  // What is left of this one after `prefix`; empty when `prefix` does not contain it.
  Oid After(const Oid& prefix) const;

  Oid operator+(const Oid& below) const;

  auto operator<=>(const Oid&) const = default;

 private:
  std::vector<std::uint32_t> parts_;
};

}  // namespace plotmeter
