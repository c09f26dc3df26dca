#include "portal/controllers/metrics_controller.h"

namespace plotmeter {

void MetricsController::Map(Router& router) const {
  router.Get("/metrics", Role::kOperator, this, &MetricsController::Show).OpenToThisMachine();
}

Response MetricsController::Show(const Request&, const Caller&) const {
  Response response{.content_type = "text/plain; version=0.0.4"};
  router_.WriteMetrics(response.body);
  metrics_.Write(response.body);
  return response;
}

}  // namespace plotmeter
