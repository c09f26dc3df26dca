#include "collector/channel/profile.h"

#include <algorithm>

namespace plotmeter {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool IsLetter(char c) { return c >= 'a' && c <= 'z'; }
bool IsWordPart(char c) { return IsLetter(c) || (c >= '0' && c <= '9') || c == '*'; }

bool IsSame(char a, char b) { return Lower(a) == Lower(b); }

bool Matches(const std::string& word, const std::string& pattern) {
  if (!pattern.ends_with('*')) return pattern == word;
  const std::size_t stem = pattern.size() - 1;
  return word.size() >= stem && word.compare(0, stem, pattern, 0, stem) == 0 &&
         std::all_of(word.begin() + static_cast<std::ptrdiff_t>(stem), word.end(), IsLetter);
}

constexpr std::string_view kNoUnit = "?";

}  // namespace

std::vector<std::string> WordsOfModel(std::string_view text) {
  std::vector<std::string> words;
  bool inside = false;
  for (const char c : text) {
    const char lower = Lower(c);
    if (IsWordPart(lower)) {
      if (!inside) words.emplace_back();
      words.back() += lower;
    }
    inside = IsWordPart(lower);
  }
  return words;
}

bool ModelProfile::Skips(ChannelKind channel) const {
  const auto found = channels.find(channel);
  return found != channels.end() && found->second == Spoken::kNo;
}

std::vector<ChannelKind> ModelProfile::Order(std::string_view meter) const {
  std::vector<ChannelKind> order;
  auto named = believe.find(std::string(meter));
  if (named == believe.end()) named = believe.find("*");
  if (named != believe.end()) order = named->second;
  for (const ChannelKind channel : {ChannelKind::kPiws, ChannelKind::kLedm, ChannelKind::kSnmp}) {
    if (std::ranges::find(order, channel) == order.end()) order.push_back(channel);
  }
  return order;
}

std::size_t ModelProfile::Fits(const std::vector<std::string>& words) const {
  std::size_t best = 0;
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    const std::vector<std::string>& wanted = patterns[i];
    const auto found =
        std::search(words.begin(), words.end(), wanted.begin(), wanted.end(), Matches);
    if (!wanted.empty() && found != words.end()) best = std::max(best, models[i].size());
  }
  return best;
}

bool ModelProfile::HasProduct(std::string_view product) const {
  const std::string_view number = product.substr(0, product.find('#'));
  return !number.empty() && std::ranges::any_of(products, [&](const std::string& own) {
    return std::ranges::equal(own, number, IsSame);
  });
}

void ModelProfile::SettleUnit(ChannelKind channel, MeterValue& meter) const {
  const auto unit = units.find({channel, meter.meter});
  if (unit != units.end() && meter.value.unit == kNoUnit) meter.value.unit = unit->second;
}

void ModelProfile::SettleUnits(ChannelKind channel, JobRecord& job) const {
  const auto settle = [&](const char* what, Quantity& quantity) {
    const auto unit = units.find({channel, what});
    if (unit != units.end() && quantity.unit == kNoUnit) quantity.unit = unit->second;
  };
  if (job.area) settle("job.area", *job.area);
  if (job.length) settle("job.length", *job.length);
  for (InkUse& ink : job.ink) settle("job.ink", ink.amount);
}

}  // namespace plotmeter
