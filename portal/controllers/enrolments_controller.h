// How a collector learns whom to trust and becomes known itself (proto/enrolment.h).
//
//    GET  /api/v1/keys          application/jose: the portal's keys, signed by the one a code names
//    POST /api/v1/enrolments    application/jose: a sealed request
//    200 application/jose       the signed answer; the same code with the same key hears it again
//    400 404 409 410 422 503    problem+json with "check" and "signed", as for batches

#pragma once

#include <utility>

#include "common/clock.h"
#include "common/in_use.h"
#include "portal/access/enrolments.h"
#include "portal/access/keyring.h"
#include "portal/http/router.h"

namespace plotmeter {

class EnrolmentsController {
 public:
  // Enrolments and clock must outlive the controller.
  EnrolmentsController(Enrolments& enrolments, InUse<Keyring> keys, const Clock& clock)
      : enrolments_(enrolments), keys_(std::move(keys)), clock_(clock) {}

  void Map(Router& router) const;

 private:
  Response Keys(const Request& request, const Caller& caller) const;
  std::variant<EnrolmentAnswer, EnrolmentRefused> Redeem(std::string_view body) const;
  Response Enrol(const Request& request, const Caller& caller) const;

  Enrolments& enrolments_;
  const InUse<Keyring> keys_;
  const Clock& clock_;
};

}  // namespace plotmeter
