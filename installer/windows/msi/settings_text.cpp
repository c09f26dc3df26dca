#include "settings_text.h"

#include <string_view>
#include <vector>

namespace plotmeter {
namespace {

constexpr std::string_view kBegin =
    "# What msiexec is given (RANGES, PROXY, CA) replaces lines from here";
constexpr std::string_view kEnd = "# to here, and nothing else in this file.";
// Notepad of Server 2016 knows no other end of a line.
constexpr std::string_view kNewFile =
    "# Settings of the Plotmeter collector. Its service reads them when it starts, and the "
    "installer keeps them.\r\n"
    "# plotmeter-collector settings prints all there are; plotmeter-collector run --check --config "
    "FILE tries them.\r\n"
    "\r\n"
    "# What msiexec is given (RANGES, PROXY, CA) replaces lines from here\r\n"
    "# to here, and nothing else in this file.\r\n";

// A basic string of TOML.
std::string Quoted(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string quoted = "\"";
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20 || octet == 0x7F) {
      quoted += "\\u00";
      quoted += digits[octet >> 4];
      quoted += digits[octet & 15];
      continue;
    }
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::string QuotedList(std::string_view text) {
  constexpr std::string_view between = ",; \t";
  std::string list;
  for (std::size_t begin = 0;
       (begin = text.find_first_not_of(between, begin)) != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(between, begin), text.size());
    list += (list.empty() ? "" : ", ") + Quoted(text.substr(begin, end - begin));
    begin = end;
  }
  return "[" + list + "]";
}

// With their ends, so that joined they are the text again.
std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

bool IsMark(std::string_view line, std::string_view mark) {
  while (line.ends_with('\n') || line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
  return line == mark;
}

// "range = …", but not "ranges = …".
bool Sets(std::string_view line, std::string_view key) {
  if (!line.starts_with(key)) return false;
  const std::size_t next = line.find_first_not_of(" \t", key.size());
  return next != std::string_view::npos && line[next] == '=';
}

}  // namespace

std::optional<std::string> NextSettings(const std::optional<std::string>& file,
                                        const GivenSettings& given) {
  std::vector<std::string> lines = Lines(file ? std::string_view(*file) : kNewFile);
  const auto find = [&](std::string_view mark) {
    std::size_t at = 0;
    while (at < lines.size() && !IsMark(lines[at], mark)) ++at;
    return at;
  };
  const std::size_t begin = find(kBegin);
  const auto put = [&](std::string_view key, const std::string& value) {
    const std::size_t end = find(kEnd);
    std::string line = std::string(key) + " = " + value + "\r\n";
    for (std::size_t at = begin + 1; at < end; ++at) {
      if (!Sets(lines[at], key)) continue;
      lines[at] = std::move(line);
      return;
    }
    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(end), std::move(line));
  };
  const bool has_wish = !given.ranges.empty() || !given.proxy.empty() || !given.ca_file.empty();
  if (has_wish && (find(kEnd) == lines.size() || begin > find(kEnd))) return {};
  if (!given.ranges.empty()) put("range", QuotedList(given.ranges));
  if (!given.proxy.empty()) put("proxy", Quoted(given.proxy));
  if (!given.ca_file.empty()) put("ca", Quoted(given.ca_file));
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

}  // namespace plotmeter
