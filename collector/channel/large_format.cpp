#include "collector/channel/large_format.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "collector/channel/ascii.h"

namespace plotmeter {
namespace {

bool IsWordOctet(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// How many octets of `text`, in lower case, `pattern` takes from the front; a blank in it takes one
// or more of any kind. 0: it does not begin with the pattern.
std::size_t Matched(std::string_view text, std::string_view pattern) {
  std::size_t at = 0;
  for (const char want : pattern) {
    if (want == ' ') {
      const std::size_t stop = std::min(text.find_first_not_of(" \t\r\n\v\f", at), text.size());
      if (stop == at) return 0;
      at = stop;
    } else {
      if (at == text.size() || text[at] != want) return 0;
      ++at;
    }
  }
  return at;
}

}  // namespace

bool NamesLargeFormat(std::string_view text) {
  static constexpr std::string_view kFamilies[] = {"designjet", "pagewide xl", "latex", "stitch"};
  const std::string lower = LowerAscii(text);
  for (std::size_t at = 0; at < lower.size(); ++at) {
    if (at > 0 && IsWordOctet(lower[at - 1])) continue;
    const std::string_view rest = std::string_view(lower).substr(at);
    for (const std::string_view family : kFamilies) {
      const std::size_t length = Matched(rest, family);
      if (length > 0 && (length == rest.size() || !IsWordOctet(rest[length]))) return true;
    }
  }
  return false;
}

}  // namespace plotmeter
