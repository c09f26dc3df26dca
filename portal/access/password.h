// Passwords, hashed with Argon2id (RFC 9106). The door to libsodium.
//
//    Passwords passwords;                          // one a process
//    auto hash = passwords.Hash("correct horse…"); // "$argon2id$v=19$m=32768,t=3,p=1$…"
//    passwords.Verify(hash, "correct horse…")      // kRight
//
// Each takes 32 MiB and about a twentieth of a second of one core: much for who guesses billions,
// little for a portal on a small machine. So that a crowd of strangers at the sign-in cannot take
// all memory and every worker, two are made at a time, two more may wait, and others are told to
// come back (Busy, a 503). VerifyNobody takes as long as Verify: how long a refusal took does not
// tell whether there is such a person.
//
// Safe from any thread.

#pragma once

#include <atomic>
#include <cstddef>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <string_view>

namespace plotmeter {

// What hashes cost. A hash knows its own: raised here, old ones are still right, and IsCheaper.
struct PasswordCost {
  unsigned long long passes = 3;
  std::size_t bytes = std::size_t{32} << 20;
};

// For tests, which make many: the least that libsodium takes.
inline constexpr PasswordCost kCheapest{.passes = 1, .bytes = 8192};

struct PasswordsBusy : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Passwords {
 public:
  explicit Passwords(PasswordCost cost = {});

  // All but IsCheaper throw PasswordsBusy where too many wait already.
  std::string Hash(std::string_view password) const;
  bool Verify(const std::string& hash, std::string_view password) const;
  void VerifyNobody(std::string_view password) const;
  // Whether it was made at another cost than this one: to be made anew once its password is known.
  bool IsCheaper(const std::string& hash) const;

 private:
  class Turn;
  static constexpr int kAtOnce = 2;
  static constexpr int kAtMost = 4;  // those that wait included

  PasswordCost cost_;
  std::string nobodys_;
  mutable std::atomic<int> inside_ = 0;
  mutable std::counting_semaphore<kAtOnce> turns_{kAtOnce};
};

}  // namespace plotmeter
