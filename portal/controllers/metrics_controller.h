// GET /metrics, for Prometheus: requests and their times by route, batches by what became of them,
// connections, the queue, memory for bodies, the size of the database. Nothing of any tenant.
//
// For who asks from this very machine (127.0.0.0/8, ::1), and from elsewhere for the operator: a
// token with the scope metrics.read. To the portal a proxy on the same machine is this machine, so
// the proxy has to keep it to itself.

#pragma once

#include "portal/http/metrics.h"
#include "portal/http/router.h"

namespace plotmeter {

class MetricsController {
 public:
  // Both must outlive the controller.
  MetricsController(const Router& router, const Metrics& metrics)
      : router_(router), metrics_(metrics) {}

  void Map(Router& router) const;

 private:
  Response Show(const Request& request, const Caller& caller) const;

  const Router& router_;
  const Metrics& metrics_;
};

}  // namespace plotmeter
