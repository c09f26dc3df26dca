#include "portal/access/second_factor.h"

#include <fstream>
#include <sstream>
#include <stdexcept>

#include "common/crypto.h"
#include "common/private_file.h"

namespace plotmeter {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kBlock = 16;
constexpr std::size_t kMac = 32;

std::string MacOf(const Secret& key, std::string_view person, std::string_view body) {
  return HmacSha256Of(HmacSha256(key.Reveal(), "mac"), {person, "\n", body});
}

std::string CipherKey(const Secret& key) {
  return HmacSha256(key.Reveal(), "cipher").substr(0, kBlock);
}

}  // namespace

SecondFactorKey SecondFactorKey::LoadOrMake(const std::filesystem::path& data) {
  const std::filesystem::path file = data / "keys" / "second-factor.key";
  if (!std::filesystem::exists(file)) {
    WritePrivateFile(file.string(), Secret(Base64Url(RandomBytes(kKeyBytes)) + "\n"));
  }
  std::ifstream in(file);
  std::string text;
  std::getline(in, text);
  auto bytes = FromBase64Url(text);
  if (!bytes || bytes->size() != kKeyBytes) {
    throw std::runtime_error(file.string() + " is no key of 32 bytes, base64url");
  }
  return SecondFactorKey(Secret(*std::move(bytes)));
}

std::string SecondFactorKey::Seal(const Secret& secret, std::string_view person) const {
  std::string body = RandomBytes(kBlock);
  body += Aes128CbcEncrypt(CipherKey(bytes_), body, secret.Reveal());
  return Base64Url(body + MacOf(bytes_, person, body));
}

std::optional<Secret> SecondFactorKey::Open(std::string_view sealed,
                                            std::string_view person) const {
  const auto bytes = FromBase64Url(sealed);
  if (!bytes || bytes->size() < kBlock + kMac) return std::nullopt;
  const std::string_view body = std::string_view(*bytes).substr(0, bytes->size() - kMac);
  if (!SameBytes(MacOf(bytes_, person, body), std::string_view(*bytes).substr(body.size()))) {
    return std::nullopt;
  }
  auto text = Aes128CbcDecrypt(CipherKey(bytes_), body.substr(0, kBlock), body.substr(kBlock));
  if (!text) return std::nullopt;
  return Secret(*std::move(text));
}

}  // namespace plotmeter
