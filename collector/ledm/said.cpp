#include "collector/ledm/said.h"

#include <fmt/format.h>

namespace plotmeter {
namespace {

// A number that stands alone, with attributes, or as ValueFloat with a Unit beside it.
std::optional<Quantity> AmountIn(const Node& node, std::string_view unit) {
  auto number = node.Number();
  for (const char* name : {"ValueFloat", "#text", "_", "$"}) {
    if (!number) number = Decimal::Parse(node[name].text);
  }
  if (!number) return std::nullopt;
  return Quantity{.value = *number, .unit = node.Text("Unit").value_or(std::string(unit))};
}

}  // namespace

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

std::string Hyphened(std::string_view words) {
  std::string text;
  bool lower_before = false;
  for (const char c : words) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool gap = c == ' ' || c == '_';
    if ((gap || (upper && lower_before)) && !text.empty() && text.back() != '-') text += '-';
    if (!gap) text += upper ? static_cast<char>(c - 'A' + 'a') : c;
    lower_before = !upper && !gap;
  }
  return text;
}

std::optional<std::string> HyphenedText(const Node& node, std::string_view child) {
  const auto text = node.Text(child);
  if (!text) return std::nullopt;
  return Hyphened(*text);
}

std::optional<Quantity> AmountOrRemark(const Node& node, std::string_view child,
                                       std::string_view unit, const std::string& what,
                                       Answers& into) {
  if (node[child].empty()) return std::nullopt;
  auto amount = AmountIn(node[child], unit);
  if (!amount || amount->value.digits() < 0) {
    into.remarks.push_back(fmt::format("{}: {} cannot be read", what, child));
    return std::nullopt;
  }
  return amount;
}

}  // namespace plotmeter
