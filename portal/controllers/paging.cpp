#include "portal/controllers/paging.h"

#include <charconv>

#include "common/crypto.h"
#include "common/secret.h"

namespace plotmeter {
namespace {

constexpr std::size_t kLongestCursor = 2000;  // characters

constexpr char kHidden = '.';  // begins a sealed one, and no base64url
constexpr std::size_t kIv = 16;
constexpr std::size_t kMac = 32;

const Secret& SealingKey() {
  static const Secret key(RandomBytes(48));
  return key;
}

std::string Seal(const std::string& text) {
  const std::string_view key = SealingKey().Reveal();
  std::string sealed = RandomBytes(kIv);
  sealed += Aes128CbcEncrypt(key.substr(0, 16), sealed, text);
  return sealed + HmacSha256(key.substr(16), sealed);
}

std::optional<std::string> Unseal(std::string_view sealed) {
  if (sealed.size() < kIv + kMac) return std::nullopt;
  const std::string_view key = SealingKey().Reveal();
  const std::string_view signed_part = sealed.substr(0, sealed.size() - kMac);
  if (!SameBytes(HmacSha256(key.substr(16), signed_part), sealed.substr(signed_part.size()))) {
    return std::nullopt;
  }
  return Aes128CbcDecrypt(key.substr(0, 16), signed_part.substr(0, kIv), signed_part.substr(kIv));
}

std::string TextOf(const Position& position) {
  return JsonText({{"n", position.numbers}, {"t", position.texts}});
}

// {"n":[1795338000000],"t":["prn_7Q2M9K4T"]}
std::optional<Position> PositionFrom(const std::string& cursor) {
  const bool is_hidden = cursor.starts_with(kHidden);
  auto text = FromBase64Url(is_hidden ? cursor.substr(1) : cursor);
  if (text && is_hidden) text = Unseal(*text);
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
  return kHidden + Base64Url(Seal(TextOf(position)));
}

}  // namespace plotmeter
