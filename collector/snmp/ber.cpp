#include "collector/snmp/ber.h"

#include <array>

namespace plotmeter {
namespace {

constexpr std::uint32_t kOctetsOfLength = 0x80;  // set: the length of the length follows
constexpr std::uint32_t kMoreOfPart = 0x80;      // of an object identifier

bool IsNegative(char first) { return (static_cast<unsigned char>(first) & 0x80U) != 0; }

}  // namespace

std::string BerTlv(char tag, std::string_view content) {
  BerWriter out;
  out.Put(content);
  out.Wrap(tag, 0);
  return out.Take();
}

std::string BerNumber(std::int32_t number) {
  BerWriter out;
  out.PutNumber(number);
  return out.Take();
}

void BerWriter::PutNumber(std::int32_t number) {
  const std::size_t end = size();
  std::int32_t rest = number;
  do {  // as many octets as the sign needs
    reversed_ += static_cast<char>(rest & 0xFF);
    rest >>= 8;
  } while (rest != (IsNegative(reversed_.back()) ? -1 : 0));
  Wrap(kBerInteger, end);
}

bool BerWriter::PutObjectId(const Oid& oid) {
  const auto parts = oid.parts();
  if (parts.empty() || parts.size() > Oid::kMaxParts || parts[0] > 2) return false;
  const std::uint32_t second = parts.size() > 1 ? parts[1] : 0;
  if (second > (parts[0] < 2 ? 39 : UINT32_MAX - 80)) return false;
  const std::size_t end = size();
  const auto put = [&](std::uint32_t part) {
    reversed_ += static_cast<char>(part & 0x7F);
    while ((part >>= 7) != 0) reversed_ += static_cast<char>((part & 0x7F) | kMoreOfPart);
  };
  for (std::size_t i = parts.size(); i-- > 2;) put(parts[i]);
  put(parts[0] * 40 + second);  // the first two share their octets
  Wrap(kBerObjectId, end);
  return true;
}

void BerWriter::Wrap(char tag, std::size_t end) {
  const std::size_t length = size() - end;
  if (length < kOctetsOfLength) {
    reversed_ += static_cast<char>(length);
  } else {
    const std::size_t before = size();
    for (std::size_t rest = length; rest > 0; rest >>= 8) {
      reversed_ += static_cast<char>(rest & 0xFF);
    }
    reversed_ += static_cast<char>(kOctetsOfLength | (size() - before));
  }
  reversed_ += tag;
}

std::optional<BerReader::Element> BerReader::TakeAny() {
  if (rest_.size() < 2) return std::nullopt;
  const char tag = rest_[0];
  std::size_t length = static_cast<unsigned char>(rest_[1]);
  std::size_t at = 2;
  if (length >= kOctetsOfLength) {
    const std::size_t octets = length & 0x7F;
    if (octets == 0 || octets > 4 || rest_.size() < at + octets) return std::nullopt;
    length = 0;
    for (const std::size_t end = at + octets; at < end; ++at) {
      length = length << 8 | static_cast<unsigned char>(rest_[at]);
    }
  }
  if (length > rest_.size() - at) return std::nullopt;
  const std::string_view content = rest_.substr(at, length);
  rest_.remove_prefix(at + length);
  return Element{tag, content};
}

std::optional<std::string_view> BerReader::Take(char tag) {
  if (rest_.empty() || rest_[0] != tag) return std::nullopt;
  const auto element = TakeAny();
  return element ? std::optional(element->content) : std::nullopt;
}

std::optional<std::int32_t> BerReader::TakeNumber() {
  const auto content = Take(kBerInteger);
  const auto number = content && content->size() <= 4 ? BerInteger(*content) : std::nullopt;
  if (!number || *number < 0) return std::nullopt;
  return static_cast<std::int32_t>(*number);
}

std::optional<std::int64_t> BerInteger(std::string_view content) {
  if (content.empty() || content.size() > 8) return std::nullopt;
  std::uint64_t number = IsNegative(content[0]) ? UINT64_MAX : 0;
  for (const char c : content) number = number << 8 | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(number);
}

std::optional<std::uint64_t> BerUnsigned(std::string_view content) {
  if (content.size() == 9 && content[0] == '\0') content.remove_prefix(1);
  if (content.empty() || content.size() > 8) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : content) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

std::optional<Oid> BerObjectId(std::string_view content) {
  std::array<std::uint32_t, Oid::kMaxParts> parts = {};
  std::size_t count = 2;  // the first two share their octets
  if (content.empty()) return Oid{0, 0};
  std::uint64_t part = 0;
  bool is_first = true;
  bool is_open = false;
  for (const char c : content) {
    const std::uint32_t octet = static_cast<unsigned char>(c);
    part = part << 7 | (octet & 0x7F);
    if (part > UINT32_MAX) return std::nullopt;
    is_open = (octet & kMoreOfPart) != 0;
    if (is_open) continue;
    if (is_first) {
      parts[0] = part < 80 ? static_cast<std::uint32_t>(part) / 40 : 2;
      parts[1] = static_cast<std::uint32_t>(part) - parts[0] * 40;
      is_first = false;
    } else {
      if (count == parts.size()) return std::nullopt;
      parts[count++] = static_cast<std::uint32_t>(part);
    }
    part = 0;
  }
  if (is_open) return std::nullopt;
  return Oid(std::span(parts).first(count));
}

}  // namespace plotmeter
