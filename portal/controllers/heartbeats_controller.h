// What collectors say of themselves (proto/heartbeat.h).
//
//    POST /api/v1/heartbeats   application/jose: a sealed heartbeat
//    200 application/jose      the signed answer
//    400 401 422 503           problem+json with "check" and "signed", as for batches
//
// The body proves who sent it; no other credentials are looked at.

#pragma once

#include "portal/access/heartbeats.h"
#include "portal/http/router.h"

namespace plotmeter {

class HeartbeatsController {
 public:
  // `heartbeats` must outlive the controller.
  explicit HeartbeatsController(Heartbeats& heartbeats) : heartbeats_(heartbeats) {}

  void Map(Router& router) const;

 private:
  Response Hear(const Request& request, const Caller& caller) const;

  Heartbeats& heartbeats_;
};

}  // namespace plotmeter
