#include "collector/piws/said.h"

#include <fmt/format.h>

#include <algorithm>

namespace plotmeter {
namespace {

constexpr std::size_t kMaxPartWords = 200;  // octets
constexpr std::size_t kMaxTrait = 255;      // octets after which no more of a list is told

std::vector<std::string_view> Pieces(std::string_view text, char between) {
  std::vector<std::string_view> pieces;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(between), text.size());
    if (end > 0) pieces.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return pieces;
}

bool IsKindWord(std::string_view word) {
  return std::ranges::all_of(word, [](char c) { return c >= 'A' && c <= 'Z'; });
}

// "cartridge-group yellow 1" of CARTRIDGE_GROUP_yellow_1: capitals say what it is, the rest which.
std::string ElementWords(std::string_view element) {
  std::string words;
  bool kind_before = false;
  for (const std::string_view word : Pieces(element, '_')) {
    const bool kind = IsKindWord(word);
    if (!words.empty()) words += kind && kind_before ? '-' : ' ';
    words += word;
    kind_before = kind;
  }
  return Lower(std::move(words));
}

// CARTRIDGE_GROUPS before CARTRIDGE_GROUP_yellow_1.
bool IsCollectionOf(std::string_view element, std::string_view next) {
  if (!element.ends_with('S')) return false;
  element.remove_suffix(1);
  return next == element || (next.starts_with(element) && next[element.size()] == '_');
}

// "1970-01-01T00:04:00Z", "1999-12-31": what a printer says that has lost its clock.
bool IsBeforeClocks(std::string_view date) {
  const auto day = ParseDate(date.substr(0, 10));
  return day && *day < kClocksFrom;
}

// What one element says, in its own words.
std::string SaidBy(const Node& node) {
  const Node& said = node.Has("Value") ? node["Value"] : node.Has("Name") ? node["Name"] : node;
  const bool is_nothing = said.text == "None" || said.text == "Unknown" || said.text == "-1" ||
                          IsBeforeClocks(said.text);
  return is_nothing ? "" : said.text;
}

}  // namespace

std::string Lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

std::optional<Quantity> AmountOrRemark(const Node& node, std::string_view child,
                                       const std::string& what, Answers& into) {
  const Node& value = node[child];
  if (value.empty()) return std::nullopt;
  auto amount = value.Amount();
  if (!amount || amount->value.digits() < 0) {
    into.remarks.push_back(fmt::format("{}: {} cannot be read", what, child));
    return std::nullopt;
  }
  return amount;
}

std::string Joined(const std::vector<const Node*>& nodes) {
  std::string text;
  for (const Node* node : nodes) {
    if (!node->text.empty() && node->text != "Unknown")
      text += (text.empty() ? "" : ",") + node->text;
  }
  return text;
}

std::optional<std::int64_t> DigitsAt(const Decimal& number, int decimals) {
  std::int64_t digits = number.digits();
  for (int i = number.decimals(); i < decimals; ++i) {
    if (__builtin_mul_overflow(digits, 10, &digits)) return std::nullopt;
  }
  return digits;
}

void SayWarranty(const Node& info, std::string_view until, Supply& supply) {
  supply.warranty = info.Text("WarrantyStatus");
  if (const auto in = info.Flag("InWarranty"); in && !supply.warranty) {
    supply.warranty = *in ? "InWarranty" : "OutOfWarranty";
  }
  if (info.Time(until)) supply.warranty_until = info.Text(until);
}

std::optional<Trait> TraitIn(const Node& node, const TraitElement& which,
                             const std::optional<std::string>& part) {
  Trait trait{.trait = std::string(which.trait), .part = part};
  for (const Node* child : node.All(which.element)) {
    const std::string said = SaidBy(*child);
    if (said.empty()) continue;
    AddToList(said, trait.value);
    trait.unit = child->Text("Unit").value_or("");
  }
  if (trait.value.empty()) return std::nullopt;
  return trait;
}

void AddToList(std::string_view word, std::string& list) {
  if (list.size() > kMaxTrait) return;
  list += list.empty() ? "" : ", ";
  list += word;
}

void SayTraits(const Node& node, std::span<const TraitElement> which,
               const std::optional<std::string>& part, std::vector<Trait>& into) {
  for (const TraitElement& one : which) {
    if (auto trait = TraitIn(node, one, part)) into.push_back(*std::move(trait));
  }
}

std::string PartWords(std::string_view full_name, std::string_view condition) {
  if (full_name.size() > kMaxPartWords) return "";
  auto elements = Pieces(full_name, '/');
  if (!elements.empty() && (condition.empty() || elements.back() == condition)) {
    elements.pop_back();
  }
  std::string words;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const bool is_last = i + 1 == elements.size();
    if (i == 0 && !is_last && elements[i] == "IDS") continue;
    if (!is_last && IsCollectionOf(elements[i], elements[i + 1])) continue;
    words += (words.empty() ? "" : ", ") + ElementWords(elements[i]);
  }
  return words;
}

}  // namespace plotmeter
