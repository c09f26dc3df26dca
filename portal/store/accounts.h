// Every question about people, their sessions, the operator's resellers and the audit log. As in
// store.h each names a reseller; the operator's own people belong to kTheOperator. Who signs in,
// and with which cookie or link, is found by directory.h.
//
//    auto added = accounts.AddPerson(reseller, {.email = "a@example.org", …}, link, actor, now);
//    accounts.ChangePerson(reseller, added.id, {.disabled = true}, actor, now);
//
// A change and its row in the audit log are one transaction. Secrets come and go as hashes
// (SHA-256, base64url), passwords as portal/access/password.h made them. Safe from any thread.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/reseller.h"
#include "common/time.h"
#include "portal/store/audit.h"
#include "portal/store/directory.h"

namespace plotmeter {

struct Person {
  std::string id = {};  // "usr_7Q2M9K4T"
  std::string email = {};
  std::string name = {};
  std::string role = {};      // operator, reseller_admin, reseller_viewer, customer_viewer
  std::string customer = {};  // what a customer_viewer is confined to; else empty
  bool accepted = false;      // a password was set
  bool second_factor = false;
  Instant created_at = {};
  std::optional<Instant> signed_in_at = {};
  std::optional<Instant> disabled_at = {};
};

struct PersonSecrets {
  std::string password = {};  // empty: none yet
  std::int64_t password_changes = 0;
  std::string totp = {};  // sealed; empty: none
  bool totp_confirmed = false;
  std::int64_t recovery_codes = 0;  // not used yet
};

struct LinkOffer {
  std::string hash = {};
  std::string kind = {};  // invite, reset
  Instant expires_at = {};
};

struct PersonAdded {
  enum class Outcome { kAdded, kEmailTaken, kNoSuchCustomer, kNoSuchReseller };
  Outcome outcome = Outcome::kNoSuchReseller;
  std::string id = {};
};

// Empty members stay as they are.
struct PersonChange {
  std::optional<std::string> name = {};
  std::optional<std::string> role = {};
  std::optional<std::string> customer = {};  // goes with the role customer_viewer
  std::optional<bool> disabled = {};
  bool drop_second_factor = false;
};

enum class PersonChanged { kDone, kNoSuchPerson, kNoSuchCustomer };

struct NewSession {
  std::string hash = {};
  std::string device = {};  // hash; noted as known, or known again
  Instant expires_at = {};
  std::int64_t password_changes = 0;  // as it was when the password was looked at
};

struct SignInTries {
  std::int64_t failures = 0;
  Instant last = {};
};

struct JudgedTry {
  std::chrono::seconds wait{0};
  std::int64_t failures = 0;  // to be noted, this one included
};

class Accounts {
 public:
  virtual ~Accounts() = default;

  // People, ordered by id. A change of role or customer, and being disabled, holds from the next
  // request on; who is disabled loses sessions, devices and links.
  virtual PersonAdded AddPerson(const ResellerId& reseller, const Person& person,
                                const LinkOffer& link, const Actor& actor, Instant now) = 0;
  virtual std::vector<Person> People(const ResellerId& reseller, const std::string& after,
                                     std::size_t limit) = 0;
  virtual std::optional<Person> FindPerson(const ResellerId& reseller, const std::string& id) = 0;
  virtual PersonChanged ChangePerson(const ResellerId& reseller, const std::string& id,
                                     const PersonChange& change, const Actor& actor,
                                     Instant now) = 0;

  // Links. A new one voids those before. False where there is no such person, or it is disabled.
  // UseLink sets the password, once, and ends every session: empty where the link is not good.
  virtual bool AddLink(const ResellerId& reseller, const std::string& person, const LinkOffer& link,
                       const Actor& actor, Instant now) = 0;
  virtual std::optional<std::string> UseLink(const ResellerId& reseller, const std::string& hash,
                                             const std::string& password, Instant now) = 0;

