#include "portal/access/password.h"

#include <sodium.h>

#include <array>

#include "common/crypto.h"

namespace plotmeter {
namespace {

// libsodium reads a text that ends with a zero.
bool IsRight(const std::string& hash, std::string_view password) {
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

}  // namespace

// One of the few that may be inside; waits for its turn, unless too many do.
class Passwords::Turn {
 public:
  explicit Turn(const Passwords& passwords) : passwords_(passwords) {
    if (passwords_.inside_.fetch_add(1) >= kAtMost) {
      --passwords_.inside_;
      throw PasswordsBusy("too many sign in at once");
    }
    passwords_.turns_.acquire();
  }
  ~Turn() {
    passwords_.turns_.release();
    --passwords_.inside_;
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  const Passwords& passwords_;
};

Passwords::Passwords(PasswordCost cost) : cost_(cost) {
  if (sodium_init() < 0) throw std::runtime_error("libsodium does not start");
  nobodys_ = Hash(Base64Url(RandomBytes(16)));
}

std::string Passwords::Hash(std::string_view password) const {
  const Turn turn(*this);
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (crypto_pwhash_str_alg(text.data(), password.data(), password.size(), cost_.passes,
                            cost_.bytes, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    throw std::runtime_error("no memory to hash a password");
  }
  return text.data();
}

bool Passwords::Verify(const std::string& hash, std::string_view password) const {
  const Turn turn(*this);
  return IsRight(hash, password);
}

void Passwords::VerifyNobody(std::string_view password) const {
  const Turn turn(*this);
  IsRight(nobodys_, password);
}

bool Passwords::IsCheaper(const std::string& hash) const {
  return crypto_pwhash_str_needs_rehash(hash.c_str(), cost_.passes, cost_.bytes) != 0;
}

}  // namespace plotmeter
