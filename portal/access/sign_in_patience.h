// How long somebody has to wait who failed to sign in: pure, so that its test is the whole table.
//
//    Judge(tries, kOfPair, now)     {.wait = 0s, .failures = 3}: go on, and note a third failure
//                                   {.wait = 8s}: not before eight seconds have passed
//
// Guessing has to become slow, and nobody may be locked out by somebody else's guesses. So an
// account as a whole is never locked. What has to wait is
//
//   a pair     of account and address: after 5 failures 1 s, 2 s, 4 s … 15 min
//   an address whatever the account: after 60 failures 1 s, 2 s, 4 s … 1 min
//   a device   where this person signed in before (a cookie says so), in the place of both: it
//              neither waits for what strangers did nor makes them wait
//   a code     of a second factor, once the password was right, as a pair does; for a device apart
//
// Attempts while waiting are not looked at and do not count.

#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "common/time.h"
#include "portal/store/accounts.h"

namespace plotmeter {

struct Patience {
  std::int64_t free = 0;  // failures that cost nothing
  std::chrono::seconds longest{0};
  std::chrono::seconds forgotten{0};  // after so long without a failure all are
};

inline constexpr Patience kOfPair{
    .free = 5, .longest = std::chrono::minutes(15), .forgotten = std::chrono::hours(24)};
inline constexpr Patience kOfAddress{
    .free = 60, .longest = std::chrono::minutes(1), .forgotten = std::chrono::hours(1)};

JudgedTry JudgeTry(const SignInTries& tries, const Patience& patience, Instant now);

// What an address counts as: an IPv6 site has 2^64 of them, so there the first 64 bits.
std::string NetworkOf(std::string_view address);

}  // namespace plotmeter
