#include "collector/snmp/oid.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

namespace plotmeter {

std::optional<Oid> Oid::Parse(std::string_view text) {
  if (text.starts_with('.')) text.remove_prefix(1);
  std::array<std::uint32_t, kMaxParts> parts;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::size_t size = 0; size < kMaxParts; ++size) {
    const auto [stop, error] = std::from_chars(at, end, parts[size]);
    if (error != std::errc()) return std::nullopt;
    if (stop == end) return Oid(std::span(parts).first(size + 1));
    if (*stop != '.') return std::nullopt;
    at = stop + 1;
  }
  return std::nullopt;
}

std::string Oid::ToText() const { return fmt::format("{}", fmt::join(parts(), ".")); }

Oid Oid::After(const Oid& prefix) const {
  if (!prefix.Contains(*this)) return {};
  return Oid(parts().subspan(prefix.size()));
}

Oid Oid::operator+(const Oid& below) const {
  Oid sum = *this;
  sum.Append(below.parts());
  return sum;
}

void Oid::Append(std::span<const std::uint32_t> parts) {
  if (long_.empty() && short_size_ + parts.size() <= short_.size()) {
    // Not std::copy, which goes part by part: names are most of what there is in an answer.
    if (!parts.empty()) std::memcpy(&short_[short_size_], parts.data(), parts.size_bytes());
    short_size_ += static_cast<std::uint32_t>(parts.size());
    return;
  }
  if (long_.empty()) long_.assign(short_.begin(), short_.begin() + short_size_);
  long_.insert(long_.end(), parts.begin(), parts.end());
  short_size_ = 0;
}

}  // namespace plotmeter
