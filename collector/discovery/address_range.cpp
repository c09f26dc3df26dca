#include "collector/discovery/address_range.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "collector/discovery/shown.h"
#include "common/settings.h"

namespace plotmeter {
namespace {

constexpr std::uint32_t kMostInOctet = 255;

// A number without sign or leading zeros ("010" is 8 to some and 10 to others), at most `most`.
std::optional<std::uint32_t> Number(std::string_view text, std::uint32_t most) {
  std::uint32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || number > most) return std::nullopt;
  if (text.size() > 1 && text[0] == '0') return std::nullopt;
  return number;
}

std::vector<std::string_view> Split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (std::size_t stop = 0; stop != std::string_view::npos;) {
    stop = text.find(at);
    parts.push_back(text.substr(0, stop));
    if (stop != std::string_view::npos) text.remove_prefix(stop + 1);
  }
  return parts;
}

}  // namespace

std::string Shown(std::string_view text) {
  constexpr std::size_t kMost = 60;
  std::string shown(text.substr(0, kMost));
  std::ranges::replace_if(
      shown, [](char c) { return c < ' ' || c > '~'; }, '?');
  return text.size() > kMost ? shown + "..." : shown;
}

std::string Ipv4::ToText() const {
  return fmt::format("{}.{}.{}.{}", number >> 24, (number >> 16) & 0xFF, (number >> 8) & 0xFF,
                     number & 0xFF);
}

bool Ipv4::is_unicast() const {
  constexpr Ipv4 kFirst{0x01000000};
  constexpr Ipv4 kLast{0xDFFFFFFF};
  return kFirst <= *this && *this <= kLast;
}

AddressRange AddressRange::Parse(std::string_view field, std::string_view text) {
  const AddressRange range = ParseExclude(field, text);
  if (range.at(0).is_unicast() && range.at(range.size() - 1).is_unicast()) return range;
  throw UsageError(fmt::format("'{}' is '{}'; expected {}", field, Shown(text), kExpectedUnicast));
}

AddressRange AddressRange::ParseExclude(std::string_view field, std::string_view text) {
  const auto wrong = [&](std::string_view expected) {
    return UsageError(fmt::format("'{}' is '{}'; expected {}", field, Shown(text), expected));
  };
  constexpr std::string_view kForms =
      "an IPv4 address, a block such as 10.0.0.0/24 or spans such as 192.168.1-10.1-254";
  const auto slash = text.find('/');
  const auto octets = Split(text.substr(0, slash), '.');
  if (octets.size() != 4) throw wrong(kForms);

  AddressRange range;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto ends = Split(octets[i], '-');
    const auto first = Number(ends.front(), kMostInOctet);
    const auto last = Number(ends.back(), kMostInOctet);
    if (!first || !last || ends.size() > 2) throw wrong(kForms);
    if (*first > *last) throw wrong("spans that rise, such as 1-254");
    if (slash != std::string_view::npos && ends.size() > 1) {
      throw wrong("either a prefix length or spans, not both");
    }
    range.octets_[i] = {*first, *last};
  }
  if (slash == std::string_view::npos) return range;

  const auto prefix = Number(text.substr(slash + 1), 32);
  if (!prefix) throw wrong("a prefix length of 0 to 32 after the slash");
  range.skip_ends_ = *prefix <= 30;
  for (std::uint32_t i = 0; i < 4; ++i) {
    const std::uint32_t fixed = std::min<std::uint32_t>(*prefix - std::min(*prefix, i * 8), 8);
    const std::uint32_t host = kMostInOctet >> fixed;
    Span& octet = range.octets_[i];
    octet.first &= ~host;
    octet.last = octet.first | host;
  }
  return range;
}

std::optional<Ipv4> Ipv4::Parse(std::string_view text) {
  const auto octets = Split(text, '.');
  if (octets.size() != 4) return {};
  Ipv4 address;
  for (const std::string_view octet : octets) {
    const auto number = Number(octet, kMostInOctet);
    if (!number) return {};
    address.number = address.number << 8 | *number;
  }
  return address;
}

std::uint64_t AddressRange::size() const {
  std::uint64_t size = 1;
  for (const Span& octet : octets_) size *= octet.count();
  return skip_ends_ ? size - 2 : size;
}

Ipv4 AddressRange::at(std::uint64_t index) const {
  if (skip_ends_) ++index;
  Ipv4 address;
  for (std::size_t i = 4; i-- > 0;) {
    const std::uint32_t count = octets_[i].count();
    const auto octet = octets_[i].first + static_cast<std::uint32_t>(index % count);
    address.number |= octet << (8 * (3 - i));
    index /= count;
  }
  return address;
}

bool AddressRange::Contains(Ipv4 address) const {
  for (std::size_t i = 0; i < 4; ++i) {
    const std::uint32_t octet = (address.number >> (8 * (3 - i))) & 0xFF;
    if (octet < octets_[i].first || octet > octets_[i].last) return false;
  }
  return true;
}

bool AddressRange::Names(Ipv4 address) const {
  if (!Contains(address)) return false;
  return !skip_ends_ || (at(0) <= address && address <= at(size() - 1));
}

AddressWalk::AddressWalk(std::vector<AddressRange> ranges, std::vector<AddressRange> excludes,
                         std::vector<Ipv4> singles)
    : ranges_(std::move(ranges)), excludes_(std::move(excludes)), singles_(std::move(singles)) {
  std::ranges::sort(singles_);
  singles_.erase(std::unique(singles_.begin(), singles_.end()), singles_.end());
  size_ = singles_.size();
  for (const AddressRange& range : ranges_) size_ += range.size();
  if (size_ > kMost) {
    throw UsageError(
        fmt::format("the ranges have {} addresses; expected at most {}", size_, kMost));
  }
}

bool AddressWalk::Next(Ipv4& address) {
  while (next_ < size_) {
    if (const auto wanted = At(next_++)) {
      address = *wanted;
      return true;
    }
  }
  return false;
}

std::optional<Ipv4> AddressWalk::At(std::uint64_t place) const {
  std::size_t range = 0;
  while (range < ranges_.size() && place >= ranges_[range].size()) {
    place -= ranges_[range++].size();
  }
  if (range == ranges_.size() && place >= singles_.size()) return {};
  const Ipv4 address = range < ranges_.size() ? ranges_[range].at(place) : singles_[place];
  const auto here = ranges_.begin() + static_cast<std::ptrdiff_t>(range);
  const bool unwanted =
      std::any_of(excludes_.begin(), excludes_.end(),
                  [address](const AddressRange& other) { return other.Contains(address); }) ||
      std::any_of(ranges_.begin(), here,
                  [address](const AddressRange& other) { return other.Names(address); });
  return unwanted ? std::nullopt : std::optional(address);
}

void AddressWalk::Seek(std::uint64_t place) { next_ = std::min(place, size_); }

}  // namespace plotmeter
