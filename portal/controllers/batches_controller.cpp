#include "portal/controllers/batches_controller.h"

#include "portal/controllers/not_now.h"

namespace plotmeter {

void BatchesController::Map(Router& router) const {
  router.Post("/api/v1/batches", kAnyone, this, &BatchesController::Receive)
      .MaxBody(kMaxSealed)
      .Accepts("application/jose")
      .ForCollectors();
}

Response BatchesController::Receive(const Request& request, const Caller&) const {
  const IngestResult result = ingest_.Take(request.body());
  if (const auto* accepted = std::get_if<Accepted>(&result)) {
    return {.content_type = "application/jose", .body = accepted->receipt};
  }
  if (const auto* postponed = std::get_if<Postponed>(&result)) throw NotNow(postponed->why);
  const Refused& refused = std::get<Refused>(result);
  throw Problem(refused.status, refused.detail)
      .With("check", refused.check)
      .With("signed", refused.signed_note);
}

}  // namespace plotmeter
