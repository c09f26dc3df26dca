#include "collector/spool/masking.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "common/crypto.h"
#include "common/settings.h"

namespace plotmeter {
namespace {

constexpr std::size_t kBytes = 16;    // 128 bits
constexpr std::size_t kLetters = 22;  // of base64url

}  // namespace

std::string_view ToText(MaskMode mode) {
  switch (mode) {
    case MaskMode::kHashed:
      return "hashed";
    case MaskMode::kSent:
      return "sent";
    case MaskMode::kOff:
      break;
  }
  return "off";
}

MaskMode ParseMaskMode(const std::string& setting, const std::string& text) {
  for (const MaskMode mode : {MaskMode::kOff, MaskMode::kHashed, MaskMode::kSent}) {
    if (text == ToText(mode)) return mode;
  }
  throw UsageError(fmt::format("'{}' is '{}'; expected off, hashed or sent", setting, text));
}

const MaskedField& MaskedFieldOf(std::string_view word) {
  const auto row = std::ranges::find(kMaskedFields, word, &MaskedField::word);
  if (row == kMaskedFields.end()) throw std::logic_error("no masked field of that name");
  return *row;
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

std::optional<std::string> MaskedAgain(MaskMode mode, const Secret& key, std::string_view field,
                                       const std::string& kept) {
  if (mode == MaskMode::kHashed && LooksHashed(kept)) return kept;
  return Masked(mode, key, field, kept);
}

bool LooksHashed(std::string_view value) {
  return value.size() == 2 + kLetters && value.starts_with("h:") &&
         FromBase64Url(value.substr(2)).has_value();
}

}  // namespace plotmeter
