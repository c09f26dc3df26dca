#include "proto/field.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/crypto.h"

namespace plotmeter {
namespace {

constexpr std::size_t kMaxShown = 60;  // bytes of a refused value that an error repeats
constexpr std::size_t kMaxWord = 64;

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string Shown(const Json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return fmt::format("an array of {}", value.size());
  std::string text = JsonText(value);
  if (text.size() <= kMaxShown) return text;
  std::size_t end = kMaxShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

bool IsUuid(std::string_view text, char version) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = IsDigit(text[i]) || (text[i] >= 'a' && text[i] <= 'f');
    if (dash ? text[i] != '-' : !hex) return false;
  }
  if (version == '*') return true;
  return text[14] == version && std::string_view("89ab").find(text[19]) != std::string_view::npos;
}

}  // namespace

bool IsWord(std::string_view text) {
  return !text.empty() && text.size() <= kMaxWord && IsLower(text.front()) &&
         std::ranges::all_of(
             text, [](char c) { return IsLower(c) || IsDigit(c) || c == '.' || c == '-'; });
}

Field Field::operator[](const char* member) const {
  const Json& object = Object();
  const auto found = object.find(member);
  return Field(this, found == object.end() ? nullptr : &*found, member, 0);
}

Field Field::operator[](std::size_t element) const {
  return Field(this, &value_->at(element), nullptr, element);
}

std::string Field::path() const {
  if (parent_ == nullptr) return "";
  const std::string before = parent_->path();
  if (member_ == nullptr) return fmt::format("{}[{}]", before, element_);
  return before.empty() ? member_ : before + "." + member_;
}

void Field::Refuse(std::string_view expected) const {
  const std::string where = parent_ == nullptr ? "the document" : "'" + path() + "'";
  if (!is_present()) throw BatchError(fmt::format("{} is missing; expected {}", where, expected));
  throw BatchError(fmt::format("{} is {}; expected {}", where, Shown(*value_), expected));
}

std::string Field::Text() const {
  if (!is_present() || !value_->is_string()) Refuse("text");
  const auto& text = value_->get_ref<const std::string&>();
  if (text.size() > kMaxText) Refuse(fmt::format("text of at most {} bytes", kMaxText));
  if (text.find('\0') != std::string::npos) Refuse("text without U+0000");
  return text;
}

std::string_view Field::text_or_empty() const {
  if (!is_present() || !value_->is_string()) return {};
  return value_->get_ref<const std::string&>();
}

std::string Field::SomeText() const {
  std::string text = Text();
  if (text.empty()) Refuse("text that is not empty");
  return text;
}

std::string Field::Word() const {
  constexpr std::string_view kExpected = "a word such as \"ink.used\"";
  if (!is_present() || !value_->is_string()) Refuse(kExpected);
  const auto& word = value_->get_ref<const std::string&>();
  if (!IsWord(word)) Refuse(kExpected);
  return word;
}

std::int64_t Field::Integer(std::int64_t low, std::int64_t high) const {
  // A number beyond 63 bits is unsigned in the library's eyes.
  const bool fits =
      is_present() && value_->is_number_integer() &&
      (!value_->is_number_unsigned() || value_->get<std::uint64_t>() <= std::uint64_t{INT64_MAX});
  if (fits) {
    const auto number = value_->get<std::int64_t>();
    if (number >= low && number <= high) return number;
  }
  Refuse(fmt::format("an integer from {} to {}", low, high));
}

bool Field::Boolean() const {
  if (!is_present() || !value_->is_boolean()) Refuse("true or false");
  return value_->get<bool>();
}

Instant Field::Time() const {
  constexpr std::string_view kExpected = "an instant such as \"2026-11-22T09:00:03Z\"";
  if (!is_present() || !value_->is_string()) Refuse(kExpected);
  const auto& text = value_->get_ref<const std::string&>();
  const auto instant = ParseInstant(text);
  if (!instant || text.size() > 40 || text[10] != 'T' || text.back() != 'Z') Refuse(kExpected);
  return *instant;
}

Decimal Field::Number() const {
  constexpr std::string_view kExpected = "decimal text such as \"433\" or \"191.352000\"";
  if (!is_present() || !value_->is_string()) Refuse(kExpected);
  const auto number = Decimal::Parse(value_->get_ref<const std::string&>());
  if (!number) Refuse(kExpected);
  return *number;
}

std::string Field::Bytes(std::size_t count) const {
  if (is_present() && value_->is_string()) {
    const auto& text = value_->get_ref<const std::string&>();
    const auto bytes = FromBase64Url(text);
    if (bytes && bytes->size() == count) return text;
  }
  Refuse(fmt::format("base64url of {} bytes", count));
}

std::string Field::Uuid(char version) const {
  if (is_present() && value_->is_string()) {
    const auto& text = value_->get_ref<const std::string&>();
    if (IsUuid(text, version)) return text;
  }
  Refuse(version == '*' ? "a UUID in lower case"
                        : fmt::format("a UUID of version {} in lower case", version));
}

std::string Field::Compact() const {
  constexpr std::size_t kMost = 16 * 1024;
  if (is_present() && value_->is_string()) {
    const auto& text = value_->get_ref<const std::string&>();
    const bool right = !text.empty() && text.size() <= kMost &&
                       text.find_first_not_of(
                           "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                           "0123456789-_.") == text.npos;
    if (right) return text;
  }
  Refuse("a compact JWS");
}

const Json& Field::Object() const {
  if (!is_present() || !value_->is_object()) Refuse("an object");
  return *value_;
}

std::size_t Field::Array(std::size_t most) const {
  if (!is_present() || !value_->is_array() || value_->size() > most) {
    Refuse(fmt::format("an array of at most {}", most));
  }
  return value_->size();
}

}  // namespace plotmeter
