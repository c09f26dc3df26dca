#include "portal/access/people.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "common/crypto.h"
#include "portal/access/password_rules.h"
#include "portal/access/sessions.h"
#include "portal/access/totp.h"

namespace plotmeter {
namespace {

constexpr std::string_view kLinkPrefix = "pml_";
constexpr std::size_t kRandom = 32;         // bytes
constexpr std::size_t kLongestEmail = 254;  // RFC 5321 section 4.5.3.1.3, without its brackets
constexpr std::string_view kIssuer = "Plotmeter";
constexpr std::array<std::string_view, 4> kRoles = {"operator", "reseller_admin", "reseller_viewer",
                                                    "customer_viewer"};

IssuedLink NewLink(std::string_view kind, Instant now) {
  return {.text = Secret(std::string(kLinkPrefix) + Base64Url(RandomBytes(kRandom))),
          .expires_at = now + (kind == "invite" ? kInvitationWorks : kResetWorks)};
}

std::vector<std::string> HashesOf(const std::vector<Secret>& codes) {
  std::vector<std::string> hashes;
  hashes.reserve(codes.size());
  for (const Secret& code : codes) hashes.push_back(HashOfRecoveryCode(code.Reveal()));
  return hashes;
}

std::string CodeBy(const KnownPerson& who) { return "again code\n" + who.id; }

}  // namespace

bool IsPersonRole(std::string_view role) { return std::ranges::find(kRoles, role) != kRoles.end(); }

std::string CanonicalEmail(std::string_view email) {
  const auto first = email.find_first_not_of(" \t");
  if (first == email.npos) return "";
  std::string text(email.substr(first, email.find_last_not_of(" \t") - first + 1));
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

bool IsEmail(std::string_view email) {
  const auto at = email.find('@');
  return at != email.npos && at > 0 && at + 1 < email.size() && email.rfind('@') == at &&
         email.size() <= kLongestEmail && std::ranges::all_of(email, [](char c) {
           return static_cast<unsigned char>(c) > 0x20 && c != 0x7f;
         });
}

Invited Invite(Accounts& accounts, const ResellerId& reseller, const Person& person,
               const Actor& actor, Instant now) {
  Person invited = person;
  invited.email = CanonicalEmail(person.email);
  if (!IsEmail(invited.email)) throw std::invalid_argument("no e-mail address: " + person.email);
  if (!IsPersonRole(person.role) || (person.role == "operator") != (reseller == kTheOperator)) {
    throw std::invalid_argument("no such role: " + person.role);
  }
  if ((person.role == "customer_viewer") == person.customer.empty()) {
    throw std::invalid_argument("a customer_viewer, and nobody else, is confined to a customer");
  }
  IssuedLink link = NewLink("invite", now);
  PersonAdded added = accounts.AddPerson(
      reseller, invited,
      {.hash = HashOfSecret(link.text.Reveal()), .kind = "invite", .expires_at = link.expires_at},
      actor, now);
  return {std::move(added), std::move(link)};
}

std::optional<IssuedLink> IssueLink(Accounts& accounts, const ResellerId& reseller,
                                    const std::string& person, const Actor& actor, Instant now) {
  const auto of = accounts.FindPerson(reseller, person);
  if (!of) return std::nullopt;
  const std::string kind = of->accepted ? "reset" : "invite";
  IssuedLink link = NewLink(kind, now);
  const bool made = accounts.AddLink(
      reseller, person,
      {.hash = HashOfSecret(link.text.Reveal()), .kind = kind, .expires_at = link.expires_at},
      actor, now);
  if (!made) return std::nullopt;
  return link;
}

std::vector<std::string> People::ContextOf(const KnownPerson& who) const {
  std::vector<std::string> context;
  if (const auto person = accounts_.FindPerson(who.reseller, who.id)) {
    context.push_back(person->email);
    context.push_back(person->name);
  }
  if (const auto reseller = accounts_.FindReseller(who.reseller)) context.push_back(reseller->name);
  return context;
}

AcceptAnswer People::Accept(std::string_view link, std::string_view password,
                            std::string_view code) const {
  const std::string hash = HashOfSecret(link);
  const auto known = directory_.LinkByHash(hash);
  if (!known || known->used || known->expires_at <= clock_.Now()) return {};
  const KnownPerson who{known->reseller, known->person};
  if (auto why = WhatIsWrong(password, ContextOf(who))) {
    return {.accepted = LinkUse::kRefusedPassword, .why = *std::move(why)};
  }
  // First what may be busy: a code that was used up for nothing helps nobody.
  const std::string hashed = passwords_.Hash(password);
  const ProofAnswer proof = proofs_.CheckCode(who, code, CodeBy(who));
  switch (proof.proved) {
    case Proved::kYes:
      break;
    case Proved::kCodeNeeded:
      return {.accepted = LinkUse::kCodeNeeded};
    case Proved::kWait:
      return {.accepted = LinkUse::kWait, .wait = proof.wait};
    case Proved::kWrong:
    case Proved::kCodeWrong:
      return {.accepted = LinkUse::kCodeWrong};
  }
  if (!accounts_.UseLink(who.reseller, hash, hashed, clock_.Now())) return {};
  return {.accepted = LinkUse::kYes};
}

ProofAnswer People::ProveAgain(const KnownPerson& who, std::string_view password,
                               std::string_view code) const {
  return proofs_.Check(who, password, code, {{.text = "again\n" + who.id}}, CodeBy(who));
}

PasswordAnswer People::ChangePassword(const KnownPerson& who, std::string_view current,
                                      std::string_view next, const std::string& session) const {
  if (auto why = WhatIsWrong(next, ContextOf(who))) return {.why = *std::move(why)};
  // The code of a second factor was asked for when this session began.
  ProofAnswer proof = proofs_.Check(who, current, "", {{.text = "again\n" + who.id}}, CodeBy(who));
  if (proof.proved == Proved::kCodeNeeded) proof.proved = Proved::kYes;
  if (proof.proved != Proved::kYes) return {.proof = proof};
  // Of two that show the same one, the first counts.
  if (!accounts_.SetPassword(who.reseller, who.id, passwords_.Hash(next), session,
                             proof.password_changes, {who.id}, clock_.Now())) {
    proof = {Proved::kWrong};
  }
  return {.proof = proof};
}

std::optional<BegunTotp> People::BeginTotp(const KnownPerson& who) const {
  const Secret secret(RandomBytes(kTotpBytes));
  if (!accounts_.BeginTotp(who.reseller, who.id, key_.Seal(secret, who.id))) return std::nullopt;
  const auto person = accounts_.FindPerson(who.reseller, who.id);
  return BegunTotp{.secret = Secret(Base32(secret.Reveal())),
                   .uri = TotpUri(secret, person ? person->email : who.id, kIssuer)};
}

std::vector<Secret> People::ConfirmTotp(const KnownPerson& who, std::string_view code) const {
  const auto secret = proofs_.SharedSecret(who);
  if (!secret) return {};
  const auto step = MatchTotp(*secret, code, clock_.Now());
  if (!step) return {};
  std::vector<Secret> codes = NewRecoveryCodes();
  if (!accounts_.ConfirmTotp(who.reseller, who.id, *step, HashesOf(codes), {who.id},
                             clock_.Now())) {
    return {};
  }
  return codes;
}

std::vector<Secret> People::RenewRecoveryCodes(const KnownPerson& who) const {
  std::vector<Secret> codes = NewRecoveryCodes();
  accounts_.SetRecoveryCodes(who.reseller, who.id, HashesOf(codes), {who.id}, clock_.Now());
  return codes;
}

}  // namespace plotmeter
