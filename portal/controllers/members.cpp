#include "portal/controllers/members.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/suggestion.h"

namespace plotmeter {
namespace {

constexpr JsonLimits kLimits{.max_bytes = 64 << 10, .max_depth = 4};
constexpr std::size_t kRepeated = 80;  // bytes of what came

Problem About(const std::string& name, const std::string& sentence) {
  return Problem(422, sentence).With("field", name);
}

bool IsText(const Json& value, std::size_t longest) {
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  return !text.empty() && text.size() <= longest && std::ranges::none_of(text, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
}

std::string TextExpected(std::size_t longest) {
  return fmt::format("text of 1 to {} bytes without control characters", longest);
}

}  // namespace

Members::Members(const Request& request, const std::vector<std::string>& known)
    : body_(request.BodyAsJson(kLimits)) {
  if (!body_.is_object()) throw Problem(400, "the body has to be a JSON object");
  for (const auto& [name, value] : body_.items()) {
    if (std::ranges::find(known, name) != known.end()) continue;
    throw About(name, fmt::format("there is no member '{}'; expected {}{}", name,
                                  fmt::join(known, ", "), Suggestion(name, known)));
  }
}

const Json* Members::Find(const std::string& name) const {
  const auto member = body_.find(name);
  return member == body_.end() ? nullptr : &*member;
}

const Json& Members::Need(const std::string& name, const std::string& expected) const {
  if (const Json* value = Find(name)) return *value;
  throw About(name, fmt::format("'{}' is missing; expected {}", name, expected));
}

Problem Members::Wrong(const std::string& name, const std::string& expected) const {
  const Json* value = Find(name);
  std::string came = value == nullptr ? "missing" : JsonText(*value);
  if (came.size() > kRepeated) came = fmt::format("{} bytes long", came.size());
  return About(name, fmt::format("'{}' is {}; expected {}", name, came, expected));
}

std::string Members::Text(const std::string& name, std::size_t longest) const {
  Need(name, TextExpected(longest));
  return *MaybeText(name, longest);
}

std::optional<std::string> Members::MaybeText(const std::string& name, std::size_t longest) const {
  const Json* value = Find(name);
  if (value == nullptr) return std::nullopt;
  if (!IsText(*value, longest)) throw Wrong(name, TextExpected(longest));
  return value->get<std::string>();
}

Secret Members::SecretText(const std::string& name, std::size_t longest) const {
  const std::string expected = fmt::format("text of at most {} bytes", longest);
  const Json& value = Need(name, expected);
  if (!value.is_string() || value.get_ref<const std::string&>().size() > longest) {
    throw About(name, fmt::format("'{}' is something else; expected {}", name, expected));
  }
  return Secret(value.get<std::string>());
}

std::optional<bool> Members::MaybeFlag(const std::string& name) const {
  const Json* value = Find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_boolean()) throw Wrong(name, "true or false");
  return value->get<bool>();
}

std::optional<std::int64_t> Members::MaybeNumber(const std::string& name, std::int64_t low,
                                                 std::int64_t high) const {
  const Json* value = Find(name);
  if (value == nullptr) return std::nullopt;
  const std::string expected = fmt::format("a whole number from {} to {}", low, high);
  if (!value->is_number_integer()) throw Wrong(name, expected);
  if (value->is_number_unsigned() && value->get<std::uint64_t>() > std::uint64_t{INT64_MAX}) {
    throw Wrong(name, expected);
  }
  const auto number = value->get<std::int64_t>();
  if (number < low || number > high) throw Wrong(name, expected);
  return number;
}

std::optional<std::vector<std::string>> Members::MaybeTexts(const std::string& name,
                                                            std::size_t most) const {
  const Json* value = Find(name);
  if (value == nullptr) return std::nullopt;
  const bool fits = value->is_array() && !value->empty() && value->size() <= most &&
                    std::ranges::all_of(*value, [](const Json& one) { return IsText(one, 200); });
  if (!fits) throw Wrong(name, fmt::format("a list of 1 to {} texts", most));
  return value->get<std::vector<std::string>>();
}

}  // namespace plotmeter
