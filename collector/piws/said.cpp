#include "collector/piws/said.h"

#include <fmt/format.h>

namespace plotmeter {

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

void SayWarranty(const Node& info, std::string_view until, Supply& supply) {
  supply.warranty = info.Text("WarrantyStatus");
  if (const auto in = info.Flag("InWarranty"); in && !supply.warranty) {
    supply.warranty = *in ? "InWarranty" : "OutOfWarranty";
  }
  if (info.Time(until)) supply.warranty_until = info.Text(until);
}

}  // namespace plotmeter
