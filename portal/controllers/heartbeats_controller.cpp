#include "portal/controllers/heartbeats_controller.h"

#include "common/sqlite.h"
#include "portal/controllers/not_now.h"
#include "proto/heartbeat.h"

namespace plotmeter {
namespace {

std::variant<HeartbeatHeard, HeartbeatRefused> Ask(Heartbeats& heartbeats, std::string_view body) {
  try {
    return heartbeats.Hear(body);
  } catch (const SqliteBusy&) {
    throw NotNow("the database is busy");
  }
}

}  // namespace

void HeartbeatsController::Map(Router& router) const {
  router.Post("/api/v1/heartbeats", kAnyone, this, &HeartbeatsController::Hear)
      .MaxBody(kMaxHeartbeat)
      .Accepts("application/jose")
      .ForCollectors();
}

Response HeartbeatsController::Hear(const Request& request, const Caller&) const {
  const auto result = Ask(heartbeats_, request.body());
  if (const auto* heard = std::get_if<HeartbeatHeard>(&result)) {
    return {.content_type = "application/jose", .body = heard->jws};
  }
  const auto& refused = std::get<HeartbeatRefused>(result);
  throw Problem(refused.status, refused.detail)
      .With("check", refused.check)
      .With("signed", refused.signed_note);
}

}  // namespace plotmeter
