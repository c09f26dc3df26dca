// Shared secrets of second factors, sealed: a copy of the database alone makes no codes.
//
//    const auto key = SecondFactorKey::LoadOrMake("data");      // data/keys/second-factor.key
//    std::string sealed = key.Seal(secret, "usr_7Q2M9K4T");
//    auto secret = key.Open(sealed, "usr_7Q2M9K4T");   // empty: another person's, or another key's
//
// AES-128-CBC with HMAC-SHA256 over person, iv and ciphertext. The key is a file of mode 0600
// beside the portal's other keys, and goes into backups as those do. Immutable: safe from any
// thread.

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "common/secret.h"

namespace plotmeter {

class SecondFactorKey {
 public:
  // Throws std::runtime_error that names the file where it is not 32 bytes, base64url.
  static SecondFactorKey LoadOrMake(const std::filesystem::path& data);
  explicit SecondFactorKey(Secret bytes) : bytes_(std::move(bytes)) {}

  std::string Seal(const Secret& secret, std::string_view person) const;
  std::optional<Secret> Open(std::string_view sealed, std::string_view person) const;

 private:
  Secret bytes_;
};

}  // namespace plotmeter
