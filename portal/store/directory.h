// The questions that *find* the reseller, because nobody can name one yet: which collector speaks,
// which token, person or session signs in, which enrolment code was typed; and the operator's list
// of resellers. They answer ids and keys, never a tenant's rows: for those ask Store, with the id.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "common/reseller.h"
#include "common/time.h"
#include "portal/store/audit.h"

namespace plotmeter {

struct KnownCollector {
  ResellerId reseller = {};
  std::string collector = {};
  std::string jwk = {};  // the public key that was asked for, as JSON
  bool revoked = false;
  // Where that key was replaced: the thumbprint of the next one, and up to where it signed
  // (proto/rotation.h, ReadMarks).
  std::string next = {};
  std::string last = {};
};

struct KnownToken {
  ResellerId reseller = {};
  std::string id = {};
  std::string role = {};
  std::string customer = {};
  std::string name = {};
  std::string scopes = {};  // as in ApiToken
  std::optional<Instant> expires_at = {};
  std::optional<Instant> revoked_at = {};
  std::optional<Instant> last_used_at = {};
};

struct KnownPerson {
  ResellerId reseller = {};
  std::string id = {};
};

// A session, and what its person may do now. None of a person who is disabled.
struct KnownSession {
  ResellerId reseller = {};
  std::string person = {};
  std::string role = {};
  std::string customer = {};
  Instant seen_at = {};
  Instant expires_at = {};
};

struct KnownLink {
  ResellerId reseller = {};
  std::string person = {};
  std::string kind = {};
  Instant expires_at = {};
  bool used = false;
};

struct Reseller {
  ResellerId id = {};
  std::string name = {};
};

// What belongs to the operator and to no reseller: its people, tokens and changes. It has no
// customers, and Resellers() leaves it out.
inline const ResellerId kTheOperator{"operator"};

class Directory {
 public:
  virtual ~Directory() = default;

  // By RFC 7638 thumbprint of its key, or of one that it had before. Empty: a stranger.
  virtual std::optional<KnownCollector> CollectorByKey(const std::string& thumbprint) = 0;
  // By base64url SHA-256 of the token, the cookie, the link or the code's secret. Empty: nobody's.
  virtual std::optional<KnownToken> TokenByHash(const std::string& hash) = 0;
  virtual std::optional<KnownSession> SessionByHash(const std::string& hash) = 0;
  virtual std::optional<KnownLink> LinkByHash(const std::string& hash) = 0;
  virtual std::optional<ResellerId> ResellerOfCode(const std::string& hash) = 0;
  // Whatever the case of its letters.
  virtual std::optional<KnownPerson> PersonByEmail(const std::string& email) = 0;

  // Empty where the name is taken.
  virtual std::optional<ResellerId> AddReseller(const std::string& name, Instant now,
                                                const Actor& actor) = 0;
  virtual std::vector<Reseller> Resellers() = 0;
  // Those whose names come after `after`, by name; at most `limit`.
  virtual std::vector<Reseller> ResellersAfter(const std::string& after, std::size_t limit) = 0;

  // Throws when the database cannot be asked; for /readyz.
  virtual void Ping() = 0;
};

}  // namespace plotmeter
