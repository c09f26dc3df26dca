#include "collector/snmp/ber.h"

namespace plotmeter {

std::string BerTlv(char tag, std::string_view content) {
  std::string out(1, tag);
  const std::size_t size = content.size();
  if (size < 0x80) {
    out += static_cast<char>(size);
  } else {
    std::string length;
    for (std::size_t rest = size; rest > 0; rest >>= 8) {
      length.insert(length.begin(), static_cast<char>(rest & 0xFF));
    }
    out += static_cast<char>(0x80 | length.size());
    out += length;
  }
  return out.append(content);
}

std::string BerNumber(std::int32_t number) {
  const auto bits = static_cast<std::uint32_t>(number);
  std::string octets;
  for (int shift = 24; shift >= 0; shift -= 8) octets += static_cast<char>((bits >> shift) & 0xFF);
  const auto superfluous = [&] {
    return (octets[0] == '\0' && (octets[1] & 0x80) == 0) ||
           (octets[0] == '\xFF' && (octets[1] & 0x80) != 0);
  };
  while (octets.size() > 1 && superfluous()) octets.erase(0, 1);
  return BerTlv(kBerInteger, octets);
}

std::optional<std::string_view> BerReader::Take(char tag) {
  if (rest_.size() < 2 || rest_[0] != tag) return std::nullopt;
  std::size_t length = static_cast<unsigned char>(rest_[1]);
  std::size_t at = 2;
  if (length >= 0x80) {
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
  return content;
}

std::optional<std::int32_t> BerReader::TakeNumber() {
  const auto content = Take(kBerInteger);
  if (!content || content->empty() || content->size() > 4 || (content->front() & 0x80) != 0) {
    return std::nullopt;
  }
  std::uint32_t number = 0;
  for (const char c : *content) number = number << 8 | static_cast<unsigned char>(c);
  return static_cast<std::int32_t>(number);
}

}  // namespace plotmeter
