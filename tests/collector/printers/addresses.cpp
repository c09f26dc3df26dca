#include "tests/collector/printers/addresses.h"

#include <fstream>
#include <iterator>
#include <regex>

#include "tests/common/hex.h"

namespace plotmeter {
namespace {

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsWord(char c) { return IsLetter(c) || IsDigit(c) || c == '_'; }

// Four numbers of 0 to 255 without leading zeros. Below 1 and from 224 on nobody has an address.
bool IsHost(const std::string& run) {
  static const std::regex numbers("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");
  std::smatch parts;
  if (!std::regex_match(run, parts, numbers)) return false;
  for (std::size_t i = 1; i <= 4; ++i) {
    if (parts[i].length() > 1 && *parts[i].first == '0') return false;
    if (std::stoi(parts[i]) > 255) return false;
  }
  return std::stoi(parts[1]) >= 1 && std::stoi(parts[1]) <= 223;
}

void DropBehind(std::string& text, std::string_view characters) {
  const auto last = text.find_last_not_of(characters);
  text.erase(last == std::string::npos ? 0 : last + 1);
}

std::string LastWord(const std::string& text) {
  std::size_t begin = text.size();
  while (begin > 0 && IsLetter(text[begin - 1])) --begin;
  std::string word = text.substr(begin);
  for (char& c : word) c = static_cast<char>(c | 0x20);
  return word;
}

// Whether what stands before says that a version follows: "FW:", "Revision>", "Version": "
bool SaysVersion(std::string before) {
  DropBehind(before, " \t\r\n:=.>\"'{");
  if (LastWord(before) == "value") {
    before.erase(before.size() - 5);
    DropBehind(before, " \t\r\n:=.>\"'{");
  }
  const std::string word = LastWord(before);
  for (const char* end : {"version", "revision", "firmware"}) {
    if (word.ends_with(end)) return true;
  }
  for (const char* whole : {"v", "ver", "rev", "fw", "fwver", "rom", "eeprom", "release"}) {
    if (word == whole) return true;
  }
  return false;
}

std::optional<std::string> HostIn(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && (IsDigit(text[end]) || text[end] == '.')) ++end;
    if (end == at) {
      ++at;
      continue;
    }
    std::string run(text.substr(at, end - at));
    DropBehind(run, ".");  // of a sentence
    const bool escaped = at >= 2 && text[at - 2] == '\\' && !IsDigit(text[at - 1]);  // \n of JSON
    const bool named = at > 0 && IsWord(text[at - 1]) && !escaped;
    const bool goes_on = end < text.size() && IsWord(text[end]);
    const std::size_t from = at < 60 ? 0 : at - 60;
    if (IsHost(run) && !named && !goes_on && !run.starts_with("192.0.2.") &&
        !SaysVersion(std::string(text.substr(from, at - from)))) {
      return run;
    }
    at = end;
  }
  return std::nullopt;
}

std::optional<std::string> MacIn(const std::string& text) {
  static const std::regex mac("\\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\\b");
  static const std::regex of_examples("00.00.5E.00.53...", std::regex::icase);
  for (std::sregex_iterator found(text.begin(), text.end(), mac), end; found != end; ++found) {
    if (!std::regex_match(found->str(), of_examples)) return found->str();
  }
  return std::nullopt;
}

// "OID|tag|value" of a recording.
std::optional<std::string> AddressInRow(const std::string& line) {
  const auto tag = line.find('|');
  const auto value = line.find('|', tag + 1);
  if (tag == std::string::npos || value == std::string::npos) return AddressIn(line);
  const std::string kind = line.substr(tag + 1, value - tag - 1);
  std::string text = line.substr(value + 1);
  if (kind == "6") return std::nullopt;  // an OID of few numbers
  if (kind.ends_with('x')) text = FromHex(text);
  if (line.starts_with("1.3.6.1.2.1.2.2.1.6.") && !text.empty()) {
    if (!text.starts_with(std::string("\0\0\x5E\0\x53", 5))) return "of an interface";
    return std::nullopt;
  }
  if (kind.starts_with("64") && !text.starts_with("192.0.2.")) return text;
  return AddressIn(text);
}

}  // namespace

std::optional<std::string> AddressIn(std::string_view text) {
  if (const auto host = HostIn(text)) return host;
  return MacIn(std::string(text));
}

std::optional<std::string> AddressInFile(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (file.extension() != ".snmprec") {
    return AddressIn(std::string(std::istreambuf_iterator<char>(in), {}));
  }
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    if (const auto found = AddressInRow(line)) return *found + " in line " + std::to_string(number);
  }
  return std::nullopt;
}

}  // namespace plotmeter
