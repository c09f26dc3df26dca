#include "collector/snmp/oid.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

namespace plotmeter {

std::optional<Oid> Oid::Parse(std::string_view text) {
  if (text.starts_with('.')) text.remove_prefix(1);
  std::vector<std::uint32_t> parts;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (parts.size() < kMaxParts) {
    std::uint32_t part = 0;
    const auto [stop, error] = std::from_chars(at, end, part);
    if (error != std::errc()) return std::nullopt;
    parts.push_back(part);
    if (stop == end) return Oid(std::move(parts));
    if (*stop != '.') return std::nullopt;
    at = stop + 1;
  }
  return std::nullopt;
}

std::string Oid::ToText() const { return fmt::format("{}", fmt::join(parts_, ".")); }

bool Oid::Contains(const Oid& other) const {
  return other.size() >= size() && std::equal(parts_.begin(), parts_.end(), other.parts_.begin());
}

Oid Oid::After(const Oid& prefix) const {
  if (!prefix.Contains(*this)) return {};
  return Oid(std::vector<std::uint32_t>(parts_.begin() + static_cast<std::ptrdiff_t>(prefix.size()),
                                        parts_.end()));
}

Oid Oid::operator+(const Oid& below) const {
  std::vector<std::uint32_t> parts = parts_;
  parts.insert(parts.end(), below.parts_.begin(), below.parts_.end());
  return Oid(std::move(parts));
}

}  // namespace plotmeter
