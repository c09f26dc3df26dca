#include "portal/access/totp.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "common/crypto.h"

namespace plotmeter {
namespace {

constexpr std::size_t kRecoveryCodes = 10;
constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

std::string BigEndian(std::int64_t number) {
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) bytes[7 - i] = static_cast<char>(number >> (8 * i));
  return bytes;
}

std::string PercentEncoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string_view("-._~").find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", byte);
    }
  }
  return out;
}

}  // namespace

std::int64_t TotpStep(Instant at) { return ToMillis(at) / 1000 / kTotpSeconds; }

std::string TotpCode(const Secret& secret, std::int64_t step, int digits) {
  const std::string mac = HmacSha1(secret.Reveal(), BigEndian(step));
  const auto byte = [&](std::size_t i) {
    return std::uint32_t{static_cast<unsigned char>(mac[i])};
  };
  const std::size_t at = byte(19) & 0xf;
  const std::uint32_t number =
      (byte(at) & 0x7f) << 24 | byte(at + 1) << 16 | byte(at + 2) << 8 | byte(at + 3);
  const std::string text = fmt::format("{:010}", number);
  return text.substr(text.size() - static_cast<std::size_t>(digits));
}

std::optional<std::int64_t> MatchTotp(const Secret& secret, std::string_view code, Instant now) {
  std::string typed(code);
  std::erase(typed, ' ');
  const std::int64_t step = TotpStep(now);
  std::optional<std::int64_t> found;
  // All three, whatever is found: the time that it takes says nothing.
  for (const std::int64_t candidate : {step - 1, step, step + 1}) {
    if (SameBytes(TotpCode(secret, candidate), typed)) found = candidate;
  }
  return found;
}

std::string Base32(std::string_view bytes) {
  std::string text;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char byte : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(byte);
    for (held += 8; held >= 5; held -= 5) text += kBase32[bits >> (held - 5) & 31];
  }
  if (held > 0) text += kBase32[bits << (5 - held) & 31];
  return text;
}

Secret TotpUri(const Secret& secret, std::string_view account, std::string_view issuer) {
  return Secret(fmt::format("otpauth://totp/{0}:{1}?secret={2}&issuer={0}", PercentEncoded(issuer),
                            PercentEncoded(account), Base32(secret.Reveal())));
}

std::vector<Secret> NewRecoveryCodes() {
  std::vector<Secret> codes;
  while (codes.size() < kRecoveryCodes) {
    std::string code;
    for (const char byte : RandomBytes(12)) {
      if (code.size() % 5 == 4) code += '-';
      code += kCrockford[static_cast<unsigned char>(byte) % 32];
    }
    codes.emplace_back(std::move(code));
  }
  return codes;
}

std::string CanonicalRecoveryCode(std::string_view typed) {
  std::string code;
  for (const char c : typed) {
    const char upper = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    if (upper == ' ' || upper == '-') continue;
    code += upper == 'O' ? '0' : upper == 'I' || upper == 'L' ? '1' : upper;
  }
  return code;
}

std::string HashOfRecoveryCode(std::string_view typed) {
  return Base64Url(Sha256(CanonicalRecoveryCode(typed)));
}

}  // namespace plotmeter
