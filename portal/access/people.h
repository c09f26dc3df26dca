// People: invited, let in by a link that works once, and in charge of their own password and second
// factor.
//
//    auto invited = people.Invite(reseller, {.email = "a@north.example", .name = "Anna",
//                                            .role = "reseller_admin"}, actor);
//    invited.link.Reveal()             "pml_…": shown once, hand it to that person
//    people.Accept("pml_…", "kelp harbour mitten", "")
//
// Whoever has a link sets the password of its person, once, within its time; where a second factor
// is on, its code is needed besides. A new link voids those before. A password that is set ends all
// other sessions, and voids links that are still out. All changes are in the audit log. Safe from
// any thread.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock.h"
#include "common/secret.h"
#include "portal/access/password.h"
#include "portal/access/proofs.h"
#include "portal/access/second_factor.h"
#include "portal/store/accounts.h"
#include "portal/store/directory.h"

namespace plotmeter {

inline constexpr std::chrono::hours kInvitationWorks{7 * 24};
inline constexpr std::chrono::hours kResetWorks{24};

// Whether it is one of operator, reseller_admin, reseller_viewer, customer_viewer.
bool IsPersonRole(std::string_view role);

// "Anna@North.Example " as it is kept and compared: in lower case, without blanks around it.
std::string CanonicalEmail(std::string_view email);
// One @ with something on both sides, at most 254 bytes (RFC 5321), no blanks or controls. That it
// reaches anybody is not looked at.
bool IsEmail(std::string_view email);

struct IssuedLink {
  Secret text = {};  // "pml_" and 43 characters; never to be seen again
  Instant expires_at = {};
};

struct Invited {
  PersonAdded added = {};
  IssuedLink link = {};
};

enum class LinkUse {
  kNoSuchLink,  // or used, expired, voided
  kRefusedPassword,
  kCodeNeeded,
  kCodeWrong,
  kWait,
  kYes,
};

struct AcceptAnswer {
  LinkUse accepted = LinkUse::kNoSuchLink;
  std::string why = {};  // of a refused password
  std::chrono::seconds wait{0};
};

struct PasswordAnswer {
  ProofAnswer proof = {};
  std::string why = {};  // the new one is refused; empty: it is set, if proof.proved is kYes
};

struct BegunTotp {
  Secret secret = {};  // Base32, to be typed
  Secret uri = {};     // to be shown as a QR code
};

class People {
 public:
  // All of them must outlive this.
  People(Directory& directory, Accounts& accounts, const Passwords& passwords, const Proofs& proofs,
         const SecondFactorKey& key, const Clock& clock)
      : directory_(directory),
        accounts_(accounts),
        passwords_(passwords),
        proofs_(proofs),
        key_(key),
        clock_(clock) {}

  // All that hash or compare a password throw PasswordsBusy.
  AcceptAnswer Accept(std::string_view link, std::string_view password,
                      std::string_view code) const;

  // By the person itself; `session` is the hash of the one that stays.
  PasswordAnswer ChangePassword(const KnownPerson& who, std::string_view current,
                                std::string_view next, const std::string& session) const;
  // Whether password and code are right. For what a stolen session must not do.
  ProofAnswer ProveAgain(const KnownPerson& who, std::string_view password,
                         std::string_view code) const;
  // Empty: a second factor is on already.
  std::optional<BegunTotp> BeginTotp(const KnownPerson& who) const;
  // The recovery codes; empty: the code is wrong, or nothing was begun.
  std::vector<Secret> ConfirmTotp(const KnownPerson& who, std::string_view code) const;
  std::vector<Secret> RenewRecoveryCodes(const KnownPerson& who) const;

 private:
  std::vector<std::string> ContextOf(const KnownPerson& who) const;

  Directory& directory_;
  Accounts& accounts_;
  const Passwords& passwords_;
  const Proofs& proofs_;
  const SecondFactorKey& key_;
  const Clock& clock_;
};

// By an administrator, or on the command line. The role must be IsPersonRole and go with the
// customer, the address IsEmail, else std::invalid_argument.
Invited Invite(Accounts& accounts, const ResellerId& reseller, const Person& person,
               const Actor& actor, Instant now);
// To set a password: an invitation where the person has none yet. Empty: no such person, or it is
// disabled.
std::optional<IssuedLink> IssueLink(Accounts& accounts, const ResellerId& reseller,
                                    const std::string& person, const Actor& actor, Instant now);

}  // namespace plotmeter
