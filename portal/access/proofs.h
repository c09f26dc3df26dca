// Whether somebody is who they say: password, then the code of a second factor where one is on, and
// the patience between attempts (sign_in_patience.h).
//
//    auto answer = proofs.Check(who, "…", "287082", {pair, address}, code_of_pair);
//    if (answer.proved != Proved::kYes) …      answer.wait: not before so long, nothing was
//                                              looked at
//
// An attempt counts as failed before it is looked at, so that many at once are not more than many
// one after the other; what was right is forgiven. Nobody (`who` is empty) is refused as slowly as
// somebody. Safe from any thread.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock.h"
#include "portal/access/password.h"
#include "portal/access/second_factor.h"
#include "portal/access/sign_in_patience.h"
#include "portal/store/accounts.h"

namespace plotmeter {

enum class Proved {
  kWrong,  // zero proves nothing
  kWait,
  kCodeNeeded,  // the password is right
  kCodeWrong,   // the same
  kYes,
};

struct ProofAnswer {
  Proved proved = Proved::kWrong;
  std::chrono::seconds wait{0};
  // How often the password had been changed when it was looked at: what follows from the proof
  // holds only as long as that is so.
  std::int64_t password_changes = 0;
};

// What failures are counted of, as a text that only this portal reads; kept as its hash.
struct TriedBy {
  std::string text = {};
  Patience patience = kOfPair;
};

class Proofs {
 public:
  // All of them must outlive this.
  Proofs(Accounts& accounts, const Passwords& passwords, const SecondFactorKey& key,
         const Clock& clock)
      : accounts_(accounts), passwords_(passwords), key_(key), clock_(clock) {}

  // Throws PasswordsBusy. The first of `by` is forgiven all when it succeeds, the others this one
  // attempt.
  ProofAnswer Check(const std::optional<KnownPerson>& who, std::string_view password,
                    std::string_view code, const std::vector<TriedBy>& by,
                    const std::string& code_by) const;
  // The code alone, of somebody who needs one: kYes where no second factor is on.
  ProofAnswer CheckCode(const KnownPerson& who, std::string_view code,
                        const std::string& code_by) const;

  // The shared secret of a second factor, confirmed or not. Empty: none is there.
  std::optional<Secret> SharedSecret(const KnownPerson& who) const;

 private:
  std::chrono::seconds Take(const std::vector<TriedBy>& by) const;
  bool IsPassword(const std::optional<KnownPerson>& who, std::string_view password,
                  std::int64_t& changes) const;
  bool UseCode(const KnownPerson& who, std::string_view code) const;

  Accounts& accounts_;
  const Passwords& passwords_;
  const SecondFactorKey& key_;
  const Clock& clock_;
};

}  // namespace plotmeter
