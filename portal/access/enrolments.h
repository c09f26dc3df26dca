// Enrolment: a code from a person becomes the identity of a collector, once (wire section 5).
//
//    Enrolments enrolments(directory, store, keys, clock);
//    auto code = enrolments.Offer(reseller, site, std::chrono::days(7));   // show it, once
//    auto result = enrolments.Redeem(body);      // the body of POST /api/v1/enrolments
//
// Only a hash of the code's secret is stored. The same code with the same key gets the same
// answer, so that a lost answer burns nothing. Safe from any thread.

#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "common/clock.h"
#include "common/in_use.h"
#include "common/secret.h"
#include "portal/access/keyring.h"
#include "portal/store/directory.h"
#include "portal/store/store.h"

namespace plotmeter {

struct EnrolmentAnswer {
  std::string jws = {};  // proto/enrolment.h, WriteEnrolled
};

struct EnrolmentRefused {
  int status = 400;
  // form 400, portal 422, code-unknown 404, code-expired 410, code-used 409, key-taken 409,
  // other-site 409
  std::string check = {};
  std::string detail = {};
  std::string signed_note = {};  // the same as a JWS (proto/receipt.h, SignRefusal)
};

class Enrolments {
 public:
  // Directory, store and clock must outlive this.
  // `revoked`: collectors that may not come back as themselves when the database has forgotten
  // them.
  Enrolments(Directory& directory, Store& store, InUse<Keyring> keys, const Clock& clock,
             std::set<std::string> revoked = {})
      : directory_(directory),
        store_(store),
        keys_(std::move(keys)),
        clock_(clock),
        revoked_(std::move(revoked)) {}

  // The text of a new code for a site; empty where the site is not this reseller's.
  std::optional<Secret> Offer(const ResellerId& reseller, const std::string& site,
                              std::chrono::days valid, const Actor& actor);

  std::variant<EnrolmentAnswer, EnrolmentRefused> Redeem(std::string_view body);

 private:
  EnrolmentRefused Refuse(const Keyring& keys, std::string_view body, int status, std::string check,
                          std::string detail) const;

  Directory& directory_;
  Store& store_;
  const InUse<Keyring> keys_;
  const Clock& clock_;
  const std::set<std::string> revoked_;
};

}  // namespace plotmeter
