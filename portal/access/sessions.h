// Sessions of people: from e-mail address and password to a cookie, and from the cookie to who
// asks.
//
//    auto result = sessions.SignIn({.email = "a@north.example", .password = …, .address = …});
//    sessions.Find(cookie)      whose it is, or empty: ended, idle for 12 h, or older than 7 days
//    CsrfTokenOf(cookie)        what the page has to send with it in X-CSRF-Token
//
// A session is 256 random bits; their SHA-256 is what is stored. The token against forged requests
// is an HMAC of the same bits, so that it needs no row and dies with the session. A device is known
// by a cookie of its own, which lives on when the session ends (sign_in_patience.h says what for).
//
// Whoever is nobody, was disabled, has no password yet or gave a wrong one hears the same. Safe
// from any thread; nothing is kept in memory, so several processes may serve one database.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "common/clock.h"
#include "common/secret.h"
#include "portal/access/proofs.h"
#include "portal/store/accounts.h"
#include "portal/store/directory.h"

namespace plotmeter {

inline constexpr std::chrono::hours kSessionIdle{12};
inline constexpr std::chrono::hours kSessionLongest{7 * 24};
inline constexpr std::chrono::hours kDeviceKept{400 * 24};  // browsers keep no cookie longer

struct SignInWish {
  std::string email = {};
  Secret password = {};
  std::string code = {};     // of a second factor; empty: none yet
  std::string address = {};  // where it comes from
  Secret device = {};        // the device's cookie; empty: none
};

struct SignedIn {
  KnownPerson who = {};
  Secret session = {};
  Secret device = {};
  Instant expires_at = {};
};

struct OpenSession {
  KnownSession of = {};
  std::string hash = {};
};

class Sessions {
 public:
  // All of them must outlive this.
  Sessions(Directory& directory, Accounts& accounts, const Proofs& proofs, const Clock& clock)
      : directory_(directory), accounts_(accounts), proofs_(proofs), clock_(clock) {}

  // Throws PasswordsBusy.
  std::variant<SignedIn, ProofAnswer> SignIn(const SignInWish& wish) const;

  // A session that is used is good for another 12 h; that is noted every five minutes.
  std::optional<OpenSession> Find(std::string_view session) const;

 private:
  Directory& directory_;
  Accounts& accounts_;
  const Proofs& proofs_;
  const Clock& clock_;
};

// What is stored of a secret that is random enough to need no slow hash.
std::string HashOfSecret(std::string_view secret);

std::string CsrfTokenOf(std::string_view session);

}  // namespace plotmeter
