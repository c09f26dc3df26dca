#include "tests/simulator/recording.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <limits>

namespace plotmeter::simulator {

namespace {

template <typename Number>
Number ParseNumber(std::string_view text, Number high = std::numeric_limits<Number>::max()) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value > high) {
    throw RecordingError(fmt::format("'{}' is not a number of this type", text));
  }
  return value;
}

std::string ParseHex(std::string_view text) {
  std::string octets;
  if (text.size() % 2 != 0) throw RecordingError("an odd number of hexadecimal digits");
  for (std::size_t i = 0; i < text.size(); i += 2) {
    unsigned octet = 0;
    const auto [end, error] = std::from_chars(text.data() + i, text.data() + i + 2, octet, 16);
    if (error != std::errc{} || end != text.data() + i + 2) {
      throw RecordingError(fmt::format("'{}' is not hexadecimal", text.substr(i, 2)));
    }
    octets += static_cast<char>(static_cast<unsigned char>(octet));
  }
  return octets;
}

std::uint32_t ParseAddress(std::string_view text) {
  std::uint32_t address = 0;
  for (int part = 0; part < 4; ++part) {
    const auto dot = part < 3 ? text.find('.') : text.size();
    if (dot == std::string_view::npos) throw RecordingError("an address has four parts");
    address = address << 8 | ParseNumber<std::uint32_t>(text.substr(0, dot), 255);
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  return address;
}

MibValue ParseValue(std::string_view tag, std::string_view text) {
  constexpr std::uint64_t kWord = 0xFFFFFFFFu;
  if (tag == "2") return Integer(ParseNumber<std::int32_t>(text));
  if (tag == "4") return Octets(text);
  if (tag == "4x") return Octets(ParseHex(text));
  if (tag == "5") return {};
  if (tag == "6") {
    const auto oid = ParseOid(text);
    if (!oid) throw RecordingError(fmt::format("'{}' is not an object identifier", text));
    return {.type = MibType::kOid, .oid = *oid};
  }
  if (tag == "64") return IpAddress(ParseAddress(text));
  if (tag == "65") return Counter32(ParseNumber<std::uint64_t>(text, kWord));
  if (tag == "66") return Gauge32(ParseNumber<std::uint64_t>(text, kWord));
  if (tag == "67") return TimeTicks(ParseNumber<std::uint64_t>(text, kWord));
  if (tag == "68x") return {.type = MibType::kOpaque, .octets = ParseHex(text)};
  if (tag == "70") return Counter64(ParseNumber<std::uint64_t>(text));
  throw RecordingError(fmt::format("tag '{}' is not one of .snmprec", tag));
}

std::string Hex(std::string_view octets) {
  std::string text;
  for (const char c : octets) text += fmt::format("{:02X}", static_cast<unsigned char>(c));
  return text;
}

// Text that a line can hold as it is; the rest is written in hexadecimal.
bool IsPlain(std::string_view octets) {
  const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
  return std::all_of(octets.begin(), octets.end(), printable) && !octets.starts_with(' ') &&
         !octets.ends_with(' ');
}

}  // namespace

Mib ParseRecording(std::string_view text) {
  Mib mib;
  for (int number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    try {
      const auto first = line.find('|');
      const auto second = first == std::string_view::npos ? first : line.find('|', first + 1);
      if (second == std::string_view::npos) throw RecordingError("expected OID|tag|value");
      const auto oid = ParseOid(line.substr(0, first));
      if (!oid) throw RecordingError("the OID is not one");
      if (mib.Find(*oid) != nullptr) throw RecordingError("the OID came before");
      mib.Set(*oid,
              ParseValue(line.substr(first + 1, second - first - 1), line.substr(second + 1)));
    } catch (const RecordingError& error) {
      throw RecordingError(fmt::format("line {}: {}", number, error.what()));
    }
  }
  return mib;
}

Mib LoadRecording(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw RecordingError("cannot open " + file.string());
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  return ParseRecording(text);
}

std::string RecordingLine(const Oid& oid, const MibValue& value) {
  const auto line = [&oid](std::string_view tag, std::string_view text) {
    return fmt::format("{}|{}|{}", OidText(oid), tag, text);
  };
  const auto unsigned_octet = [&value](std::size_t i) {
    return static_cast<unsigned char>(value.octets.at(i));
  };
  switch (value.type) {
    case MibType::kInteger:
      return line("2", std::to_string(value.integer));
    case MibType::kOctets:
      return IsPlain(value.octets) ? line("4", value.octets) : line("4x", Hex(value.octets));
    case MibType::kNull:
      return line("5", "");
    case MibType::kOid:
      return line("6", OidText(value.oid));
    case MibType::kIpAddress:
      return line("64", fmt::format("{}.{}.{}.{}", unsigned_octet(0), unsigned_octet(1),
                                    unsigned_octet(2), unsigned_octet(3)));
    case MibType::kOpaque:
      return line("68x", Hex(value.octets));
    case MibType::kCounter32:
    case MibType::kGauge32:
    case MibType::kTimeTicks:
    case MibType::kCounter64:
      break;
  }
  return line(std::to_string(static_cast<int>(value.type)), std::to_string(value.count));
}

}  // namespace plotmeter::simulator
