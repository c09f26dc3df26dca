#include "portal/controllers/paging.h"

#include <charconv>

#include "common/crypto.h"
#include "common/secret.h"

namespace plotmeter {
namespace {

constexpr std::size_t kLongestCursor = 2000;  // characters

constexpr char kHidden = '.';                 // begins a sealed one, and no base64url
constexpr std::string_view kWhat = "cursor";  // no person is called so

const SecondFactorKey*& SealingKey() {
  static const SecondFactorKey own(Secret(RandomBytes(32)));
  static const SecondFactorKey* key = &own;
  return key;
}

std::string TextOf(const Position& position) {
  return JsonText({{"n", position.numbers}, {"t", position.texts}});
}

// {"n":[1795338000000],"t":["prn_7Q2M9K4T"]}
std::optional<Position> PositionFrom(const std::string& cursor) {
  const bool is_hidden = cursor.starts_with(kHidden);
  std::optional<std::string> text;
  if (is_hidden) {
    if (const auto opened = SealingKey()->Open(cursor.substr(1), kWhat)) text = opened->Reveal();
  } else {
    text = FromBase64Url(cursor);
  }
  if (!text) return std::nullopt;
  try {
    const Json json = ParseJson(*text, {.max_bytes = kLongestCursor, .max_depth = 2});
    for (const Json& number : json.at("n")) {
      if (!number.is_number_integer()) return std::nullopt;
    }
    return Position{.numbers = json.at("n").get<std::vector<std::int64_t>>(),
                    .texts = json.at("t").get<std::vector<std::string>>()};
  } catch (const JsonError&) {
    return std::nullopt;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

struct Cursor {
  static constexpr std::string_view kExample = "the 'next' of the page before, of this very list";
  static std::optional<Cursor> Parse(std::string_view text) {
    if (text.size() > kLongestCursor) return std::nullopt;
    auto position = PositionFrom(std::string(text));
    if (!position) return std::nullopt;
    return Cursor{*std::move(position)};
  }
  Position position = {};
};

}  // namespace

void SealCursorsWith(const SecondFactorKey& key) { SealingKey() = &key; }

std::optional<PageLimit> PageLimit::Parse(std::string_view text) {
  PageLimit limit;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, limit.value);
  if (error != std::errc{} || stop != end || limit.value < 1 || limit.value > 1000) {
    return std::nullopt;
  }
  return limit;
}

PageAsked ReadPageAsked(const Request& request, std::size_t numbers, std::size_t texts) {
  PageAsked asked;
  asked.limit = request.OptionalQuery<PageLimit>("limit").value_or(PageLimit{}).value;
  if (auto cursor = request.OptionalQuery<Cursor>("cursor")) {
    asked.after = std::move(cursor->position);
    if (asked.after.numbers.size() != numbers || asked.after.texts.size() != texts) {
      throw Problem(400, "'cursor' is of another list; expected the 'next' of the page before")
          .With("field", "cursor");
    }
  }
  return asked;
}

std::string CursorText(const Position& position) { return Base64Url(TextOf(position)); }

std::string HiddenCursorText(const Position& position) {
  return kHidden + SealingKey()->Seal(Secret(TextOf(position)), kWhat);
}

}  // namespace plotmeter
