#include "portal/access/password_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "portal/access/common_passwords.h"

namespace plotmeter {
namespace {

using Words = std::set<std::string, std::less<>>;

constexpr std::size_t kShortestWord = 3;
constexpr std::size_t kShortestRow = 4;  // "1234", "qwer"

constexpr std::array<std::string_view, 10> kRows = {"qwertyuiop",
                                                    "asdfghjkl",
                                                    "zxcvbnm",
                                                    "qwertzuiop",
                                                    "yxcvbnm",
                                                    "azertyuiop",
                                                    "wxcvbn",
                                                    "1234567890",
                                                    "abcdefghijklmnopqrstuvwxyz",
                                                    "1qaz2wsx3edc4rfv5tgb"};

std::size_t CodePoints(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool IsLetter(char c) {  // and every byte of what is not ASCII
  return (Lower(c) >= 'a' && Lower(c) <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

std::string Lowered(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), Lower);
  return lowered;
}

char WithoutDisguise(char c) {
  static constexpr std::string_view kDisguised = "0134578@$!|";
  static constexpr std::string_view kMeant = "oleastbasil";
  const auto at = kDisguised.find(c);
  return at == kDisguised.npos ? Lower(c) : kMeant[at];
}

enum class Disguise { kKept, kTakenOff };

// The letters between its first and its last: "psswrd" of "1p4ss-W0rd99!", and "password" where
// the disguise is taken off.
std::string Letters(std::string_view text, Disguise disguise) {
  const auto first = std::ranges::find_if(text, IsLetter);
  const auto last = std::find_if(text.rbegin(), text.rend(), IsLetter).base();
  std::string letters;
  for (auto at = first; at < last; ++at) {
    const char c = disguise == Disguise::kTakenOff ? WithoutDisguise(*at) : Lower(*at);
    if (IsLetter(c)) letters += c;
  }
  return letters;
}

const Words& CommonWords() {
  static const Words words = [] {
    Words read;
    std::string_view rest = kCommonPasswords;
    while (!rest.empty()) {
      const auto end = rest.find('\n');
      const std::string_view line = rest.substr(0, end);
      rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
      if (!line.empty() && line.front() != '#') read.emplace(line);
    }
    return read;
  }();
  return words;
}

// "a.meier@north.example" is known by the whole, and by each of its parts.
void AddContext(Words& words, std::string_view text) {
  std::string part;
  const auto finish = [&] {
    if (part.size() >= kShortestWord) words.insert(part);
    part.clear();
  };
  for (const char c : text) {
    if (IsLetter(c)) {
      part += Lower(c);
    } else {
      finish();
    }
  }
  finish();
  if (std::string whole = Letters(text, Disguise::kKept); whole.size() >= kShortestWord) {
    words.insert(std::move(whole));
  }
}

// Whether words, one after the other, make the whole text.
bool IsRowOf(const Words& words, std::string_view text) {
  std::vector<bool> reached(text.size() + 1, false);
  reached[0] = true;
  for (std::size_t from = 0; from < text.size(); ++from) {
    if (!reached[from]) continue;
    for (std::size_t size = kShortestWord; from + size <= text.size(); ++size) {
      if (words.contains(text.substr(from, size))) reached[from + size] = true;
    }
  }
  return !text.empty() && reached[text.size()];
}

// A digit may be a letter in disguise, or stand between words.
bool IsMadeOf(const Words& words, std::string_view password) {
  return IsRowOf(words, Letters(password, Disguise::kTakenOff)) ||
         IsRowOf(words, Letters(password, Disguise::kKept));
}

bool IsRepeated(std::string_view text) {
  for (std::size_t period = 1; period <= text.size() / 2; ++period) {
    if (text.substr(period) == text.substr(0, text.size() - period)) return true;
  }
  return std::set<char>(text.begin(), text.end()).size() <= 4;
}

// How many characters from `at` on follow each other in a row, forwards or backwards.
std::size_t RowAt(std::string_view text, std::size_t at) {
  std::size_t longest = 0;
  for (const std::string_view row : kRows) {
    const std::string backwards(row.rbegin(), row.rend());
    for (const std::string_view way : {row, std::string_view(backwards)}) {
      const auto start = way.find(text[at]);
      if (start == way.npos) continue;
      std::size_t size = 1;
      while (at + size < text.size() && start + size < way.size() &&
             text[at + size] == way[start + size]) {
        ++size;
      }
      longest = std::max(longest, size);
    }
  }
  return longest;
}

bool IsMadeOfRows(std::string_view text) {
  std::size_t others = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t row = RowAt(text, at);
    if (row < kShortestRow) ++others;
    at += row < kShortestRow ? 1 : row;
  }
  return others < kShortestRow;
}

}  // namespace

std::optional<std::string> WhatIsWrong(std::string_view password,
                                       const std::vector<std::string>& context) {
  const std::size_t size = CodePoints(password);
  if (size < kShortestPassword || size > kLongestPassword) {
    return fmt::format("it has {} characters; expected {} to {}", size, kShortestPassword,
                       kLongestPassword);
  }
  const std::string lowered = Lowered(password);
  if (IsRepeated(lowered)) return "it repeats itself";
  if (IsMadeOfRows(lowered)) return "it is a row of the keyboard, the alphabet or the digits";
  if (IsMadeOf(CommonWords(), password)) return "it is a common word with something around it";
  Words words = CommonWords();
  for (const std::string& text : context) AddContext(words, text);
  if (IsMadeOf(words, password)) return "it is made of your address or your company's name";
  return std::nullopt;
}

}  // namespace plotmeter
