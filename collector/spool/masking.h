// What happens to fields that point at people before they are written to disk (wire: masking and
// forgetting). User, account and host names are no such fields: they are never read at all.
//
//    Masked(MaskMode::kHashed, key, "job-name", "Plan Miller.pdf")   "h:Zk3…"  (128 bits,
//    base64url) Masked(MaskMode::kOff,    key, "job-name", "Plan Miller.pdf")   empty
//
// The portal cannot widen a mode. Whoever can print can test guesses of a hashed name.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/secret.h"

namespace plotmeter {

enum class MaskMode { kOff, kHashed, kSent };

// "off", "hashed", "sent"; throws UsageError that names `setting` for anything else.
MaskMode ParseMaskMode(const std::string& setting, const std::string& text);

// HMAC-SHA-256 of field and value under a key that never leaves the collector, cut to 128 bits.
std::optional<std::string> Masked(MaskMode mode, const Secret& key, std::string_view field,
                                  const std::string& value);

// Whether `value` is what kHashed makes of something.
bool LooksHashed(std::string_view value);

}  // namespace plotmeter
