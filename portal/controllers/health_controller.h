// For whoever watches the portal: GET /healthz (the process answers) and GET /readyz (its database
// does too, else 503). {"status":"ok"}; nothing about anybody.

#pragma once

#include "portal/http/router.h"
#include "portal/store/directory.h"

namespace plotmeter {

class HealthController {
 public:
  // `directory` must outlive the controller.
  explicit HealthController(Directory& directory) : directory_(directory) {}

  void Map(Router& router) const;

 private:
  Response Healthy(const Request& request, const Caller& caller) const;
  Response Ready(const Request& request, const Caller& caller) const;

  Directory& directory_;
};

}  // namespace plotmeter
