#include "common/semantic_version.h"

#include <algorithm>
#include <charconv>
#include <tuple>

namespace plotmeter {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsNumber(std::string_view text) { return std::ranges::all_of(text, IsDigit); }

bool IsIdentifier(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
  });
}

bool HasLeadingZero(std::string_view number) { return number.size() > 1 && number[0] == '0'; }

// "a.b" into "a" and "b"; a dot at an end leaves an empty part.
std::vector<std::string_view> PartsOf(std::string_view text) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto dot = text.find('.');
    parts.push_back(text.substr(0, dot));
    if (dot == text.npos) return parts;
    text.remove_prefix(dot + 1);
  }
}

std::optional<std::uint64_t> NumberOf(std::string_view text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || HasLeadingZero(text) || error != std::errc{} || stop != end) return {};
  return number;
}

// Takes what follows `mark` off `text`; absent where there is no mark.
std::optional<std::string_view> TakeAfter(std::string_view& text, char mark) {
  const auto at = text.find(mark);
  if (at == text.npos) return {};
  const std::string_view after = text.substr(at + 1);
  text = text.substr(0, at);
  return after;
}

// Numbers by value, of any length, and before words; words by their letters.
std::strong_ordering CompareIdentifiers(const std::string& a, const std::string& b) {
  const bool a_counts = IsNumber(a), b_counts = IsNumber(b);
  if (a_counts != b_counts) {
    return a_counts ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  if (a_counts && a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

}  // namespace

std::strong_ordering SemanticVersion::operator<=>(const SemanticVersion& other) const {
  const auto numbers =
      std::tie(major, minor, patch) <=> std::tie(other.major, other.minor, other.patch);
  if (numbers != 0) return numbers;
  if (prerelease.empty() || other.prerelease.empty()) {
    return prerelease.empty() <=> other.prerelease.empty();
  }
  return std::lexicographical_compare_three_way(prerelease.begin(), prerelease.end(),
                                                other.prerelease.begin(), other.prerelease.end(),
                                                CompareIdentifiers);
}

std::optional<SemanticVersion> ParseVersion(std::string_view text) {
  if (text.size() > kMostVersion) return {};
  const auto build = TakeAfter(text, '+');
  if (build && !std::ranges::all_of(PartsOf(*build), IsIdentifier)) return {};
  const auto prerelease = TakeAfter(text, '-');
  const auto numbers = PartsOf(text);
  if (numbers.size() != 3) return {};
  const auto major = NumberOf(numbers[0]), minor = NumberOf(numbers[1]),
             patch = NumberOf(numbers[2]);
  if (!major || !minor || !patch) return {};
  SemanticVersion version{.major = *major, .minor = *minor, .patch = *patch};
  if (!prerelease) return version;
  for (const std::string_view part : PartsOf(*prerelease)) {
    if (!IsIdentifier(part) || (IsNumber(part) && HasLeadingZero(part))) return {};
    version.prerelease.emplace_back(part);
  }
  return version;
}

bool IsNewer(std::string_view candidate, std::string_view installed) {
  const auto a = ParseVersion(candidate), b = ParseVersion(installed);
  return a && b && *a > *b;
}

}  // namespace plotmeter
