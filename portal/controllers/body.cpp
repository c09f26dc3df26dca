#include "portal/controllers/body.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "common/suggestion.h"
#include "portal/ledger/period.h"

namespace plotmeter {
namespace {

constexpr JsonLimits kSmall{.max_bytes = std::size_t{64} << 10, .max_depth = 6};

// Short enough to be repeated to who sent it.
std::string Repeated(const Json& json) {
  constexpr std::size_t kEnough = 80;
  std::string text = JsonText(json);
  if (text.size() <= kEnough) return text;
  std::size_t end = kEnough;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) --end;
  return text.substr(0, end) + "…";
}

bool IsPlain(const std::string& text) {
  return std::ranges::none_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::string SecretExpected() { return fmt::format("text of at most {} bytes", kLongestSecret); }

}  // namespace

Body::Body(const Request& request, std::initializer_list<const char*> known)
    : object_(request.BodyAsJson(kSmall)) {
  if (!object_.is_object()) {
    // It is not repeated: it may be a password.
    throw Problem(400, "the body is something else; expected a JSON object");
  }
  const std::vector<std::string> names(known.begin(), known.end());
  for (const auto& [name, value] : object_.items()) {
    if (std::ranges::find(names, name) != names.end()) continue;
    const std::string shown = Repeated(name);
    throw Problem(422,
                  fmt::format("{} is no member of this; expected {}{}", shown,
                              names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", ")),
                              Suggestion(name.substr(0, 80), names)))
        .With("field", name.substr(0, 80));
  }
}

const Json* Body::Member(const char* name) const {
  const auto it = object_.find(name);
  return it == object_.end() ? nullptr : &*it;
}

Secret Body::NeedSecret(const char* member) const {
  if (auto secret = FindSecret(member)) return *std::move(secret);
  throw Missing(member, SecretExpected());
}

std::optional<Secret> Body::FindSecret(const char* member) const {
  const Json* json = Member(member);
  if (json == nullptr) return std::nullopt;
  if (!json->is_string() || json->get_ref<const std::string&>().size() > kLongestSecret) {
    throw Problem(422, fmt::format("'{}' is something else; expected {}", member, SecretExpected()))
        .With("field", member)
        .With("expected", SecretExpected());
  }
  return Secret(json->get<std::string>());
}

Problem Body::Wrong(const char* member, std::string_view expected) const {
  const Json* json = Member(member);
  return json == nullptr ? Missing(member, expected) : Unreadable(member, *json, expected);
}

Problem Body::Missing(const std::string& member, std::string_view expected) {
  return Problem(422, fmt::format("'{}' is missing; expected {}", member, expected))
      .With("field", member)
      .With("expected", std::string(expected));
}

Problem Body::Unreadable(const std::string& member, const Json& came, std::string_view expected) {
  return Problem(422, fmt::format("'{}' is {}; expected {}", member, Repeated(came), expected))
      .With("field", member)
      .With("expected", std::string(expected));
}

std::optional<Name> Name::Read(const Json& json) {
  if (!json.is_string()) return std::nullopt;
  Name name{json.get<std::string>()};
  if (name.text.empty() || name.text.size() > 200 || !IsPlain(name.text)) return std::nullopt;
  return name;
}

std::optional<Flag> Flag::Read(const Json& json) {
  if (!json.is_boolean()) return std::nullopt;
  return Flag{json.get<bool>()};
}

std::optional<TimeZone> TimeZone::Read(const Json& json) {
  if (!json.is_string()) return std::nullopt;
  TimeZone zone{json.get<std::string>()};
  if (!IsTimeZone(zone.name)) return std::nullopt;
  return zone;
}

std::optional<RowId> RowId::Read(const Json& json) {
  if (!json.is_string()) return std::nullopt;
  RowId id{json.get<std::string>()};
  if (id.text.empty() || id.text.size() > 40 || !IsPlain(id.text)) return std::nullopt;
  return id;
}

std::optional<CodeDays> CodeDays::Read(const Json& json) {
  if (!json.is_number_integer()) return std::nullopt;
  const auto number = json.get<std::int64_t>();
  if (number < 1 || number > 365) return std::nullopt;
  return CodeDays{std::chrono::days(number)};
}

}  // namespace plotmeter
