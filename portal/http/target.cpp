#include "portal/http/target.h"

#include <cctype>
#include <optional>

namespace plotmeter {
namespace {

constexpr std::size_t kMaxParameters = 100;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// RFC 3986 section 3.3: unreserved, sub-delims, ":" and "@"; "%" is looked at by Decode.
bool MayStandInAPath(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("-._~!$&'()*+,;=:@%/").find(c) != std::string_view::npos;
}

// Empty when an escape is wrong, or hides a control character, or is no UTF-8.
std::optional<std::string> Decode(std::string_view text, bool plus_is_blank) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && plus_is_blank) c = ' ';
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = HexDigit(text[i + 1]);
      const int low = HexDigit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (IsControl(c)) return std::nullopt;
    out += c;
  }
  if (!IsUtf8(out)) return std::nullopt;
  return out;
}

// The text up to `end`, which is taken off `rest` with it; all of it when there is none.
std::string_view TakeUntil(std::string_view& rest, char end) {
  const auto at = rest.find(end);
  const std::string_view part = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + 1);
  return part;
}

// RFC 9112 section 3.2.2. What is left of "https://host:443/path?query" is "/path?query".
std::string_view WithoutAuthority(std::string_view text) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!text.starts_with(scheme)) continue;
    const auto slash = text.find_first_of("/?", scheme.size());
    return slash == std::string_view::npos ? "/" : text.substr(slash);
  }
  return text;
}

}  // namespace

std::variant<Target, BadTarget> ParseTarget(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= ' ' || byte >= 0x7f || c == '#') {
      return BadTarget{"the target holds a character that has to be escaped"};
    }
  }
  std::string_view query = WithoutAuthority(text);
  std::string_view rest = TakeUntil(query, '?');
  if (!rest.starts_with('/')) return BadTarget{"the target has to start with '/'"};

  Target target;
  for (bool more = true; more;) {
    rest.remove_prefix(1);
    const auto slash = rest.find('/');
    const std::string_view raw = rest.substr(0, slash);
    for (const char c : raw) {
      if (!MayStandInAPath(c))
        return BadTarget{"the path holds a character that has to be escaped"};
    }
    const auto segment = Decode(raw, false);
    if (!segment) return BadTarget{"the path holds an escape that stands for no text"};
    if (segment->find_first_of("/\\") != std::string::npos) {
      return BadTarget{"the path holds an escaped '/' or '\\'"};
    }
    if (*segment == "." || *segment == "..") return BadTarget{"the path holds '.' or '..'"};
    target.path += '/' + *segment;
    target.segments.push_back(*segment);
    more = slash != std::string_view::npos;
    if (more) rest.remove_prefix(slash);
  }

  while (!query.empty()) {
    std::string_view value = TakeUntil(query, '&');
    if (value.empty()) continue;
    const auto name = Decode(TakeUntil(value, '='), true);
    const auto text_of = Decode(value, true);
    if (!name || !text_of) return BadTarget{"the query holds an escape that stands for no text"};
    if (target.query.size() == kMaxParameters)
      return BadTarget{"the query has over 100 parameters"};
    target.query.emplace_back(*name, *text_of);
  }
  return target;
}

bool IsUtf8(std::string_view text) {  // RFC 3629 section 4, table by lead byte
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i++]);
    if (lead < 0x80) continue;
    std::size_t more = 0;
    unsigned char low = 0x80;   // what the byte after the lead may be; it shuts out
    unsigned char high = 0xbf;  // overlong forms, surrogates, and beyond U+10FFFF
    if (lead >= 0xc2 && lead <= 0xdf) {
      more = 1;
    } else if (lead >= 0xe0 && lead <= 0xef) {
      more = 2;
      if (lead == 0xe0) low = 0xa0;
      if (lead == 0xed) high = 0x9f;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
      more = 3;
      if (lead == 0xf0) low = 0x90;
      if (lead == 0xf4) high = 0x8f;
    } else {
      return false;
    }
    for (; more > 0; --more) {
      if (i == text.size()) return false;
      const auto next = static_cast<unsigned char>(text[i++]);
      if (next < low || next > high) return false;
      low = 0x80;
      high = 0xbf;
    }
  }
  return true;
}

}  // namespace plotmeter
