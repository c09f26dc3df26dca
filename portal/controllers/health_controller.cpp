#include "portal/controllers/health_controller.h"

#include "common/log.h"
#include "portal/controllers/not_now.h"

namespace plotmeter {

void HealthController::Map(Router& router) const {
  router.Get("/healthz", kAnyone, this, &HealthController::Healthy);
  router.Get("/readyz", kAnyone, this, &HealthController::Ready);
}

Response HealthController::Healthy(const Request&, const Caller&) const {
  return Ok({{"status", "ok"}});
}

Response HealthController::Ready(const Request&, const Caller&) const {
  try {
    directory_.Ping();
  } catch (const std::exception& error) {
    Log(LogLevel::kError, "database_unready", {{"why", error.what()}});
    throw NotNow("the database does not answer");
  }
  return Ok({{"status", "ok"}});
}

}  // namespace plotmeter
