#include "portal/controllers/rotations_controller.h"

#include "common/sqlite.h"
#include "portal/controllers/not_now.h"
#include "proto/rotation.h"

namespace plotmeter {
namespace {

std::variant<RotationHeard, SaidRefused> Ask(Rotations& rotations, std::string_view body) {
  try {
    return rotations.Take(body);
  } catch (const SqliteBusy&) {
    throw NotNow("the database is busy");
  }
}

}  // namespace

void RotationsController::Map(Router& router) const {
  router.Post("/api/v1/rotations", kAnyone, this, &RotationsController::Rotate)
      .MaxBody(kMaxRotation)
      .Accepts("application/jose")
      .ForCollectors();
}

Response RotationsController::Rotate(const Request& request, const Caller&) const {
  const auto result = Ask(rotations_, request.body());
  if (const auto* heard = std::get_if<RotationHeard>(&result)) {
    return {.content_type = "application/jose", .body = heard->jws};
  }
  const auto& refused = std::get<SaidRefused>(result);
  throw Problem(refused.status, refused.detail)
      .With("check", refused.check)
      .With("signed", refused.signed_note);
}

}  // namespace plotmeter
