#include "portal/access/proofs.h"

#include "common/crypto.h"
#include "portal/access/totp.h"

namespace plotmeter {
namespace {

std::string HashOf(const std::string& text) { return Base64Url(Sha256("sign-in " + text)); }

}  // namespace

std::chrono::seconds Proofs::Take(const std::vector<TriedBy>& by) const {
  std::vector<std::string> subjects;
  subjects.reserve(by.size());
  for (const TriedBy& one : by) subjects.push_back(HashOf(one.text));
  const Instant now = clock_.Now();
  return accounts_.TakeAttempt(
      kTheOperator, subjects,
      [&](std::size_t i, const SignInTries& tries) { return JudgeTry(tries, by[i].patience, now); },
      now);
}

bool Proofs::IsPassword(const std::optional<KnownPerson>& who, std::string_view password,
                        std::int64_t& changes) const {
  const PersonSecrets secrets = who ? accounts_.SecretsOf(who->reseller, who->id) : PersonSecrets{};
  const std::string& hash = secrets.password;
  changes = secrets.password_changes;
  if (hash.empty()) {
    passwords_.VerifyNobody(password);
    return false;
  }
  if (!passwords_.Verify(hash, password)) return false;
  if (passwords_.IsCheaper(hash)) {
    accounts_.Rehash(who->reseller, who->id, hash, passwords_.Hash(password));
  }
  return true;
}

ProofAnswer Proofs::Check(const std::optional<KnownPerson>& who, std::string_view password,
                          std::string_view code, const std::vector<TriedBy>& by,
                          const std::string& code_by) const {
  const auto forgive = [&](std::size_t from) {
    for (std::size_t i = from; i < by.size(); ++i) {
      accounts_.Forgive(kTheOperator, HashOf(by[i].text), Accounts::Forgiven::kOne);
    }
  };
  if (const auto wait = Take(by); wait.count() > 0) return {Proved::kWait, wait};
  std::int64_t changes = 0;
  try {
    if (!IsPassword(who, password, changes)) return {Proved::kWrong};
  } catch (const PasswordsBusy&) {
    forgive(0);
    throw;
  }
  ProofAnswer answer = CheckCode(*who, code, code_by);
  answer.password_changes = changes;
  if (answer.proved != Proved::kYes) {
    if (answer.proved != Proved::kCodeWrong) forgive(0);
    return answer;
  }
  accounts_.Forgive(kTheOperator, HashOf(by.front().text), Accounts::Forgiven::kAll);
  forgive(1);
  return answer;
}

ProofAnswer Proofs::CheckCode(const KnownPerson& who, std::string_view code,
                              const std::string& code_by) const {
  if (!accounts_.SecretsOf(who.reseller, who.id).totp_confirmed) return {Proved::kYes};
  if (code.empty()) return {Proved::kCodeNeeded};
  if (const auto wait = Take({{.text = code_by}}); wait.count() > 0) return {Proved::kWait, wait};
  if (!UseCode(who, code)) return {Proved::kCodeWrong};
  accounts_.Forgive(kTheOperator, HashOf(code_by), Accounts::Forgiven::kAll);
  return {Proved::kYes};
}

bool Proofs::UseCode(const KnownPerson& who, std::string_view code) const {
  const auto secret = SharedSecret(who);
  if (secret) {
    const auto step = MatchTotp(*secret, code, clock_.Now());
    if (step) return accounts_.UseTotpStep(who.reseller, who.id, *step);
  }
  return accounts_.UseRecoveryCode(who.reseller, who.id, HashOfRecoveryCode(code), {who.id},
                                   clock_.Now());
}

std::optional<Secret> Proofs::SharedSecret(const KnownPerson& who) const {
  return key_.Open(accounts_.SecretsOf(who.reseller, who.id).totp, who.id);
}

}  // namespace plotmeter
