#include "collector/spool/masking.h"

#include <fmt/format.h>

#include "common/crypto.h"
#include "common/settings.h"

namespace plotmeter {
namespace {

constexpr std::size_t kBytes = 16;    // 128 bits
constexpr std::size_t kLetters = 22;  // of base64url

}  // namespace

MaskMode ParseMaskMode(const std::string& setting, const std::string& text) {
  if (text == "off") return MaskMode::kOff;
  if (text == "hashed") return MaskMode::kHashed;
  if (text == "sent") return MaskMode::kSent;
  throw UsageError(fmt::format("'{}' is '{}'; expected off, hashed or sent", setting, text));
}

std::optional<std::string> Masked(MaskMode mode, const Secret& key, std::string_view field,
                                  const std::string& value) {
  switch (mode) {
    case MaskMode::kSent:
      return value;
    case MaskMode::kHashed: {
      // The 0 byte keeps (field, value) apart from every other pair with the same letters.
      const std::string message = std::string(field) + '\0' + value;
      return "h:" + Base64Url(HmacSha256(key.Reveal(), message).substr(0, kBytes));
    }
    case MaskMode::kOff:
      break;
  }
  return {};
}

bool LooksHashed(std::string_view value) {
  return value.size() == 2 + kLetters && value.starts_with("h:") &&
         FromBase64Url(value.substr(2)).has_value();
}

}  // namespace plotmeter
