// One-time passwords from an app (RFC 6238: SHA-1, steps of 30 s, six digits), and the recovery
// codes for when the app is lost.
//
//    Secret secret(RandomBytes(kTotpBytes));
//    TotpUri(secret, "a@example.org", "Plotmeter")   what the QR code for the app says
//    auto step = MatchTotp(secret, "287082", now);   the step whose code that is, or empty
//
// A clock may be off by a step: the one before and the one after count too. Whoever accepts a code
// notes its step, and takes none at or before it again. SHA-1, because the common apps know no
// other; HMAC with it is not broken. Pure, but for NewRecoveryCodes.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/secret.h"
#include "common/time.h"

namespace plotmeter {

inline constexpr std::size_t kTotpBytes = 20;  // as RFC 4226 section 4 recommends
inline constexpr int kTotpDigits = 6;
inline constexpr std::int64_t kTotpSeconds = 30;

std::int64_t TotpStep(Instant at);

// The code of a step, `digits` long, with its leading zeros (RFC 4226 section 5.3).
std::string TotpCode(const Secret& secret, std::int64_t step, int digits = kTotpDigits);

// The step, within one of now, whose code it is. Blanks in it are passed over.
std::optional<std::int64_t> MatchTotp(const Secret& secret, std::string_view code, Instant now);

// RFC 4648 section 6, without padding: how a person types the secret into an app.
std::string Base32(std::string_view bytes);

// "otpauth://totp/Plotmeter:a%40example.org?secret=…&issuer=Plotmeter"
Secret TotpUri(const Secret& secret, std::string_view account, std::string_view issuer);

// Ten, "7Q2M-9K4T-3D8K": 60 random bits each, to be shown once. CanonicalRecoveryCode is what is
// hashed: whatever the case and without blanks and dashes; O is 0, I and L are 1.
std::vector<Secret> NewRecoveryCodes();
std::string CanonicalRecoveryCode(std::string_view typed);
std::string HashOfRecoveryCode(std::string_view typed);

}  // namespace plotmeter
