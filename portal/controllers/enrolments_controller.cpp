#include "portal/controllers/enrolments_controller.h"

#include "common/sqlite.h"
#include "portal/controllers/not_now.h"

namespace plotmeter {

constexpr std::uint64_t kMaxRequest = 16 << 10;  // bytes; a request is about one KiB

void EnrolmentsController::Map(Router& router) const {
  router.Get("/api/v1/keys", kAnyone, this, &EnrolmentsController::Keys).ForCollectors();
  router.Post("/api/v1/enrolments", kAnyone, this, &EnrolmentsController::Enrol)
      .MaxBody(kMaxRequest)
      .Accepts("application/jose")
      .ForCollectors();
}

Response EnrolmentsController::Keys(const Request&, const Caller&) const {
  return {.content_type = "application/jose", .body = keys_.Now()->Document(clock_.Now())};
}

std::variant<EnrolmentAnswer, EnrolmentRefused> EnrolmentsController::Redeem(
    std::string_view body) const {
  try {
    return enrolments_.Redeem(body);
  } catch (const SqliteBusy&) {
    throw NotNow("the database is busy");
  }
}

Response EnrolmentsController::Enrol(const Request& request, const Caller&) const {
  const auto result = Redeem(request.body());
  if (const auto* answer = std::get_if<EnrolmentAnswer>(&result)) {
    return {.content_type = "application/jose", .body = answer->jws};
  }
  const auto& refused = std::get<EnrolmentRefused>(result);
  throw Problem(refused.status, refused.detail)
      .With("check", refused.check)
      .With("signed", refused.signed_note);
}

}  // namespace plotmeter
