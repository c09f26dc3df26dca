#include "common/suggestion.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace plotmeter {
namespace {

// How many single-letter changes lead from one word to the other (Levenshtein).
std::size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
    }
  }
  return row.back();
}

}  // namespace

std::string Suggestion(const std::string& word, const std::vector<std::string>& known,
                       std::string_view prefix) {
  const auto closest = std::ranges::min_element(
      known, {}, [&](const std::string& name) { return Distance(word, name); });
  if (closest == known.end() ||
      Distance(word, *closest) > std::max<std::size_t>(2, (word.size() + 1) / 2)) {
    return "";
  }
  return fmt::format("; did you mean {}{}?", prefix, *closest);
}

}  // namespace plotmeter
