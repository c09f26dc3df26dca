#include "collector/snmp/text.h"

#include <algorithm>

namespace plotmeter {
namespace {

constexpr std::string_view kRoman8Prefix = "\x01\x15";
constexpr std::string_view kLatin1Prefix("\x00\x0E", 2);
constexpr std::string_view kDesignJetPrefix = "\xFD\xE8";
constexpr std::string_view kBlanks = " \t\r\n\v\f";
constexpr std::int64_t kMibEnumLatin1 = 4;
constexpr std::int64_t kMibEnumRoman8 = 2004;

// HP Roman-8 from 0xA1 to 0xFE (PCL symbol set 8U).
constexpr char16_t kRoman8Upper[] = {
    0x00C0, 0x00C2, 0x00C8, 0x00CA, 0x00CB, 0x00CE, 0x00CF, 0x00B4, 0x02CB, 0x02C6, 0x00A8, 0x02DC,
    0x00D9, 0x00DB, 0x20A4, 0x00AF, 0x00DD, 0x00FD, 0x00B0, 0x00C7, 0x00E7, 0x00D1, 0x00F1, 0x00A1,
    0x00BF, 0x00A4, 0x00A3, 0x00A5, 0x00A7, 0x0192, 0x00A2, 0x00E2, 0x00EA, 0x00F4, 0x00FB, 0x00E1,
    0x00E9, 0x00F3, 0x00FA, 0x00E0, 0x00E8, 0x00F2, 0x00F9, 0x00E4, 0x00EB, 0x00F6, 0x00FC, 0x00C5,
    0x00EE, 0x00D8, 0x00C6, 0x00E5, 0x00ED, 0x00F8, 0x00E6, 0x00C4, 0x00EC, 0x00D6, 0x00DC, 0x00C9,
    0x00EF, 0x00DF, 0x00D4, 0x00C1, 0x00C3, 0x00E3, 0x00D0, 0x00F0, 0x00CD, 0x00CC, 0x00D3, 0x00D2,
    0x00D5, 0x00F5, 0x0160, 0x0161, 0x00DA, 0x0178, 0x00FF, 0x00DE, 0x00FE, 0x00B7, 0x00B5, 0x00B6,
    0x00BE, 0x2014, 0x00BC, 0x00BD, 0x00AA, 0x00BA, 0x00AB, 0x25A0, 0x00BB, 0x00B1};

enum class SymbolSet { kUtf8, kLatin1, kRoman8 };

void AppendUtf8(char32_t c, std::string& out) {
  const auto byte = [&out](char32_t b) { out.push_back(static_cast<char>(b)); };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xC0 | (c >> 6));
    byte(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    byte(0xE0 | (c >> 12));
    byte(0x80 | ((c >> 6) & 0x3F));
    byte(0x80 | (c & 0x3F));
  } else {
    byte(0xF0 | (c >> 18));
    byte(0x80 | ((c >> 12) & 0x3F));
    byte(0x80 | ((c >> 6) & 0x3F));
    byte(0x80 | (c & 0x3F));
  }
}

// Takes one code point off `octets`; false when they do not begin with one (RFC 3629).
bool TakeUtf8(std::string_view& octets, char32_t& c) {
  const auto lead = static_cast<unsigned char>(octets[0]);
  std::size_t more = 0;
  char32_t least = 0;
  if (lead < 0x80) {
    c = lead;
  } else if (lead >= 0xC2 && lead < 0xE0) {
    more = 1, least = 0x80, c = lead & 0x1F;
  } else if (lead >= 0xE0 && lead < 0xF0) {
    more = 2, least = 0x800, c = lead & 0x0F;
  } else if (lead >= 0xF0 && lead < 0xF5) {
    more = 3, least = 0x10000, c = lead & 0x07;
  } else {
    return false;
  }
  if (octets.size() <= more) return false;
  for (std::size_t i = 1; i <= more; ++i) {
    const auto next = static_cast<unsigned char>(octets[i]);
    if ((next & 0xC0) != 0x80) return false;
    c = (c << 6) | (next & 0x3F);
  }
  if (c < least || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) return false;
  octets.remove_prefix(more + 1);
  return true;
}

bool IsUtf8(std::string_view octets) {
  char32_t c = 0;
  while (!octets.empty()) {
    if (!TakeUtf8(octets, c)) return false;
  }
  return true;
}

char32_t TakeOctet(std::string_view& octets, SymbolSet set) {
  const auto octet = static_cast<unsigned char>(octets[0]);
  octets.remove_prefix(1);
  if (set == SymbolSet::kRoman8 && octet > 0xA0 && octet < 0xFF) return kRoman8Upper[octet - 0xA1];
  return octet;
}

// Printed ASCII, which is the same in every set, and nearly all there is.
bool IsPlain(std::string_view octets) {
  return octets.size() <= kMaxTextOctets &&
         std::ranges::all_of(octets, [](char c) { return c >= 0x20 && c < 0x7F; });
}

Text Decode(std::string_view octets, SymbolSet set) {
  octets = octets.substr(0, octets.find('\0'));
  if (IsPlain(octets)) return {.utf8 = std::string(Trimmed(octets))};
  if (set == SymbolSet::kUtf8 && !IsUtf8(octets)) set = SymbolSet::kLatin1;
  Text text;
  while (!octets.empty()) {
    char32_t c = 0;
    if (set != SymbolSet::kUtf8 || !TakeUtf8(octets, c)) c = TakeOctet(octets, set);
    if (c < 0x20 || (c >= 0x7F && c < 0xA0)) continue;  // a control character
    std::string encoded;
    AppendUtf8(c, encoded);
    if (text.utf8.size() + encoded.size() > kMaxTextOctets) {
      text.cut = true;
      break;
    }
    text.utf8 += encoded;
  }
  text.utf8 = std::string(Trimmed(text.utf8));
  return text;
}

}  // namespace

Text DecodePml(std::string_view octets) {
  const std::string_view prefix = octets.substr(0, 2);
  if (prefix == kRoman8Prefix) return Decode(octets.substr(2), SymbolSet::kRoman8);
  if (prefix == kLatin1Prefix) return Decode(octets.substr(2), SymbolSet::kLatin1);
  if (prefix == kDesignJetPrefix) return Decode(octets.substr(2), SymbolSet::kUtf8);
  return Decode(octets, SymbolSet::kUtf8);
}

Text DecodeText(std::string_view octets, std::optional<std::int64_t> charset) {
  if (charset == kMibEnumRoman8) return Decode(octets, SymbolSet::kRoman8);
  return Decode(octets, charset == kMibEnumLatin1 ? SymbolSet::kLatin1 : SymbolSet::kUtf8);
}

std::string UpperAscii(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

std::string_view Trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace plotmeter
