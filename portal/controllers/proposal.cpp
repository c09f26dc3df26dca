#include "portal/controllers/proposal.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "common/suggestion.h"
#include "portal/controllers/body.h"

namespace plotmeter {
namespace {

// What a heartbeat's answer may hold of one setting; no address, name or time is longer.
constexpr std::size_t kMostValues = 100;
constexpr std::size_t kLongestValue = 200;

bool IsNumber(std::string_view text) {
  return !text.empty() && text.size() <= 9 &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool IsDuration(std::string_view text) {
  return text.size() >= 2 && std::string_view("smhd").find(text.back()) != std::string_view::npos &&
         IsNumber(text.substr(0, text.size() - 1));
}

bool IsAnything(std::string_view text) {
  return std::ranges::none_of(
      text, [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; });
}

struct Shape {
  bool is_list = false;
  bool (*is_right)(std::string_view) = nullptr;
  const char* expected = "";
};

Shape ShapeOf(const std::string& name) {
  if (name == "range" || name == "exclude") {
    return {true, IsAnything, "1 to 100 addresses, blocks or names of at most 200 bytes each"};
  }
  if (name == "packets-per-second") return {false, IsNumber, "a whole number as text, \"50\""};
  return {false, IsDuration, "a time such as \"90s\", \"10m\", \"3h\" or \"7d\""};
}

std::vector<std::string> ReadValues(const std::string& name, const Json& json) {
  const Shape shape = ShapeOf(name);
  std::vector<std::string> values;
  const Json list = json.is_array() ? json : Json::array({json});
  const std::size_t most = shape.is_list ? kMostValues : 1;
  bool right = !list.empty() && list.size() <= most;
  for (const Json& value : list) {
    right = right && value.is_string();
    if (!right) break;
    values.push_back(value.get<std::string>());
    const std::string& text = values.back();
    right = !text.empty() && text.size() <= kLongestValue && shape.is_right(text);
  }
  if (!right) throw Body::Unreadable("settings." + name, json, shape.expected);
  return values;
}

}  // namespace

std::optional<Proposal> Proposal::Read(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  static const std::vector<std::string> kNames(std::begin(kProposable), std::end(kProposable));
  Proposal proposal;
  for (const auto& [name, value] : json.items()) {
    if (std::ranges::find(kNames, name) == kNames.end()) {
      const std::string shown = name.substr(0, 40);
      throw Problem(422, fmt::format("'settings.{}' is nothing that can be proposed; expected {}{}",
                                     shown, fmt::join(kNames, ", "), Suggestion(shown, kNames)))
          .With("field", "settings." + shown);
    }
    proposal.values[name] = ReadValues(name, value);
  }
  return proposal;
}

}  // namespace plotmeter