  // What proves who somebody is. SetPassword ends every session but `kept`, and voids links; where
  // `proved` says how often the password had been changed when the current one was shown, and it
  // was again meanwhile, it does nothing: false. Rehash changes nothing that anybody could notice,
  // and is not written down: nothing at all where the hash is no longer `was`.
  virtual PersonSecrets SecretsOf(const ResellerId& reseller, const std::string& person) = 0;
  virtual bool SetPassword(const ResellerId& reseller, const std::string& person,
                           const std::string& password, const std::string& kept,
                           std::optional<std::int64_t> proved, const Actor& actor, Instant now) = 0;
  virtual void Rehash(const ResellerId& reseller, const std::string& person, const std::string& was,
                      const std::string& password) = 0;
  // A second factor is begun (not where one is confirmed: false), confirmed with its first step and
  // the hashes of its recovery codes, and dropped. UseTotpStep: false where that step or a later
  // one was used. UseRecoveryCode: false where there is none such, or it was used.
  virtual bool BeginTotp(const ResellerId& reseller, const std::string& person,
                         const std::string& sealed) = 0;
  virtual bool ConfirmTotp(const ResellerId& reseller, const std::string& person, std::int64_t step,
                           const std::vector<std::string>& recovery_codes, const Actor& actor,
                           Instant now) = 0;
  virtual void DropTotp(const ResellerId& reseller, const std::string& person, const Actor& actor,
                        Instant now) = 0;
  virtual bool UseTotpStep(const ResellerId& reseller, const std::string& person,
                           std::int64_t step) = 0;
  virtual bool UseRecoveryCode(const ResellerId& reseller, const std::string& person,
                               const std::string& hash, const Actor& actor, Instant now) = 0;
  virtual void SetRecoveryCodes(const ResellerId& reseller, const std::string& person,
                                const std::vector<std::string>& hashes, const Actor& actor,
                                Instant now) = 0;

  // Sessions and devices. A person has 50 of the one and 20 of the other at most; the oldest go.
  // AddSession: false where the password was changed since it was looked at, or the person is
  // disabled.
  virtual bool AddSession(const ResellerId& reseller, const std::string& person,
                          const NewSession& session, Instant now) = 0;
  virtual void SeeSession(const ResellerId& reseller, const std::string& hash, Instant now) = 0;
  virtual void EndSession(const ResellerId& reseller, const std::string& hash) = 0;
  // Everywhere; devices are forgotten too. Answers how many sessions there were.
  virtual std::int64_t EndSessions(const ResellerId& reseller, const std::string& person,
                                   const Actor& actor, Instant now) = 0;
  virtual bool KnowsDevice(const ResellerId& reseller, const std::string& person,
                           const std::string& hash) = 0;

  // Failures to sign in. TakeAttempt has `judge` look at each subject, in one transaction: who has
  // to wait is told how long, and nothing is noted; else what it says of each is, before anybody
  // knows how the attempt ends. Forgive takes one failure back, or all.
  using Judge = std::function<JudgedTry(std::size_t subject, const SignInTries&)>;
  virtual std::chrono::seconds TakeAttempt(const ResellerId& reseller,
                                           const std::vector<std::string>& subjects,
                                           const Judge& judge, Instant now) = 0;
  enum class Forgiven { kOne, kAll };
  virtual void Forgive(const ResellerId& reseller, const std::string& subject, Forgiven what) = 0;

  // Resellers, as the operator sees them. Rename: false where there is no such reseller; throws
  // SqliteError (is_of_values) where the name is taken.
  virtual std::optional<Reseller> FindReseller(const ResellerId& reseller) = 0;
  virtual bool RenameReseller(const ResellerId& reseller, const std::string& name,
                              const Actor& actor, Instant now) = 0;

  // The audit log. NoteAudit is for changes that are none of the database (keys). Rows rise by
  // number; AuditRows are those below `before`, falling.
  virtual void NoteAudit(const ResellerId& reseller, const AuditNote& note, const Actor& actor,
                         Instant now) = 0;
  virtual std::vector<AuditRow> AuditRows(const ResellerId& reseller, std::int64_t before,
                                          std::size_t limit) = 0;
  virtual void EachAuditRow(const ResellerId& reseller,
                            const std::function<void(const AuditRow&)>& visit) = 0;
};

}  // namespace plotmeter
