#include "portal/access/sessions.h"

#include "common/crypto.h"
#include "common/sqlite.h"
#include "portal/access/people.h"

namespace plotmeter {
namespace {

constexpr std::size_t kRandom = 32;  // bytes
constexpr std::chrono::minutes kSeenEvery{5};

}  // namespace

std::string HashOfSecret(std::string_view secret) { return Base64Url(Sha256(secret)); }

std::string CsrfTokenOf(std::string_view session) {
  return Base64Url(HmacSha256(session, "plotmeter X-CSRF-Token"));
}

std::variant<SignedIn, ProofAnswer> Sessions::SignIn(const SignInWish& wish) const {
  const std::string email = CanonicalEmail(wish.email);
  auto who = directory_.PersonByEmail(email);
  if (who) {
    const auto person = accounts_.FindPerson(who->reseller, who->id);
    if (!person || person->disabled_at) who.reset();
  }
  const std::string device = wish.device.empty() ? "" : HashOfSecret(wish.device.Reveal());
  const bool is_known =
      who && !device.empty() && accounts_.KnowsDevice(who->reseller, who->id, device);
  // Where this person signed in before, what strangers did does not count.
  const std::string place = is_known ? "device " + device : NetworkOf(wish.address);
  std::vector<TriedBy> by = {{.text = email + "\n" + place}};
  if (!is_known) by.push_back({.text = "address\n" + place, .patience = kOfAddress});
  // Of a code guessed from many addresses, all count as one: who got this far knows the password.
  const std::string code_by = "code\n" + email + (is_known ? "\n" + place : "");

  const ProofAnswer answer = proofs_.Check(who, wish.password.Reveal(), wish.code, by, code_by);
  if (answer.proved != Proved::kYes) return answer;
  const Instant now = clock_.Now();
  SignedIn in{.who = *who,
              .session = Secret(Base64Url(RandomBytes(kRandom))),
              .device = is_known ? wish.device.Copy() : Secret(Base64Url(RandomBytes(kRandom))),
              .expires_at = now + kSessionLongest};
  const bool holds = accounts_.AddSession(who->reseller, who->id,
                                          {.hash = HashOfSecret(in.session.Reveal()),
                                           .device = HashOfSecret(in.device.Reveal()),
                                           .expires_at = in.expires_at,
                                           .password_changes = answer.password_changes},
                                          now);
  if (!holds) return ProofAnswer{Proved::kWrong};  // it was changed while we looked at it
  return in;
}

std::optional<OpenSession> Sessions::Find(std::string_view session) const {
  const std::string hash = HashOfSecret(session);
  const auto known = directory_.SessionByHash(hash);
  const Instant now = clock_.Now();
  if (!known || known->expires_at <= now || known->seen_at + kSessionIdle <= now) {
    return std::nullopt;
  }
  if (known->seen_at + kSeenEvery <= now) {
    try {
      accounts_.SeeSession(known->reseller, hash, now);
    } catch (const SqliteBusy&) {  // its next request will
    }
  }
  return OpenSession{*known, hash};
}

}  // namespace plotmeter
