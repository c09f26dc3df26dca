#include "portal/controllers/metrics_controller.h"

namespace plotmeter {
namespace {

bool IsThisMachine(const std::string& address) {
  return address.starts_with("127.") || address.starts_with("::ffff:127.") || address == "::1";
}

}  // namespace

void MetricsController::Map(Router& router) const {
  router.Get("/metrics", kAnyone, this, &MetricsController::Show);
}

Response MetricsController::Show(const Request& request, const Caller&) const {
  if (!IsThisMachine(request.peer().address)) {
    throw Problem(403, "this is for who asks from the portal's own machine");
  }
  Response response{.content_type = "text/plain; version=0.0.4"};
  router_.WriteMetrics(response.body);
  metrics_.Write(response.body);
  return response;
}

}  // namespace plotmeter
