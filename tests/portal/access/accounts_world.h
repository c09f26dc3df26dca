// A portal with two tenants, where people sign in: cheap hashes, a clock that is told.

#pragma once

#include <optional>
#include <string>

#include "common/clock.h"
#include "common/crypto.h"
#include "portal/access/people.h"
#include "portal/access/sessions.h"
#include "portal/access/totp.h"
#include "tests/portal/store/fleet.h"

namespace plotmeter {

struct ToldClock : Clock {
  Instant Now() const override { return now; }
  Instant now = At("2026-11-10T12:00:00Z");
};

inline const std::string kGoodPassword = "kelp harbour mitten";

struct AccountsWorld {
  // A person who has accepted its invitation.
  KnownPerson AddPerson(const ResellerId& reseller, const std::string& email,
                        const std::string& role = "reseller_admin",
                        const std::string& customer = "") {
    const Invited invited = Invite(
        store, reseller, {.email = email, .name = "somebody", .role = role, .customer = customer},
        {"command line"}, clock.now);
    EXPECT_EQ(invited.added.outcome, PersonAdded::Outcome::kAdded);
    EXPECT_EQ(people.Accept(invited.link.text.Reveal(), kGoodPassword, "").accepted, LinkUse::kYes);
    return {reseller, invited.added.id};
  }

  std::variant<SignedIn, ProofAnswer> SignIn(const std::string& email, const std::string& password,
                                             const std::string& code = "",
                                             const std::string& address = "192.0.2.7",
                                             const std::string& device = "") {
    return sessions.SignIn({.email = email,
                            .password = Secret(password),
                            .code = code,
                            .address = address,
                            .device = Secret(device)});
  }

  // The cookie; empty: not signed in.
  std::string Cookie(const std::string& email, const std::string& password = kGoodPassword) {
    auto result = SignIn(email, password);
    const auto* in = std::get_if<SignedIn>(&result);
    return in == nullptr ? "" : in->session.Reveal();
  }

  // Switches a second factor on; the secret that its codes are made of.
  Secret SwitchTotpOn(const KnownPerson& who, std::vector<Secret>* recovery_codes = nullptr) {
    EXPECT_TRUE(people.BeginTotp(who));
    Secret secret = *proofs.SharedSecret(who);
    std::vector<Secret> codes = people.ConfirmTotp(who, TotpCode(secret, TotpStep(clock.now)));
    EXPECT_EQ(codes.size(), 10u);
    if (recovery_codes != nullptr) *recovery_codes = std::move(codes);
    return secret;
  }

  std::string path = FreshDatabase();
  SqliteStore store{path};
  Tenant north = AddTenant(store, "north");
  Tenant south = AddTenant(store, "south");
  ToldClock clock;
  Passwords passwords{kCheapest};
  SecondFactorKey key{Secret(std::string(32, 'k'))};
  Proofs proofs{store, passwords, key, clock};
  Sessions sessions{store, store, proofs, clock};
  People people{store, store, passwords, proofs, key, clock};
};

}  // namespace plotmeter
